"""Break-glass: all that the policy asks for but the second person; short, loud, reviewed by another within a day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from recuse.errors import InputError, RefusedError
from recuse.model import Request
from recuse.operations.permits_watched import unreviewed
from recuse.permits import Actor, Terms, approve, ask, break_glass, issue, overdue, review_glass
from tests.unit.enforcement.small import SYSTEM
from tests.unit.permits.world import ASKER, FIRST, HOUR, NOW, SECOND, Stopped, World, asked

OPEN = Terms(two_person=None, break_glass=4 * HOUR, break_glass_purposes=(None, frozenset({"crime"})))


def emergency(name: str = "r1", /, **changes: object) -> Request:
    return asked(name, **{"until": NOW + 2 * HOUR, "lapses": None, "glass": "a child is in the car"} | changes)


@pytest.fixture
def world() -> World:
    made = World()
    break_glass(made.office(OPEN), emergency(), ASKER)
    return made


def test_who_asks_issues_and_the_entry_is_loud(world: World) -> None:
    assert world.kinds() == ["requested", "broke_glass"]
    body = world.entries_[1].body
    assert (body["review_by"], body["request"]) == ("2026-01-16T02:00:00.000000+00:00", "r1")
    assert body["by"] == world.mark("r1", ASKER.identity)
    assert "child" not in str(body)
    assert world.requests["r1"].glass == "a child is in the car"
    line = world.line()
    assert (line.state, line.mismatch, line.glass) == ("in force", None, "to review")
    assert world.rows["r1"].ledger_index == 1


@pytest.mark.parametrize(
    ("terms", "changes", "expected"),
    [
        (Terms(), {}, "do not open break-glass for `crime`"),
        (replace(OPEN, break_glass_purposes=(frozenset({"removal"}),)), {}, "do not open break-glass for `crime`"),
        (OPEN, {"until": NOW + 5 * HOUR}, "break-glass opens for at most 4 hours"),
        (replace(OPEN, longest=HOUR), {}, "break-glass opens for at most 1 hours"),
        (OPEN, {"case": None}, "needs a case number"),
        (OPEN, {"evidence": {}}, "rests on `document_sha256`, which is not stated"),
        (OPEN, {"login": "nobody"}, "is not in accounts.toml"),
    ],
)
def test_only_the_second_person_is_skipped(terms: Terms, changes: Mapping[str, object], expected: str) -> None:
    world = World()
    with pytest.raises(RefusedError, match=expected):
        break_glass(world.office(terms), emergency(**changes), ASKER)
    assert (world.rows, world.requests) == ({}, {})
    assert "broke_glass" not in world.kinds()


@pytest.mark.parametrize("reason", [None, "", " "])
def test_without_a_reason_nothing_opens(reason: str | None) -> None:
    world = World()
    with pytest.raises(InputError, match="no reason is given"):
        break_glass(world.office(OPEN), emergency(glass=reason), ASKER)
    assert world.kinds() == []


def test_what_the_database_refuses_stays_closed() -> None:
    world = World(refuses="not applied")
    with pytest.raises(RefusedError, match="the database refuses: not applied"):
        break_glass(world.office(OPEN), emergency(), ASKER)
    assert (world.rows, world.kinds()) == ({}, [])


def test_a_dry_run_opens_nothing() -> None:
    world = World()
    assert break_glass(world.office(OPEN, dry_run=True), emergency(), ASKER).valid_until == NOW + 2 * HOUR
    assert (world.rows, world.kinds(), world.requests) == ({}, [], {})


def test_another_person_reviews_it_once(world: World) -> None:
    with pytest.raises(RefusedError, match="nobody reviews what they opened"):
        review_glass(world.office(), "r1", Actor("desk 4"), "all well", justified=True)
    with pytest.raises(RefusedError, match="this was opened at a command line"):
        review_glass(world.office(), "r1", Actor("X", "https://idp.example 1"), "all well", justified=True)
    with pytest.raises(InputError, match="nothing is said of it"):
        review_glass(world.office(), "r1", FIRST, " ", justified=True)
    review_glass(world.office(dry_run=True), "r1", FIRST, "no", justified=False)
    assert world.line().glass == "to review"
    review_glass(world.office(), "r1", FIRST, "there was no child", justified=False)
    assert (world.line().glass, world.kinds()[-1]) == ("not justified", "glass_reviewed")
    assert [note.text for note in world.notes("r1").values()] == ["there was no child"]
    assert "child" not in str(world.entries_[-1].body)
    with pytest.raises(RefusedError, match="`r1` is reviewed already"):
        review_glass(world.office(), "r1", SECOND, "there was", justified=True)
    ask(world.office(), asked("r2"), ASKER)
    approve(world.office(), "r2", FIRST)
    with pytest.raises(RefusedError, match="`r2` broke no glass"):
        review_glass(world.office(), "r2", SECOND, "x", justified=True)


def test_while_a_review_is_overdue_nothing_more_is_broken_for_the_account(world: World) -> None:
    world.now = NOW + 24 * HOUR - timedelta(microseconds=1)
    break_glass(world.office(OPEN), later(world, "r2"), ASKER)
    world.now = NOW + 24 * HOUR
    assert overdue(world.office().register(), world.now) == ("r1",)
    assert world.line().glass == "overdue"
    with pytest.raises(RefusedError, match="the review of `r1` is overdue"):
        break_glass(world.office(OPEN), later(world, "r3"), ASKER)
    break_glass(world.office(OPEN), later(world, "r4", login="clerk"), ASKER)
    review_glass(world.office(), "r1", FIRST, "it was so", justified=True)
    assert (world.line().glass, overdue(world.office().register(), world.now)) == ("justified", ())
    break_glass(world.office(OPEN), later(world, "r5"), ASKER)


def test_one_whose_request_is_gone_counts_for_every_account_of_its_system(world: World) -> None:
    world.now = NOW + 25 * HOUR
    world.erase("r1")
    with pytest.raises(RefusedError, match="the review of `r1` is overdue"):
        break_glass(world.office(OPEN), later(world, "r2", login="clerk"), ASKER)


def later(world: World, name: str, /, **changes: object) -> Request:
    return emergency(name, at=world.now, until=world.now + HOUR, **changes)


def test_it_is_told_as_critical_until_it_is_reviewed(world: World) -> None:
    def told() -> list[tuple[str, str, str]]:
        found = unreviewed(world.office().register(), SYSTEM, world.now)
        return [(each.code, each.severity, each.sentence.rpartition(": ")[2]) for each in found]

    assert told() == [("glass-broken", "critical", "another person is to review it by 2026-01-16 02:00Z")]
    world.now = NOW + 25 * HOUR
    assert told() == [("glass-broken", "critical", "its review is overdue since 2026-01-16 02:00Z")]
    assert list(unreviewed(world.office().register(), "elsewhere", world.now)) == []
    review_glass(world.office(), "r1", FIRST, "it was so", justified=True)
    assert told() == []


@pytest.mark.parametrize("lost", [True, False])
def test_cut_short_it_opened_nothing_that_is_not_recorded_and_is_finished(lost: bool) -> None:
    for stop in range(1, 7):
        world = World(lost=lost, stop=stop)
        try:
            break_glass(world.office(OPEN), emergency(), ASKER)
        except Stopped:
            assert not world.rows or world.kinds()[-1] == "broke_glass"
            world.stop = None
            if world.kinds()[-1:] == ["broke_glass"] and not world.rows:
                assert "recorded and not in the database" in str(world.line().mismatch)
                issue(world.office(OPEN), "r1")
            elif world.kinds() == ["requested"]:
                assert world.line().state == "pending"
            if "broke_glass" in world.kinds():
                assert (world.line().state, world.line().mismatch, world.line().glass) == (
                    "in force",
                    None,
                    "to review",
                )
        else:
            assert stop == 5
            return
    raise AssertionError("the act never came to its end")
