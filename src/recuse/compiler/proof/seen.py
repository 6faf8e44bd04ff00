"""What the expressions of a rule speak of, and the constants and patterns that they name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from cedarpy import pst

from recuse.compiler.proof.kinds import Mentioned, literal, mentioning
from recuse.compiler.proof.networks import LOOPBACK, MULTICAST
from recuse.compiler.proof.patterns import MANY, Steps
from recuse.compiler.proof.values import Value
from recuse.model import AttributeType

Types = Mapping[str, AttributeType]
"""The attributes of a table's rows, by name."""
Spoken = tuple[Literal["principal", "context", "action", "table", "resource", "attribute"], str]


@dataclass(frozen=True, slots=True)
class Seen:
    """An expression with what it speaks of: each variable, and each attribute of a row by name; and its parts alike."""

    expr: pst.Expr
    spoken: frozenset[Spoken]
    parts: "tuple[Seen, ...]"


def seen_in(expr: pst.Expr, types: Types) -> Seen:
    """An expression read from the inside out."""
    parts = tuple(seen_in(part, types) for part in parts_of(expr))
    match expr:
        case pst.GetAttr(pst.Var("resource"), name) | pst.HasAttr(pst.Var("resource"), (name, *_)) if name in types:
            spoken: frozenset[Spoken] = frozenset({("attribute", name)})
        case pst.Is(pst.Var("resource"), _, None):
            spoken = frozenset({("table", "")})
        case pst.Var(name):
            spoken = frozenset({(name, "")})
        case _:
            spoken = frozenset().union(*(part.spoken for part in parts))
    return Seen(expr, spoken, parts)


def parts_of(node: pst.Expr) -> Iterator[pst.Expr]:
    """The expressions right inside one."""
    for name in node.__match_args__:
        value = getattr(node, name)
        for each in value if isinstance(value, tuple) else value.values() if isinstance(value, Mapping) else (value,):
            if isinstance(each, _EXPRESSIONS):
                yield each


_EXPRESSIONS: Final = (
    pst.BinaryOp, pst.BoolLit, pst.EntityLit, pst.GetAttr, pst.HasAttr, pst.IfThenElse, pst.Is, pst.Like, pst.LongLit,
    pst.Record, pst.Set, pst.Slot, pst.StringLit, pst.UnaryOp, pst.Var,
)  # fmt: skip


def mentioned_in(expr: pst.Expr) -> Mentioned:
    """Every constant and pattern in an expression; those of another type than a column's tell nothing about it."""
    constants: list[Value] = []
    patterns: list[Steps] = []
    groups: list[frozenset[str]] = []
    waiting: list[pst.Expr] = [expr]
    while waiting:
        each = waiting.pop()
        value = literal(each)
        if value is not None:
            constants.append(value)
        if isinstance(each, pst.UnaryOp):
            constants.extend({"is_loopback": LOOPBACK, "is_multicast": MULTICAST}.get(each.op, ()))
        if isinstance(each, pst.StringLit):
            groups.append(frozenset({each.value}))
        if isinstance(each, pst.Set):
            texts = frozenset(e.value for e in each.elements if isinstance(e, pst.StringLit))
            groups.append(texts)
            waiting.extend(e for e in each.elements if not isinstance(e, pst.StringLit))
            constants.extend(texts)
            continue
        if isinstance(each, pst.Like):
            steps = ((MANY, True) if isinstance(step, pst.Wildcard) else (step.value, False) for step in each.pattern)
            patterns.append(tuple(steps))
        waiting.extend(parts_of(each))
    return mentioning(constants, patterns, groups)
