"""Atoms of a row condition: what can be asked of one column, and what several questions about it come to.

Every atom but `Null` is NULL when its column is, as in SQL. `meet` and `join` merge what is said of one column: where
it must be one of some constants, every other question about it is answered.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, assert_never

from recuse.compiler.pattern import matches

Constant = int | str
Value = bool | int | str | None
Order = Literal["<", "<=", ">", ">="]


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
    """A String or Long column is one of the constants (sorted, at least one), or (`expected` false) none of them."""

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


Atom = Flag | Null | OneOf | Ordered | Like

_OPPOSITE: Final[Mapping[Order, Order]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def complement(atom: Atom) -> Atom:
    """The atom that is true exactly where this one is false; both are NULL on the same rows."""
    match atom:
        case Ordered(column, order, constant):
            return Ordered(column, _OPPOSITE[order], constant)
        case Flag() | Null() | OneOf() | Like():
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
        case _:
            assert_never(atom)


def ordered_constants(constants: Iterable[Constant]) -> tuple[Constant, ...]:
    """Constants without repetition, numbers first, in order."""
    return tuple(sorted(set(constants), key=lambda c: (isinstance(c, str), c)))


def meet(atoms: frozenset[Atom]) -> frozenset[Atom] | None:
    """Atoms about one column (at least one) that are all true exactly when these are; None when that cannot be."""
    if any(complement(atom) in atoms for atom in atoms):
        return None
    for atom in atoms:
        values = _only(atom)
        if values is not None:
            left = [value for value in values if all(verdict(other, value) for other in atoms)]
            if not left:
                return None
            return frozenset({_within(atom, left)})
    excluded, others = _constants(atoms, expected=False)
    others -= {Null(atom.column, False) for atom in atoms}  # every other atom left says that much
    kept = ordered_constants(c for c in excluded if all(verdict(other, c) for other in others))
    column = next(iter(atoms)).column
    return others | {OneOf(column, kept, False)} if kept else others or frozenset({Null(column, False)})


def join(atoms: frozenset[Atom]) -> frozenset[Atom] | None:
    """Atoms about one column (at least one) of which one is true exactly when one of these is; None when always so."""
    column = next(iter(atoms)).column
    null = atoms & {Null(column, True)}
    strict = atoms - null
    everything = frozenset[Atom]({Null(column, False)})
    if any(complement(atom) in strict for atom in strict):
        strict = everything
    for atom in strict:
        exceptions = _all_but(atom)
        if exceptions is not None:
            left = ordered_constants(c for c in exceptions if not any(verdict(other, c) for other in strict))
            strict = frozenset({OneOf(column, left, False)}) if left else everything
            break
    else:
        included, others = _constants(strict, expected=True)
        kept = ordered_constants(c for c in included if not any(verdict(other, c) for other in others))
        strict = others | {OneOf(column, kept, True)} if kept else others
    return None if null and strict == everything else strict | null


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


def _only(atom: Atom) -> tuple[Value, ...] | None:
    """The only values its column has where the atom is true, if they can be listed."""
    match atom:
        case Flag(_, expected):
            return (expected,)
        case Null(_, True):
            return (None,)
        case OneOf(_, constants, True):
            return constants
        case _:
            return None


def _within(atom: Atom, values: list[Value]) -> Atom:
    if not isinstance(atom, OneOf):
        return atom
    return replace(atom, constants=ordered_constants(c for c in atom.constants if c in values))


def _all_but(atom: Atom) -> tuple[Constant, ...] | None:
    """The only values at which the atom is false, if they can be listed."""
    match atom:
        case Null(_, False):
            return ()
        case OneOf(_, constants, False):
            return constants
        case _:
            return None


def _constants(atoms: frozenset[Atom], *, expected: bool) -> tuple[set[Constant], frozenset[Atom]]:
    listing = [atom for atom in atoms if isinstance(atom, OneOf) and atom.expected is expected]
    return {constant for atom in listing for constant in atom.constants}, atoms - set(listing)
