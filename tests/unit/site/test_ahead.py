"""What two processes make is what one makes, in its order, and what fails in the other fails here."""

import multiprocessing
import os
from collections.abc import Callable

import pytest

from recuse.errors import InputError
from recuse.site import ahead as module
from recuse.site.ahead import ahead

Part = tuple[int, bytes, int]


def parts(count: int) -> list[Callable[[], Part]]:
    return [lambda number=number: (number, b"x" * 100_000, os.getpid()) for number in range(count)]  # type: ignore[misc]


@pytest.mark.parametrize("count", range(5))
def test_parts_come_in_their_order_from_another_process(count: int) -> None:
    made = [*ahead(parts(count), large=True)]
    assert [(number, data) for number, data, _ in made] == [(number, b"x" * 100_000) for number in range(count)]
    processes = [process for _, _, process in made]
    if count > 1 and module._two_can_work():
        assert processes[0] == os.getpid()
        assert len({*processes[1:]}) == 1
        assert os.getpid() not in processes[1:]


def test_a_small_site_is_made_by_one() -> None:
    assert {process for _, _, process in ahead(parts(5), large=False)} == {os.getpid()}


def test_one_processor_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_two_can_work", lambda: False)
    assert [process for _, _, process in ahead(parts(3), large=True)] == [os.getpid()] * 3


@pytest.mark.parametrize("at", range(4))
def test_what_fails_in_any_part_is_raised_in_its_turn(at: int) -> None:
    def fails() -> Part:
        raise InputError("there is no pl for the message", "translate it")

    made = ahead([*parts(at), fails, *parts(2)], large=True)
    assert [next(made)[0] for _ in range(at)] == [*range(at)]
    with pytest.raises(InputError, match="there is no pl") as caught:
        next(made)
    assert caught.value.remedy == "translate it"


def test_who_needs_no_more_ends_the_other() -> None:
    """Also in the middle of what is too large for a pipe."""
    made = ahead(parts(50), large=True)
    next(made)
    _, _, other = next(made)
    assert (other == os.getpid()) != module._two_can_work()
    made.close()
    assert multiprocessing.active_children() == []
