"""Folds what is known into an expression, so that Cedar would evaluate both alike, errors and short circuits included.

An expression in a *condition's place* (an operand of `&&`, `||`, `!`, the test of an `if`, a whole rule) errs unless it
is a truth value; there, and only there, `true && x` is `x`. Nothing that may err is dropped: `x && false` stays, since
it errs when `x` does.
"""

from typing import Final, Literal, assert_never

from cedarpy import pst

from recuse.compiler.fold import ERROR, address_test, constructor, is_empty, is_value, like, negative, strict
from recuse.compiler.known import Known

TRUE: Final = pst.BoolLit(True)
FALSE: Final = pst.BoolLit(False)

_TRUTH_OPERATORS: Final = frozenset({
    "not", "is_empty", "is_ipv4", "is_ipv6", "is_loopback", "is_multicast", "eq", "not_eq", "less", "less_eq",
    "greater", "greater_eq", "and", "or", "in", "contains", "contains_all", "contains_any", "has_tag", "is_in_range",
    "decimal_less_than", "decimal_less_eq", "decimal_greater", "decimal_greater_eq",
})  # fmt: skip


def reduce(expr: pst.Expr, known: Known) -> pst.Expr:
    """The expression with everything known folded in; equal to it in every evaluation that agrees with `known`."""
    match expr:
        case pst.Var(name):
            return known.variable(name)
        case pst.BoolLit() | pst.LongLit() | pst.StringLit() | pst.EntityLit() | pst.Slot():
            return expr
        case pst.UnaryOp(op, arg):
            return _unary(op, arg, known)
        case pst.BinaryOp(op, left, right):
            return _binary(op, left, right, known)
        case pst.GetAttr(base, name):
            return _attribute(reduce(base, known), name, known)
        case pst.HasAttr(base, names):
            return _has(base, names, known)
        case pst.Like(base, pattern):
            return like(reduce(base, known), pattern)
        case pst.Is(base, entity_type, in_expr):
            return _is(base, entity_type, in_expr, known)
        case pst.IfThenElse(test, then, otherwise):
            return _choose(test, then, otherwise, known)
        case pst.Set(elements):
            parts = tuple(reduce(element, known) for element in elements)
            return ERROR if ERROR in parts else pst.Set(parts)
        case pst.Record(fields):
            values = {name: reduce(value, known) for name, value in fields.items()}
            return ERROR if ERROR in values.values() else pst.Record(pst.FrozenMap(values))
        case _:
            assert_never(expr)


def condition(expr: pst.Expr) -> pst.Expr:
    """A reduced expression in a condition's place: a value of another kind errs, and `true && x` is `x`."""
    match expr:
        case pst.BinaryOp("and", pst.BoolLit(True), right) | pst.BinaryOp("or", pst.BoolLit(False), right):
            return right
        case pst.BoolLit():
            return expr
        case _:
            return ERROR if is_value(expr) else expr


def is_truth(expr: pst.Expr) -> bool:
    """Whether the expression is a truth value wherever it does not err, seen from its form alone."""
    match expr:
        case pst.BoolLit() | pst.HasAttr() | pst.Like() | pst.Is():
            return True
        case pst.UnaryOp(op) | pst.BinaryOp(op):
            return op in _TRUTH_OPERATORS or expr == ERROR
        case pst.IfThenElse(_, then, otherwise):
            return is_truth(then) and is_truth(otherwise)
        case _:
            return False


def nest(op: Literal["and", "or"], left: pst.Expr, right: pst.Expr) -> pst.Expr:
    """`left op right` with the chain nested to the right, as the encoding of rules wants it; equal in Cedar."""
    if isinstance(left, pst.BinaryOp) and left.op == op:
        return pst.BinaryOp(op, left.left, nest(op, left.right, right))
    return pst.BinaryOp(op, left, right)


