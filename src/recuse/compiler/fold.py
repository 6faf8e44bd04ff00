"""Cedar's strict operators on constants: what they give, that they err, or (None) that it is not known yet.

Strict operators evaluate both operands first; which error comes first does not matter, since Cedar treats all alike.
Source: Cedar language reference, "Operators and functions"; cedar-spec, `Cedar/Spec/Evaluator.lean`.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeGuard, assert_never

from cedarpy import pst

from recuse.compiler.known import Key, Known, entity, key
from recuse.compiler.pattern import matches, pieces
from recuse.model import ENTITY_TYPES, Address, address, moment

Strict = Literal[
    "eq", "not_eq", "less", "less_eq", "greater", "greater_eq", "add", "sub", "mul", "in", "contains", "contains_all",
    "contains_any", "get_tag", "has_tag", "is_in_range", "offset", "duration_since", "decimal_less_than",
    "decimal_less_eq", "decimal_greater", "decimal_greater_eq",
]  # fmt: skip

ERROR: Final = pst.UnaryOp("neg", pst.BoolLit(False))
"""The one spelling of an expression that always errs: the negative of a truth value."""

_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1

AddressTest = Literal["is_ipv4", "is_ipv6", "is_loopback", "is_multicast"]
NETWORKS: Final[Mapping[AddressTest, tuple[Address, ...]]] = {
    "is_ipv4": (Address(4, 0, 0),),
    "is_ipv6": (Address(6, 0, 0),),
    "is_loopback": (Address(4, 0x7F << 24, 8), Address(6, 1, 128)),
    "is_multicast": (Address(4, 0xE0 << 24, 4), Address(6, 0xFF << 120, 8)),
}
"""The networks in one of which an address lies exactly when Cedar's test of it is true."""


def is_value(expr: pst.Expr) -> bool:
    """Whether nothing is left to evaluate: a literal, or a set of such."""
    match expr:
        case pst.BoolLit() | pst.LongLit() | pst.StringLit() | pst.EntityLit():
            return True
        case pst.UnaryOp("datetime" | "ip"):
            return moment_of(expr) is not None or address_of(expr) is not None
        case pst.Set(elements):
            return all(is_value(element) for element in elements)
        case _:
            return False


def is_set(expr: pst.Expr) -> TypeGuard[pst.Set]:
    """Whether the expression is a set of values."""
    return isinstance(expr, pst.Set) and is_value(expr)


def moment_of(expr: pst.Expr) -> int | None:
    """The milliseconds since 1970 UTC of a datetime literal; None for anything else."""
    match expr:
        case pst.UnaryOp("datetime", pst.StringLit(text)):
            return moment(text)
        case _:
            return None


def address_of(expr: pst.Expr) -> Address | None:
    """The address of an ip literal; None for anything else."""
    match expr:
        case pst.UnaryOp("ip", pst.StringLit(text)):
            return address(text)
        case _:
            return None


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
        case "is_in_range":
            folded = _in_range(left, right)
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


def constructor(op: Literal["datetime", "ip"], arg: pst.Expr) -> pst.Expr:
    """`datetime("…")` and `ip("…")`: a value, or ERROR where Cedar does not read the text."""
    made = pst.UnaryOp(op, arg)
    return ERROR if arg == ERROR or (is_value(arg) and not is_value(made)) else made


def address_test(op: AddressTest, arg: pst.Expr) -> pst.Expr:
    """`arg.isIpv4()` and the like."""
    found = address_of(arg)
    if found is not None:
        return pst.BoolLit(any(found.within(network) for network in NETWORKS[op]))
    return ERROR if is_value(arg) or arg == ERROR else pst.UnaryOp(op, arg)


def like(base: pst.Expr, pattern: tuple[pst.PatternElem, ...]) -> pst.Expr:
    """`base like pattern`."""
    if isinstance(base, pst.StringLit):
        return pst.BoolLit(matches(pieces(pattern), base.value))
    return ERROR if is_value(base) or base == ERROR else pst.Like(base, pattern)


