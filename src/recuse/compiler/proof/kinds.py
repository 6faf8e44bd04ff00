"""Columns by what the category map says they hold: how SQL may read them, and values that stand for all others.

The one place to extend for a new type: which casts leave its values as they are, what can be asked of it, and, given
everything that is asked, values such that every value of the column answers all of it as one of them does.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final
from uuid import UUID

from cedarpy import pst

from recuse.compiler.proof.networks import nodes
from recuse.compiler.proof.patterns import Steps, exactly, representatives
from recuse.compiler.proof.values import DAY, MILLISECOND, Day, Moment, Value
from recuse.compiler.proof.written import (
    Ask,
    Compared,
    Distinct,
    Inside,
    Listed,
    Matched,
    Missing,
    Related,
    Test,
    Whole,
)
from recuse.errors import PlanError
from recuse.model import ENTITY_TYPES, Address, AttributeType, RowAttribute, address, moment
from recuse.policy.values import in_cedar

_LONG: Final = (-(2**63), 2**63 - 1)
MOST_SETS: Final = 4096


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a column is compared with: constants (each with its type, since TRUE equals 1 in Python) and patterns.

    `groups` are the texts that are named together, as those of one set are.
    """

    constants: frozenset[tuple[type, Value]] = frozenset()
    patterns: frozenset[Steps] = frozenset()
    groups: frozenset[frozenset[str]] = frozenset()

    def of(self, kind: type) -> list[Value]:
        """The constants of one type."""
        return [value for type_, value in self.constants if type_ is kind]


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of column: its values in Python, casts that change none of them, and which questions make sense.

    `values` gives the cases, `cedar` a value as Cedar's JSON.
    """

    holds: type
    casts: frozenset[str]
    values: Callable[[Mentioned], Iterable[Value]]
    cedar: Callable[[Value], object]
    asked: frozenset[type] = frozenset({Compared, Listed, Missing, Distinct})
    ordered: bool = False


def _flags(_: Mentioned) -> Iterable[Value]:
    return (False, True)


def _numbers(mentioned: Mentioned) -> Iterable[Value]:
    """Each constant, its neighbours, and both ends: between two constants all numbers are alike."""
    near = {value + step for value in mentioned.of(int) if isinstance(value, int) for step in (-1, 0, 1)}
    return sorted({min(max(n, _LONG[0]), _LONG[1]) for n in (*near, 0, *_LONG)})


def _texts(mentioned: Mentioned) -> Iterable[Value]:
    constants = {exactly(value) for value in mentioned.of(str) if isinstance(value, str)}
    return representatives(sorted(constants | mentioned.patterns))


def _moments(mentioned: Mentioned) -> Iterable[Value]:
    """Both sides of every bound: what SQL names to the microsecond, rules to the millisecond that a value falls in."""
    named = [value.at for value in mentioned.of(Moment) if isinstance(value, Moment) and not math.isinf(value.at)]
    bounds = {int(at) + step for at in named for step in (0, 1, MILLISECOND)}
    return [
        Moment(at) for at in (-math.inf, *sorted({b - before for b in bounds or {0} for before in (0, 1)}), math.inf)
    ]


def _days(mentioned: Mentioned) -> Iterable[Value]:
    """Both sides of every day that is named, or that a moment named by a rule falls in."""
    named = {int(value.at) for value in mentioned.of(Day) if isinstance(value, Day) and not math.isinf(value.at)}
    moments = [value.at for value in mentioned.of(Moment) if isinstance(value, Moment) and not math.isinf(value.at)]
    named |= {int(at // DAY) for at in moments}
    near = {day + step for day in named or {0} for step in (-1, 0, 1, 2)}
    return [Day(at) for at in (-math.inf, *sorted(near), math.inf)]


def _addresses(mentioned: Mentioned) -> Iterable[Value]:
    return nodes(sorted(value for value in mentioned.of(Address) if isinstance(value, Address)))


def _ids(mentioned: Mentioned) -> Iterable[Value]:
    """Every id that is named or that the repository has, and one that is not."""
    named = {value for value in mentioned.of(str) if isinstance(value, str)}
    return (*sorted(named), "x" * (1 + max(map(len, named), default=0)))


def _uuids(mentioned: Mentioned) -> Iterable[Value]:
    named = {value.int for value in mentioned.of(UUID) if isinstance(value, UUID)}
    named |= {UUID(text).int for text in mentioned.of(str) if isinstance(text, str) and _is_uuid(text)}
    other = next(n for n in range(len(named) + 1) if n not in named)
    return [UUID(int=n) for n in (*sorted(named), other)]


def _sets(mentioned: Mentioned) -> Iterable[Value]:
    """None, some or all of the texts that always go together; with and without another text, and a NULL."""
    named = sorted({text for group in mentioned.groups for text in group})
    alike: dict[frozenset[frozenset[str]], list[str]] = {}
    for text in named:
        alike.setdefault(frozenset(group for group in mentioned.groups if text in group), []).append(text)
    parts: list[tuple[tuple[str | None, ...], ...]] = [
        ((), tuple(texts)) if len(texts) == 1 else ((), (texts[0],), tuple(texts)) for texts in alike.values()
    ]
    parts += [((), ("x" * (1 + max(map(len, named), default=0)),)), ((), (None,))]
    if prod(map(len, parts)) > MOST_SETS:
        raise PlanError("the sets that one column is compared with are too many to be proved", "simplify the rules")
    return [frozenset(text for part in chosen for text in part) for chosen in product(*parts)]


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _plain(value: Value) -> object:
    return value


def _moment_in_cedar(value: Value) -> object:
    """Cedar sees the millisecond that a moment falls in."""
    at = value.at if isinstance(value, Moment | Day) else 0
    scale = DAY // MILLISECOND if isinstance(value, Day) else 1
    whole = at if isinstance(at, float) else at * scale if isinstance(value, Day) else at // MILLISECOND
    return in_cedar("datetime", whole)


_TEXT: Final = frozenset({"text", "varchar"})
KINDS: Final[Mapping[AttributeType, Kind]] = {
    "Bool": Kind(bool, frozenset({"bool"}), _flags, _plain),
    "Long": Kind(int, frozenset({"int8"}), _numbers, _plain, ordered=True),
    "String": Kind(str, _TEXT, _texts, _plain, frozenset({Compared, Listed, Missing, Distinct, Matched})),
    "datetime": Kind(Moment, frozenset({"timestamptz"}), _moments, _moment_in_cedar, ordered=True),
    "date": Kind(Day, frozenset({"date"}), _days, _moment_in_cedar, ordered=True),
    "ipaddr": Kind(
        Address,
        frozenset({"inet"}),
        _addresses,
        lambda value: in_cedar("ipaddr", value),  # type: ignore[arg-type]
        frozenset({Compared, Listed, Missing, Distinct, Inside}),
    ),
    "Set<String>": Kind(
        frozenset,
        frozenset({"text[]", "varchar[]"}),
        _sets,
        lambda value: in_cedar("Set<String>", value),  # type: ignore[arg-type]
        frozenset({Missing, Related, Whole}),
    ),
    "uuid": Kind(UUID, frozenset({"uuid"}), _uuids, str),
    **{
        kind: Kind(str, _TEXT, _ids, lambda value, kind=kind: in_cedar(kind, value))  # type: ignore[misc]
        for kind in ENTITY_TYPES
    },
}


def cases(attribute: RowAttribute, mentioned: Mentioned) -> tuple[Value, ...]:
    """Values that stand for all, NULL among them where the column may be NULL."""
    return (*KINDS[attribute.type].values(mentioned), *((None,) if attribute.optional else ()))


def unreadable(ask: Ask, attribute: RowAttribute) -> str | None:
    """Why a question about a column of this type has no meaning here; None when it has."""
    kind = KINDS[attribute.type]
    if ask.cast is not None and ask.cast not in kind.casts:
        return f"it reads the {attribute.type} `{ask.column}` as {ask.cast}"
    if type(ask.test) not in kind.asked:
        return f"it asks the {attribute.type} `{ask.column}` what has no meaning for it"
    if any(constant is not None and type(constant) is not kind.holds for constant in _constants_of(ask.test)):
        return f"it compares the {attribute.type} `{ask.column}` with a constant of another type"
    if isinstance(ask.test, Compared) and ask.test.operator not in ("=", "<>") and not kind.ordered:
        return f"it orders the {attribute.type} `{ask.column}`"
    return None


def literal(expr: pst.Expr) -> Value:
    """The value that a Cedar literal stands for, in a proof's terms; None when it is none that a column can hold."""
    match expr:
        case pst.BoolLit(value) | pst.LongLit(value) | pst.StringLit(value):
            return value
        case pst.EntityLit(uid):
            return uid.id
        case pst.UnaryOp("neg", pst.LongLit(value)):
            return -value
        case pst.UnaryOp("datetime", pst.StringLit(text)):
            found = moment(text)
            return None if found is None else Moment(found * MILLISECOND)
        case pst.UnaryOp("ip", pst.StringLit(text)):
            return address(text)
        case _:
            return None


