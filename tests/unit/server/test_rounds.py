"""Rounds: what is told began after it was asked for, many share one, and nobody waits for ever; on the record too."""

import asyncio
import time
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from recuse.errors import LedgerError, TargetError
from recuse.ledger import create_ledger, read_entries
from recuse.ledger.log import create_on, open_on
from recuse.ledger.reading import load, own_verifier
from recuse.ledger.records import parse_heads
from recuse.ledger.shared import SharedLedger, share_ledger
from recuse.server.rounds import Rounds
from tests.unit.ledger.disk import SimulatedDisk

ORIGIN = "example.org/decisions"


def test_who_comes_while_one_is_under_way_shares_the_next() -> None:
    numbers, begun, go = count(1), Event(), Event()

    def work(items: list[str]) -> tuple[int, list[str]]:
        begun.set()
        assert go.wait(10)
        return next(numbers), items

    async def story() -> None:
        rounds = Rounds(work, "test")
        first = asyncio.create_task(rounds.join("a"))
        await asyncio.to_thread(begun.wait, 10)
        later = [asyncio.create_task(rounds.join(name, name)) for name in "bcd"]
        await asyncio.sleep(0)
        go.set()
        assert await first == (1, ["a"]), "it had begun"
        assert {str(await each) for each in later} == {str((2, [*"bbccdd"]))}, "theirs began after they came"
        await rounds.close()
        assert next(numbers) == 3

    asyncio.run(story())


def test_every_answer_began_after_its_question() -> None:
    async def story() -> None:
        rounds = Rounds[None, float](lambda _: time.monotonic(), "test")

        async def ask() -> None:
            for _ in range(500):
                before = time.monotonic()
                assert await rounds.join() >= before

        await asyncio.gather(*(ask() for _ in range(16)))
        await rounds.close()

    asyncio.run(story())


def test_a_round_that_fails_fails_for_its_own_and_the_next_begins_anew() -> None:
    numbers = count(1)

    def work(_: list[None]) -> int:
        if next(numbers) == 1:
            raise TargetError("away", None)
        return 7

    async def story() -> None:
        rounds = Rounds(work, "test")
        with pytest.raises(TargetError, match="away"):
            await rounds.join()
        assert await rounds.join() == 7
        await rounds.close()

    asyncio.run(story())


def test_who_gives_up_ends_nothing_for_others() -> None:
    go = Event()

    async def story() -> None:
        rounds = Rounds[int, list[int]](lambda items: items if go.wait(10) else [], "test")
        first, hasty, patient = (asyncio.create_task(rounds.join(n)) for n in range(3))
        await asyncio.sleep(0.05)
        hasty.cancel()
        go.set()
        assert (await first, await patient) == ([0], [1, 2])
        await rounds.close()

    asyncio.run(story())


def test_who_waits_at_the_end_is_told_and_who_comes_later_too() -> None:
    go = Event()

    async def story() -> None:
        rounds = Rounds[int, bool](lambda _: go.wait(10), "test")
        waiting = [asyncio.create_task(rounds.join(n)) for n in range(2)]
        await asyncio.sleep(0)
        ending = asyncio.create_task(rounds.close())
        await asyncio.sleep(0)
        with pytest.raises(TargetError, match="is stopping"):
            await rounds.join()
        go.set()
        await ending
        assert [await each for each in waiting] == [True, True]
        await rounds.close()

    asyncio.run(story())


def test_what_waits_is_made_durable_together(tmp_path: Path) -> None:
    create_ledger(tmp_path / "record", ORIGIN).close()
    record = share_ledger(tmp_path / "record")

    async def story() -> None:
        rounds = Rounds(record.append, "record")
        await asyncio.gather(*(rounds.join(b"a %d" % n, b"b %d" % n) for n in range(1000)))
        await rounds.close()

    asyncio.run(story())
    record.close()
    entries = read_entries(tmp_path / "record")
    assert sorted(entries) == sorted(f"{side} {n}".encode() for side in "ab" for n in range(1000))
    assert len(parse_heads((tmp_path / "record" / "heads").read_bytes()).notes) < 10, "one by one"


def test_nobody_is_told_before_it_is_durable_nor_waits_for_ever() -> None:
    """The disk fails at operation N: those that wait are all told, and what was told as done is there."""
    for point in range(1, 40):
        disk = SimulatedDisk(point)
        create_on(disk, ORIGIN).close()
        disk.plan(fail_at=point, forever=True)

        async def story(disk: SimulatedDisk = disk) -> list[bytes]:
            rounds, durable = Rounds(SharedLedger(disk).append, "record"), list[bytes]()
            for batch in range(5):
                entries = [b"entry %d" % (4 * batch + n) for n in range(4)]
                told = await asyncio.gather(*map(rounds.join, entries), return_exceptions=True)
                assert all(isinstance(each, (int, LedgerError)) for each in told)
                durable += [entry for entry, each in zip(entries, told, strict=True) if isinstance(each, int)]
            await rounds.close()
            return durable

        durable = asyncio.run(story())
        disk.plan()
        disk.restart()
        ledger = open_on(disk)
        assert set(durable) <= set(load(disk, own_verifier(disk), every_head=True).entries)
        ledger.close()
