"""Faults planted by hand, one or more for each rule and trap of SOUNDNESS, and the quick test that notices each.

`FAULTS` is the table: rule → fault → what catches it. A fault is either a change of the compiler, by monkeypatch, or a
change of a function of the `recuse` schema, by its text; what catches it passes on the product and fails with the
fault. The sections are those of SOUNDNESS: 2 the encoding and its rules, 3 cost, 4 purpose that cannot be forged.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import psycopg
import pytest
from cedarpy import pst
from psycopg import sql

from recuse.compiler import classes, lower, nulls, prove, reduce, residual, rights, truth
from recuse.compiler import wanted as wanted_module
from recuse.compiler.catalog import ColumnTypes
from recuse.compiler.classes import ClassContent
from recuse.compiler.condition import NEVER, Atom, Condition, Flag, Like, any_of, holds, one_of
from recuse.compiler.fold import ERROR
from recuse.compiler.known import Attributes, Key, Known
from recuse.compiler.wanted import Catalog
from recuse.enforcement import order as order_module
from recuse.enforcement.facts import Fact, Grant, ObjectRef, Role, RowPolicy
from recuse.errors import UnsupportedRuleError
from recuse.targets.postgres import condition_sql
from recuse.targets.postgres.column_types import column_types
from recuse.targets.postgres.throwaway import throwaway
from tests import test_algebra, test_mutants
from tests.conformance import faults as of_compiler
from tests.conformance import test_conformance, world
from tests.conformance.world import ASKING, compiled
from tests.conftest import binaries_of
from tests.mutation import gate_checks
from tests.mutation.gate_checks import Check as GateCheck
from tests.mutation.gate_run import tried
from tests.mutation.gate_world import make_world, source_of
from tests.mutation.sql_operators import SqlMutant
from tests.unit.compiler import test_condition_sql, test_nulls, test_prove, test_residual, test_wanted
from tests.unit.enforcement.small import wanted_facts

Check = Callable[[], None]
Plant = Callable[[pytest.MonkeyPatch], None]


# What catches them, beside the tests that are named as they are.


def shapes(*names: str) -> Check:
    """Hostile shapes of the conformance tests, compiled anew: shown is what Cedar allows."""

    def shown_as_cedar_allows() -> None:
        for name in names:
            for asking in ASKING:
                allowed = world.oracle(
                    test_conformance.shape(name), test_conformance.FOUND, test_conformance.ASKED[asking]
                ).allowed
                condition = compiled(test_conformance.shape(name), asking)
                shown = {i for i, row in enumerate(test_conformance.ROWS) if holds(condition, row)}
                assert shown == allowed, (name, asking)

    return shown_as_cedar_allows


def text(condition: Condition, expected: str) -> Check:
    """The condition's text, to the letter."""

    def text_is_written() -> None:
        test_condition_sql.test_text(condition, expected)

    return text_is_written


def refused(name: str) -> Check:
    """A construct without an exact form is refused by name."""

    def refused_by_name() -> None:
        with pytest.raises(UnsupportedRuleError) as caught:
            compiled(test_conformance.shape(name), ASKING[0])
        assert test_conformance.REFUSED[name] in caught.value.message

    return refused_by_name


def algebra(written: str) -> Check:
    def every_set_of_three_rules() -> None:
        test_algebra.test_every_set_of_three_rules(written)

    return every_set_of_three_rules


def a_chain_is_nested_to_the_right() -> None:
    left = test_residual.condition_of("(resource.sealed && resource.vip) && resource.juvenile")
    assert left == test_residual.condition_of("resource.sealed && (resource.vip && resource.juvenile)")
    assert isinstance(left, pst.BinaryOp)
    assert isinstance(left.right, pst.BinaryOp)


