"""What a login holds by the facts."""

from dataclasses import replace

from recuse.enforcement.facts import (
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
)
from recuse.enforcement.held import Holdings
from recuse.enforcement.names import OTHERS

TABLE = ObjectRef("table", ("records", "person"))
VIEW = ObjectRef("view", ("records", "all"))
PHONE = ObjectRef("column", ("records", "person", "phone"))
NAME = ObjectRef("column", ("records", "person", "name"))
PLAIN = Role("clerk", login=True, superuser=False, inherit=True, bypass_rls=False, create_role=False)
OWNED: tuple[Fact, ...] = (PLAIN, replace(PLAIN, name="owner"), Owner(TABLE, "owner"))


def member(role: str, name: str, *, inherit: bool = True, set_: bool = False, admin: bool = False) -> Membership:
    return Membership(role, name, "postgres", admin=admin, inherit=inherit, set_=set_)


def grant(grantee: str | None, on: ObjectRef = TABLE) -> Grant:
    return Grant(on, "SELECT", grantee, "owner", grantable=False)


def policy(
    name: str, roles: tuple[str, ...], using: str | None, *, command: str = "ALL", check: str | None = None
) -> Fact:
    return RowPolicy(TABLE, name, False, command, roles, using, check)  # type: ignore[arg-type]


def test_by_grant_column_public_and_inheritance() -> None:
    assert not Holdings(OWNED).has("clerk", PHONE, "SELECT")
    assert Holdings((*OWNED, grant("clerk"))).has("clerk", PHONE, "SELECT")
    assert Holdings((*OWNED, grant(None))).has("clerk", TABLE, "SELECT")
    column = Holdings((*OWNED, grant("clerk", PHONE)))
    assert column.has("clerk", PHONE, "SELECT")
    assert not column.has("clerk", NAME, "SELECT")
    assert not column.has("clerk", TABLE, "SELECT")
    assert not column.has("clerk", PHONE, "UPDATE")
    chain = (*OWNED, grant("staff"), member("staff", "squad"), member("squad", "clerk"))
    assert Holdings(chain).has("clerk", TABLE, "SELECT")
    assert Holdings(chain).roles("clerk") == {"clerk", "squad", "staff"}


def test_by_ownership_and_as_superuser() -> None:
    assert Holdings((*OWNED, member("owner", "clerk"))).has("clerk", PHONE, "DELETE")
    assert Holdings((*OWNED, replace(PLAIN, superuser=True))).has("clerk", TABLE, "DELETE")
    assert Holdings((Owner(VIEW, "clerk"),)).has("clerk", ObjectRef("column", ("records", "all", "id")), "SELECT")


def test_what_only_set_role_reaches_counts_on_request() -> None:
    for options in ({"set_": True}, {"admin": True}):
        facts = (*OWNED, grant("staff"), member("staff", "clerk", inherit=False, **options))
        assert not Holdings(facts).has("clerk", TABLE, "SELECT")
        assert Holdings(facts, settable=True).has("clerk", TABLE, "SELECT")
    neither = (*OWNED, grant("staff"), member("staff", "clerk", inherit=False))
    assert not Holdings(neither, settable=True).has("clerk", TABLE, "SELECT")


def test_a_circle_of_members_ends() -> None:
    assert Holdings((member("a", "b"), member("b", "a"))).roles("a") == {"a", "b"}


def test_every_row_without_row_security_or_past_it() -> None:
    secured = RowSecurity(TABLE, enabled=True, forced=False)
    assert Holdings(OWNED).rows("clerk", TABLE, "SELECT") is None
    assert Holdings((*OWNED, replace(secured, enabled=False))).rows("clerk", TABLE, "SELECT") is None
    for past in (replace(PLAIN, superuser=True), replace(PLAIN, bypass_rls=True), member("owner", "clerk")):
        assert Holdings((*OWNED, secured, past)).rows("clerk", TABLE, "SELECT") is None
    forced = replace(secured, forced=True)
    assert Holdings((*OWNED, forced, member("owner", "clerk"))).rows("clerk", TABLE, "SELECT") == frozenset()


def test_rows_by_the_permissive_policies_of_one_s_roles() -> None:
    facts = (
        *OWNED,
        RowSecurity(TABLE, enabled=True, forced=True),
        member("staff", "clerk"),
        policy("a", ("staff",), "one"),
        policy("b", ("public",), "two", command="SELECT"),
        policy("c", ("others",), "three"),
        policy("d", ("clerk",), None, command="INSERT", check="four"),
        policy("e", ("clerk",), "five", command="UPDATE", check="six"),
        RowPolicy(TABLE, "cut", True, "ALL", ("public",), "seven", None),
    )
    found = Holdings(facts)
    assert found.rows("clerk", TABLE, "SELECT") == frozenset({"one", "two"})
    assert found.rows("clerk", TABLE, "INSERT") == frozenset({"one", "four"})
    assert found.rows("clerk", TABLE, "UPDATE") == frozenset({"one", "five"})
    assert Holdings((*facts, policy("all", ("staff",), "TRUE"))).rows("clerk", TABLE, "SELECT") is None
    assert Holdings((*facts, policy("all", ("staff",), None))).rows("clerk", TABLE, "DELETE") is None


def test_whom_nothing_binds_is_bound_as_the_role_that_it_enters() -> None:
    """BYPASSRLS is the login's, and the right is the role's: nothing of it is had without SET ROLE."""
    secured = RowSecurity(TABLE, enabled=True, forced=True)
    facts = (*OWNED, secured, grant("staff"), policy("a", ("staff",), "one"), replace(PLAIN, bypass_rls=True))
    enters = Holdings((*facts, member("staff", "clerk", inherit=False, set_=True)), settable=True)
    assert enters.rows("clerk", TABLE, "SELECT", PHONE) == frozenset({"one"})
    assert enters.rows("clerk", TABLE, "UPDATE", PHONE) == frozenset(), "nobody holds it"
    assert Holdings((*facts, member("staff", "clerk"))).rows("clerk", TABLE, "SELECT", PHONE) is None, "it has both"
    assert Holdings((*facts, grant("clerk", PHONE)), settable=True).rows("clerk", TABLE, "SELECT", PHONE) is None


def test_the_stage_canary_tells_accounts_by_their_login() -> None:
    """Whatever role a registered login enters, the row policy for the others is not for it."""
    secured = RowSecurity(TABLE, enabled=True, forced=True)
    facts = (*OWNED, secured, grant("staff"), policy(OTHERS, ("public",), "x"), member("staff", "clerk", set_=True))
    assert Holdings(facts, settable=True).rows("clerk", TABLE, "SELECT", TABLE) is None
    registered = (*facts, RegisteredAccount("clerk", 1, active=True))
    assert Holdings(registered, settable=True).rows("clerk", TABLE, "SELECT", TABLE) == frozenset()


def test_attributes_are_not_inherited() -> None:
    secured = RowSecurity(TABLE, enabled=True, forced=True)
    boss = replace(PLAIN, name="boss", bypass_rls=True)
    facts = (*OWNED, secured, boss, grant("boss"), policy("a", ("boss",), "one"), member("boss", "clerk"))
    assert Holdings(facts).rows("clerk", TABLE, "SELECT", TABLE) == frozenset({"one"})
    both = (*facts, member("boss", "clerk", set_=True))
    assert Holdings(both, settable=True).rows("clerk", TABLE, "SELECT", TABLE) is None, "by SET ROLE it is the boss"
