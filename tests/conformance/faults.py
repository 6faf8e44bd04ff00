"""Planted faults: wrong rules of the compiler that somebody could write, by what they say.

Each is put in the place of a part of the compiler for one test, which must then find rows shown or hidden wrongly.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, LiteralString

import pytest
from cedarpy import pst
from psycopg import sql

from recuse.compiler import compare, condition, fold, known, lower, merge, pattern, reduce, residual, truth
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
    Order,
    Ordered,
    Range,
    Relation,
    Whole,
    Within,
    all_of,
    any_of,
    complement,
    elements,
    given_not_null,
    within,
)
from recuse.compiler.truth import Truth
from recuse.model import DAY, Address, RowAttribute
from recuse.targets.postgres import condition_sql

Fault = Callable[[pytest.MonkeyPatch], None]

sound_chain, sound_strict, sound_whole = reduce._chain, fold.strict, residual.whole
sound_choice, sound_pieces = truth.choice, pattern.pieces
sound_atom, sound_constant, sound_typed = condition_sql._atom, condition_sql._constant, condition_sql._typed
sound_equality, sound_order = compare.equality, compare.order
sound_in_networks, sound_within = compare.in_networks, Address.within
Kind = Literal["datetime", "date"]


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


def distinct_from(attribute: RowAttribute, values: Sequence[pst.Expr]) -> Truth:
    found = sound_equality(attribute, values)
    return Truth(found.true, any_of((found.false, Null(attribute.column, True))))


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


def late_window(column: str, start: int | None, end: int | None, expected: bool = True, *, of: Kind) -> Condition:
    return within(column, start, None if end is None else end + (DAY if of == "date" else 1), expected, of=of)


def rounded_down(column: str, start: int | None, end: int | None, expected: bool = True, *, of: Kind) -> Condition:
    if of == "date":
        start, end = (None if bound is None else bound // DAY * DAY for bound in (start, end))
    return within(column, start, end, expected, of=of)


def with_infinities(attribute: RowAttribute, sign: Order, value: pst.Expr) -> Truth | None:
    found = sound_order(attribute, sign, value)
    if found is not None and isinstance(found.true, Within):
        return Truth(found.true, complement(found.true))
    return found


def first_window(windows: Sequence[Within]) -> Within:
    return windows[0]


def any_for_all(column: str, relation: Relation, constants: Iterable[str], expected: bool = True) -> Condition:
    return elements(column, "&&" if relation == "@>" else relation, constants, expected)


def all_for_any(column: str, relation: Relation, constants: Iterable[str], expected: bool = True) -> Condition:
    return elements(column, "@>" if relation == "&&" else relation, constants, expected)


def holds_and_more(column: str, texts: Sequence[str]) -> Truth:
    return Truth(elements(column, "@>", texts), elements(column, "@>", texts, False))


def network_of(expr: pst.Expr) -> Address | None:
    found = fold.address_of(expr)
    if found is None:
        return None
    rest = found.bits - found.prefix
    return Address(found.version, found.number >> rest << rest, found.prefix)


def turned_round(column: str, side: Range, networks: Iterable[Address]) -> Truth:
    return sound_in_networks(column, ">>=" if side == "<<=" else "<<=", networks)


def narrow_networks() -> Mapping[fold.AddressTest, tuple[Address, ...]]:
    return {**fold.NETWORKS, "is_loopback": (Address(4, (127 << 24) + 1, 32), Address(6, 1, 128))}


def across_versions(one: Address, other: Address) -> bool:
    return sound_within(Address(other.version, one.number, min(one.prefix, other.bits)), other)


def only_its_own(_: known.Known, kind: str, uid: pst.EntityUid) -> frozenset[str]:
    return frozenset({uid.id} if str(uid.type) == kind else ())


def without(suffix: str) -> Callable[[str, LiteralString], sql.Composed]:
    return lambda text, name: sound_typed(text.replace(suffix, ""), name)


def always_whole(atom: Atom, column: sql.Identifier) -> sql.Composed:
    return sql.SQL("({} IS NOT NULL)").format(column) if isinstance(atom, Whole) else sound_atom(atom, column)


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
    "!= is IS DISTINCT FROM": replaced(lower, "equality", distinct_from),
    "values of different types are unequal even when missing": replaced(truth, "difference", lambda a, b: truth.FALSE),
    "the opposite of < is >": replaced(truth, "complement", off_by_one),
    "a pattern is a plain prefix": replaced(lower, "pieces", lambda elements: (sound_pieces(elements)[0], "")),
    "every column is NOT NULL": replaced(lower, "given_not_null", all_not_null),
    "x && false is false even where x errs": replaced(reduce, "_chain", eager_chain),
    "an error in a constant is false": replaced(reduce, "strict", strict_without_errors),
    "`in` forgets ancestors": replaced(known.Known, "ancestors", only_itself),
    "`unless` is `when`": replaced(residual, "whole", unless_as_when),
    "the scope of the resource is ignored": replaced(residual, "of_resource", without_scope_of_resource),
    "a column that excludes one value takes all": replaced(merge, "_all_but", everything_if_unequal),
    "a window of time ends a millisecond late": replaced(compare, "within", late_window),
    "a day begins with the moment in it": replaced(compare, "within", rounded_down),
    "an infinity stands in an order": replaced(lower, "order", with_infinities),
    "windows of time are joined, not met": replaced(merge, "_overlap", first_window),
    "a NULL element is no error": replaced(compare, "Whole", lambda column, _: Null(column, False)),
    "containsAll is containsAny": replaced(compare, "elements", any_for_all),
    "sets are equal that hold the same and more": replaced(compare, "_is_set", holds_and_more),
    "containsAny is containsAll": replaced(compare, "elements", all_for_any),
    "host bits do not count": replaced(compare, "address_of", network_of),
    "an address in a network is the other way round": replaced(lower, "in_networks", turned_round),
    "only 127.0.0.1 is the loopback": replaced(lower, "NETWORKS", narrow_networks()),
    "IPv6 holds IPv4": replaced(Address, "within", across_versions),
    "an id in a column is in nothing above it": replaced(known.Known, "within", only_its_own),
    "what asks is in nothing above it": replaced(fold, "_above", lambda left, stage: frozenset()),
}

TEXT_FAULTS: Final[Mapping[str, Fault]] = {
    "a pattern's own % and _ are wildcards": replaced(condition_sql, "_escaped", lambda piece: piece),
    "a text ends at its quote": replaced(condition_sql, "_constant", cut_at_quote),
    "NULL counts as true": replaced(condition_sql, "_atom", atom_with_distinct),
    "a moment is in the session's zone": replaced(condition_sql, "_typed", without("+00")),
    "years before 1 are years after it": replaced(condition_sql, "_typed", without(" BC")),
    "a set of texts has no NULL": replaced(condition_sql, "_atom", always_whole),
    "<<= is <<": replaced(condition_sql, "_OPERATORS", condition_sql._OPERATORS | {"<<=": sql.SQL("<<")}),
    "@> is &&": replaced(condition_sql, "_OPERATORS", condition_sql._OPERATORS | {"@>": sql.SQL("&&")}),
}
