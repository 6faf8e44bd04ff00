"""A membership ends with the last that its role leads to, so that an interruption leaves none that no plan finds."""

import pytest

from recuse.enforcement.diff import diff
from recuse.enforcement.facts import Fact, Grant, Membership, ObjectRef, Owner, Privilege, Role
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import Change
from recuse.enforcement.scope import Scope

ONE, TWO = (ObjectRef("table", ("records", name)) for name in ("one", "two"))
SCRATCH = ObjectRef("table", ("records", "scratch"))
LOGINS = frozenset({"app", "clerk"})


def grant(role: str | None, on: ObjectRef, privilege: Privilege = "SELECT") -> Grant:
    return Grant(on, privilege, role, "owner", grantable=False)


def member(role: str, name: str) -> Membership:
    return Membership(role, name, "postgres", admin=False, inherit=True, set_=True)


def role(name: str, *, superuser: bool = False) -> Role:
    return Role(name, name in LOGINS, superuser, inherit=True, bypass_rls=False, create_role=False)


def planned(*found: Fact) -> tuple[Change, ...]:
    """The changes when nothing that was found is wanted; the app works on throughout."""
    every = frozenset({*found, *(role(name) for name in LOGINS)})
    scope = Scope.of(every, LOGINS, frozenset())
    situation = Situation(
        "north", Holdings(every), {"app": "recuse_c_new"}, frozenset({"app"}), {ONE: "1", TWO: "2"}, LOGINS,
        frozenset(), frozenset(), frozenset(),
    )  # fmt: skip
    return order(diff(every, (), scope.governs), situation)


def place(changes: tuple[Change, ...], fact: Fact) -> tuple[str, str]:
    (found,) = [change for change in changes if change.fact == fact]
    return found.step, found.batch


STAFF = member("staff", "app")


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ((grant("staff", ONE), grant("staff", TWO)), ("shape", "2")),
        ((grant("staff", TWO), grant("staff", SCRATCH)), ("shape", "2")),
        ((grant("staff", ONE), grant(None, TWO)), ("shape", "1")),
        ((grant("staff", SCRATCH),), ("close", "")),
        ((grant("staff", ONE), member("readers", "staff"), grant("readers", TWO)), ("shape", "2")),
        ((grant("staff", ONE), Owner(TWO, "staff")), ("leave", "")),
        ((grant("staff", ONE), member("dba", "staff"), role("dba", superuser=True)), ("leave", "")),
        ((grant("staff", ONE), member("clerk", "staff")), ("leave", "")),
        ((grant("staff", ONE), grant("staff", ObjectRef("sequence", ("records", "s")), "USAGE")), ("leave", "")),
    ],
)
def test_it_ends_with_the_last_and_not_sooner(others: tuple[Fact, ...], expected: tuple[str, str]) -> None:
    assert place(planned(STAFF, *others), STAFF) == expected


def test_interrupted_anywhere_the_next_plan_finds_what_is_left() -> None:
    """After each transaction of a plan: what is still to be unmade is what the first plan had left."""
    facts: set[Fact] = {
        STAFF, member("staff", "clerk"), member("readers", "staff"), grant("staff", ONE), grant("readers", TWO),
        grant("staff", SCRATCH), grant(None, TWO), *(role(name) for name in LOGINS),
    }  # fmt: skip
    left = set(facts)
    changes = planned(*facts)
    for number, change in enumerate(changes):
        left.discard(change.fact)
        after = changes[number + 1] if number + 1 < len(changes) else None
        if after is None or (after.step, after.batch) != (change.step, change.batch):
            rest = {each.fact for each in planned(*left)}
            assert rest == {each.fact for each in changes[number + 1 :]}
