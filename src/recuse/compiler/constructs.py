"""What the parts of a rule are called, as the person who wrote it knows them, when they must be refused by name.

What is refused whatever its operands are stands in `refused.toml`, with what to do instead.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, assert_never

from cedarpy import pst

_OPERATORS: Final[Mapping[pst.UnaryOpName | pst.BinaryOpName, str]] = {
    "not": "!", "is_empty": "isEmpty", "datetime": "datetime", "ip": "ip", "is_ipv4": "isIpv4", "is_ipv6": "isIpv6",
    "is_loopback": "isLoopback", "is_multicast": "isMulticast", "eq": "==", "not_eq": "!=", "less": "<",
    "less_eq": "<=", "greater": ">", "greater_eq": ">=", "and": "&&", "or": "||", "in": "in", "contains": "contains",
    "contains_all": "containsAll", "contains_any": "containsAny", "is_in_range": "isInRange",
}  # fmt: skip
_REMEDY: Final = "compare one attribute of `resource` with constants"


@dataclass(frozen=True, slots=True)
class Construct:
    """A construct as it is called in a refusal, and what to write instead."""

    called: str
    remedy: str = _REMEDY


@cache
def refused() -> Mapping[str, Construct]:
    """What is refused whatever its operands are: operators by their name in Cedar's syntax tree, nodes by theirs."""
    found = tomllib.loads(files("recuse.compiler").joinpath("refused.toml").read_text(encoding="utf-8"))
    return {name: Construct(**entry) for kind in ("operator", "node") for name, entry in found[kind].items()}


def construct(expr: pst.Expr) -> Construct:
    """The outermost construct of an expression."""
    match expr:
        case pst.UnaryOp(op) | pst.BinaryOp(op):
            return refused().get(op) or Construct(f"`{_OPERATORS[op]}` on these operands")
        case pst.Slot() | pst.Record():
            return refused()[type(expr).__name__]
        case pst.Var(name):
            return Construct(f"`{name}` as a value", "ask for its attributes, or where it is `in`")
        case pst.GetAttr(_, name):
            return Construct(f"`.{name}` of anything but `resource`")
        case pst.HasAttr(_, names):
            return Construct(f"`has {'.'.join(names)}` of anything but `resource`")
        case pst.Is(_, entity_type):
            return Construct(f"`is {entity_type}` on this operand")
        case pst.Like():
            return Construct("`like` on this operand")
        case pst.IfThenElse():
            return Construct("`if` as an operand", "let `if` choose between conditions")
        case pst.Set():
            return Construct("a set that holds attributes, or as an operand")
        case pst.BoolLit() | pst.LongLit() | pst.StringLit() | pst.EntityLit():
            return Construct("a constant on this side")
        case _:
            assert_never(expr)