def plain(value: pst.Expr) -> object:
    """A value such that two values are equal in Cedar exactly when these are: sets forget order and repetition."""
    if isinstance(value, pst.Set):
        return frozenset(plain(element) for element in value.elements)
    when, where = moment_of(value), address_of(value)
    return when if when is not None else where if where is not None else value


def _equal(left: pst.Expr, right: pst.Expr, op: Literal["eq", "not_eq"]) -> pst.Expr | None:
    if not (is_value(left) and is_value(right)):
        return None
    return pst.BoolLit((plain(left) == plain(right)) == (op == "eq"))


def _ordered(
    left: pst.Expr, right: pst.Expr, op: Literal["less", "less_eq", "greater", "greater_eq"]
) -> pst.Expr | None:
    if not (is_value(left) and is_value(right)):
        return None
    if isinstance(left, pst.LongLit) and isinstance(right, pst.LongLit):
        a, b = left.value, right.value
    else:
        before, after = moment_of(left), moment_of(right)
        if before is None or after is None:
            return ERROR
        a, b = before, after
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
        return _in_attribute(left, right, known)
    targets: list[pst.EntityUid] = []
    for element in right.elements if isinstance(right, pst.Set) else (right,):
        if not isinstance(element, pst.EntityLit):
            return ERROR  # even when another element would match
        targets.append(element.value)
    kind = _kind(left, known)
    if kind is not None:
        return _among(kind, {name for uid in targets for name in known.within(kind, uid)}, left)
    if not isinstance(left, pst.EntityLit | pst.Var):
        return None  # it may err, even where it is asked to be in nothing
    members = [_member(left, uid, known) for uid in targets]
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


def _kind(expr: pst.Expr, known: Known) -> str | None:
    """The entity type of the ids that a row's attribute holds, if it holds such."""
    match expr:
        case pst.GetAttr(pst.Var("resource"), name):
            found = known.attribute_type(name)
            return found if found in ENTITY_TYPES else None
        case _:
            return None


def _among(kind: str, ids: Iterable[str], attribute: pst.Expr) -> pst.Expr:
    return pst.BinaryOp("contains", pst.Set(tuple(entity(kind, name) for name in sorted(ids))), attribute)


def _in_attribute(left: pst.Expr, right: pst.Expr, known: Known) -> pst.Expr | None:
    """`left in resource.…`, by closure of what is above `left`; while rows are open, the principal by its agency."""
    match right:
        case pst.GetAttr(pst.Var("resource"), name):
            pass
        case _:
            return None
    if known.resource is None:
        agencies = known.agencies(left.value) if isinstance(left, pst.EntityLit) else ()
        whole: pst.Expr | None = pst.BinaryOp("eq", left, right) if agencies else None
        for agency in agencies:
            whole = pst.BinaryOp("or", pst.BinaryOp("in", agency, right), whole) if whole else None
        return whole
    above = _above(left, known)
    kind, found = _kind(right, known), known.attribute_type(name)
    if above is not None and kind is not None:
        return _among(kind, {own for of, own in above if of == kind}, right)
    if found == "Set<String>" and not isinstance(left, pst.GetAttr):
        # Texts are no entities; in no element at all nothing is.
        return pst.IfThenElse(pst.UnaryOp("is_empty", right), pst.BoolLit(False), ERROR)
    return None if kind is not None or found == "Set<String>" else ERROR


def _above(left: pst.Expr, known: Known) -> frozenset[Key] | None:
    match left:
        case pst.EntityLit(uid):
            return known.ancestors(uid)
        case pst.Var("resource") if known.resource is not None:
            return known.ancestors(entity("Category", known.resource.category).value)
        case _:
            return None


def _in_range(left: pst.Expr, right: pst.Expr) -> pst.Expr | None:
    inner, outer = address_of(left), address_of(right)
    if inner is not None and outer is not None:
        return pst.BoolLit(inner.within(outer))
    return ERROR if any(is_value(side) and address_of(side) is None for side in (left, right)) else None


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
