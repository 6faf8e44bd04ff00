"""Nobody reaches more than before but what a plan lists as gains, and at no step more than before or after."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from recuse.compiler.proof.prover import Prover
from recuse.compiler.wanted import wanted
from recuse.enforcement.diff import diff
from recuse.enforcement.facts import Fact, Grant, Membership, ObjectRef, Role, RowPolicy, RowSecurity
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import Loss, Plan, Step
from recuse.enforcement.scope import Scope
from recuse.errors import RefutedError
from recuse.operations.effects import effects
from recuse.operations.widening import Comparison, Widening
from recuse.targets.postgres.reading.reader import PostgresReader
from tests.proof.small import cedar
from tests.proof.test_plans import RULES
from tests.unit.enforcement.small import (
    AGENCY_OF,
    OWNER,
    RELATION,
    TABLE,
    accounts,
    catalog,
    classified,
    found_facts,
    rules,
    shape,
    system_of,
    table_map,
)

LOGINS: Final = {login: f"clear/{login}" for login in AGENCY_OF}
READS: Final = Grant(RELATION, "SELECT", "clerk", OWNER, grantable=False)
OPEN: Final = found_facts() | {READS}
"""Before: the clerk reads the table, and row security is off."""


def secured(using: str) -> frozenset[Fact]:
    """Before: the clerk reads the table under somebody's row policy."""
    policy = RowPolicy(RELATION, "theirs", False, "SELECT", ("public",), using, None)
    off = RowSecurity(RELATION, enabled=False, forced=False)
    return (OPEN - {off}) | {RowSecurity(RELATION, enabled=True, forced=False), policy}


def after(found: frozenset[Fact], plan: Plan) -> frozenset[Fact]:
    facts = set(found)
    for change in plan.changes:
        facts.discard(change.before) if change.before else None
        facts.add(change.fact) if change.make else facts.discard(change.fact)
    return frozenset(facts)


def planned(found: frozenset[Fact], *, aware: bool = True) -> Plan:
    """The plan; unless `aware`, made as if nobody else had row policies on the table."""
    scope = Scope.of(found, frozenset(AGENCY_OF), frozenset({"postgres"}))
    situation = Situation(
        "clear", Holdings(found), dict(classified(RULES).standing), frozenset({"clerk"}),
        {RELATION: "table records.arrest"}, frozenset(AGENCY_OF), frozenset(), frozenset(),
        frozenset(f.table for f in found if isinstance(f, RowSecurity) and f.enabled),
    )  # fmt: skip
    known = catalog(facts=found if aware else None)
    by_login = {each.login: each for each in accounts()}
    goal = wanted(system_of(table_map()), by_login, classified(RULES), known)
    changes = order(diff(found, goal, scope.governs), situation)
    plan = Plan("clear", "", (), changes, (), (), frozenset(), frozenset({"clerk"}))
    system = system_of(table_map())
    loses, gains = effects(
        system, accounts(), {TABLE: shape(), "records.all_arrests": shape()}, found, after(found, plan)
    )
    return replace(plan, loses=loses, gains=gains)


def compared(found: frozenset[Fact], plan: Plan) -> dict[str, Widening]:
    system = system_of(table_map())
    prover = Prover(cedar(), rules(RULES), system)
    comparison = Comparison(prover, PostgresReader(), {TABLE: shape()}, plan)
    return {each.account: each for each in comparison.accounts(found, LOGINS)}


@pytest.mark.parametrize("found", [OPEN, found_facts(), secured("(NOT is_sealed)"), secured("true")])
def test_a_plan_widens_nothing_but_its_gains(found: frozenset[Fact]) -> None:
    widenings = compared(found, planned(found))
    assert set(widenings) == set(LOGINS.values())
    assert all(not each.not_compared for each in widenings.values())


def test_gains_that_are_not_listed_are_found() -> None:
    plan = planned(found_facts())
    assert {gain.account for gain in plan.gains} >= {"clear/clerk"}
    with pytest.raises(RefutedError, match="after the plan `clear/"):
        compared(found_facts(), replace(plan, gains=()))


