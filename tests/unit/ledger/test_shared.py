"""Several writers of one ledger, on a disk that crashes and errs at operation N, and as processes on a real one."""

import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter, deque
from pathlib import Path
from random import Random

import pytest

from recuse.errors import LedgerError
from recuse.ledger import create_ledger, read_entries, verify_ledger
from recuse.ledger.reading import load, own_verifier
from recuse.ledger.records import parse_heads
from recuse.ledger.shared import SharedLedger, share_ledger
from tests.unit.ledger.disk import PowerLossError, SimulatedDisk
from tests.unit.ledger.test_crashes import ORIGIN, History, check_noticed, new_disk

WRITERS = 3
BATCHES = 6


def take_turns(history: History, seed: int) -> list[SharedLedger]:
    """Three writers append in an order that chance draws; each is told the next index."""
    chance = Random(seed)  # noqa: S311 - repeatable on purpose
    writers = [SharedLedger(history.disk) for _ in range(WRITERS)]
    for _ in range(BATCHES):
        one_turn(history, chance.choice(writers))
    return writers


def one_turn(history: History, writer: SharedLedger) -> None:
    batch = [b"entry %d " % (history.count + n) + bytes(40) for n in range(1 + history.count % 3)]
    history.count += len(batch)
    history.offered.update(batch)
    first = writer.append(batch)
    assert first == len(history.acknowledged), "a writer did not take over what others had written"
    history.acknowledged += batch


def crash_in_every_turn(seed: int, broken: frozenset[str] = frozenset()) -> int:
    """The power fails at operation N, N = 1, 2, 3 …; returns at how many points it did."""
    point, crashed = 0, True
    while crashed:
        point += 1
        disk = new_disk(seed * 1000 + point, broken)
        history = History(disk)
        disk.plan(crash_at=point)
        try:
            crashed = False
            take_turns(history, seed)
        except PowerLossError:
            crashed = True
            disk.restart()
        disk.plan()
        history.check().close()
        take_turns(history, seed + 1)  # and life goes on
        history.check().close()
    return point - 1


@pytest.mark.parametrize("seed", range(10))
def test_a_crash_in_any_turn_loses_nothing_acknowledged(seed: int) -> None:
    assert crash_in_every_turn(seed) > 4 * BATCHES


@pytest.mark.parametrize("fault", ["sync entries", "sync heads"])
def test_a_planted_fault_is_caught(fault: str) -> None:
    check_noticed(crash_in_every_turn, fault, 5, 3)


def killed_in_every_turn(seed: int, broken: frozenset[str] = frozenset()) -> int:
    """One writer's process is killed at operation N; the others go on at once, and only then the power fails."""
    point, killed = 0, True
    while killed:
        point += 1
        disk = new_disk(seed * 1000 + point, broken)
        history = History(disk)
        other = SharedLedger(disk)
        one_turn(history, other)
        disk.plan(crash_at=point)
        disk.cuts = True
        try:
            killed = False
            one_turn(history, SharedLedger(disk))
        except PowerLossError:
            killed = True
            whole = parse_heads(disk.read("heads"))
            history.acknowledged = list(open_contents(disk)) if len(whole.notes) > 2 else history.acknowledged
        disk.plan()
        one_turn(history, other)
        disk.restart()
        history.check().close()
    return point - 1


def open_contents(disk: SimulatedDisk) -> tuple[bytes, ...]:
    """What the files hold now, read as a stranger would: an interrupted commit may be part of it."""
    return load(disk, own_verifier(disk), every_head=True).entries


@pytest.mark.parametrize("seed", range(10))
def test_a_writer_that_is_killed_holds_up_and_spoils_nothing(seed: int) -> None:
    assert killed_in_every_turn(seed) >= 4


@pytest.mark.parametrize("fault", ["truncate entries", "truncate heads"])
def test_what_a_killed_writer_left_is_dropped(fault: str) -> None:
    check_noticed(killed_in_every_turn, fault, 5, 3)