def _binary(op: pst.BinaryOpName, left: pst.Expr, right: pst.Expr, known: Known) -> pst.Expr:
    match op:
        case "and" | "or":
            return _chain(op, left, right, known)
        case _:
            return strict(op, reduce(left, known), reduce(right, known), known)


def _chain(op: Literal["and", "or"], left: pst.Expr, right: pst.Expr, known: Known) -> pst.Expr:
    neutral, decisive = (TRUE, FALSE) if op == "and" else (FALSE, TRUE)
    first = condition(reduce(left, known))
    if first in (decisive, ERROR):
        return first
    second = condition(reduce(right, known))
    if first == neutral and is_truth(second):
        return second
    if second == neutral and is_truth(first):
        return first
    return nest(op, first, second)


def _choose(test: pst.Expr, then: pst.Expr, otherwise: pst.Expr, known: Known) -> pst.Expr:
    decided = condition(reduce(test, known))
    match decided:
        case pst.BoolLit(value):
            return reduce(then if value else otherwise, known)
        case _ if decided == ERROR:
            return ERROR
        case _:
            return pst.IfThenElse(decided, reduce(then, known), reduce(otherwise, known))


def _unary(op: pst.UnaryOpName, arg: pst.Expr, known: Known) -> pst.Expr:
    operand = reduce(arg, known)
    match op:
        case "neg":
            return negative(operand)
        case "is_empty":
            return is_empty(operand)
        case "datetime" | "ip":
            return constructor(op, operand)
        case "is_ipv4" | "is_ipv6" | "is_loopback" | "is_multicast":
            return address_test(op, operand)
        case "not":
            truth = condition(operand)
            if isinstance(truth, pst.BoolLit):
                return pst.BoolLit(not truth.value)
            return ERROR if truth == ERROR else pst.UnaryOp("not", truth)
        case _:
            # Extension functions are left for lowering to refuse by name.
            return ERROR if operand == ERROR else pst.UnaryOp(op, operand)


def _attribute(base: pst.Expr, name: str, known: Known) -> pst.Expr:
    match base:
        case pst.Record(fields):
            return fields.get(name, ERROR)
        case pst.EntityLit(uid):
            attributes = known.attributes(uid)
            return pst.GetAttr(base, name) if attributes is None else attributes.get(name, ERROR)
        case pst.Var("resource"):
            return known.resource_attribute(name) or pst.GetAttr(base, name)
        case _:
            return ERROR if is_value(base) or base == ERROR else pst.GetAttr(base, name)


def _has(base: pst.Expr, names: tuple[str, ...], known: Known) -> pst.Expr:
    first, *rest = names
    if rest:  # `x has a.b` is `x has a && x.a has b`
        inner = pst.HasAttr(pst.GetAttr(base, first), tuple(rest))
        return _chain("and", pst.HasAttr(base, (first,)), inner, known)
    owner = reduce(base, known)
    match owner:
        case pst.Record(fields):
            return pst.BoolLit(first in fields)
        case pst.EntityLit(uid):
            attributes = known.attributes(uid)
            return pst.HasAttr(owner, names) if attributes is None else pst.BoolLit(first in attributes)
        case pst.Var("resource") if known.resource_attribute(first) is not None:
            return TRUE
        case _:
            return ERROR if is_value(owner) or owner == ERROR else pst.HasAttr(owner, names)


def _is(base: pst.Expr, entity_type: pst.EntityType, in_expr: pst.Expr | None, known: Known) -> pst.Expr:
    if in_expr is not None:  # `x is T in e` is `x is T && x in e`
        return _chain("and", pst.Is(base, entity_type, None), pst.BinaryOp("in", base, in_expr), known)
    operand = reduce(base, known)
    match operand:
        case pst.EntityLit(uid):
            return pst.BoolLit(uid.type == entity_type)
        case pst.Var("resource") if known.row_type is not None:
            return pst.BoolLit(str(entity_type) == known.row_type)
        case _:
            return ERROR if is_value(operand) or operand == ERROR else pst.Is(operand, entity_type, None)
