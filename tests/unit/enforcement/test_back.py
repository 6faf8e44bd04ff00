"""The way back: facts kept as text, what is returned to, and the order backwards."""

from dataclasses import replace

import pytest

from recuse.enforcement.back import backwards, differences, returned
from recuse.enforcement.diff import diff
from recuse.enforcement.facts import (
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Owner,
    RegisteredAccount,
    RowPolicy,
    Support,
)
from recuse.enforcement.held import Holdings
from recuse.enforcement.kept import facts_text, read_facts
from recuse.enforcement.order import Situation
from recuse.enforcement.plan import STEPS, Change
from recuse.errors import LedgerError
from tests.unit.enforcement.small import (
    AGENCY_OF,
    OWNER,
    RELATION,
    TABLE,
    catalog,
    found_facts,
    login_role,
    shape,
    wanted_facts,
)

RULES = 'permit (principal in Agency::"city", action, resource) when { !resource.sealed };'
STAFF = replace(login_role("staff"), login=False)
OLD: frozenset[Fact] = found_facts() | {
    STAFF,
    replace(login_role("postgres"), superuser=True),
    Grant(RELATION, "SELECT", "staff", OWNER, grantable=False),
    Membership("staff", "clerk", "postgres", admin=False, inherit=True, set_=True),
    Membership("staff", "agent", "clerk", admin=False, inherit=True, set_=True),
    DefaultPrivilege(OWNER, "records", "tables", "SELECT", "staff"),
}
OIDS = catalog().oids
SHAPES = {TABLE: shape()}


def enforced() -> frozenset[Fact]:
    """What the database holds once the policy is applied."""
    made = frozenset(wanted_facts(RULES)) | {Support(2)}
    kept = {fact for fact in OLD if not isinstance(fact, Grant | Membership | DefaultPrivilege)}
    replaced = {d.before for d in diff(kept, made, lambda _: False) if d.before is not None}
    return frozenset((kept - replaced) | made)


def situation(facts: frozenset[Fact]) -> Situation:
    batches = {RELATION: "table records.arrest"}
    return Situation(
        "clear", Holdings(facts), {"clerk": "recuse_c_x"}, frozenset({"clerk"}), batches, frozenset(AGENCY_OF),
        frozenset({"staff"}), frozenset({"staff"}), frozenset(),
    )  # fmt: skip


def run(facts: frozenset[Fact], changes: tuple[Change, ...]) -> frozenset[Fact]:
    found = set(facts)
    for change in changes:
        if change.before is not None:
            found.remove(change.before)
        found.add(change.fact) if change.make else found.remove(change.fact)
    return frozenset(found)


def test_facts_are_kept_as_text_and_read_back() -> None:
    text = facts_text(OLD | enforced())
    assert read_facts(text) == OLD | enforced()
    assert facts_text(read_facts(text)) == text


@pytest.mark.parametrize(
    "damage", [b"[]\n", b'["Nothing"]\n', b'["Support", 2, 3]\n', b"no json\n", b"\xff\n", b'["Support",  2]\n']
)
def test_facts_that_were_not_written_so_are_refused(damage: bytes) -> None:
    with pytest.raises(LedgerError, match="the facts kept of a database"):
        read_facts(facts_text(OLD) + damage)


def test_the_way_back_ends_where_it_began() -> None:
    now = enforced()
    back = returned(now, OLD, SHAPES, OIDS)
    assert (back.goal, back.not_restored) == (OLD, ())
    steps = differences(now, back.goal, granular=True)
    changes = backwards(steps, situation(back.goal))
    order = [STEPS.index(change.step) for change in changes]
    assert order == sorted(order)
    inside = {fact for fact in now - OLD if "recuse'" in repr(fact) or isinstance(fact, RegisteredAccount)}
    assert run(now, changes) - inside == OLD