def test_one_gain_left_out_is_found() -> None:
    """The clerk reads already, and gains changing: each category of it must be listed."""
    plan = planned(OPEN)
    gains = [gain for gain in plan.gains if gain.account == "clear/clerk"]
    assert {gain.action for gain in gains} == {"insert", "update", "delete"}
    for gain in gains:
        with pytest.raises(RefutedError, match=f"by {gain.action} than the plan says"):
            compared(OPEN, replace(plan, gains=tuple(each for each in plan.gains if each != gain)))


def moved(plan: Plan, which: Callable[[Fact], bool], step: Step) -> Plan:
    """The same changes, some of them in another step."""
    changes = (replace(c, step=step) if c.make and which(c.fact) else c for c in plan.changes)
    return replace(plan, changes=tuple(changes))


FAULTS: Final[dict[str, tuple[Callable[[Fact], bool], Step]]] = {
    "classes are filled before the tables are closed": (
        lambda fact: isinstance(fact, Grant) and fact.on.kind == "column", "prepare",
    ),
    "an account becomes a superuser on the way": (lambda fact: isinstance(fact, Role) and fact.superuser, "cut"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_step_that_shows_more_than_before_and_after_is_found(fault: str) -> None:
    which, step = FAULTS[fault]
    found = found_facts()
    plan = planned(found)
    if fault.startswith("an account"):
        plan = with_superuser(plan)
    with pytest.raises(RefutedError, match=f"after the step `{step if 'super' in fault else '.*'}`"):
        compared(found, moved(plan, which, step))


def with_superuser(plan: Plan) -> Plan:
    """The analyst is a superuser between two steps."""
    login = Role("analyst", login=True, superuser=False, inherit=True, bypass_rls=False, create_role=False)
    raised = replace(login, superuser=True)
    made = replace(plan.changes[0], step="cut", make=True, fact=raised, before=login)
    undone = replace(plan.changes[0], step="leave", make=True, fact=login, before=raised)
    return replace(plan, changes=(*plan.changes, made, undone))


def test_a_policy_that_is_not_understood_is_told_as_not_compared() -> None:
    """Beside somebody's `owns()` ours restrict, and hide at most; were they permissive, nobody could tell."""
    found = secured("public.owns(district)")
    assert compared(found, planned(found))["clear/clerk"].not_compared == ()
    widened = replace(planned(found, aware=False), gains=all_gains())
    assert compared(found, widened)["clear/clerk"].not_compared == (TABLE,)


def all_gains() -> tuple[Loss, ...]:
    return tuple(
        Loss(account, category, action, "some")
        for account in LOGINS.values()
        for category in ("release_date", "arrest_record")
        for action in ("insert", "update", "delete")
    )


def test_roles_that_may_be_set_are_not_mixed() -> None:
    """One role sees a column, another all rows: a login that may set either sees the column in its rows alone."""
    plain = Role("columns", login=False, superuser=False, inherit=False, bypass_rls=False, create_role=False)
    columns, rows = plain, replace(plain, name="rows", bypass_rls=True)
    seen = Grant(ObjectRef("column", ("records", "arrest", "grade")), "SELECT", "columns", OWNER, grantable=False)
    memberships = {
        Membership(role.name, "clerk", "postgres", admin=False, inherit=False, set_=True) for role in (columns, rows)
    }
    before: frozenset[Fact] = (secured("(NOT is_sealed)") - {READS}) | {columns, rows, seen, *memberships}
    plan = Plan("clear", "", (), (), (), (), frozenset(), frozenset())
    first = planned(before).changes[0]
    direct = Grant(ObjectRef("column", ("records", "arrest", "grade")), "SELECT", "clerk", OWNER, grantable=False)
    everything = RowPolicy(RELATION, "wide", False, "SELECT", ("clerk",), "true", None)
    made = tuple(replace(first, step="shape", make=True, fact=fact, before=None) for fact in (direct, everything))
    with pytest.raises(RefutedError, match=r"arrest\.grade"):
        compared(before, replace(plan, changes=made))
