"""What was lent on, up to the owner's grant."""

from recuse.enforcement.facts import Grant, ObjectRef, Privilege, Support
from recuse.enforcement.lent import Lent

TABLE = ObjectRef("table", ("records", "person"))
PHONE = ObjectRef("column", ("records", "person", "phone"))
OTHER = ObjectRef("table", ("records", "other"))


def grant(
    grantor: str, grantee: str | None, on: ObjectRef = TABLE, *, privilege: Privilege = "SELECT", option: bool = True
) -> Grant:
    return Grant(on, privilege, grantee, grantor, grantable=option)


def test_a_chain_goes_up_to_the_owner() -> None:
    chain = (grant("b", None, option=False), grant("a", "b"), grant("owner", "a"))
    assert Lent.of([Support(1), *chain]).chain(chain[0]) == chain
    assert Lent.of(chain).chain(chain[2]) == chain[2:]


def test_an_option_on_the_table_lends_its_columns_and_not_the_reverse() -> None:
    on_table, on_column = grant("owner", "a"), grant("owner", "a", PHONE)
    assert Lent.of([on_table]).chain(grant("a", "b", PHONE)) == (grant("a", "b", PHONE), on_table)
    assert Lent.of([on_column]).chain(grant("a", "b")) == (grant("a", "b"),)
    assert Lent.of([on_column]).chain(grant("a", "b", PHONE)) == (grant("a", "b", PHONE), on_column)


def test_another_privilege_or_object_or_none_to_lend_is_no_strength() -> None:
    lent = grant("a", "b")
    for other in (
        grant("owner", "a", OTHER),
        grant("owner", "a", privilege="UPDATE"),
        grant("owner", "a", option=False),
        grant("owner", "c"),
        grant("owner", None),
    ):
        assert Lent.of([other]).chain(lent) == (lent,)


def test_two_who_lend_to_each_other_end() -> None:
    circle = (grant("b", "a"), grant("a", "b"))
    assert Lent.of(circle).chain(circle[0]) == circle
