"""Where an expression is true and where it is false; where it errs it is neither. Rules combine by the same encoding.

Cedar skips a rule that errs; SQL has NULL in the place of errors. Carrying both sides through every operator keeps the
formula free of negation: where a column is NULL both sides are NULL, the row stays hidden, and a forbid that errs
blocks. Source: SOUNDNESS, "The encoding"; cedar-spec, `Cedar/Spec/Evaluator.lean`, for the order of evaluation.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Final

from recuse.compiler.condition import ALWAYS, NEVER, Atom, Condition, Null, all_of, any_of, complement


@dataclass(frozen=True, slots=True)
class Truth:
    """The rows on which an expression is true, and those on which it is false, both without error."""

    true: Condition
    false: Condition


TRUE: Final = Truth(ALWAYS, NEVER)
FALSE: Final = Truth(NEVER, ALWAYS)
ERRS: Final = Truth(NEVER, NEVER)


def of_atom(atom: Atom) -> Truth:
    """What is true where the atom is, and false where its complement is."""
    return Truth(atom, complement(atom))


def presence(column: str) -> Truth:
    """`resource has …` of a column: never an error."""
    return of_atom(Null(column, False))


def negation(a: Truth) -> Truth:
    """`!a`."""
    return Truth(a.false, a.true)


def conjunction(a: Truth, b: Truth) -> Truth:
    """`a && b`: where `a` is false, `b` is not evaluated."""
    return Truth(all_of((a.true, b.true)), any_of((a.false, all_of((a.true, b.false)))))


def disjunction(a: Truth, b: Truth) -> Truth:
    """`a || b`: where `a` is true, `b` is not evaluated."""
    return Truth(any_of((a.true, all_of((a.false, b.true)))), all_of((a.false, b.false)))


def choice(test: Truth, then: Truth, otherwise: Truth) -> Truth:
    """`if test then … else …`: only the chosen branch is evaluated."""
    return Truth(
        any_of((all_of((test.true, then.true)), all_of((test.false, otherwise.true)))),
        any_of((all_of((test.true, then.false)), all_of((test.false, otherwise.false)))),
    )


def agreement(a: Truth, b: Truth) -> Truth:
    """`a == b` of two truth values: both are evaluated."""
    return Truth(
        any_of((all_of((a.true, b.true)), all_of((a.false, b.false)))),
        any_of((all_of((a.true, b.false)), all_of((a.false, b.true)))),
    )


def among(a: Truth, values: Set[bool]) -> Truth:
    """`[…].contains(a)` of constant truth values."""
    sides = {True: a.true, False: a.false}
    return Truth(
        any_of(side for value, side in sides.items() if value in values),
        any_of(side for value, side in sides.items() if value not in values),
    )


def difference(a: Condition, b: Condition) -> Truth:
    """`a == b` of different types, given where each is evaluated without error: false, never true."""
    return Truth(NEVER, all_of((a, b)))


def defined(a: Truth) -> Condition:
    """Where the expression does not err."""
    return any_of((a.true, a.false))


def visible(permits: Iterable[Truth], forbids: Iterable[Truth]) -> Condition:
    """Some permit is true, and every forbid is false: not merely not true, so that one that errs blocks."""
    return all_of((any_of(permit.true for permit in permits), *(forbid.false for forbid in forbids)))
