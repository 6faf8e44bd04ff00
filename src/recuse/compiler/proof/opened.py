"""What rules open in a situation: questions folded with Cedar's answers, and encoded over the rows left open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final, assert_never

import z3

from recuse.compiler.proof.cedar import Cedar, Situation
from recuse.compiler.proof.hashed import Hashed, hashed_once
from recuse.compiler.proof.questions import (
    EVERYTHING,
    Answered,
    Branch,
    Conjunction,
    Disjunction,
    Effect,
    Negation,
    Open,
    Piece,
    Question,
    Variable,
)
from recuse.compiler.proof.space import Space
from recuse.errors import PlanError

MOST_TOGETHER: Final = 4096
Pair = tuple[z3.BoolRef, z3.BoolRef]
"""Where a question is true, and where it is false; elsewhere it errs."""


@hashed_once
@dataclass(frozen=True, slots=True)
class Opened(Hashed):
    """What is left of the rules in one situation; equal when they open the same rows. The situation is one of such."""

    rules: frozenset[tuple[Effect, Question]]
    situation: Situation = field(compare=False)


def visible(opened: Opened, space: Space, cedar: Cedar) -> z3.BoolRef:
    """Where some permit rule is true, and every forbid rule false: not merely not true, so that an error denies."""
    encoded = [(effect, _encoded(question, opened.situation, space, cedar)) for effect, question in opened.rules]
    permits = z3.Or(*(true for effect, (true, _) in encoded if effect == "permit"))
    return z3.And(permits, *(false for effect, (_, false) in encoded if effect == "forbid"))


def _encoded(question: Question, situation: Situation, space: Space, cedar: Cedar) -> Pair:
    match question:
        case Answered(value):
            return z3.BoolVal(value is True), z3.BoolVal(value is False)
        case Open():
            return _of_piece(question, situation, space, cedar)
        case Negation(part):
            true, false = _encoded(part, situation, space, cedar)
            return false, true
        case Conjunction(first, second):
            (a, not_a), (b, not_b) = (_encoded(part, situation, space, cedar) for part in (first, second))
            return z3.And(a, b), z3.Or(not_a, z3.And(a, not_b))
        case Disjunction(first, second):
            (a, not_a), (b, not_b) = (_encoded(part, situation, space, cedar) for part in (first, second))
            return z3.Or(a, z3.And(not_a, b)), z3.And(not_a, not_b)
        case Branch(test, then, otherwise):
            parts = (_encoded(part, situation, space, cedar) for part in (test, then, otherwise))
            (c, not_c), (a, not_a), (b, not_b) = parts
            return (
                z3.Or(z3.And(c, a), z3.And(not_c, b)),
                z3.Or(z3.And(c, not_a), z3.And(not_c, not_b)),
            )
        case Piece():
            raise AssertionError(question)  # folding leaves none
        case _:
            assert_never(question)


def _of_piece(asked: Open, situation: Situation, space: Space, cedar: Cedar) -> Pair:
    piece = asked.piece
    columns = [cedar.table(situation.kind).attributes[name].column for name in piece.attributes]
    values = [space.cases[column] for column in columns]
    if prod(map(len, values)) > MOST_TOGETHER:
        raise PlanError("a rule joins too many attributes in one comparison to be proved", "split the rule")
    sides: dict[bool | None, list[z3.BoolRef]] = {True: [], False: [], None: []}
    for combination in product(*(range(len(several)) for several in values)):
        row = {n: values[i][at] for i, (n, at) in enumerate(zip(piece.attributes, combination, strict=True))}
        here = z3.And(*(space.at(column, at) for column, at in zip(columns, combination, strict=True)))
        sides[cedar.answer(piece, situation, asked.bound, row)].append(here)
    return z3.Or(*sides[True]), z3.Or(*sides[False])


def fold(question: Question, situation: Situation, cedar: Cedar, known: frozenset[Variable] = EVERYTHING) -> Question:
    """The question with everything but the row known, or these parts of the situation; what they leave is folded later.

    In stages it comes to the same as at once: what is joined keeps its order, and is left out only where Cedar
    evaluates it in no row.
    """
    match question:
        case Piece() if not question.variables <= known:
            return question
        case Piece():
            bound = situation.values(question.variables)
            if question.attributes:
                return Open(question, bound)
            return Answered(cedar.answer(question, situation, bound, {}))
        case Negation(part):
            inner = fold(part, situation, cedar, known)
            if isinstance(inner, Answered):
                return Answered(None if inner.value is None else not inner.value)
            return Negation(inner)
        case Conjunction(first, second) | Disjunction(first, second):
            left = fold(first, situation, cedar, known)
            if isinstance(left, Answered):
                goes_on = left.value is isinstance(question, Conjunction)
                return fold(second, situation, cedar, known) if goes_on else left
            return type(question)(left, fold(second, situation, cedar, known))
        case Branch(test, then, otherwise):
            decided = fold(test, situation, cedar, known)
            if isinstance(decided, Answered):
                chosen = then if decided.value else otherwise
                return decided if decided.value is None else fold(chosen, situation, cedar, known)
            return Branch(decided, *(fold(part, situation, cedar, known) for part in (then, otherwise)))
        case Open() | Answered():
            return question
        case _:
            assert_never(question)


def pieces(question: Question) -> Iterator[Piece]:
    """Every piece of a question, with repetitions, in order."""
    for leaf in _leaves(question):
        match leaf:
            case Piece():
                yield leaf
            case Open(piece):
                yield piece
            case Answered():
                pass


def unfolded(question: Question) -> Iterator[Piece]:
    """The pieces of a question that are still to be folded."""
    return (leaf for leaf in _leaves(question) if isinstance(leaf, Piece))


def _leaves(question: Question) -> Iterator[Piece | Open | Answered]:
    match question:
        case Piece() | Open() | Answered():
            yield question
        case Negation(part):
            yield from _leaves(part)
        case Conjunction(first, second) | Disjunction(first, second):
            yield from _leaves(first)
            yield from _leaves(second)
        case Branch(test, then, otherwise):
            for part in (test, then, otherwise):
                yield from _leaves(part)
        case _:
            assert_never(question)
