"""What a NULL does to a rule: `resource has x` guards, and the rows that they show or hide where `x` is NULL.

In a forbid rule `resource has x && resource.x` skips the rows that have no `x`: nobody decided about them, and they
stay visible (SOUNDNESS, rule 7). In a permit rule the same words hide them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from cedarpy import pst

from recuse.compiler.condition import ALWAYS, NEVER, All, Always, Any, Condition, Never, Null, all_of, any_of, atoms
from recuse.compiler.residual import HasTemplate

Shown = Literal["shown", "hidden"]


@dataclass(frozen=True, slots=True)
class Guard:
    """One `resource has attribute` of a rule, and what the rule does to rows without: leaves them shown, or hidden.

    `rewording` is a clause that hides them in place of the guard, where the guard is plain enough to be turned round.
    """

    rule: str
    attribute: str
    effect: Shown
    rewording: str | None


def guards(rules: Iterable[HasTemplate]) -> tuple[Guard, ...]:
    """The guards of these rules in the order of their text, each once."""
    found: dict[Guard, None] = {}
    for rule in rules:
        for clause in rule.template.clauses:
            plain = tuple(_plain(clause.expr)) if isinstance(clause, pst.When) and rule.effect == "forbid" else ()
            for attribute, positive in _asked(clause.expr, isinstance(clause, pst.When)):
                found[_guard(rule, attribute, plain, positive=positive)] = None
    return tuple(found)


def _guard(rule: HasTemplate, attribute: str, plain: tuple[str, ...], *, positive: bool) -> Guard:
    shown: Shown = "shown" if (rule.effect == "forbid") == positive else "hidden"
    rewording = None
    if shown == "shown" and attribute in plain:
        rewording = f"unless {{ resource has {attribute} && !resource.{attribute} }}"
    return Guard(rule.id, attribute, shown, rewording)


def _asked(expr: pst.Expr, positive: bool) -> Iterator[tuple[str, bool]]:
    """Each `resource has x`, and whether the expression needs it to be true (or false) in order to be true."""
    match expr:
        case pst.HasAttr(pst.Var("resource"), (attribute,)):
            yield attribute, positive
        case pst.UnaryOp("not", arg):
            yield from _asked(arg, not positive)
        case pst.BinaryOp("and" | "or", left, right):
            yield from _asked(left, positive)
            yield from _asked(right, positive)
        case pst.IfThenElse(test, then, otherwise):
            for side in (True, False):
                yield from _asked(test, side)
            yield from _asked(then, positive)
            yield from _asked(otherwise, positive)
        case _:
            return


def _plain(expr: pst.Expr) -> Iterator[str]:
    """Attributes `x` for which `resource has x && resource.x` stands in a chain of `&&`."""
    parts = tuple(_conjuncts(expr))
    for part in parts:
        match part:
            case pst.HasAttr(pst.Var("resource") as base, (attribute,)) if pst.GetAttr(base, attribute) in parts:
                yield attribute
            case _:
                pass


def _conjuncts(expr: pst.Expr) -> Iterator[pst.Expr]:
    if isinstance(expr, pst.BinaryOp) and expr.op == "and":
        yield from _conjuncts(expr.left)
        yield from _conjuncts(expr.right)
    else:
        yield expr


def without_value(condition: Condition, column: str) -> Condition:
    """What is left of a row condition for rows that have NULL in this column."""
    match condition:
        case Always() | Never():
            return condition
        case All(parts):
            return all_of(without_value(part, column) for part in parts)
        case Any(parts):
            return any_of(without_value(part, column) for part in parts)
        case Null(name, expected) if name == column:
            return ALWAYS if expected else NEVER
        case _:
            return NEVER if condition.column == column else condition


def effect_of_null(condition: Condition, column: str) -> Shown | None:
    """Whether rows with NULL in the column can be shown by a row condition that asks about it; None if it does not."""
    if all(atom.column != column for atom in atoms(condition)):
        return None
    return "hidden" if without_value(condition, column) == NEVER else "shown"
