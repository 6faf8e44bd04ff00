"""Columns by what the category map says they hold: how SQL may read them, and values that stand for all others.

The one place to extend for a new type: which casts leave its values as they are, what can be asked of it, and, given
everything that is asked, values such that every value of the column answers all of it as one of them does.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cedarpy import pst

from recuse.compiler.proof.patterns import Steps, exactly, representatives
from recuse.compiler.proof.written import Ask, Compared, Distinct, Listed, Matched, Missing, Test, Value
from recuse.model import AttributeType, RowAttribute

_LONG: Final = (-(2**63), 2**63 - 1)


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Constants (each with its type, since TRUE equals 1 in Python) and patterns with which a column is compared."""

    constants: frozenset[tuple[type, Value]] = frozenset()
    patterns: frozenset[Steps] = frozenset()

    def of(self, kind: type) -> frozenset[Value]:
        """The constants of one type."""
        return frozenset(value for type_, value in self.constants if type_ is kind)


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of column: its values in Python, casts that change none of them, whether they are ordered as numbers.

    `values` gives the cases, `cedar` a value as Cedar's JSON.
    """

    holds: type
    casts: frozenset[str]
    ordered: bool
    values: Callable[[Mentioned], tuple[Value, ...]]
    cedar: Callable[[Value], object] = lambda value: value


def _flags(_: Mentioned) -> tuple[Value, ...]:
    return (False, True)


def _numbers(mentioned: Mentioned) -> tuple[Value, ...]:
    """Each constant, its neighbours, and both ends: between two constants all numbers are alike."""
    named = [value for value in mentioned.of(int) if isinstance(value, int)]
    near = {value + step for value in named for step in (-1, 0, 1)}
    return tuple(sorted({min(max(n, _LONG[0]), _LONG[1]) for n in (*near, 0, *_LONG)}))


def _texts(mentioned: Mentioned) -> tuple[Value, ...]:
    constants = {exactly(c) for c in mentioned.of(str) if isinstance(c, str)}
    return representatives(sorted(constants | mentioned.patterns))


KINDS: Final[Mapping[AttributeType, Kind]] = {
    "Bool": Kind(bool, frozenset({"bool"}), False, _flags),
    "Long": Kind(int, frozenset({"int8"}), True, _numbers),
    "String": Kind(str, frozenset({"text", "varchar"}), False, _texts),
}


def cases(attribute: RowAttribute, mentioned: Mentioned) -> tuple[Value, ...]:
    """Values that stand for all, NULL among them where the column may be NULL."""
    return (*KINDS[attribute.type].values(mentioned), *((None,) if attribute.optional else ()))


def unreadable(ask: Ask, attribute: RowAttribute) -> str | None:
    """Why a question about a column of this type has no meaning here; None when it has."""
    kind = KINDS[attribute.type]
    if ask.cast is not None and ask.cast not in kind.casts:
        return f"it reads the {attribute.type} `{ask.column}` as {ask.cast}"
    if isinstance(ask.test, Matched) and kind.holds is not str:
        return f"it matches the {attribute.type} `{ask.column}` with a pattern"
    if any(constant is not None and type(constant) is not kind.holds for constant in constants_of(ask.test)):
        return f"it compares the {attribute.type} `{ask.column}` with a constant of another type"
    if isinstance(ask.test, Compared) and ask.test.operator not in ("=", "<>") and not kind.ordered:
        return f"it orders the {attribute.type} `{ask.column}`"
    return None


def literal(expr: pst.Expr) -> Value:
    """The value that a Cedar literal stands for, in a proof's terms; None when it is none that a column can hold."""
    match expr:
        case pst.BoolLit(value) | pst.LongLit(value) | pst.StringLit(value):
            return value
        case pst.UnaryOp("neg", pst.LongLit(value)):
            return -value
        case _:
            return None


def constants_of(test: Test) -> tuple[Value, ...]:
    """The constants that a question names."""
    match test:
        case Compared(_, constant) | Distinct(constant):
            return (constant,)
        case Listed(constants, _):
            return constants
        case Matched() | Missing():
            return ()


def mentioned(test: Test) -> Mentioned:
    """Everything that a question names."""
    patterns = frozenset({test.pattern}) if isinstance(test, Matched) else frozenset()
    return mentioning(constants_of(test), patterns)


def mentioning(constants: Iterable[Value], patterns: Iterable[Steps] = ()) -> Mentioned:
    """These constants and patterns."""
    return Mentioned(frozenset((type(value), value) for value in constants), frozenset(patterns))


def together(several: Iterable[Mentioned]) -> Mentioned:
    """Everything that any of them names."""
    found = tuple(several)
    return Mentioned(
        frozenset(c for each in found for c in each.constants), frozenset(p for each in found for p in each.patterns)
    )
