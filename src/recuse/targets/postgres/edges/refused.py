"""What the error of a failed constraint says: the whole row, or a key of it, to whoever made the statement.

PostgreSQL quotes what the role may read as which the statement runs, unless row policies bind that role. So a function
with rights of its own that puts in a value of its caller's, or one that it has read, tells the rest of the row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from recuse.targets.postgres.edges.bodies import WHOLE, Change, Uses
from recuse.targets.postgres.edges.columns import Column

_CONDITIONS: Final = {
    "null": "not_null_violation", "check": "check_violation", "unique": "unique_violation",
    "exclusion": "exclusion_violation", "reference": "foreign_key_violation", "referenced": "foreign_key_violation",
}  # fmt: skip
_ALL: Final = frozenset({"others", "integrity_constraint_violation"})


@dataclass(frozen=True, slots=True)
class Constraint:
    """What may refuse a row of a relation, by the numbers of the columns that decide (none: all)."""

    relation: int
    kind: Literal["null", "check", "unique", "exclusion", "reference", "referenced"]
    columns: Sequence[int]


Constraints = Mapping[int, Sequence[Constraint]]


@dataclass(frozen=True, slots=True)
class _Value:
    """What is put into a column: columns that it is made of, and whether more than those.

    `grows`: it is made of what was there; `nothing`: it may be NULL, in other rows or always.
    """

    reads: frozenset[Column]
    given: bool
    grows: bool
    nothing: bool


def told(
    change: Change,
    relation: int,
    columns: Sequence[Column],
    constraints: Constraints,
    read: Callable[[Uses], set[Column]],
) -> Iterator[Column]:
    """The columns whose values the error shows when a change of a relation with these columns is refused.

    `read` gives the columns that a value may be made of.
    """
    values: dict[int, _Value] = {}
    for name, uses in change.values:
        reads = read(uses)
        names = {column.name for column in reads} | {column.name for column in columns}
        given = any(not (part == WHOLE and name in names) for name, part in uses.fields)
        for place, column in enumerate(columns):
            if name in {WHOLE, column.name, f"#{place}"}:
                own = {each for each in reads if name == WHOLE and each.name == column.name} or reads
                grows = column in own and bool(uses.operators)
                nothing = (name, "null") in change.constants or any(not _filled(each, constraints) for each in own)
                values[column.number] = _Value(frozenset(own - {column}), given, grows, nothing)
    for one in constraints.get(relation, ()):
        if not change.caught & {*_ALL, _CONDITIONS[one.kind]}:
            yield from _shown(change, {column.number: column for column in columns}, one, values)


def _shown(
    change: Change, columns: Mapping[int, Column], one: Constraint, values: Mapping[int, _Value]
) -> Iterator[Column]:
    deciding = {*one.columns} or {*columns}
    if one.kind == "referenced":
        yield from _referenced(change, columns, deciding, values)
        return
    failing = [n for n in deciding & values.keys() if _may_fail(one, columns, values[n])]
    if change.verb == "delete" or not failing:
        return
    if one.kind == "unique" and change.spared is not None:
        names = {columns[number].name for number in deciding}
        if not change.spared or change.spared == names:
            return
    shown = {*columns} if one.kind in {"null", "check"} else deciding
    if one.kind == "null" and len(failing) == 1:  # of that one the error shows that it is NULL
        shown -= {*failing}
    for number in shown:
        if number in values:
            yield from values[number].reads
        elif change.verb == "update":
            yield columns[number]
        if one.kind == "exclusion":  # the other row's key is quoted too
            yield columns[number]


def _may_fail(one: Constraint, columns: Mapping[int, Column], value: _Value) -> bool:
    """Whether it depends on a value of the caller's or of other rows, or comes to the end of what is allowed."""
    if one.kind == "null":
        return value.given or (value.nothing and (not value.reads or bool(value.reads - {*columns.values()})))
    return value.given or bool(value.reads) or (value.grows and one.kind == "check")


def _filled(column: Column, constraints: Constraints) -> bool:
    return any(one.kind == "null" and column.number in one.columns for one in constraints.get(column.relation, ()))


def _referenced(
    change: Change, columns: Mapping[int, Column], key: set[int], values: Mapping[int, _Value]
) -> Iterator[Column]:
    """The key of a row that others refer to is quoted when it goes; who names it knows it."""
    if change.verb == "delete" or any(number in values for number in key):
        yield from (columns[n] for n in key if change.verb == "update" or columns[n].name not in change.asked)
