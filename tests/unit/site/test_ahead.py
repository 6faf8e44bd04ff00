"""What two processes make is what one makes, in its order, and what fails in the other fails here."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from recuse.errors import InputError
from recuse.site import ahead as module
from recuse.site.ahead import ahead
from tests.unit.site.processes import check_ends

Part = tuple[int, bytes, int]


def parts(count: int) -> list[Callable[[], Part]]:
    return [lambda number=number: (number, b"x" * 100_000, os.getpid()) for number in range(count)]  # type: ignore[misc]


def made(wanted: Sequence[Callable[[], Part]], *, large: bool = True) -> list[Part]:
    with ahead(wanted, large=large) as found:
        return [*found]


@pytest.mark.parametrize("count", range(5))
def test_parts_come_in_their_order_from_another_process(count: int) -> None:
    found = made(parts(count))
    assert [(number, data) for number, data, _ in found] == [(number, b"x" * 100_000) for number in range(count)]
    processes = {process for _, _, process in found}
    if module._two_can_work():
        assert len(processes) == min(count, 1)
        assert os.getpid() not in processes


def test_the_other_begins_before_it_is_asked(tmp_path: Path) -> None:
    """What is made here comes between: that time is what two processes are for."""
    begun = tmp_path / "begun"
    with ahead([begun.touch], large=True) as found:
        for _ in range(2000):
            if begun.exists() or not module._two_can_work():
                break
            time.sleep(0.005)
        assert begun.exists() == module._two_can_work()
        assert [*found] == [None]


def test_a_small_site_is_made_by_one() -> None:
    assert {process for _, _, process in made(parts(5), large=False)} == {os.getpid()}


def test_one_processor_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_two_can_work", lambda: False)
    assert [process for _, _, process in made(parts(3))] == [os.getpid()] * 3


@pytest.mark.parametrize("at", range(4))
def test_what_fails_in_any_part_is_raised_in_its_turn(at: int) -> None:
    def fails() -> Part:
        raise InputError("there is no pl for the message", "translate it")

    with ahead([*parts(at), fails, *parts(2)], large=True) as found:
        assert [next(found)[0] for _ in range(at)] == [*range(at)]
        with pytest.raises(InputError, match="there is no pl") as caught:
            next(found)
    assert caught.value.remedy == "translate it"


def test_a_process_that_is_ended_is_told_and_not_waited_for(tmp_path: Path) -> None:
    """As the system does where memory runs out."""
    if not module._two_can_work():
        pytest.skip("one process makes everything here")

    come = tmp_path / "come"

    def ended() -> Part:
        while not come.exists():
            time.sleep(0.005)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with ahead([*parts(1), ended], large=True) as found:
        assert next(found)[0] == 0
        come.touch()
        with pytest.raises(InputError, match="the process that makes pages was ended"):
            next(found)


def test_a_process_that_is_ended_while_it_sends_is_told_too() -> None:
    if not module._two_can_work():
        pytest.skip("one process makes everything here")

    def ended() -> Part:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    for _ in range(10):
        with ahead([*parts(5), ended], large=True) as found, pytest.raises(InputError, match="was ended"):
            list(found)


def killed(told: Path, size: int) -> None:
    """A process that is killed when it has the first part of many; the other one tells who it is."""

    def part() -> bytes:
        told.write_text(str(os.getpid()))
        time.sleep(0.02)
        return b"x" * size

    with ahead([part] * 500, large=True) as found:
        next(found)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_process_ends_when_the_one_that_asked_was_killed(tmp_path: Path, size: int) -> None:
    """At once, and not after the last part; also while it sends what is too large for a pipe."""
    if not module._two_can_work():
        pytest.skip("one process makes everything here")
    asking = os.fork()
    if asking == 0:
        try:
            killed(tmp_path / "told", size)
        finally:
            os._exit(1)
    _, status = os.waitpid(asking, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    check_ends(int((tmp_path / "told").read_text()))


def test_the_other_is_ended_by_the_one_that_asked_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """Of Ctrl-C both hear, and the other says nothing of it, nor of its end."""
    if not module._two_can_work():
        pytest.skip("one process makes everything here")

    def interrupted() -> Part:
        os.kill(os.getpid(), signal.SIGINT)
        return 1, b"", os.getpid()

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ahead([interrupted, *parts(500)], large=True) as found:
            next(found)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert capfd.readouterr() == ("", "")


def test_who_needs_no_more_ends_the_other() -> None:
    """Also in the middle of what is too large for a pipe."""
    with ahead(parts(50), large=True) as found:
        _, _, other = next(found)
        assert (other == os.getpid()) != module._two_can_work()
    assert multiprocessing.active_children() == []
