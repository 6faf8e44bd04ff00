"""Atoms of a row condition: what can be asked of one column. Each but `Null` is NULL when its column is, as in SQL.

`complement` is total: an operator of Cedar that errs on a value which no Cedar type holds (an infinity, an array with a
NULL element) is two atoms that are both false there, and not an atom and its complement.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, assert_never
from uuid import UUID

from recuse.compiler.pattern import matches
from recuse.model import Address, Value

Constant = int | str | UUID | Address
Order = Literal["<", "<=", ">", ">="]
Range = Literal["<<=", ">>="]
Relation = Literal["@>", "<@", "&&"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A Bool column is `expected`."""

    column: str
    expected: bool


@dataclass(frozen=True, slots=True)
class Null:
    """A column is NULL, or (`expected` false) is not; never NULL itself."""

    column: str
    expected: bool


@dataclass(frozen=True, slots=True)
class OneOf:
    """A column is one of the constants (of its type, sorted, at least one), or (`expected` false) none of them."""

    column: str
    constants: tuple[Constant, ...]
    expected: bool


@dataclass(frozen=True, slots=True)
class Ordered:
    """A Long column stands in an order to a constant."""

    column: str
    order: Order
    constant: int


@dataclass(frozen=True, slots=True)
class Like:
    """A String column is the pieces (two or more) with anything between them, or (`expected` false) is not."""

    column: str
    pieces: tuple[str, ...]
    expected: bool


@dataclass(frozen=True, slots=True)
class Within:
    """A moment, or a day's midnight, is finite, not before `start` and before `end`, or (`expected` false) is not so.

    Bounds are milliseconds since 1970 UTC, None for none; whole days where the column is a date.
    """

    column: str
    start: int | None
    end: int | None
    expected: bool
    type: Literal["datetime", "date"] = "datetime"


@dataclass(frozen=True, slots=True)
class InRange:
    """An address with its network lies in a constant one (`<<=`) or holds it (`>>=`), or (`expected` false) not."""

    column: str
    range: Range
    network: Address
    expected: bool


@dataclass(frozen=True, slots=True)
class Elements:
    """A set of texts holds all constants (`@>`), nothing else (`<@`), any of them (`&&`), or (`expected` false) not.

    A NULL element is none of the constants (sorted).
    """

    column: str
    relation: Relation
    constants: tuple[str, ...]
    expected: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """A set has no NULL element, or (`expected` false) has one."""

    column: str
    expected: bool


Atom = Flag | Null | OneOf | Ordered | Like | Within | InRange | Elements | Whole

_OPPOSITE: Final[Mapping[Order, Order]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_RANK: Final[Mapping[type, int]] = {int: 0, str: 1, UUID: 2, Address: 3}


def complement(atom: Atom) -> Atom:
    """The atom that is true exactly where this one is false; both are NULL on the same rows."""
    match atom:
        case Ordered(column, order, constant):
            return Ordered(column, _OPPOSITE[order], constant)
        case Flag() | Null() | OneOf() | Like() | Within() | InRange() | Elements() | Whole():
            return replace(atom, expected=not atom.expected)
        case _:
            assert_never(atom)


def verdict(atom: Atom, value: Value) -> bool | None:
    """The atom's truth for a value of its column; None is NULL, of value and answer alike."""
    if isinstance(atom, Null):
        return (value is None) == atom.expected
    if value is None:
        return None
    match atom:
        case Flag(_, expected):
            return value is expected
        case OneOf(_, constants, expected):
            # A truth value equals 0 or 1 in this language, in neither Cedar nor SQL.
            return any(type(c) is type(value) and c == value for c in constants) == expected
        case Ordered(_, order, constant):
            return type(value) is int and _stands(value, order, constant)
        case Like(_, pieces, expected):
            return isinstance(value, str) and matches(pieces, value) == expected
        case Within():
            return type(value) in (int, float) and _is_within(atom, value) == atom.expected
        case InRange(_, order, network, expected):
            return isinstance(value, Address) and _in_range(value, order, network) == expected
        case Elements():
            return isinstance(value, frozenset) and _relates(atom, value) == atom.expected
        case Whole(_, expected):
            return isinstance(value, frozenset) and (None not in value) == expected
        case _:
            assert_never(atom)


def ordered_constants(constants: Iterable[Constant]) -> tuple[Constant, ...]:
    """Constants without repetition, numbers first, in order."""
    return tuple(sorted(set(constants), key=lambda c: (_RANK[type(c)], c)))


def _stands(value: int, order: Order, constant: int) -> bool:
    match order:
        case "<":
            return value < constant
        case "<=":
            return value <= constant
        case ">":
            return value > constant
        case ">=":
            return value >= constant
        case _:
            assert_never(order)


def _is_within(atom: Within, value: Value) -> bool:
    assert isinstance(value, int | float)  # noqa: S101 - told by the caller
    low, high = -math.inf if atom.start is None else atom.start, math.inf if atom.end is None else atom.end
    return math.isfinite(value) and low <= value < high


def _in_range(value: Address, order: Range, network: Address) -> bool:
    return value.within(network) if order == "<<=" else network.within(value)


def _relates(atom: Elements, value: frozenset[str | None]) -> bool:
    match atom.relation:
        case "@>":
            return value.issuperset(atom.constants)
        case "<@":
            return value.issubset(atom.constants)
        case "&&":
            return not value.isdisjoint(atom.constants)
        case _:
            assert_never(atom.relation)
