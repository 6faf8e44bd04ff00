"""What the parts of a rule are called, as the person who wrote it knows them, when they must be refused by name."""

from collections.abc import Mapping
from typing import Final, assert_never

from cedarpy import pst

_OPERATORS: Final[Mapping[pst.UnaryOpName | pst.BinaryOpName, str]] = {
    "not": "!", "neg": "-", "is_empty": "isEmpty", "datetime": "datetime", "decimal": "decimal", "duration": "duration",
    "ip": "ip", "is_ipv4": "isIpv4", "is_ipv6": "isIpv6", "is_loopback": "isLoopback", "is_multicast": "isMulticast",
    "to_date": "toDate", "to_time": "toTime", "to_milliseconds": "toMilliseconds", "to_seconds": "toSeconds",
    "to_minutes": "toMinutes", "to_hours": "toHours", "to_days": "toDays", "eq": "==", "not_eq": "!=", "less": "<",
    "less_eq": "<=", "greater": ">", "greater_eq": ">=", "and": "&&", "or": "||", "add": "+", "sub": "-", "mul": "*",
    "in": "in", "contains": "contains", "contains_all": "containsAll", "contains_any": "containsAny",
    "get_tag": "getTag", "has_tag": "hasTag", "is_in_range": "isInRange", "offset": "offset",
    "duration_since": "durationSince", "decimal_less_than": "lessThan", "decimal_less_eq": "lessThanOrEqual",
    "decimal_greater": "greaterThan", "decimal_greater_eq": "greaterThanOrEqual",
}  # fmt: skip
_ARITHMETIC: Final = frozenset({"neg", "add", "sub", "mul"})


def construct(expr: pst.Expr) -> str:
    """The outermost construct of an expression."""
    match expr:
        case pst.UnaryOp(op) | pst.BinaryOp(op):
            return f"arithmetic (`{_OPERATORS[op]}`)" if op in _ARITHMETIC else f"`{_OPERATORS[op]}` on these operands"
        case pst.Var(name):
            return f"`{name}` as a value"
        case pst.Slot(name):
            return f"the slot `?{name}`"
        case pst.GetAttr(_, name):
            return f"`.{name}` of anything but `resource`"
        case pst.HasAttr(_, names):
            return f"`has {'.'.join(names)}` of anything but `resource`"
        case pst.Is(_, entity_type):
            return f"`is {entity_type}` on this operand"
        case pst.Like():
            return "`like` on this operand"
        case pst.IfThenElse():
            return "`if` as an operand"
        case pst.Set():
            return "a set that holds attributes, or as an operand"
        case pst.Record():
            return "a record"
        case pst.BoolLit() | pst.LongLit() | pst.StringLit() | pst.EntityLit():
            return "a constant on this side"
        case _:
            assert_never(expr)