def an_unknown_purpose_matches_no_permit() -> None:
    """Whatever a session says: an id outside of the signed tree is in nothing."""
    rule = test_residual.rules('permit (principal, action, resource) when { context.purpose in Purpose::"crime" };')
    for purpose, count in (("crime", 1), ("made up", 0), ("", 0)):
        circumstances = replace(ASKING[0].circumstances, purpose=purpose)
        found = residual.specialise(rule, ASKING[0].principal, circumstances, world.HIERARCHY)
        assert len(found.rules) == count


def a_guard_is_found() -> None:
    test_nulls.test_a_row_without_the_attribute(
        test_nulls.FORBID.format("when { resource has x && resource.x }"), "shown"
    )


def types_that_compare_otherwise_are_refused() -> None:
    types = column_types()
    for found in ("citext", "character(3)", "real", "double precision", "numeric(5,0)", "jsonb", "text"):
        assert types.problem(found, "Long") is not None
    for found in ("citext", "character(3)", "bigint", "jsonb"):
        assert types.problem(found, "String") is not None
    assert types.problem("text", "String") is None
    assert types.problem("bigint", "Long") is None


def names_are_short_and_apart() -> None:
    """PostgreSQL cuts a name at 63 bytes: two that agree so far would be one role."""
    facts = wanted_facts(test_mutants.EVERYTHING, derived=(test_mutants.REPORT,), granular=False)
    names = [f.name for f in facts if isinstance(f, Role | RowPolicy)]
    assert names
    assert all(len(name.encode()) <= 63 for name in names)
    contents = [ClassContent("lab", gated, (), ("x" * 100 + end,)) for gated in (True, False) for end in "ab"]
    assert len({each.role[:63] for each in contents} | {each.owner_role[:63] for each in contents}) == 8


def a_table_has_fewer_grantees_than_an_acl_holds() -> None:
    """About 2,400 fit; so many classes that they might not are refused."""
    assert classes.LIMIT < 2400
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classes, "LIMIT", 1)
        with pytest.raises(UnsupportedRuleError, match="classes of contexts; at most 1 are enforced"):
            wanted_facts(test_mutants.EVERYTHING)


# The faults.


def blind(*_: object) -> None:
    """A proof that finds no counterexample, whatever there is."""


def two_valued(stronger: Condition, weaker: Condition, attributes: Attributes) -> prove.Counterexample | None:
    known = tuple((name, replace(attribute, optional=False)) for name, attribute in attributes)
    return sound_implies(stronger, weaker, known)


def skips_errors(rules: Sequence[residual.Residual], known: Known) -> tuple[residual.Residual, ...]:
    return tuple(rule for rule in sound_remaining(rules, known) if rule.condition != residual_error)


def in_everything(stage: Known, uid: pst.EntityUid) -> frozenset[Key]:
    return frozenset(stage.hierarchy.ancestors)


def approximated(residuals: Sequence[residual.Residual], attributes: Attributes) -> Condition:
    try:
        return sound_lower(residuals, attributes)
    except UnsupportedRuleError:
        return NEVER


def with_text(old: str, new: str) -> Callable[..., Iterator[Fact]]:
    """Row policies whose texts read otherwise."""

    def policies(role: str, gated: bool, of: rights.TableRights, catalog: Catalog) -> Iterator[Fact]:
        for fact in sound_policies(role, gated, of, catalog):
            if isinstance(fact, RowPolicy):
                using, check = (text and text.replace(old, new) for text in (fact.using, fact.check))
                yield replace(fact, using=using, check=check)
            else:
                yield fact

    return policies


def with_distinct(atom: Atom, column: sql.Identifier) -> sql.Composed:
    written = sound_atom(atom, column).as_string(None)
    return sql.Composed([sql.SQL(written.replace("<>", "IS DISTINCT FROM"))])


def inheriting(name: str, *, inherit: bool = True) -> Role:
    return replace(sound_nologin(name, inherit=inherit), inherit=True)


