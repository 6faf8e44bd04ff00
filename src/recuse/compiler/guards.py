"""Guards in forbid rules that leave rows with NULL visible: `forbid … when { resource has x && resource.x }`.

Such a rule is exact, and often not what its author meant: what is not known is not forbidden. It is found by working
out which outcomes (true, false, an error) each alternative of a forbid rule can have when the attribute is missing: it
leaves rows visible if false is among them and true is not. SOUNDNESS, rule (7).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import islice, product
from typing import Final, Literal

from cedarpy import pst

from recuse.compiler.known import Hierarchy, Known, ResourceKind
from recuse.compiler.reduce import FALSE, reduce
from recuse.compiler.residual import HasTemplate, of_resource, whole
from recuse.compiler.rights import attributes_of
from recuse.model import RowAttribute, System, TableMap

Outcome = Literal["true", "false", "error"]
Outcomes = frozenset[Outcome]

MOST_ALTERNATIVES: Final = 1000  # of one rule that are looked at: each `&&` of two `||` doubles them

_ANY: Final[Outcomes] = frozenset({"true", "false", "error"})
_TRUE: Final[Outcomes] = frozenset({"true"})
_FALSE: Final[Outcomes] = frozenset({"false"})
_ERROR: Final[Outcomes] = frozenset({"error"})
_OPPOSITE: Final[dict[Outcome, Outcome]] = {"true": "false", "false": "true", "error": "error"}


@dataclass(frozen=True, slots=True)
class Guarded:
    """A forbid rule, a table that it speaks of, and an attribute whose NULLs it leaves visible there."""

    rule: str
    table: str
    attribute: str
    column: str

    @property
    def remedy(self) -> str:
        """How to close what is not known."""
        name = self.attribute
        return f"write `unless {{ resource has {name} && !(…) }}`, with what it asks of `resource.{name}` for `…`"


def guarded_attributes(rules: Iterable[HasTemplate], system: System, hierarchy: Hierarchy) -> tuple[Guarded, ...]:
    """Every guard of a forbid rule that leaves rows with NULL visible, by rule, table and attribute of the system."""
    found: list[Guarded] = []
    for rule in rules:
        if rule.effect != "forbid":
            continue
        alternatives = tuple(islice(_alternatives(whole(rule)), MOST_ALTERNATIVES))
        for table in system.tables:
            if _speaks_of(rule, system, table, hierarchy):
                found += (
                    Guarded(rule.id, table.name, name, attribute.column)
                    for name, attribute in _optional(table)
                    if any(_leaves_visible(alternative, name) for alternative in alternatives)
                )
    return tuple(found)


def _optional(table: TableMap) -> Iterator[tuple[str, RowAttribute]]:
    return (item for item in sorted(table.attributes.items()) if item[1].optional)


def _speaks_of(rule: HasTemplate, system: System, table: TableMap, hierarchy: Hierarchy) -> bool:
    """Whether the rule's scope lets in rows of the table, as any of its categories."""
    found = attributes_of(table)
    kinds = (ResourceKind(system.name, table.name, name, table.public, found) for name in table.categories)
    return any(reduce(of_resource(rule), Known(hierarchy, resource=kind)) != FALSE for kind in kinds)


def _alternatives(expr: pst.Expr) -> Iterator[pst.Expr]:
    """What a rule says in its disjunctions: each by itself can be why a row is forbidden."""
    match expr:
        case pst.BinaryOp("or", left, right):
            yield from _alternatives(left)
            yield from _alternatives(right)
        case pst.BinaryOp("and", left, right):
            for one, other in product(_alternatives(left), _alternatives(right)):
                yield pst.BinaryOp("and", one, other)
        case _:
            yield expr


def _leaves_visible(expr: pst.Expr, name: str) -> bool:
    outcomes = _without(expr, name)
    return _asks(expr, name) and "false" in outcomes and "true" not in outcomes


def _without(expr: pst.Expr, name: str) -> Outcomes:
    """The outcomes that an expression can have on a row that lacks the attribute."""
    match expr:
        case pst.BoolLit(value):
            return _TRUE if value else _FALSE
        case pst.HasAttr(pst.Var("resource"), (first, *_)) if first == name:
            return _FALSE
        case pst.UnaryOp("not", arg):
            return frozenset(_OPPOSITE[outcome] for outcome in _without(arg, name))
        case pst.BinaryOp(("and" | "or") as op, left, right):
            going_on: Outcome = "true" if op == "and" else "false"
            before = _without(left, name)
            return (before - {going_on}) | (_without(right, name) if going_on in before else frozenset())
        case pst.IfThenElse(test, then, otherwise):
            tested = _without(test, name)
            chosen = [side for said, side in (("true", then), ("false", otherwise)) if said in tested]
            return frozenset((tested & _ERROR).union(*(_without(side, name) for side in chosen)))
        case _:
            return _ERROR if _asks(expr, name) else _ANY


def _asks(node: object, name: str) -> bool:
    """Whether the attribute's value is asked for anywhere in a part of a rule."""
    match node:
        case pst.GetAttr(pst.Var("resource"), found) if found == name:
            return True
        case tuple():
            return any(_asks(part, name) for part in node)
        case _:
            return is_dataclass(node) and any(_asks(getattr(node, each.name), name) for each in fields(node))
