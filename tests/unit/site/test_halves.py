"""A site that two processes make is the site that one makes, and what fails in the other fails here."""

import os
from collections.abc import Iterator

import pytest

from recuse.errors import InputError
from recuse.site import halves
from recuse.site.halves import File, in_order


def part(number: int) -> Iterator[File]:
    yield f"{number}/a", os.urandom(0) + b"x" * 100_000
    yield f"{number}/process", str(os.getpid()).encode()


def parts(count: int) -> list[halves.Part]:
    return [lambda number=number: part(number) for number in range(count)]  # type: ignore[misc]


@pytest.mark.parametrize("count", range(7))
def test_parts_come_in_their_order_from_two_processes(count: int) -> None:
    made = [dict(files) for files in in_order(parts(count), large=True)]
    assert [[*each] for each in made] == [[f"{number}/a", f"{number}/process"] for number in range(count)]
    assert {each[f"{number}/a"] for number, each in enumerate(made)} <= {b"x" * 100_000}
    processes = [int(each[f"{number}/process"]) for number, each in enumerate(made)]
    if count > 2 and halves._two_can_work():
        assert {*processes[::3]} == {os.getpid()}
        assert os.getpid() not in {*processes[1::3], *processes[2::3]}
        assert len({*processes}) == 2


def test_a_small_site_is_made_by_one() -> None:
    made = [dict(files) for files in in_order(parts(5), large=False)]
    assert {each[f"{number}/process"] for number, each in enumerate(made)} == {str(os.getpid()).encode()}


def test_one_processor_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halves, "_two_can_work", lambda: False)
    test_a_small_site_is_made_by_one()
    assert len([*in_order(parts(3), large=True)]) == 3


@pytest.mark.parametrize("at", range(4))
def test_what_fails_in_any_part_is_raised_in_its_turn(at: int) -> None:
    def fails() -> Iterator[File]:
        raise InputError("there is no pl for the message", "translate it")
        yield

    every = [*parts(at), fails, *parts(2)]
    made = in_order(every, large=True)
    for _ in range(at):
        assert len([*next(made)]) == 2
    with pytest.raises(InputError, match="there is no pl") as caught:
        [*next(made)]
    assert caught.value.remedy == "translate it"
