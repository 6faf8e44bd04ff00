"""Rounds: an answer began after it was asked for, many share one, and nobody waits for ever."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest

from recuse.errors import TargetError
from recuse.server.rounds import Rounds


def test_who_comes_while_one_is_under_way_shares_the_next() -> None:
    asked, begun, go = count(1), Event(), Event()

    def ask() -> int:
        number = next(asked)
        begun.set()
        assert go.wait(10)
        return number

    with Rounds(ask, "test") as rounds:
        first = rounds.join()
        assert begun.wait(10)
        later = [rounds.join() for _ in range(100)]
        go.set()
        assert first.result(10) == 1, "it had begun"
        assert {each.result(10) for each in later} == {2}, "theirs began after they came"
    assert next(asked) == 3


def test_every_answer_began_after_its_question() -> None:
    """Many threads, each asking again and again."""
    with Rounds(time.monotonic, "test") as rounds, ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> bool:
            before = time.monotonic()
            return rounds.join().result(10) >= before

        assert all(pool.map(ask, range(4000)))


def test_a_round_that_fails_fails_for_its_own_and_the_next_asks_anew() -> None:
    asked = count(1)

    def ask() -> int:
        if next(asked) == 1:
            raise TargetError("away", None)
        return 7

    with Rounds(ask, "test") as rounds:
        with pytest.raises(TargetError, match="away"):
            rounds.join().result(10)
        assert rounds.join().result(10) == 7


def test_who_is_waiting_at_the_end_is_answered_and_who_comes_later_is_told() -> None:
    go, told = Event(), list[Future[bool]]()
    rounds = Rounds(lambda: go.wait(10), "test")
    told.append(rounds.join())
    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(rounds.close)
        go.set()
        ending.result(10)
    assert told[0].result(10)
    with pytest.raises(TargetError, match="is stopping"):
        rounds.join()
    rounds.close()
