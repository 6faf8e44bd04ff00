"""Which permit rules can open anything to whom in which table: all others need not be put to Cedar there.

Told from what a rule names (`resource is T`) and from Cedar's answers about principal and circumstances; whatever else
a rule asks counts as both true and false. Nothing of the compiler's own index is used.
"""

from collections.abc import Iterable, Sequence
from typing import Final, assert_never

from cedarpy import pst

from recuse.compiler.proof.cedar import Cedar, Situation
from recuse.compiler.proof.kinds import Mentioned
from recuse.compiler.proof.questions import (
    WHO,
    Answered,
    Branch,
    Conjunction,
    Disjunction,
    Negation,
    Open,
    Piece,
    Question,
    Rule,
)
from recuse.model import System
from recuse.policy.schema import row_type

RowTypes = frozenset[str] | None
"""Types of rows; None for every type there is."""
Sides = tuple[bool, bool]
"""Whether something can be true, and whether it can be false."""
_ANYONE: Final = pst.ScopeAny()
ANYTHING: Final = Piece(
    pst.Template("anything", "permit", _ANYONE, _ANYONE, _ANYONE, (), {}), frozenset({"resource"}), (), Mentioned()
)
"""Stands for whatever a rule asks besides who asks: it may be true, and false."""


def about(rules: Sequence[Rule], system: System) -> dict[str, tuple[int, ...]]:
    """By table, the numbers of the rules to be asked of its rows: forbid rules, and permit rules that may be true."""
    every: list[int] = []
    named: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        types = None if rule.effect == "forbid" else named_types(rule)
        if types is None:
            every.append(number)
        for each in types or ():
            named.setdefault(each, []).append(number)
    return {t.name: tuple(sorted([*every, *named.get(row_type(system.name, t.name), ())])) for t in system.tables}


def named_types(rule: Rule) -> RowTypes:
    """The types of rows that a rule names; of any other its condition is never true."""
    template = rule.template
    scope = template.resource
    own = frozenset({str(scope.entity_type)}) if isinstance(scope, pst.ScopeIs | pst.ScopeIsIn) else None
    return _all([own, *(_named(clause.expr) for clause in template.clauses if isinstance(clause, pst.When))])


def _named(expr: pst.Expr) -> RowTypes:
    match expr:
        case pst.Is(pst.Var("resource"), entity_type, _):
            return frozenset({str(entity_type)})
        case pst.BinaryOp("and", left, right):
            return _all((_named(left), _named(right)))
        case pst.BinaryOp("or", left, right):
            first, second = _named(left), _named(right)
            return None if first is None or second is None else first | second
        case _:
            return None


def _all(several: Iterable[RowTypes]) -> RowTypes:
    """The types that every one of these allows."""
    found: RowTypes = None
    for types in several:
        if types is not None:
            found = types if found is None else found & types
    return found


def of_whom(question: Question) -> Question:
    """What a question asks of principal and circumstances, with `ANYTHING` for all else: many rules ask the same."""
    match question:
        case Piece(variables=variables, attributes=()) if variables and variables <= WHO:
            return question
        case Answered():
            return question
        case Piece() | Open():
            return ANYTHING
        case Negation(part):
            parts: tuple[Question, ...] = (part,)
        case Conjunction(first, second) | Disjunction(first, second):
            parts = (first, second)
        case Branch(test, then, otherwise):
            parts = (test, then, otherwise)
        case _:
            assert_never(question)
    asked = tuple(map(of_whom, parts))
    return ANYTHING if all(each is ANYTHING for each in asked) else type(question)(*asked)


def may_open(question: Question, situation: Situation, cedar: Cedar) -> bool:
    """Whether a rule can be true for the principal and the circumstances of a situation, whatever else it asks."""
    return _sides(question, situation, cedar)[0]


def _sides(question: Question, situation: Situation, cedar: Cedar) -> Sides:
    match question:
        case Piece(variables=variables, attributes=()) if variables and variables <= WHO:
            answer = cedar.answer(question, situation, situation.values(variables), {})
            return answer is True, answer is False
        case Piece() | Open():
            return True, True
        case Answered(value):
            return value is True, value is False
        case Negation(part):
            true, false = _sides(part, situation, cedar)
            return false, true
        case Conjunction(first, second):
            (true, false), (also, neither) = (_sides(part, situation, cedar) for part in (first, second))
            return true and also, false or neither
        case Disjunction(first, second):
            (true, false), (also, neither) = (_sides(part, situation, cedar) for part in (first, second))
            return true or also, false and neither
        case Branch(test, then, otherwise):
            (yes, no), (a, not_a), (b, not_b) = (_sides(part, situation, cedar) for part in (test, then, otherwise))
            return (yes and a) or (no and b), (yes and not_a) or (no and not_b)
        case _:
            assert_never(question)
