"""Planted faults: wrong rules of the compiler that somebody could write, by what they say.

Each is put in the place of a part of the compiler for one test, which must then find rows shown or hidden wrongly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pytest
from cedarpy import pst
from psycopg import sql

from recuse.compiler import atoms, condition, fold, known, lower, pattern, reduce, residual, truth
from recuse.compiler.condition import (
    ALWAYS,
    NEVER,
    All,
    Always,
    Any,
    Atom,
    Condition,
    Never,
    Null,
    OneOf,
    Ordered,
    all_of,
    any_of,
    complement,
    given_not_null,
    one_of,
)
from recuse.compiler.truth import Truth
from recuse.targets.postgres import condition_sql

Fault = Callable[[pytest.MonkeyPatch], None]

sound_chain, sound_strict, sound_whole = reduce._chain, fold.strict, residual._whole
sound_choice, sound_pieces = truth.choice, pattern.pieces
sound_atom, sound_constant = condition_sql._atom, condition_sql._constant


def not_true(shown: Condition) -> Condition:
    """`condition IS NOT TRUE`: what `NOT COALESCE(condition, false)` comes to."""
    match shown:
        case Always():
            return NEVER
        case Never():
            return ALWAYS
        case All(parts):
            return any_of(not_true(part) for part in parts)
        case Any(parts):
            return all_of(not_true(part) for part in parts)
        case Null():
            return complement(shown)
        case _:
            return any_of((complement(shown), Null(shown.column, True)))


def visible(permit: Callable[[Truth], Condition], forbid: Callable[[Truth], Condition]) -> object:
    def combined(permits: Sequence[Truth], forbids: Sequence[Truth]) -> Condition:
        return all_of((any_of(map(permit, permits)), *map(forbid, forbids)))

    return combined


def eager_chain(op: str, left: pst.Expr, right: pst.Expr, stage: known.Known) -> pst.Expr:
    decisive = reduce.FALSE if op == "and" else reduce.TRUE
    second = reduce.condition(reduce.reduce(right, stage))
    return decisive if second == decisive else sound_chain(op, left, right, stage)  # type: ignore[arg-type]


def strict_without_errors(op: fold.Strict, left: pst.Expr, right: pst.Expr, stage: known.Known) -> pst.Expr:
    result = sound_strict(op, left, right, stage)
    return reduce.FALSE if result == fold.ERROR else result


def only_itself(stage: known.Known, uid: pst.EntityUid) -> frozenset[known.Key]:
    return frozenset({known.key(uid)})


def unless_as_when(rule: residual.HasTemplate) -> pst.Expr:
    clauses = tuple(pst.When(clause.expr) for clause in rule.template.clauses)
    return sound_whole(residual.RuleText(rule.id, rule.effect, replace(rule.template, clauses=clauses)))


def without_scope_of_resource(_rule: residual.HasTemplate) -> pst.Expr:
    return reduce.TRUE


def distinct_from(column: str, constants: Sequence[int | str], expected: bool = True) -> Condition:
    found = one_of(column, constants, expected)
    return found if expected else any_of((found, Null(column, True)))


def all_not_null(shown: Condition, _columns: frozenset[str]) -> Condition:
    return given_not_null(shown, frozenset(atom.column for atom in condition.atoms(shown)))


def atom_with_distinct(atom: Atom, column: sql.Identifier) -> sql.Composed:
    written = sound_atom(atom, column)
    return written if isinstance(atom, Null) else sql.SQL("({} OR {} IS NULL)").format(written, column)


def cut_at_quote(constant: int | str) -> sql.Composed:
    return sound_constant(constant.partition("'")[0] if isinstance(constant, str) else constant)


def everything_if_unequal(atom: Atom) -> tuple[int | str, ...] | None:
    return () if isinstance(atom, OneOf) and not atom.expected else None


def off_by_one(atom: Atom) -> Atom:
    opposites = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    if isinstance(atom, Ordered):
        return Ordered(atom.column, opposites[atom.order], atom.constant)  # type: ignore[arg-type]
    return complement(atom)


def replaced(owner: object, name: str, fault: object) -> Fault:
    return lambda patch: patch.setattr(owner, name, fault)


FAULTS: Final[Mapping[str, Fault]] = {
    "a forbid blocks only where it is true (COALESCE(forbid, false))": replaced(
        truth, "visible", visible(lambda p: p.true, lambda f: not_true(f.true))
    ),
    "a forbid that always errs is skipped": replaced(
        truth, "visible", visible(lambda p: p.true, lambda f: ALWAYS if f == truth.ERRS else f.false)
    ),
    "a permit shows wherever it is not false": replaced(
        truth, "visible", visible(lambda p: not_true(p.false), lambda f: f.false)
    ),
    "a forbid shows what it forbids": replaced(truth, "visible", visible(lambda p: p.true, lambda f: f.true)),
    "every permit must hold": replaced(
        truth, "visible", lambda permits, forbids: all_of([p.true for p in permits] + [f.false for f in forbids])
    ),
    "&& is false where either side is (NOT over AND)": replaced(
        truth, "conjunction", lambda a, b: Truth(all_of((a.true, b.true)), any_of((a.false, b.false)))
    ),
    "&& is false where the left side is not true": replaced(
        truth, "conjunction", lambda a, b: Truth(all_of((a.true, b.true)), any_of((not_true(a.true), b.false)))
    ),
    "|| is true where either side is (SQL's OR)": replaced(
        truth, "disjunction", lambda a, b: Truth(any_of((a.true, b.true)), all_of((a.false, b.false)))
    ),
    "|| is false where either side is": replaced(
        truth,
        "disjunction",
        lambda a, b: Truth(any_of((a.true, all_of((a.false, b.true)))), any_of((a.false, b.false))),
    ),
    "`if` takes the other branch": replaced(truth, "choice", lambda test, a, b: sound_choice(test, b, a)),
    "`if` takes `else` where the test errs (CASE with ELSE)": replaced(
        truth,
        "choice",
        lambda test, a, b: Truth(
            any_of((all_of((test.true, a.true)), all_of((not_true(test.true), b.true)))),
            any_of((all_of((test.true, a.false)), all_of((not_true(test.true), b.false)))),
        ),
    ),
    "`has` is always true": replaced(truth, "presence", lambda column: truth.TRUE),
    "an attribute without a column is false, not an error": replaced(lower, "ERRS", truth.FALSE),
    "!= is IS DISTINCT FROM": replaced(lower, "one_of", distinct_from),
    "values of different types are unequal even when missing": replaced(truth, "difference", lambda a, b: truth.FALSE),
    "the opposite of < is >": replaced(truth, "complement", off_by_one),
    "a pattern is a plain prefix": replaced(lower, "pieces", lambda elements: (sound_pieces(elements)[0], "")),
    "every column is NOT NULL": replaced(lower, "given_not_null", all_not_null),
    "x && false is false even where x errs": replaced(reduce, "_chain", eager_chain),
    "an error in a constant is false": replaced(reduce, "strict", strict_without_errors),
    "`in` forgets ancestors": replaced(known.Known, "ancestors", only_itself),
    "`unless` is `when`": replaced(residual, "_whole", unless_as_when),
    "the scope of the resource is ignored": replaced(residual, "_of_resource", without_scope_of_resource),
    "a column that excludes one value takes all": replaced(atoms, "_all_but", everything_if_unequal),
}

TEXT_FAULTS: Final[Mapping[str, Fault]] = {
    "a pattern's own % and _ are wildcards": replaced(condition_sql, "_escaped", lambda piece: piece),
    "a text ends at its quote": replaced(condition_sql, "_constant", cut_at_quote),
    "NULL counts as true": replaced(condition_sql, "_atom", atom_with_distinct),
}
