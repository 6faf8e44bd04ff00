"""Acts on requests, one after another: who may, what is narrowed, what is written down, and what is told beforehand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from recuse.errors import InputError, RefusedError
from recuse.model import Effect, TableEffect
from recuse.permits import (
    Actor,
    Narrowing,
    Terms,
    approve,
    ask,
    issue,
    lapse,
    lapses_of,
    refusal,
    refuse,
    revoke,
    withdraw,
)
from tests.unit.enforcement.small import SYSTEM
from tests.unit.permits.world import ASKER, FIRST, HOUR, NOW, SECOND, World, asked

TWO = Terms(two_person=frozenset({"crime"}))


@pytest.fixture
def world() -> World:
    made = World()
    ask(made.office(), asked(), ASKER)
    return made


def test_one_person_approves_and_the_permit_is_issued(world: World) -> None:
    done = approve(world.office(), "r1", FIRST, text="seen the warrant")
    assert (done.issued, done.approvals, done.needed) == (True, 1, 1)
    assert world.kinds() == ["requested", "approved", "issued"]
    assert (world.line().state, world.line().mismatch, world.line().approvals) == ("in force", None, 1)
    assert world.rows["r1"].ledger_index == 2
    (note,) = world.notes("r1").values()
    assert (note.name, note.text, note.act) == ("Desk 9", "seen the warrant", "approved")
    assert world.entries_[1].body["note"] in world.notes("r1")


@pytest.mark.parametrize("purposes", [frozenset({"crime"}), None])
def test_two_approvals_are_two_persons(world: World, purposes: frozenset[str] | None) -> None:
    office = world.office(Terms(two_person=purposes))
    done = approve(office, "r1", FIRST)
    assert (done.issued, done.approvals, done.needed) == (False, 1, 2)
    assert (world.rows, world.line().state) == ({}, "approved")
    for same in (FIRST, Actor(" desk 9 ")):
        with pytest.raises(RefusedError, match="you have approved this"):
            approve(office, "r1", same)
    with pytest.raises(RefusedError, match="1 of 2 persons have approved"):
        issue(office, "r1")
    assert approve(office, "r1", SECOND).issued
    assert world.kinds() == ["requested", "approved", "approved", "issued"]
    first, second = (entry.body["by"] for entry in world.entries_[1:3])
    assert first != second


def test_a_purpose_below_one_that_takes_two_takes_two() -> None:
    world = World()
    ask(world.office(), asked(purpose="crime.gang"), ASKER)
    assert not approve(world.office(TWO), "r1", FIRST).issued
    assert approve(world.office(Terms()), "r1", SECOND).issued, "the terms of the day count"


@pytest.mark.parametrize("name", ["Desk 4", " desk 4"])
def test_nobody_approves_their_own(world: World, name: str) -> None:
    with pytest.raises(RefusedError, match="nobody approves what they asked for themselves"):
        approve(world.office(), "r1", Actor(name))
    assert world.kinds() == ["requested"]


def test_persons_of_a_provider_are_their_subject_and_not_their_name() -> None:
    world = World()
    alex, other = (Actor("Alex", f"https://idp.example {n}", f"p{n}") for n in (1, 2))
    renamed = replace(alex, name="Alexandra")
    with pytest.raises(InputError, match="who asks is not who the request says"):
        ask(world.office(), asked(requested_by="Alex", person=other.person), alex)
    ask(world.office(), asked(requested_by="Alex", person=alex.person), alex)
    for same in (alex, renamed):
        with pytest.raises(RefusedError, match="nobody approves"):
            approve(world.office(), "r1", same)
    with pytest.raises(RefusedError, match="this was asked for at the console"):
        approve(world.office(), "r1", FIRST)
    assert approve(world.office(TWO), "r1", other).approvals == 1
    assert world.entries_[1].body["person"] == "p2"
    assert approve(world.office(TWO), "r1", replace(other, person="https://other.example 2")).issued
    assert "idp.example" not in str([entry.body for entry in world.entries_])


def test_a_request_asked_at_a_command_line_is_not_answered_at_the_console(world: World) -> None:
    with pytest.raises(RefusedError, match="this was asked for at a command line"):
        approve(world.office(), "r1", Actor("Desk 4", "https://idp.example 1"))


def test_a_reviewer_narrows_and_never_widens(world: World) -> None:
    with pytest.raises(RefusedError, match="the request asks for access until"):
        approve(world.office(), "r1", FIRST, Narrowing(NOW + 25 * HOUR))
    approve(world.office(TWO), "r1", FIRST, Narrowing(NOW + 3 * HOUR))
    with pytest.raises(RefusedError, match="the request asks for access until"):
        approve(world.office(TWO), "r1", SECOND, Narrowing(NOW + 4 * HOUR))
    done = approve(world.office(TWO), "r1", SECOND)
    assert done.permit.valid_until == world.rows["r1"].valid_until == NOW + 3 * HOUR
    assert world.line().mismatch is None


WIDE = Effect("c", (TableEffect("t", "read", frozenset({"a", "b"}), "x > 1"),))
LESS = Effect("c", (TableEffect("t", "read", frozenset({"a"}), "x > 1"),))
MORE = Effect("c", (TableEffect("t", "read", frozenset({"a"}), None),))


def test_a_purpose_is_narrowed_to_one_below_that_opens_no_more(world: World) -> None:
    world.effects = {"crime": WIDE, "crime.gang": MORE}
    with pytest.raises(RefusedError, match=r"`crime\.gang` opens something that `crime` does not"):
        approve(world.office(), "r1", FIRST, Narrowing(purpose="crime.gang"))
    with pytest.raises(RefusedError, match="`removal` is not below `crime`"):
        approve(world.office(), "r1", FIRST, Narrowing(purpose="removal"))
    assert world.kinds() == ["requested"]
    world.effects["crime.gang"] = LESS
    two = world.office(Terms(two_person=frozenset({"crime.gang"})))
    assert approve(two, "r1", FIRST, Narrowing(purpose="crime.gang")).needed == 2, "two persons for what it became"
    with pytest.raises(RefusedError, match=r"`crime` is not below `crime\.gang`"):
        approve(two, "r1", SECOND, Narrowing(purpose="crime"))
    assert approve(two, "r1", SECOND).permit.purpose == world.rows["r1"].purpose == "crime.gang"
    assert (world.line().purpose, world.line().mismatch) == ("crime.gang", None)
    assert world.entries_[-1].body["purpose"] == "crime.gang"


def test_the_longest_permit_is_what_the_directives_say_and_is_not_cut_silently(world: World) -> None:
    short = Terms(longest=2 * HOUR)
    with pytest.raises(RefusedError, match="at most 2 hours"):
        approve(world.office(short), "r1", FIRST)
    assert approve(world.office(short), "r1", FIRST, Narrowing(NOW + 2 * HOUR)).issued


def test_a_request_lapses_before_access_would_end(world: World) -> None:
    world.now = NOW + 12 * HOUR
    assert (world.line().state, world.line().lapses) == ("lapsed", NOW + 12 * HOUR)
    with pytest.raises(RefusedError, match="request `r1` lapsed at"):
        approve(world.office(), "r1", FIRST)
    assert lapses_of(NOW, NOW + 30 * HOUR) == NOW + 24 * HOUR
    assert lapses_of(NOW, NOW + HOUR) == NOW + HOUR


def test_what_one_of_two_approved_lapses_too(world: World) -> None:
    approve(world.office(TWO), "r1", FIRST)
    world.now = NOW + 12 * HOUR
    with pytest.raises(RefusedError, match="lapsed at"):
        approve(world.office(TWO), "r1", SECOND)
    with pytest.raises(RefusedError, match="lapsed at"):
        issue(world.office(), "r1")
    assert world.line().state == "lapsed"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"until": NOW}, "access is to end before it was asked for"),
        ({"lapses": NOW + 25 * HOUR}, "which is not between now and the end of access"),
        ({"lapses": NOW}, "which is not between now and the end of access"),
        ({"on_behalf_of": " "}, "`on_behalf_of` is empty"),
        ({"system": "elsewhere"}, "`elsewhere` is no live system"),
    ],
)
def test_what_cannot_be_asked_for_is_not_kept(changes: dict[str, object], expected: str) -> None:
    world = World()
    with pytest.raises(InputError, match=expected):
        ask(world.office(), asked(**changes), ASKER)
    assert (world.requests, world.kinds()) == ({}, [])


def test_what_the_policy_refuses_is_counted_and_not_kept() -> None:
    world = World()
    for dry_run, kinds in ((True, []), (False, ["refused"])):
        with pytest.raises(RefusedError, match="needs a case number"):
            ask(world.office(dry_run=dry_run), asked(case=None), ASKER)
        assert (world.requests, world.kinds()) == ({}, kinds)


def test_a_request_is_refused_with_a_reason_by_another(world: World) -> None:
    with pytest.raises(RefusedError, match="nobody refuses what they asked for"):
        refuse(world.office(), "r1", ASKER, "no")
    with pytest.raises(InputError, match="no reason is given"):
        refuse(world.office(), "r1", FIRST, " ")
    refuse(world.office(), "r1", FIRST, "the warrant names another person")
    assert (world.line().state, world.kinds()) == ("refused", ["requested", "declined"])
    assert next(iter(world.notes("r1").values())).text == "the warrant names another person"
    assert "warrant names" not in str(world.entries_[-1].body)
    with pytest.raises(RefusedError, match="request `r1` was refused"):
        refuse(world.office(), "r1", SECOND, "again")
    with pytest.raises(RefusedError, match="request `r1` was refused"):
        approve(world.office(), "r1", SECOND)
    with pytest.raises(RefusedError, match="has ended"):
        issue(world.office(), "r1")


def test_only_who_asked_withdraws(world: World) -> None:
    with pytest.raises(RefusedError, match="only who asked withdraws"):
        withdraw(world.office(), "r1", FIRST)
    approve(world.office(TWO), "r1", FIRST)
    withdraw(world.office(), "r1", ASKER)
    assert world.line().state == "withdrawn"
    with pytest.raises(RefusedError, match="request `r1` was withdrawn"):
        approve(world.office(TWO), "r1", SECOND)


def test_what_is_issued_is_revoked_and_not_refused(world: World) -> None:
    approve(world.office(), "r1", FIRST)
    with pytest.raises(RefusedError, match="permit `r1` is issued"):
        refuse(world.office(), "r1", FIRST, "no")
    with pytest.raises(RefusedError, match="permit `r1` is issued"):
        withdraw(world.office(), "r1", ASKER)
    assert revoke(world.office(), "r1", SECOND) == 1
    assert (world.line().state, world.severed, world.kinds()[-1]) == ("revoked", ["r1"], "revoked")
    with pytest.raises(RefusedError, match="permit `r1` was revoked"):
        approve(world.office(), "r1", SECOND)


def test_ending_needs_neither_the_request_nor_its_salt(world: World) -> None:
    approve(world.office(), "r1", FIRST)
    world.erase("r1")
    assert revoke(world.office(), "r1", Actor("X", "https://idp.example 3", "p3")) == 1
    assert (world.entries_[-1].body["person"], "by" in world.entries_[-1].body) == ("p3", False)


def test_why_somebody_may_not_is_known_before_they_try(world: World) -> None:
    office = world.office(TWO)
    assert [str(refusal(office, "r1", act, ASKER) or "") for act in ("approve", "refuse", "withdraw")] == [
        str(RefusedError("nobody approves what they asked for themselves", "let another person approve it")),
        str(RefusedError("nobody refuses what they asked for themselves", "withdraw it")),
        "",
    ]
    assert refusal(office, "r1", "approve", FIRST) is None
    approve(office, "r1", FIRST)
    assert "you have approved" in str(refusal(office, "r1", "approve", FIRST))
    assert refusal(office, "r1", "approve", SECOND) is None
    assert "there is no request" in str(refusal(office, "r9", "refuse", FIRST))


def test_a_dry_run_says_all_that_would_be_said_and_writes_nothing(world: World) -> None:
    before = world.snapshot()
    office = world.office(dry_run=True)
    ask(office, asked("r2"), ASKER)
    assert approve(office, "r1", FIRST).issued is False
    refuse(office, "r1", FIRST, "no")
    withdraw(office, "r1", ASKER)
    with pytest.raises(RefusedError):
        approve(office, "r1", ASKER)
    assert world.snapshot() == before
    approve(world.office(), "r1", FIRST)
    before = world.snapshot()
    world.now = NOW + 23.9 * HOUR
    assert revoke(office, "r1", FIRST) == 0
    assert [each.id for each in lapse(world.office(Terms(unused=HOUR), dry_run=True), SYSTEM)] == ["r1"]
    assert world.snapshot() == before


# --- permits that nobody uses ---


def test_unused_permits_lapse_and_others_do_not() -> None:
    world = World()
    for name in ("late", "used", "fresh", "ended"):
        world.now = NOW + (2 * HOUR if name == "fresh" else timedelta(0))
        ask(world.office(), asked(name, at=world.now), ASKER)
        approve(world.office(), name, FIRST)
    world.rows["used"] = replace(world.rows["used"], used=True)
    revoke(world.office(), "ended", SECOND)
    world.rows["past"] = replace(world.rows["late"], id="past")
    world.now = NOW + 3 * HOUR
    assert lapse(world.office(Terms(unused=timedelta(hours=4))), SYSTEM) == ()
    done = lapse(world.office(Terms(unused=timedelta(hours=3))), SYSTEM)
    assert [each.id for each in done] == ["late"]
    assert (world.kinds()[-1], world.severed[-1], world.line("late").state) == ("lapsed", "late", "lapsed")
    assert (world.line("used").state, world.line("fresh").state) == ("in force", "in force")
    assert lapse(world.office(Terms(unused=timedelta(hours=3))), SYSTEM) == ()


def test_what_the_database_refuses_is_refused_before_anything_is_written(world: World) -> None:
    before, world.refuses = world.snapshot(), "the policy applied does not open it"
    with pytest.raises(RefusedError, match="the database refuses: the policy applied"):
        approve(world.office(), "r1", FIRST)
    assert world.snapshot() == before