@pytest.mark.parametrize("file", ["entries", "heads"])
def test_what_was_changed_between_turns_stops_the_writer(file: str) -> None:
    """Another writer's commit, altered before it is taken over."""
    disk = new_disk(1)
    mine, other = SharedLedger(disk), SharedLedger(disk)
    mine.append([b"one"])
    length = len(disk.files[file].current())
    other.append([b"two"])
    kept = disk.files[file].current()
    disk.files[file].durable = kept[:length] + bytes([kept[length] ^ 1]) + kept[length + 1 :]
    if file == "heads":  # else it would look like one cut short by a crash, which is dropped and then told by readers
        disk.files[file].durable += kept[length:]
    for reason in ("damaged|not what was signed|cut short", "the ledger's writer has stopped"):
        with pytest.raises(LedgerError, match=reason):
            mine.append([b"three"])


def test_an_error_stops_one_writer_and_no_other() -> None:
    for point in range(1, 7):
        disk = new_disk(point)
        mine, other = SharedLedger(disk), SharedLedger(disk)
        mine.append([b"one"])
        disk.plan(fail_at=point)
        with pytest.raises(LedgerError, match="could not use"):
            deque(map(mine.append, [[b"two"]] * 3), 0)
        disk.plan()
        with pytest.raises(LedgerError, match="the ledger's writer has stopped"):
            mine.append([b"three"])
        assert other.append([b"four"]) in {1, 2, 3}
        assert load(disk, own_verifier(disk), every_head=True).entries[-1] == b"four"


def test_an_entry_that_is_too_long_is_refused_and_stops_nothing(tmp_path: Path) -> None:
    create_ledger(tmp_path / "ledger", ORIGIN).close()
    with share_ledger(tmp_path / "ledger") as writer:
        with pytest.raises(LedgerError, match="65535 is the most"):
            writer.append([b"one", bytes(65_536)])
        assert writer.append([b"one"]) == 0
        assert writer.checkpoint() == verify_ledger(tmp_path / "ledger").checkpoint
    assert (tmp_path / "ledger" / "heads").read_bytes().endswith(b"closed\n")


def test_a_folder_that_is_no_ledger_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="could not use `verifier`"):
        share_ledger(tmp_path).append([b"one"])
    assert list(tmp_path.iterdir()) == []


WRITING = """
    import sys
    from pathlib import Path
    from recuse.ledger.shared import share_ledger

    name, number = sys.argv[2], 0
    with share_ledger(Path(sys.argv[1])) as writer:
        while number < int(sys.argv[3]):
            batch = [f"{name} {number + n}".encode() for n in range(1 + number % 4)]
            print(writer.append(batch), len(batch), number, flush=True)
            number += len(batch)
"""


def test_processes_share_a_ledger_and_one_that_is_killed_loses_nothing_that_it_told(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    create_ledger(folder, ORIGIN).close()
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITING), str(folder), name, number],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name, number in (("a", "400"), ("b", "400"), ("killed", "1000000"))
    }
    told: dict[str, list[str]] = {"killed": []}
    stream = running["killed"].stdout
    assert stream is not None
    told["killed"] = [stream.readline() for _ in range(40)]
    os.kill(running["killed"].pid, signal.SIGKILL)
    told["killed"] += [line for line in stream if line.endswith("\n")]
    for name in ("a", "b"):
        told[name] = running[name].communicate()[0].splitlines()
        assert running[name].returncode == 0
    running["killed"].wait()
    entries = read_entries(folder)
    for name, lines in told.items():
        for first, length, number in (map(int, line.split()) for line in lines):
            expected = tuple(f"{name} {number + n}".encode() for n in range(length))
            assert entries[first : first + length] == expected
    assert max(Counter(entries).values()) == 1
    open_on_folder = share_ledger(folder)
    assert open_on_folder.append([b"after"]) == len(entries)
    open_on_folder.close()
    assert verify_ledger(folder).size == len(entries) + 1