def with_owner_policy(table: ObjectRef) -> Iterator[Fact]:
    yield from sound_closed(table)
    yield RowPolicy(table, "recuse_owner", False, "ALL", ("owner",), "true", None)


def no_check(role: str, gated: bool, of: rights.TableRights, catalog: Catalog) -> Iterator[Fact]:
    for fact in sound_policies(role, gated, of, catalog):
        yield replace(fact, check=None) if isinstance(fact, RowPolicy) else fact


def table_grants(role: str, of: rights.TableRights, catalog: Catalog) -> Iterator[Fact]:
    for fact in sound_grants(role, of, catalog):
        yield replace(fact, on=fact.on.relation) if isinstance(fact, Grant) and fact.privilege == "SELECT" else fact


def named_by_content(content: ClassContent) -> str:
    return f"recuse_c_{content.derived}{content.tables}{content.gated}"


sound_implies, sound_remaining, sound_lower = prove.implies, residual._remaining, lower.lower
sound_policies, sound_closed, sound_grants = wanted_module._policies, wanted_module._closed, wanted_module._grants
sound_atom = condition_sql._atom
sound_membership, sound_nologin = wanted_module._membership, wanted_module._nologin
residual_error = ERROR


def replaced(owner: object, name: str, fault: object) -> Plant:
    return lambda patch: patch.setattr(owner, name, fault)


