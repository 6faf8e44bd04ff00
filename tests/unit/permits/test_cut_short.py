"""Acts cut short at every write: what was given is recorded, what ended has ended, and the same act finishes it."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from recuse.errors import RefusedError
from recuse.permits import Narrowing, Office, approve, ask, refuse, revoke, withdraw
from tests.unit.permits.world import ASKER, FIRST, HOUR, NOW, Stopped, World, asked

ACTS: dict[str, Callable[[Office], object]] = {
    "ask": lambda office: ask(office, asked("r2"), ASKER),
    "approve": lambda office: approve(office, "r1", FIRST, Narrowing(NOW + 2 * HOUR)),
    "refuse": lambda office: refuse(office, "r1", FIRST, "no"),
    "withdraw": lambda office: withdraw(office, "r1", ASKER),
}


@pytest.mark.parametrize("lost", [True, False])
@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_is_cut_short_is_finished_by_doing_it_again(act: str, lost: bool) -> None:
    for stop in range(1, 12):
        world = World(lost=lost)
        ask(world.office(), asked(), ASKER)
        world.stop = world.writes + stop
        try:
            ACTS[act](world.office())
        except Stopped:
            pass
        else:
            assert stop > 2, "the planted stop was met"
            break
        assert not world.held
        for row in world.rows.values():
            assert row.id in world.office().register().issued, "given and never recorded"
        world.stop = None
        with suppress(RefusedError):  # it was done, and only never answered: what follows says whether
            ACTS[act](world.office())
        expected = {"ask": "pending", "approve": "in force", "refuse": "refused", "withdraw": "withdrawn"}[act]
        line = world.line("r2" if act == "ask" else "r1")
        assert (line.state, line.mismatch) == (expected, None)
        assert world.kinds().count("issued") == (1 if act == "approve" else 0)
        assert world.kinds().count("approved") == (1 if act == "approve" else 0)
    else:
        raise AssertionError("the act never came to its end")


@pytest.mark.parametrize("lost", [True, False])
def test_an_end_that_is_cut_short_has_ended_all_the_same(lost: bool) -> None:
    for stop in range(1, 9):
        world = World(lost=lost)
        ask(world.office(), asked(), ASKER)
        approve(world.office(), "r1", FIRST)
        world.stop = world.writes + stop
        try:
            revoke(world.office(), "r1", FIRST)
        except Stopped:
            pass
        else:
            assert stop == 4
            return
        recorded = world.kinds()[-1] == "revoked"
        assert not recorded or (world.rows["r1"].revoked_at is not None and world.severed == ["r1"])
        world.stop = None
        revoke(world.office(), "r1", FIRST)
        assert (world.line().state, world.line().mismatch) == ("revoked", None)
        assert world.kinds().count("revoked") == 1
    raise AssertionError("the act never came to its end")
