"""A few values that stand for all: any value of a column answers every atom about it as one of these does.

Each type has its own reason why few are enough: numbers and moments change their answers only at bounds, texts as
`texts` says, addresses at the nodes of the tree of prefixes where a mentioned network begins or two of them part.
"""

import math
from collections.abc import Iterable, Iterator, Set
from itertools import islice, pairwise
from typing import Final
from uuid import UUID

from recuse.compiler.atoms import Atom, InRange, Like, OneOf, Ordered, Within, verdict
from recuse.compiler.texts import representatives as texts
from recuse.model import DAY, Address, AttributeType, Value

_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1
_NETWORKS: Final = (Address(4, 0, 0), Address(6, 0, 0))


def representatives(kind: AttributeType, about: Set[Atom]) -> tuple[Value, ...]:
    """Values of a type (no set), of which no two answer all atoms alike; every other answers as one of them does."""
    told_apart: dict[tuple[bool | None, ...], Value] = {}
    asked = sorted(about, key=repr)
    for value in _candidates(kind, asked):
        told_apart.setdefault(tuple(verdict(atom, value) for atom in asked), value)
    return tuple(told_apart.values())


def unmentioned_text(mentioned: Iterable[str]) -> str:
    """A text that is none of these: longer than each."""
    return "x" * (1 + max(map(len, mentioned), default=0))


def _candidates(kind: AttributeType, asked: list[Atom]) -> Iterable[Value]:
    match kind:
        case "Bool":
            return (False, True)
        case "Long":
            near = {constant + step for constant in _numbers(asked) for step in (-1, 0, 1)}
            return sorted({min(max(n, _LONG_MIN), _LONG_MAX) for n in (*near, 0, _LONG_MIN, _LONG_MAX)})
        case "datetime" | "date":
            step = DAY if kind == "date" else 1
            bounds = [bound for atom in asked if isinstance(atom, Within) for bound in (atom.start, atom.end)]
            near = {b - before for b in bounds if b is not None for before in (0, step)}
            return (*sorted(near or {0}), -math.inf, math.inf)
        case "uuid":
            named = {constant.int for constant in _constants(asked) if isinstance(constant, UUID)}
            other = next(n for n in range(len(named) + 1) if n not in named)
            return [UUID(int=n) for n in (*sorted(named), other)]
        case "ipaddr":
            return _addresses(asked)
        case _:
            return texts(sorted(_patterns(asked)))


def _constants(asked: Iterable[Atom]) -> Iterator[object]:
    for atom in asked:
        if isinstance(atom, OneOf):
            yield from atom.constants


def _numbers(asked: Iterable[Atom]) -> Iterator[int]:
    yield from (constant for constant in _constants(asked) if isinstance(constant, int))
    yield from (atom.constant for atom in asked if isinstance(atom, Ordered))


def _patterns(asked: Iterable[Atom]) -> Iterator[tuple[str, ...]]:
    yield from ((constant,) for constant in _constants(asked) if isinstance(constant, str))
    yield from (atom.pieces for atom in asked if isinstance(atom, Like))


def _addresses(asked: list[Atom]) -> Iterator[Address]:
    """The mentioned addresses; then, on the way to each, the nodes where answers can change, and those beside them."""
    exact = {constant for constant in _constants(asked) if isinstance(constant, Address)}
    yield from sorted(exact)
    mentioned = sorted({*exact, *_NETWORKS, *(atom.network for atom in asked if isinstance(atom, InRange))})
    lengths = {address.prefix for address in mentioned}
    lengths |= {_shared(a, b) for a, b in pairwise(mentioned) if a.version == b.version}
    for address in mentioned:
        for prefix in sorted({at + more for at in lengths for more in (0, 1, 2)}):
            if prefix <= address.bits:
                yield from _at(address, prefix, exact)


def _at(address: Address, prefix: int, exact: Set[Address]) -> Iterator[Address]:
    """The network of this length on the way to an address, and the one beside it, with host bits of no exact one."""
    rest = address.bits - prefix
    network = address.number >> rest
    for number in (network, network ^ 1) if prefix else (network,):
        hosts = range(min(1 << rest, len(exact) + 1))
        found = (Address(address.version, (number << rest) + host, prefix) for host in hosts)
        yield from islice((candidate for candidate in found if candidate not in exact), 1)


def _shared(a: Address, b: Address) -> int:
    """How many leading bits two addresses share."""
    return a.bits - (a.number ^ b.number).bit_length()