def test_what_was_lent_on_comes_after_what_lets_its_grantor_lend() -> None:
    lending = Membership("staff", "clerk", "postgres", admin=True, inherit=True, set_=True)
    before = OLD - {fact for fact in OLD if isinstance(fact, Membership)} | {
        lending,
        Membership("staff", "agent", "clerk", admin=False, inherit=True, set_=True),
    }
    now = enforced()
    changes = backwards(differences(now, before, granular=True), situation(before))
    members = [change.fact for change in changes if change.make and isinstance(change.fact, Membership)]
    assert [fact.member for fact in members if fact.role == "staff"] == ["clerk", "agent"]
    steps = {c.fact.member: c.step for c in changes if c.make and isinstance(c.fact, Membership)}
    assert STEPS.index(steps["clerk"]) <= STEPS.index(steps["agent"])


def test_what_is_gone_is_named_and_left_out() -> None:
    now = frozenset(fact for fact in enforced() if fact != STAFF)
    back = returned(now, OLD, SHAPES, OIDS)
    assert back.not_restored == ("the role `staff` is gone, and what stood with it is not restored",)
    assert not any("staff" in repr(fact) for fact in back.goal)


def test_a_login_made_again_is_not_registered_as_the_old_one() -> None:
    account = next(fact for fact in enforced() if isinstance(fact, RegisteredAccount))
    back = returned(enforced() - {account}, enforced(), SHAPES, {**OIDS, account.login: 99})
    assert f"the login `{account.login}` of then is gone" in " ".join(back.not_restored)
    assert account not in back.goal


def test_what_is_new_and_somebody_else_s_stays_and_is_named() -> None:
    table = ObjectRef("table", ("records", "newer"))
    new: set[Fact] = {
        replace(STAFF, name="newcomer"),
        Owner(table, OWNER),
        Grant(table, "SELECT", "staff", OWNER, grantable=False),
        Membership("staff", "newcomer", "postgres", admin=False, inherit=True, set_=True),
        RowPolicy(RELATION, "theirs", True, "ALL", ("public",), "true", None),
    }
    ours = Grant(table, "SELECT", "recuse_c_0123456789ab", OWNER, grantable=False)
    by_hand = Grant(RELATION, "DELETE", "staff", OWNER, grantable=False)
    back = returned(enforced() | new | {ours, by_hand}, OLD, SHAPES, OIDS)
    assert back.goal == OLD | new
    assert "the role `newcomer` is new since, and stays as it is" in back.not_restored
    assert len(back.not_restored) == 4  # the table is named once


def test_attributes_that_no_plan_takes_are_not_given_back() -> None:
    before = OLD - {login_role("clerk")} | {replace(login_role("clerk"), superuser=True, inherit=False)}
    back = returned(enforced(), before, SHAPES, OIDS)
    assert replace(login_role("clerk"), inherit=False) in back.goal
    assert back.not_restored == ("attributes of the role `clerk` that no plan changes stay as they are now",)


def test_a_definition_that_changed_since_stays() -> None:
    view = next(fact for fact in OLD if isinstance(fact, Definition))
    back = returned(enforced() - {view} | {replace(view, digest="1" * 64)}, OLD, SHAPES, OIDS)
    assert back.not_restored == ("the definition of view records.all_arrests was changed since, and stays",)
    assert replace(view, digest="1" * 64) in back.goal


def test_below_16_a_membership_whose_member_alone_changed_is_left_alone() -> None:
    """Whether it inherits is the member's own attribute there; on 16 one GRANT changes the options of a membership."""
    there = Membership("staff", "clerk", "", admin=False, inherit=True, set_=True)
    then = replace(there, inherit=False)
    assert differences({there}, {then}, granular=False) == ()
    assert [d.make for d in differences({there}, {then}, granular=True)] == [True]
    role = login_role("clerk")
    assert len(differences({there, role}, {then, replace(role, inherit=False)}, granular=False)) == 1


def test_with_the_schema_goes_all_that_lies_in_it() -> None:
    inside: set[Fact] = {
        Support(2),
        RegisteredAccount("clerk", 1, True),
        Owner(ObjectRef("table", ("recuse", "account")), "x"),
    }
    (gone,) = differences(inside, frozenset(), granular=True)
    assert gone.fact == Support(2)
