"""In which step each difference is applied, and what stands before what inside a step."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import (
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    NewObjects,
    ObjectRef,
    Owner,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import Step

TABLE = ObjectRef("table", ("records", "person"))
PHONE = ObjectRef("column", ("records", "person", "phone"))
SCRATCH = ObjectRef("table", ("records", "scratch"))
REPORT = ObjectRef("matview", ("records", "report"))
SEQUENCE = ObjectRef("sequence", ("records", "person_id_seq"))
SCHEMA = ObjectRef("schema", ("records",))
GATE = ObjectRef("function", ("recuse", "gate", "name"))
NEW, OLD = "recuse_c_new", "recuse_c_old"
CLERK = Role("clerk", login=True, superuser=False, inherit=True, bypass_rls=False, create_role=False)
CLASS = replace(CLERK, name=NEW, login=False)


def grant(
    grantee: str | None, on: ObjectRef = TABLE, privilege: Privilege = "SELECT", *, option: bool = False
) -> Grant:
    return Grant(on, privilege, grantee, "owner", option)


def member(role: str, name: str) -> Membership:
    return Membership(role, name, "postgres", admin=False, inherit=True, set_=False)


def policy(role: str, *, restrictive: bool = False, name: str = "recuse_x_r") -> RowPolicy:
    return RowPolicy(TABLE, name, restrictive, "SELECT", (role,), "true", None)


# The clerk works on in a new class and could read before; the agent keeps nothing; others have an old class already.
SITUATION = Situation(
    system="clear",
    holdings=Holdings([grant("clerk")]),
    standing={"clerk": NEW, "analyst": OLD},
    substituted=frozenset({"clerk"}),
    batches={TABLE: "table records.person", REPORT: "table records.person"},
    logins=frozenset({"clerk", "agent", "analyst"}),
    granted=frozenset({OLD}),
    occupied=frozenset({OLD}),
    secured=frozenset({TABLE}),
)
MADE: list[tuple[Fact, Fact | None, Step]] = [
    (Support(1), None, "prepare"),
    (NewObjects("close"), None, "close"),
    (NewObjects("close"), NewObjects("report"), "close"),
    (NewObjects("report"), NewObjects("close"), "loosen"),
    (Definition(GATE, "0", "definer"), None, "prepare"),
    (Owner(GATE, "recuse_owner"), None, "prepare"),
    (grant(None, GATE, "EXECUTE"), None, "prepare"),
    (CLASS, None, "prepare"),
    (grant(NEW, SCHEMA, "USAGE"), None, "prepare"),
    (grant(NEW, SEQUENCE, "USAGE"), None, "prepare"),
    (RegisteredAccount("clerk", 1, active=True), None, "prepare"),
    (RegisteredAccount("clerk", 1, active=True), RegisteredAccount("clerk", 1, active=False), "loosen"),
    (RegisteredAccount("agent", 1, active=False), None, "cut"),
    (replace(CLERK, login=False), CLERK, "cut"),
    (CLERK, replace(CLERK, login=False), "loosen"),
    (replace(CLERK, inherit=False), CLERK, "loosen"),
    (member(NEW, "recuse_o_new"), None, "prepare"),
    (member(OLD, "recuse_o_new"), None, "enter"),
    (member(NEW, "clerk"), None, "enter"),
    (member(OLD, "clerk"), None, "loosen"),
    (member(NEW, "analyst"), None, "loosen"),
    (RowSecurity(TABLE, enabled=True, forced=True), None, "shape"),
    (Owner(REPORT, "recuse_o_new"), Owner(REPORT, "owner"), "shape"),
    (policy(NEW), None, "shape"),
    (policy(OLD), None, "loosen"),
    (policy(OLD, restrictive=True), None, "shape"),
    (policy(OLD), policy("public"), "shape"),
    (grant(NEW, PHONE), None, "shape"),
    (grant(NEW, PHONE, "UPDATE"), None, "loosen"),
    (grant(OLD, PHONE), None, "loosen"),
    (grant("recuse_c_empty", PHONE), None, "shape"),
    (grant("nightly", REPORT, "MAINTAIN"), None, "shape"),
    (Declaration("analyst", "crime", "judicial", None, NEW), None, "loosen"),
    (DefaultPrivilege("owner", None, "tables", "SELECT", None), None, "loosen"),
]
UNMADE: list[tuple[Fact, Step]] = [
    (grant("agent"), "cut"),
    (grant("agent", PHONE), "cut"),
    (grant("agent", SEQUENCE, "USAGE"), "cut"),
    (grant("agent", REPORT), "shape"),
    (grant("clerk"), "shape"),
    (grant(None), "shape"),
    (grant("staff", SCRATCH), "close"),
    (grant("staff", SEQUENCE, "USAGE"), "leave"),
    (grant(OLD, SCHEMA, "USAGE"), "leave"),
    (grant("clerk", GATE, "EXECUTE"), "prepare"),
    (member("staff", "agent"), "cut"),
    (member("staff", "clerk"), "leave"),
    (member("staff", "squad"), "leave"),
    (member(OLD, "analyst"), "leave"),
    (member(OLD, "agent"), "cut"),
    (policy(OLD), "shape"),
    (DefaultPrivilege("owner", None, "tables", "SELECT", None), "close"),
    (RegisteredAccount("agent", 1, active=True), "cut"),
    (Declaration("agent", "crime", "judicial", None, OLD), "cut"),
    (replace(CLASS, name=OLD), "leave"),
    (Definition(GATE, "0", "definer"), "leave"),
]


@pytest.mark.parametrize(("fact", "before", "step"), MADE)
def test_the_step_of_what_is_made(fact: Fact, before: Fact | None, step: Step) -> None:
    (change,) = order([Difference(make=True, fact=fact, before=before)], SITUATION)
    assert change.step == step
    assert (change.batch != "") == (step == "shape")


@pytest.mark.parametrize(("fact", "step"), UNMADE)
def test_the_step_of_what_is_unmade(fact: Fact, step: Step) -> None:
    (change,) = order([Difference(make=False, fact=fact)], SITUATION)
    assert change.step == step


def unmade(facts: Iterable[Fact]) -> list[tuple[Fact, Step]]:
    return [(c.fact, c.step) for c in order([Difference(make=False, fact=fact) for fact in facts], SITUATION)]


def test_what_was_lent_goes_first_and_no_later_than_what_it_was_lent_from() -> None:
    """The agent is cut; what PUBLIC has from it goes in the same step, and before."""
    first = grant("agent", option=True)
    second = Grant(TABLE, "SELECT", None, "agent", grantable=False)
    assert unmade([first, second]) == [(second, "cut"), (first, "cut")]
    third = Grant(PHONE, "SELECT", "zoe", "agent", grantable=False)
    assert unmade([first, third]) == [(third, "cut"), (first, "cut")]


def test_grants_go_before_memberships() -> None:
    assert [type(fact) for fact, _ in unmade([member("staff", "agent"), grant("agent")])] == [Grant, Membership]


def test_a_batch_starts_with_its_owner_then_takes_away_then_gives() -> None:
    differences = [
        Difference(make=True, fact=grant(NEW, PHONE)),
        Difference(make=True, fact=policy(NEW)),
        Difference(make=False, fact=grant(None)),
        Difference(make=True, fact=RowSecurity(TABLE, enabled=True, forced=True)),
        Difference(make=True, fact=Owner(REPORT, "recuse_o_new"), before=Owner(REPORT, "owner")),
    ]
    changes = order(differences, SITUATION)
    assert [type(change.fact) for change in changes] == [Owner, Grant, RowSecurity, RowPolicy, Grant]
    assert {change.batch for change in changes} == {"table records.person"}
    assert order(reversed(differences), SITUATION) == changes


def test_column_grants_of_one_kind_stand_together() -> None:
    columns = [ObjectRef("column", (*TABLE.name, name)) for name in ("a", "b")]
    grants = [grant(NEW, column, privilege) for column in columns for privilege in ("SELECT", "INSERT")]
    holdings = Holdings([grant("clerk"), grant("clerk", TABLE, "INSERT")])
    changes = order([Difference(make=True, fact=g) for g in grants], replace(SITUATION, holdings=holdings))
    assert [c.fact.privilege for c in changes if isinstance(c.fact, Grant)] == ["INSERT", "INSERT", "SELECT", "SELECT"]
