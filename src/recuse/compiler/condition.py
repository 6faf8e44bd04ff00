"""A row condition: a monotone formula over atoms about one column each, in SQL's three-valued logic.

No negation stands above an atom, so a NULL can only hide a row. `all_of` and `any_of` flatten, merge what is said of a
column, absorb and order: they keep the meaning exactly, and conditions of equal meaning are mostly equal values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from recuse.compiler.atoms import (
    Atom,
    Constant,
    Elements,
    Flag,
    InRange,
    Like,
    Null,
    OneOf,
    Order,
    Ordered,
    Range,
    Relation,
    Whole,
    Within,
    complement,
    ordered_constants,
    verdict,
)
from recuse.compiler.merge import join, meet
from recuse.model import DAY, Value

__all__ = [
    "ALWAYS", "NEVER", "All", "Always", "Any", "Atom", "Condition", "Constant", "Elements", "Flag", "InRange", "Like",
    "Never", "Null", "OneOf", "Order", "Ordered", "Range", "Relation", "Value", "Whole", "Within", "all_of", "any_of",
    "atoms", "complement", "elements", "evaluate", "given_not_null", "holds", "like", "one_of", "verdict", "within",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Always:
    """Every row."""


@dataclass(frozen=True, slots=True)
class Never:
    """No row."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; at least two, in canonical order."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; at least two, in canonical order."""

    parts: "tuple[Condition, ...]"


Condition = Always | Never | Atom | All | Any

ALWAYS: Final = Always()
NEVER: Final = Never()


def one_of(column: str, constants: Iterable[Constant], expected: bool = True) -> Condition:
    """A column is one of the constants; of no constants: never, and its contrary is any value that is not NULL."""
    listed = ordered_constants(constants)
    if listed:
        return OneOf(column, listed, expected)
    return NEVER if expected else Null(column, False)


def like(column: str, pieces: tuple[str, ...], expected: bool = True) -> Condition:
    """A column matches a pattern, given as `pattern.pieces`; `*` alone asks only that there is a value."""
    if len(pieces) == 1:
        return OneOf(column, pieces, expected)
    if pieces == ("", ""):
        return Null(column, False) if expected else NEVER
    return Like(column, pieces, expected)


def within(
    column: str, start: int | None, end: int | None, expected: bool = True, *, of: Literal["datetime", "date"]
) -> Condition:
    """A datetime column lies in a window of milliseconds, as `Within`; of a date column midnights count, whole days."""
    if of == "date":
        start, end = (None if bound is None else -(-bound // DAY) * DAY for bound in (start, end))
    if start is not None and end is not None and start >= end:
        return NEVER if expected else Null(column, False)
    return Within(column, start, end, expected, of)


def elements(column: str, relation: Relation, constants: Iterable[str], expected: bool = True) -> Condition:
    """A set relates to constants, as `Elements`; any set holds all of nothing, and none of nothing."""
    listed = tuple(sorted(set(constants)))
    if listed or relation == "<@":
        return Elements(column, relation, listed, expected)
    return Null(column, False) if (relation == "@>") == expected else NEVER


def all_of(parts: Iterable[Condition]) -> Condition:
    """A condition true exactly where all parts are."""
    flat = set(_flatten(parts, All))
    if NEVER in flat:
        return NEVER
    merged = _merge(flat - {ALWAYS}, meet)
    return NEVER if merged is None else _wrap(_absorb(merged, Any), All, ALWAYS)


def any_of(parts: Iterable[Condition]) -> Condition:
    """A condition true exactly where at least one part is."""
    flat = set(_flatten(parts, Any))
    if ALWAYS in flat:
        return ALWAYS
    merged = _merge(flat - {NEVER}, join)
    return ALWAYS if merged is None else _wrap(_absorb(merged, All), Any, NEVER)


def evaluate(condition: Condition, row: Mapping[str, Value]) -> bool | None:
    """The condition's truth for a row (column name to value, None for NULL), by SQL's rules; None is NULL.

    Raises KeyError when the row lacks a column of the condition.
    """
    match condition:
        case Always():
            return True
        case Never():
            return False
        case All(parts):
            truths = [evaluate(part, row) for part in parts]
            return False if False in truths else None if None in truths else True
        case Any(parts):
            truths = [evaluate(part, row) for part in parts]
            return True if True in truths else None if None in truths else False
        case _:
            return verdict(condition, row[condition.column])


def holds(condition: Condition, row: Mapping[str, Value]) -> bool:
    """Whether the row is shown: only TRUE counts, as in WHERE and USING."""
    return evaluate(condition, row) is True


def atoms(condition: Condition) -> Iterator[Atom]:
    """Every atom of a condition, with repetitions, in order."""
    match condition:
        case Always() | Never():
            return
        case All(parts) | Any(parts):
            for part in parts:
                yield from atoms(part)
        case _:
            yield condition


def given_not_null(condition: Condition, columns: frozenset[str]) -> Condition:
    """The condition for tables in which these columns are NOT NULL: what it asks about that is answered."""
    match condition:
        case Null(column, expected) if column in columns:
            return NEVER if expected else ALWAYS
        case All(parts):
            return all_of(given_not_null(part, columns) for part in parts)
        case Any(parts):
            return any_of(given_not_null(part, columns) for part in parts)
        case _:
            return condition


def _flatten(parts: Iterable[Condition], kind: type[All] | type[Any]) -> Iterator[Condition]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _merge(
    parts: set[Condition], together: Callable[[frozenset[Atom]], frozenset[Atom] | None]
) -> set[Condition] | None:
    """Merge the atoms of each column; None when `together` decides the whole."""
    by_column: dict[str, set[Atom]] = {}
    merged: set[Condition] = set()
    for part in parts:
        match part:
            case Always() | Never() | All() | Any():
                merged.add(part)
            case _:
                by_column.setdefault(part.column, set()).add(part)
    for said in by_column.values():
        result = together(frozenset(said))
        if result is None:
            return None
        merged |= result
    return merged


def _absorb(parts: set[Condition], inner: type[All] | type[Any]) -> set[Condition]:
    """Without the parts that another makes redundant: `a AND (a OR b)` is `a`, and the other way round."""
    members = {p: frozenset(p.parts) if isinstance(p, inner) else frozenset({p}) for p in parts}
    compounds = [part for part in parts if isinstance(part, inner)]
    redundant = {part for part in compounds for other in parts if members[other] < members[part]}
    return parts - redundant


def _wrap(parts: set[Condition], kind: type[All] | type[Any], empty: Condition) -> Condition:
    match sorted(parts, key=_rank):
        case []:
            return empty
        case [single]:
            return single
        case several:
            return kind(tuple(several))


def _rank(condition: Condition) -> tuple[bool, str]:
    """Canonical order: atoms by kind and column, then what is composed of them."""
    return isinstance(condition, All | Any), repr(condition)
