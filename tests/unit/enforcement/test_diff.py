"""The difference: what changes its value is replaced, what is not wanted goes, what is not governed stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.enforcement.diff import Difference, diff, identity
from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    NewObjects,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)

TABLE = ObjectRef("table", ("records", "person"))
FUNCTION = ObjectRef("function", ("recuse", "gate", "name"))
# Pairs of one identity, and of two.
SAME: list[tuple[Fact, Fact]] = [
    (Role("a", True, False, True, False, False), Role("a", False, True, False, True, True)),
    (Owner(TABLE, "a"), Owner(TABLE, "b")),
    (RowSecurity(TABLE, True, True), RowSecurity(TABLE, False, False)),
    (
        RowPolicy(TABLE, "p", True, "ALL", ("public",), "true", None),
        RowPolicy(TABLE, "p", False, "SELECT", ("a",), None, None),
    ),
    (Definition(FUNCTION, "0", "definer"), Definition(FUNCTION, "1", "invoker")),
    (RegisteredAccount("a", 1, True), RegisteredAccount("a", 2, False)),
    (Declaration("a", "p", "w", None, "c"), Declaration("a", "p", "w", None, "d")),
    (ConflictGuard(TABLE, ("a",)), ConflictGuard(TABLE, ("a", "b"))),
    (Support(1), Support(2)),
    (NewObjects("report"), NewObjects("close")),
]
DIFFERENT: list[tuple[Fact, Fact]] = [
    (Role("a", True, False, True, False, False), Role("b", True, False, True, False, False)),
    (RowPolicy(TABLE, "p", True, "ALL", (), None, None), RowPolicy(TABLE, "q", True, "ALL", (), None, None)),
    (Declaration("a", "p", "w", None, "c"), Declaration("a", "p", "w", "exchange", "c")),
    (Grant(TABLE, "SELECT", "a", "b", False), Grant(TABLE, "SELECT", "a", "c", False)),
    (Grant(TABLE, "SELECT", "a", "b", False), Grant(TABLE, "SELECT", "a", "b", True)),
    (Membership("r", "m", "a", False, True, True), Membership("r", "m", "b", False, True, True)),
    (Membership("r", "m", "a", False, True, True), Membership("r", "m", "a", True, True, True)),
    (DefaultPrivilege("a", None, "tables", "SELECT", None), DefaultPrivilege("a", "s", "tables", "SELECT", None)),
]


@pytest.mark.parametrize(("found", "wanted"), SAME)
def test_a_fact_that_changes_its_value_is_replaced(found: Fact, wanted: Fact) -> None:
    assert identity(found) == identity(wanted)
    assert diff([found], [wanted], lambda _: True) == (Difference(make=True, fact=wanted, before=found),)


@pytest.mark.parametrize(("found", "wanted"), DIFFERENT)
def test_another_fact_is_made_and_the_first_unmade(found: Fact, wanted: Fact) -> None:
    assert identity(found) != identity(wanted)
    assert diff([found], [wanted], lambda _: True) == (
        Difference(make=False, fact=found),
        Difference(make=True, fact=wanted),
    )


def test_what_is_not_governed_is_left_alone() -> None:
    grant = Grant(TABLE, "SELECT", None, "a", False)
    assert diff([grant], [], lambda _: False) == ()
    assert diff([grant], [], lambda _: True) == (Difference(make=False, fact=grant),)


def test_a_table_grant_is_replaced_not_subtracted_from() -> None:
    """REVOKE on a table takes the column grants of the same words with it (found by planting a fault)."""
    column = ObjectRef("column", (*TABLE.name, "name"))
    table, kept = Grant(TABLE, "SELECT", "class", "a", False), Grant(column, "SELECT", "class", "a", False)
    assert diff([table, kept], [kept], lambda _: True) == (
        Difference(make=False, fact=table),
        Difference(make=True, fact=kept),
    )
    for other in (
        Grant(column, "UPDATE", "class", "a", False),
        Grant(column, "SELECT", "another", "a", False),
        Grant(column, "SELECT", "class", "b", False),
        Grant(ObjectRef("column", ("records", "arrest", "name")), "SELECT", "class", "a", False),
    ):
        assert diff([table, other], [other], lambda _: True) == (Difference(make=False, fact=table),)


EVERY = st.sampled_from([fact for pair in SAME + DIFFERENT for fact in pair])


def one_of_each(facts: frozenset[Fact]) -> frozenset[Fact]:
    """As a catalog holds them: one value an identity."""
    return frozenset({identity(fact): fact for fact in sorted(facts, key=repr)}.values())


@given(st.frozensets(EVERY).map(one_of_each), st.frozensets(EVERY).map(one_of_each))
def test_carried_out_the_difference_gives_what_is_wanted(found: frozenset[Fact], wanted: frozenset[Fact]) -> None:
    """Unmaking first; and the same again is nothing."""
    changes = diff(found, wanted, lambda _: True)
    now = set(found)
    for change in changes:
        if change.before is not None:
            now.remove(change.before)
        if change.make:
            assert change.fact not in now
            now.add(change.fact)
        else:
            now.remove(change.fact)
    assert now == wanted
    assert diff(now, wanted, lambda _: True) == ()
    assert [change.make for change in changes] == sorted(change.make for change in changes)
    assert changes == diff(sorted(found, key=repr, reverse=True), sorted(wanted, key=repr), lambda _: True)
