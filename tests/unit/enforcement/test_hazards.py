"""Which changes are dangerous, and how that is said."""

from dataclasses import replace

import pytest

from recuse.enforcement.facts import (
    DefaultPrivilege,
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Owner,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.hazards import hazards_of, with_hazards
from recuse.enforcement.plan import Change

TABLE = ObjectRef("table", ("records", "person"))
PHONE = ObjectRef("column", ("records", "scratch", "phone"))
CLERK = Role("clerk", login=True, superuser=False, inherit=True, bypass_rls=False, create_role=False)
MEMBER = Membership("owner", "clerk", "postgres", admin=False, inherit=True, set_=True)
POLICY = RowPolicy(TABLE, "recuse_x", True, "SELECT", ("public",), "true", None)


def codes(fact: Fact, *, make: bool = True, before: Fact | None = None) -> list[str]:
    change = Change("clear", "shape", make, fact, before)
    return [hazard.code for hazard in hazards_of(change, frozenset({"records.person"}), frozenset({"owner"}))]


@pytest.mark.parametrize(
    ("fact", "make", "before", "expected"),
    [
        (Grant(PHONE, "SELECT", None, "owner", False), False, None, ["uncategorised"]),
        (Grant(PHONE, "SELECT", None, "owner", False), True, None, []),
        (Grant(TABLE, "SELECT", None, "owner", False), False, None, []),
        (Grant(ObjectRef("schema", ("records",)), "USAGE", None, "owner", False), False, None, []),
        (replace(CLERK, login=False), True, CLERK, ["login-ends"]),
        (replace(CLERK, login=False), True, None, []),
        (CLERK, True, replace(CLERK, login=False), []),
        (RowSecurity(TABLE, True, True), True, RowSecurity(TABLE, False, False), ["table-lock", "copy-from"]),
        (RowSecurity(TABLE, False, False), True, RowSecurity(TABLE, True, True), []),
        (POLICY, True, None, ["foreign-policy"]),
        (replace(POLICY, name="recuse_cut"), True, None, []),
        (replace(POLICY, restrictive=False), True, None, []),
        (POLICY, False, None, []),
        (Owner(TABLE, "recuse_o"), True, Owner(TABLE, "owner"), ["owner"]),
        (MEMBER, False, None, ["owner-member"]),
        (MEMBER, True, None, []),
        (replace(MEMBER, role="staff"), False, None, []),
        (DefaultPrivilege("owner", None, "tables", "SELECT", None), False, None, ["default-privilege"]),
        (Support(1), True, None, []),
    ],
)
def test_hazards(fact: Fact, make: bool, before: Fact | None, expected: list[str]) -> None:
    assert codes(fact, make=make, before=before) == expected


def test_a_hazard_names_the_object_in_its_sentence() -> None:
    change = Change("clear", "close", False, Grant(PHONE, "SELECT", None, "owner", False))
    (marked,) = with_hazards((change,), frozenset(), frozenset())
    (hazard,) = marked.hazards
    assert hazard.sentence == "`records.scratch` has no category and closes to `PUBLIC`"
    assert replace(marked, hazards=()) == change