def _constants_of(test: Test) -> tuple[Value, ...]:
    match test:
        case Compared(_, constant) | Distinct(constant):
            return (constant,)
        case Listed(constants, _):
            return constants
        case Inside(_, network):
            return (network,)
        case Related() | Matched() | Missing() | Whole():
            return ()


def mentioned(test: Test) -> Mentioned:
    """Everything that a question names."""
    patterns = frozenset({test.pattern}) if isinstance(test, Matched) else frozenset()
    groups = frozenset({frozenset(test.constants)}) if isinstance(test, Related) else frozenset()
    return mentioning(_constants_of(test), patterns, groups)


def mentioning(
    constants: Iterable[Value], patterns: Iterable[Steps] = (), groups: Iterable[frozenset[str]] = ()
) -> Mentioned:
    """These constants, patterns and groups."""
    typed = frozenset((type(value), value) for value in constants if not isinstance(value, frozenset))
    return Mentioned(typed, frozenset(patterns), frozenset(groups))


def together(several: Iterable[Mentioned]) -> Mentioned:
    """Everything that any of them names."""
    found = tuple(several)
    return Mentioned(
        frozenset(c for each in found for c in each.constants),
        frozenset(p for each in found for p in each.patterns),
        frozenset(g for each in found for g in each.groups),
    )
