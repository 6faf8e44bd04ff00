"""Cedar's strict operators on constants: what they give, that they err, or (None) that it is not known yet.

Strict operators evaluate both operands first; which error comes first does not matter, since Cedar treats all alike.
Source: Cedar language reference, "Operators and functions"; cedar-spec, `Cedar/Spec/Evaluator.lean`.
"""

from typing import Final, Literal, TypeGuard, assert_never

from cedarpy import pst

from recuse.compiler.known import Known, key
from recuse.compiler.pattern import matches, pieces

Strict = Literal[
    "eq", "not_eq", "less", "less_eq", "greater", "greater_eq", "add", "sub", "mul", "in", "contains", "contains_all",
    "contains_any", "get_tag", "has_tag", "is_in_range", "offset", "duration_since", "decimal_less_than",
    "decimal_less_eq", "decimal_greater", "decimal_greater_eq",
]  # fmt: skip

ERROR: Final = pst.UnaryOp("neg", pst.BoolLit(False))
"""The one spelling of an expression that always errs: the negative of a truth value."""

_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1


def is_value(expr: pst.Expr) -> bool:
    """Whether nothing is left to evaluate: a literal, or a set of such."""
    match expr:
        case pst.BoolLit() | pst.LongLit() | pst.StringLit() | pst.EntityLit():
            return True
        case pst.Set(elements):
            return all(is_value(element) for element in elements)
        case _:
            return False


def is_set(expr: pst.Expr) -> TypeGuard[pst.Set]:
    """Whether the expression is a set of values."""
    return isinstance(expr, pst.Set) and is_value(expr)


def strict(op: Strict, left: pst.Expr, right: pst.Expr, known: Known) -> pst.Expr:
    """A strict operator on reduced operands: its value, ERROR, or the operation as it stands."""
    if ERROR in (left, right):
        return ERROR
    match op:
        case "eq" | "not_eq":
            folded = _equal(left, right, op)
        case "less" | "less_eq" | "greater" | "greater_eq":
            folded = _ordered(left, right, op)
        case "in":
            folded = _in(left, right, known)
        case "contains" | "contains_all" | "contains_any":
            folded = _contains(left, right, op)
        case _:
            folded = None  # kept as it is, for lowering to refuse by name
    return pst.BinaryOp(op, left, right) if folded is None else folded


def negative(arg: pst.Expr) -> pst.Expr:
    """`-arg`: Cedar's Long is 64 bits wide, and overflow is an error."""
    if isinstance(arg, pst.LongLit) and -arg.value <= _LONG_MAX:
        return pst.LongLit(-arg.value)
    return ERROR if is_value(arg) or arg == ERROR else pst.UnaryOp("neg", arg)


def is_empty(arg: pst.Expr) -> pst.Expr:
    """`arg.isEmpty()`."""
    if is_set(arg):
        return pst.BoolLit(not arg.elements)
    return ERROR if is_value(arg) or arg == ERROR else pst.UnaryOp("is_empty", arg)


def like(base: pst.Expr, pattern: tuple[pst.PatternElem, ...]) -> pst.Expr:
    """`base like pattern`."""
    if isinstance(base, pst.StringLit):
        return pst.BoolLit(matches(pieces(pattern), base.value))
    return ERROR if is_value(base) or base == ERROR else pst.Like(base, pattern)


def plain(value: pst.Expr) -> object:
    """A value such that two values are equal in Cedar exactly when these are: sets forget order and repetition."""
    return frozenset(plain(element) for element in value.elements) if isinstance(value, pst.Set) else value


def _equal(left: pst.Expr, right: pst.Expr, op: Literal["eq", "not_eq"]) -> pst.Expr | None:
    if not (is_value(left) and is_value(right)):
        return None
    return pst.BoolLit((plain(left) == plain(right)) == (op == "eq"))


def _ordered(
    left: pst.Expr, right: pst.Expr, op: Literal["less", "less_eq", "greater", "greater_eq"]
) -> pst.Expr | None:
    if not (is_value(left) and is_value(right)):
        return None
    if not (isinstance(left, pst.LongLit) and isinstance(right, pst.LongLit)):
        return ERROR
    a, b = left.value, right.value
    match op:
        case "less":
            return pst.BoolLit(a < b)
        case "less_eq":
            return pst.BoolLit(a <= b)
        case "greater":
            return pst.BoolLit(a > b)
        case "greater_eq":
            return pst.BoolLit(a >= b)
        case _:
            assert_never(op)


def _in(left: pst.Expr, right: pst.Expr, known: Known) -> pst.Expr | None:
    if is_value(left) and not isinstance(left, pst.EntityLit):
        return ERROR
    if not is_value(right):
        return None
    members: list[bool | None] = []
    for element in right.elements if isinstance(right, pst.Set) else (right,):
        if not isinstance(element, pst.EntityLit):
            return ERROR  # even when another element would match
        members.append(_member(left, element.value, known))
    if True in members:
        return pst.BoolLit(True)
    return None if None in members else pst.BoolLit(False)


def _member(left: pst.Expr, right: pst.EntityUid, known: Known) -> bool | None:
    match left:
        case pst.EntityLit(uid):
            ancestors = known.ancestors(uid)
            return True if uid == right else None if ancestors is None else key(right) in ancestors
        case pst.Var("resource"):
            return known.resource_is_in(right)
        case _:
            return None


def _contains(
    left: pst.Expr, right: pst.Expr, op: Literal["contains", "contains_all", "contains_any"]
) -> pst.Expr | None:
    if is_value(left) and not isinstance(left, pst.Set):
        return ERROR
    if op == "contains":
        if not (is_set(left) and is_value(right)):
            return None
        return pst.BoolLit(plain(right) in {plain(element) for element in left.elements})
    if is_value(right) and not isinstance(right, pst.Set):
        return ERROR
    if not (is_set(left) and is_set(right)):
        return None
    ours, theirs = ({plain(element) for element in side.elements} for side in (left, right))
    return pst.BoolLit(theirs <= ours if op == "contains_all" else bool(theirs & ours))