def of_tests(names: str) -> Plant:
    """A fault that the conformance tests plant too."""
    return {**of_compiler.FAULTS, **of_compiler.TEXT_FAULTS}[names]


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule of SOUNDNESS, what goes against it, and the quick test that notices."""

    rule: str
    fault: str
    plant: Plant
    caught_by: Check


@dataclass(frozen=True, slots=True)
class SqlFault:
    """The same of a function of the schema: its text with `old` replaced by `new`."""

    rule: str
    fault: str
    function: str
    changes: tuple[tuple[str, str], ...]
    caught_by: GateCheck


FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "2 encoding, !a",
        "not true counts as false",
        replaced(truth, "negation", lambda a: truth.Truth(of_compiler.not_true(a.true), a.true)),
        shapes("negated-or-of-nulls"),
    ),
    Fault(
        "2 encoding, &&",
        "false where either side is",
        of_tests("&& is false where either side is (NOT over AND)"),
        shapes("error-and-false", "and-after-error"),
    ),
    Fault(
        "2 encoding, ||",
        "SQL's OR",
        of_tests("|| is true where either side is (SQL's OR)"),
        shapes("or-after-error", "error-or-true"),
    ),
    Fault(
        "2 encoding, if",
        "CASE with ELSE",
        of_tests("`if` takes `else` where the test errs (CASE with ELSE)"),
        shapes("if-nested"),
    ),
    Fault(
        "2 encoding, has", "always true", of_tests("`has` is always true"), shapes("or-after-error", "or-before-error")
    ),
    Fault(
        "2 encoding, unmapped",
        "false, not an error",
        of_tests("an attribute without a column is false, not an error"),
        shapes("forbid-errs-always"),
    ),
    Fault(
        "2 encoding, type clash",
        "unequal even when missing",
        of_tests("values of different types are unequal even when missing"),
        shapes("columns-of-two-types"),
    ),
    Fault("2 encoding, order", "the opposite of < is >", of_tests("the opposite of < is >"), shapes("negated-order")),
    Fault(
        "2 encoding, visible",
        "any forbid that is false shows",
        replaced(
            truth, "visible", lambda permits, forbids: any_of((*(p.true for p in permits), *(f.false for f in forbids)))
        ),
        algebra("by columns"),
    ),
    Fault(
        "2 rule 1",
        "NOT (forbid)",
        of_tests("a forbid blocks only where it is true (COALESCE(forbid, false))"),
        shapes("forbid-errs-on-null"),
    ),
    Fault(
        "2 rule 1",
        "IS DISTINCT FROM",
        replaced(condition_sql, "_atom", with_distinct),
        text(one_of("a", ["b"], False), "(\"a\" <> 'b'::text)"),
    ),
    Fault(
        "2 rule 2",
        "an atom is true where its column is NULL",
        of_tests("NULL counts as true"),
        text(Flag("a", False), '(NOT "a")'),
    ),
    Fault(
        "2 rule 3",
        "chains stay as they are written",
        replaced(reduce, "nest", pst.BinaryOp),
        a_chain_is_nested_to_the_right,
    ),
    Fault(
        "2 rule 4",
        "a forbid that errs is dropped with those that are false",
        replaced(residual, "_remaining", skips_errors),
        algebra("by constants"),
    ),
    Fault(
        "2 rule 5",
        "an unknown id is in everything",
        replaced(Known, "ancestors", in_everything),
        an_unknown_purpose_matches_no_permit,
    ),
    Fault(
        "2 rule 6",
        "what has no exact form shows nothing, and is not refused",
        replaced(world, "lower", approximated),
        refused(sorted(test_conformance.REFUSED)[0]),
    ),
    Fault(
        "2 rule 7",
        "guards that leave NULLs visible are not found",
        replaced(nulls, "_asked", lambda *_: iter(())),
        a_guard_is_found,
    ),
    Fault(
        "2 rule 8",
        "any column holds any attribute",
        replaced(ColumnTypes, "problem", lambda *_: None),
        types_that_compare_otherwise_are_refused,
    ),
    Fault(
        "2 rule 9", "WITH CHECK left out", replaced(wanted_module, "_policies", no_check), test_wanted.test_from_17_on
    ),
    Fault(
        "2 rule 10",
        "a forbid that errs is skipped, as Cedar does",
        of_tests("a forbid blocks only where it is true (COALESCE(forbid, false))"),
        test_algebra.test_a_forbid_that_errs_is_where_we_differ_from_cedar,
    ),
    Fault(
        "2 rule 11",
        "a proof that finds nothing",
        replaced(test_prove, "implies", blind),
        test_prove.test_a_null_is_the_counterexample,
    ),
    Fault(
        "2 rule 11",
        "a proof in two values",
        replaced(test_prove, "implies", two_valued),
        test_prove.test_a_null_is_the_counterexample,
    ),
    Fault(
        "2 compilable, like",
        "% and _ of a pattern are wildcards",
        of_tests("a pattern's own % and _ are wildcards"),
        text(Like("a", ("", "b!%_\\", ""), True), "(\"a\" LIKE '%b!!!%!_\\%'::text ESCAPE '!')"),
    ),
    Fault(
        "2 compilable, datetime",
        "a window ends a millisecond late",
        of_tests("a window of time ends a millisecond late"),
        shapes("moment-before", "moment-up-to"),
    ),
    Fault(
        "2 compilable, in",
        "ancestors are forgotten",
        of_tests("`in` forgets ancestors"),
        shapes("purpose-below", "principal-below"),
    ),
    Fault(
        "3",
        "a gate for every row",
        replaced(wanted_module, "_policies", with_text(old="(SELECT recuse.gate(", new="(recuse.gate(")),
        test_wanted.test_from_17_on,
    ),
    Fault(
        "3",
        "a gate compared with true, whose estimate ruins plans",
        replaced(wanted_module, "_policies", with_text(old=") IS NOT NULL AND", new=") AND")),
        test_wanted.test_from_17_on,
    ),
    Fault(
        "4 trap 1",
        "a declared class is held without SET ROLE",
        replaced(wanted_module, "_membership", lambda *parts, inherit: sound_membership(*parts, inherit=True)),
        test_wanted.test_from_17_on,
    ),
    Fault(
        "4 trap 1",
        "the door below 16 inherits",
        replaced(wanted_module, "_nologin", inheriting),
        test_wanted.test_below_16,
    ),
    Fault(
        "4 trap 2",
        "the cut is TO a group",
        replaced(wanted_module, "_closed", test_mutants.closed_with(roles=("staff",))),
        test_wanted.test_from_17_on,
    ),
    Fault(
        "4 trap 8",
        "ours are permissive beside another's",
        replaced(wanted_module, "_beside_foreign_policies", lambda facts, _found: iter(facts)),
        test_wanted.test_ours_restrict_only_beside_another_s_permissive_policy,
    ),
    Fault(
        "4 trap 13",
        "the owner is exempt",
        replaced(wanted_module, "_closed", test_mutants.closed_with(forced=False)),
        test_wanted.test_from_17_on,
    ),
    Fault(
        "4 trap 13",
        "an owner policy USING (true)",
        replaced(wanted_module, "_closed", with_owner_policy),
        test_wanted.test_from_17_on,
    ),
    Fault(
        "4 trap 14",
        "as many classes as there are contexts",
        replaced(classes, "LIMIT", 10_000),
        a_table_has_fewer_grantees_than_an_acl_holds,
    ),
    Fault(
        "4 trap 15",
        "roles are named by what they hold",
        replaced(ClassContent, "role", property(named_by_content)),
        names_are_short_and_apart,
    ),
    Fault(
        "4 trap 16",
        "row policies before the cut",
        replaced(order_module, "STEPS", ("prepare", "close", "enter", "shape", "cut", "leave", "loosen")),
        test_mutants.tightening_comes_first,
    ),
    Fault(
        "columns by grants (E16–E20)",
        "a grant on the table for one column",
        replaced(wanted_module, "_grants", table_grants),
        test_wanted.test_from_17_on,
    ),
)

CLOCK: Final = ("pg_catalog.clock_timestamp()", "pg_catalog.now()")
GATE_FAULTS: Final[tuple[SqlFault, ...]] = (
    SqlFault(
        "3",
        "functions left PARALLEL UNSAFE",
        "admitted",
        (("PARALLEL SAFE", "PARALLEL UNSAFE"),),
        gate_checks.functions_have_their_attributes,
    ),
    SqlFault(
        "4, a GUC that the session sets",
        "whose permit it is, is not asked",
        "gate",
        (("p.login = session_user AND ", ""),),
        gate_checks.another_s_permit_opens_nothing,
    ),
    SqlFault(
        "4 trap 3",
        "sessions are named, not ended",
        "sever",
        (("FILTER (WHERE pg_terminate_backend(s.pid))", ""),),
        gate_checks.sessions_of_a_revoked_permit_s_login_end,
    ),
    SqlFault("4 trap 5", "now() never expires", "gate", (CLOCK,), gate_checks.time_passes_inside_a_transaction),
    SqlFault(
        "4 trap 6",
        "who reads an old snapshot is spared",
        "sever",
        (("s.pid <> pg_backend_pid()", "s.xact_start > p.revoked_at"),),
        gate_checks.sessions_of_a_revoked_permit_s_login_end,
    ),
    SqlFault(
        "4 trap 7",
        "settings of the session, not of the transaction",
        "enter",
        (("permit_id, true)", "permit_id, false)"),),
        gate_checks.what_is_declared_ends_with_the_transaction,
    ),
    SqlFault(
        "4 trap 7",
        "what another transaction declared",
        "gate",
        (("pg_catalog.current_setting('recuse.declared', true) = extract(epoch FROM pg_catalog.now())::text", "true"),),
        gate_checks.what_was_declared_before_opens_nothing,
    ),
    SqlFault(
        "4 trap 7",
        "a gateway without a token",
        "gate",
        (("CASE WHEN a.gateway", "CASE WHEN false"),),
        gate_checks.a_gateway_s_gate_asks_for_the_token,
    ),
    SqlFault(
        "4, a token that can be forged",
        "a token for any transaction",
        "token_permit",
        (("recuse.challenge() || '.' || ", ""),),
        gate_checks.a_token_opens_the_permit_it_names,
    ),
    SqlFault(
        "4 trap 7",
        "a token for the login's next transaction",
        "challenge",
        (("extract(epoch FROM pg_catalog.now())", "0"),),
        gate_checks.a_challenge_names_database_login_backend_and_transaction,
    ),
    SqlFault(
        "4 trap 7",
        "a role that a plain SET left is carried on",
        "admission",
        (("current_setting('role') ~ '^recuse_c_'", "false"),),
        gate_checks.a_role_that_a_plain_set_left_is_refused,
    ),
    SqlFault(
        "4 trap 9",
        "a gate with the caller's rights",
        "gate",
        (("SECURITY DEFINER", "SECURITY INVOKER"),),
        gate_checks.a_permit_in_force_opens_its_class,
    ),
    SqlFault(
        "4 trap 10",
        "a gate that raises where nothing was set",
        "gate",
        (("'recuse.permit', true", "'recuse.permit', false"),),
        gate_checks.a_session_that_set_nothing_is_admitted_and_no_gate_raises,
    ),
    SqlFault(
        "4 trap 11",
        "an account by its name alone",
        "admitted",
        (("a.login_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))", "true"),),
        gate_checks.a_login_made_again_is_another,
    ),
    SqlFault(
        "4 trap 11",
        "a permit by its login's name alone",
        "gate",
        (("a.login = p.login AND a.login_oid = p.login_oid", "a.login = p.login"),),
        gate_checks.a_permit_out_of_force_opens_nothing,
    ),
    SqlFault(
        "4 trap 12",
        "membership in the place of a registered row",
        "admitted",
        (
            (
                "WHERE a.login = session_user AND a.active",
                "WHERE pg_has_role(session_user, a.login_oid, 'member') LIMIT 1",
            ),
        ),
        gate_checks.a_session_that_set_nothing_is_admitted_and_no_gate_raises,
    ),
    SqlFault(
        "2 rule 5",
        "a permit outside of what the policy lets declare",
        "gate",
        (("d.class_role = gate.class_role", "d.login = p.login"),),
        gate_checks.only_the_permit_chosen_opens,
    ),
)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    yield
    test_conformance.condition.cache_clear()


@pytest.mark.parametrize("check", dict.fromkeys(fault.caught_by for fault in FAULTS), ids=lambda c: c.__name__)
def test_what_catches_it_passes_on_the_product(check: Check) -> None:
    check()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f"{f.rule}: {f.fault}")
def test_a_planted_fault_is_noticed(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault.plant(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        fault.caught_by()


@pytest.fixture(scope="module")
def schema() -> Iterator[str]:
    """A server with the world of the gate's checks."""
    with throwaway(binaries=binaries_of(18)) as running:
        with psycopg.connect(running.dsn(), autocommit=True) as connection:
            make_world(connection)
        yield running.dsn()


@pytest.mark.parametrize("fault", GATE_FAULTS, ids=lambda f: f"{f.rule}: {f.fault}")
def test_a_planted_fault_of_the_schema_is_noticed(fault: SqlFault, schema: str) -> None:
    sound = source_of(fault.function)
    source = sound
    for old, new in fault.changes:
        assert old in source
        source = source.replace(old, new)
    assert tried(schema, SqlMutant(fault.function, "sound", sound), [fault.caught_by]).outcome == "survived"
    assert tried(schema, SqlMutant(fault.function, fault.fault, source), [fault.caught_by]).outcome == "caught"


def test_every_rule_and_trap_has_a_fault() -> None:
    """And there are more than thirty."""
    rules = [fault.rule for fault in FAULTS] + [fault.rule for fault in GATE_FAULTS]
    assert len(rules) > 30
    assert {f"2 rule {number}" for number in range(1, 12)} <= set(rules)
    assert {f"4 trap {number}" for number in range(1, 17)} - set(rules) == {"4 trap 4"}  # cursors: tests of sever, live
