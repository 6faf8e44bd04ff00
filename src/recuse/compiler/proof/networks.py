"""A few addresses that stand for all, given the networks that are named.

An address with its prefix is a node of a tree of bits. What is asked of it (whether it lies in a named network, or a
named one in it) can change only where a named network begins or two of them part; what leaves the way to all named
ones is alike from there on. Equality tells the named addresses themselves apart, host bits included.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from recuse.model import Address

_ALL: Final = (Address(4, 0, 0), Address(6, 0, 0))
LOOPBACK: Final = (Address(4, 127 << 24, 8), Address(6, 1, 128))
MULTICAST: Final = (Address(4, 224 << 24, 4), Address(6, 0xFF << 120, 8))


def nodes(named: Iterable[Address]) -> tuple[Address, ...]:
    """Addresses such that every address answers whatever is asked with these as one of them does."""
    exact = dict.fromkeys(named)
    every = (*exact, *_ALL)
    lengths = {address.prefix for address in every}
    lengths |= {_shared(a, b) for a, b in combinations(every, 2) if a.version == b.version}
    found = dict(exact)
    for address in every:
        for length in sorted({at + more for at in lengths for more in (0, 1)}):
            if length <= address.bits:
                found |= dict.fromkeys(_around(address, length, exact))
    return tuple(found)


def _around(address: Address, length: int, exact: dict[Address, None]) -> Iterator[Address]:
    """The node of this length on the way to an address, and the one beside it; with other host bits than named ones."""
    rest = address.bits - length
    here = address.number >> rest
    for node in (here, here ^ 1) if length else (here,):
        hosts = (
            Address(address.version, (node << rest) + host, length) for host in range(min(1 << rest, len(exact) + 1))
        )
        other = next((host for host in hosts if host not in exact), None)
        if other is not None:
            yield other


def _shared(a: Address, b: Address) -> int:
    """How many leading bits two addresses share."""
    return a.bits - (a.number ^ b.number).bit_length()
