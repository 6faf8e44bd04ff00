"""By which questions rows are told apart when some of each kind are to be tried: those that the rules' literals raise.

They are read off the rules' text, and not off the conditions that were compiled from it, so that a question which a
faulty compiler forgot is asked all the same. A type with few values, or none that rules bound, is told apart by value.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from cedarpy import pst

from recuse.compiler.atoms import Atom, Elements, InRange, OneOf, Whole, Within
from recuse.compiler.fold import NETWORKS, address_of, moment_of
from recuse.compiler.residual import HasTemplate
from recuse.model import RowAttribute


def questions(attribute: RowAttribute, rules: Iterable[HasTemplate]) -> tuple[Atom, ...]:
    """What the literals of the rules ask about a column; none for a type that is told apart by value."""
    column = attribute.column
    match attribute.type:
        case "datetime" | "date":
            literals = (moment_of(literal) for literal in _literals(rules))
            moments = sorted({at + more for at in literals if at is not None for more in (0, 1)})
            return tuple(Within(column, start, None, True) for start in (None, *moments))
        case "ipaddr":
            found = {at for literal in _literals(rules) if (at := address_of(literal)) is not None}
            tests = {network for networks in NETWORKS.values() for network in networks}
            ranges = [InRange(column, side, at, True) for at in sorted(found | tests) for side in ("<<=", ">>=")]
            return (*ranges, *(OneOf(column, (at,), True) for at in sorted(found)))
        case "Set<String>":
            texts = sorted({literal.value for literal in _literals(rules) if isinstance(literal, pst.StringLit)})
            storable = [text for text in texts if "\0" not in text]
            return (
                *(Elements(column, "@>", (text,), True) for text in storable),
                Elements(column, "<@", tuple(storable), True),
                Elements(column, "<@", (), True),
                Whole(column, True),
            )
        case _:
            return ()


def _literals(rules: Iterable[HasTemplate]) -> Iterator[pst.Expr]:
    for rule in rules:
        yield from _in(rule.template)


def _in(node: object) -> Iterator[pst.Expr]:
    match node:
        case pst.StringLit() | pst.UnaryOp("datetime" | "ip"):
            yield node
        case _:
            pass
    if isinstance(node, tuple):
        for part in node:
            yield from _in(part)
    elif is_dataclass(node):
        for each in fields(node):
            yield from _in(getattr(node, each.name))
