"""Of which types of rows an expression can be true, seen from its form alone: most rules name their tables.

Too many types is slow and right; one too few would lose a rule. So everything but `resource is T` counts as both true
and false, in every row.
"""

from dataclasses import dataclass
from typing import Final, assert_never

from cedarpy import pst

RowTypes = frozenset[str] | None
"""Types of rows (`system::schema::table`); None for every type there is."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """Of which rows it can be true, and of which false."""

    true: RowTypes
    false: RowTypes


_OPEN: Final = _Sides(None, None)
_NONE: Final[RowTypes] = frozenset()


def row_types(expr: pst.Expr) -> RowTypes:
    """The types of rows of which the expression can be true."""
    return _sides(expr).true


def _sides(expr: pst.Expr) -> _Sides:
    match expr:
        case pst.BoolLit(value):
            return _Sides(None, _NONE) if value else _Sides(_NONE, None)
        case pst.Is(pst.Var("resource"), entity_type, _):
            return _Sides(frozenset({str(entity_type)}), None)
        case pst.UnaryOp("not", arg):
            inner = _sides(arg)
            return _Sides(inner.false, inner.true)
        case pst.BinaryOp("and", left, right):
            first, second = _sides(left), _sides(right)
            return _Sides(_both(first.true, second.true), _either(first.false, second.false))
        case pst.BinaryOp("or", left, right):
            first, second = _sides(left), _sides(right)
            return _Sides(_either(first.true, second.true), _both(first.false, second.false))
        case pst.IfThenElse(test, then, otherwise):
            tested, first, second = (_sides(part) for part in (test, then, otherwise))
            return _Sides(
                _either(_both(tested.true, first.true), _both(tested.false, second.true)),
                _either(_both(tested.true, first.false), _both(tested.false, second.false)),
            )
        case (
            pst.Var() | pst.LongLit() | pst.StringLit() | pst.EntityLit() | pst.Slot() | pst.UnaryOp() | pst.BinaryOp()
            | pst.GetAttr() | pst.HasAttr() | pst.Like() | pst.Is() | pst.Set() | pst.Record()
        ):  # fmt: skip
            return _OPEN
        case _:
            assert_never(expr)


def _both(one: RowTypes, other: RowTypes) -> RowTypes:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _either(one: RowTypes, other: RowTypes) -> RowTypes:
    return None if one is None or other is None else one | other
