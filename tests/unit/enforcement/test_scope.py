"""The closed world: what is unmade when nobody wants it, and what is left alone."""

from dataclasses import replace

import pytest

from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    NewObjects,
    ObjectKind,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.scope import PREDEFINED_DATA_ROLES, Scope

TABLE = ObjectRef("table", ("records", "person"))
DEFINER = ObjectRef("function", ("records", "total", ""))
INVOKER = ObjectRef("function", ("records", "twice", "integer"))
ROLE = Role("staff", login=False, superuser=False, inherit=True, bypass_rls=False, create_role=False)
FOUND: tuple[Fact, ...] = (
    Owner(TABLE, "owner"),
    Grant(TABLE, "SELECT", "staff", "owner", False),
    Grant(TABLE, "INSERT", None, "owner", False),
    Definition(DEFINER, "0", "definer"),
    Definition(INVOKER, "0", "invoker"),
    Membership("staff", "squad", "postgres", False, True, True),
    Membership("squad", "clerk", "postgres", False, True, True),
    Membership("club", "clerk", "postgres", False, True, True),
    replace(ROLE, name="root", superuser=True),
    replace(ROLE, name="dump", bypass_rls=True),
    replace(ROLE, name="recuse_c_0123456789ab"),
    replace(ROLE, name="club"),
)
SCOPE = Scope.of(FOUND, frozenset({"clerk"}), frozenset({"backup"}))


def grant(kind: ObjectKind, *name: str, grantee: str | None = None) -> Grant:
    return Grant(ObjectRef(kind, name), "SELECT", grantee, "owner", False)


def membership(role: str, member: str = "x") -> Membership:
    return Membership(role, member, "postgres", False, True, True)


def policy(name: str) -> RowPolicy:
    return RowPolicy(TABLE, name, False, "ALL", ("public",), "true", None)


GOVERNED: list[Fact] = [
    ConflictGuard(TABLE, ("recuse_c_1",)),
    NewObjects("report"),
    *(grant(kind, "records", "x") for kind in ("table", "view", "matview", "sequence")),
    grant("column", "records", "person", "phone"),
    grant("table", "records", "x", grantee="anyone"),
    grant("function", *DEFINER.name),
    grant("function", "recuse", "issue", "text"),
    grant("schema", "records", grantee="recuse_c_0123456789ab"),
    grant("schema", "recuse"),
    grant("schema", "recuse", grantee="anyone"),
    *(membership(role) for role in ("owner", "staff", "squad", "clerk", "root", "dump", "recuse_c_0123456789ab")),
    *(membership(role) for role in sorted(PREDEFINED_DATA_ROLES)),
    policy("recuse_cut"),
    replace(ROLE, name="recuse_c_old"),
    *(DefaultPrivilege("owner", None, on, "SELECT", None) for on in ("tables", "sequences", "functions")),
    RegisteredAccount("x", 1, True),
    Declaration("x", "p", "a", None, "c"),
    Definition(ObjectRef("function", ("recuse", "extra", "")), "0", "invoker"),
]
LEFT_ALONE: list[Fact] = [
    grant("function", *INVOKER.name),
    grant("schema", "records"),
    grant("schema", "records", grantee="staff"),
    grant("database", "clear"),
    membership("club"),
    membership("staff", "backup"),
    policy("theirs"),
    ROLE,
    DefaultPrivilege("owner", None, "types", "USAGE", None),
    DefaultPrivilege("owner", None, "schemas", "USAGE", "x"),
    Definition(DEFINER, "0", "definer"),
    Owner(TABLE, "owner"),
    RowSecurity(TABLE, False, False),
    Support(1),
]


@pytest.mark.parametrize("fact", GOVERNED, ids=repr)
def test_governed(fact: Fact) -> None:
    assert SCOPE.governs(fact)


@pytest.mark.parametrize("fact", LEFT_ALONE, ids=repr)
def test_left_alone(fact: Fact) -> None:
    assert not SCOPE.governs(fact)


def test_what_another_database_depends_on_stays() -> None:
    keeper, severs = replace(ROLE, name="recuse_owner"), membership("pg_signal_backend", "recuse_owner")
    facts: list[Fact] = [keeper, severs, grant("table", "records", "x", grantee="pg_signal_backend")]
    alone = Scope.of(facts, frozenset(), frozenset())
    shared = Scope.of(facts, frozenset(), frozenset(), frozenset({"recuse_owner"}))
    assert alone.governs(keeper)
    assert alone.governs(severs)
    assert not shared.governs(keeper)
    assert not shared.governs(severs)
    assert shared.governs(replace(ROLE, name="recuse_issuer")), "nothing there depends on this one"


def test_a_circle_of_members_ends() -> None:
    """PostgreSQL refuses circles, a listing may hold one."""
    facts: list[Fact] = [
        membership("staff", "squad"),
        membership("squad", "staff"),
        Grant(TABLE, "SELECT", "staff", "o", False),
    ]
    assert {"staff", "squad"} <= Scope.of(facts, frozenset(), frozenset()).reaching
