"""Which changes are dangerous, and how that is said."""

from dataclasses import replace

import pytest

from recuse.enforcement.facts import (
    ConflictGuard,
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
from recuse.enforcement.hazards import Surroundings, hazards_of, with_hazards
from recuse.enforcement.links import Links
from recuse.enforcement.plan import Change

TABLE = ObjectRef("table", ("records", "person"))
PHONE = ObjectRef("column", ("records", "scratch", "phone"))
NAME = ObjectRef("column", ("records", "person", "name"))
PART = ObjectRef("table", ("records", "person_2019"))
CLERK = Role("clerk", login=True, superuser=False, inherit=True, bypass_rls=False, create_role=False)
MEMBER = Membership("owner", "clerk", "postgres", admin=False, inherit=True, set_=True)
POLICY = RowPolicy(TABLE, "recuse_x", True, "SELECT", ("public",), "true", None)

AROUND = Surroundings(
    categorised=frozenset({"records.person"}),
    owners=frozenset({"owner"}),
    copied_into=frozenset({"records.person"}),
    links=Links(parts=frozenset({("records.person", "records.person_2019")})),
    computed={("recuse_c", NAME, "SELECT"): ("it is computed from the address",)},
    elsewhere={CLERK.name: ("warehouse",)},
    acting={("recuse_c", TABLE, "DELETE"): ("its visits go too", "its notes go too")},
)


def codes(fact: Fact, *, make: bool = True, before: Fact | None = None) -> list[str]:
    change = Change("clear", "shape", make, fact, before)
    return [hazard.code for hazard in hazards_of(change, AROUND)]


@pytest.mark.parametrize(
    ("fact", "make", "before", "expected"),
    [
        (Grant(PHONE, "SELECT", None, "owner", False), False, None, ["uncategorised"]),
        (Grant(PHONE, "SELECT", None, "owner", False), True, None, []),
        (Grant(TABLE, "SELECT", None, "owner", False), False, None, []),
        (Grant(PART, "SELECT", None, "owner", False), False, None, ["part"]),
        (Grant(TABLE, "DELETE", "recuse_c", "owner", False), True, None, ["key-action", "key-action"]),
        (Grant(NAME, "SELECT", "recuse_c", "owner", False), True, None, ["generated-column"]),
        (Grant(NAME, "SELECT", "recuse_d", "owner", False), True, None, []),
        (Grant(TABLE, "DELETE", "recuse_d", "owner", False), True, None, []),
        (Grant(ObjectRef("schema", ("records",)), "USAGE", None, "owner", False), False, None, []),
        (replace(CLERK, login=False), True, CLERK, ["login-ends", "login-shared"]),
        (replace(CLERK, name="other", login=False), True, replace(CLERK, name="other"), ["login-ends"]),
        (replace(CLERK, login=False), True, None, []),
        (CLERK, True, replace(CLERK, login=False), []),
        (RowSecurity(TABLE, True, True), True, RowSecurity(TABLE, False, False), ["table-lock", "copy-from"]),
        (RowSecurity(TABLE, False, False), True, RowSecurity(TABLE, True, True), ["table-lock"]),
        (POLICY, True, None, ["foreign-policy"]),
        (replace(POLICY, name="recuse_cut"), True, None, []),
        (replace(POLICY, restrictive=False), True, None, []),
        (POLICY, False, None, []),
        (Owner(TABLE, "recuse_o"), True, Owner(TABLE, "owner"), ["owner"]),
        (MEMBER, False, None, ["owner-member"]),
        (MEMBER, True, None, []),
        (replace(MEMBER, role="staff"), False, None, []),
        (DefaultPrivilege("owner", None, "tables", "SELECT", None), False, None, ["default-privilege"]),
        (ConflictGuard(TABLE, ("recuse_c",)), True, None, ["upsert-refused"]),
        (ConflictGuard(TABLE, ("recuse_c",)), False, None, []),
        (Support(1), True, None, []),
        (Support(1), False, None, ["permits-end"]),
    ],
)
def test_hazards(fact: Fact, make: bool, before: Fact | None, expected: list[str]) -> None:
    assert codes(fact, make=make, before=before) == expected


def test_a_hazard_names_the_object_in_its_sentence() -> None:
    change = Change("clear", "close", False, Grant(PHONE, "SELECT", None, "owner", False))
    (marked,) = with_hazards((change,), Surroundings())
    (hazard,) = marked.hazards
    assert hazard.sentence == "`records.scratch` has no category and closes to `PUBLIC`"
    assert replace(marked, hazards=()) == change


def test_row_security_names_what_goes_around_it() -> None:
    """COPY FROM is a hazard only where somebody may copy in; triggers and publications of this table, no other's."""
    links = Links(triggers=frozenset({("records.person", "stamp"), ("records.arrest", "x")}),
                  published=frozenset({("feed", "records.person"), ("feed", "records.arrest")}))  # fmt: skip
    change = Change("clear", "shape", True, RowSecurity(TABLE, True, True), RowSecurity(TABLE, False, False))
    found = list(hazards_of(change, Surroundings(links=links)))
    assert [hazard.code for hazard in found] == ["table-lock", "trigger", "published"]
    assert "`stamp`" in found[1].sentence
    assert "`feed`" in found[2].sentence
