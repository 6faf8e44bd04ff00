"""The writer on a disk that crashes or errs at operation N, N = 1, 2, 3 … until the history completes."""

import errno
from collections.abc import Callable
from contextlib import suppress

import pytest

from recuse.errors import LedgerError
from recuse.ledger.log import Ledger, create_on, open_on
from recuse.ledger.merkle import leaf_hash, tree_root
from recuse.ledger.reading import load, own_verifier, verify_storage
from tests.unit.ledger.disk import PowerLossError, SimulatedDisk

ORIGIN = "example.org/ledger"


class History:
    """What the callers were told, across all lives of one ledger."""

    def __init__(self, disk: SimulatedDisk) -> None:
        self.disk = disk
        self.acknowledged: list[bytes] = []
        self.offered: set[bytes] = set()
        self.published: list[tuple[int, bytes]] = []
        self.count = 0

    def live(self, ledger: Ledger, appends: int = 3) -> None:
        for _ in range(appends):
            batch = [b"entry %d " % (self.count + n) + bytes(40) for n in range(1 + self.count % 3)]
            self.count += len(batch)
            self.offered.update(batch)
            first = ledger.append(batch)
            assert first == len(self.acknowledged)
            self.acknowledged += batch
            self.published.append((ledger.size, ledger.root))
        ledger.close()

    def check(self) -> Ledger:
        """Reopen after a failure: nothing acknowledged is lost or changed, and nothing published is contradicted."""
        ledger = open_on(self.disk)
        entries = list(load(self.disk, own_verifier(self.disk), every_head=True).entries)
        assert entries[: len(self.acknowledged)] == self.acknowledged
        assert set(entries) <= self.offered
        for size, root in self.published:
            assert tree_root([leaf_hash(e) for e in entries[:size]]) == root
        verified = verify_storage(self.disk, None)
        assert (verified.size, verified.root, verified.unheaded) == (ledger.size, ledger.root, 0)
        # What an interrupted commit left is part of the ledger from now on, told or not.
        self.acknowledged = entries
        self.published.append((ledger.size, ledger.root))
        return ledger


def new_disk(seed: int, broken: frozenset[str] = frozenset()) -> SimulatedDisk:
    disk = SimulatedDisk(seed)
    create_on(disk, ORIGIN).close()
    disk.broken = broken
    return disk


def crash_at_every_operation(seed: int, broken: frozenset[str] = frozenset()) -> int:
    """One history a crash point, three lives each; returns at how many points there was a crash."""
    point = 0
    while True:
        point += 1
        disk = new_disk(seed * 1000 + point, broken)
        history = History(disk)
        crashed = False
        for life in range(3):
            ledger = history.check()
            disk.plan(crash_at=point if life < 2 else 0)
            try:
                history.live(ledger)
            except PowerLossError:
                crashed = True
                # The recovery itself is interrupted too.
                disk.restart()
                disk.plan(crash_at=1 + point % 5)
                with suppress(PowerLossError):
                    open_on(disk)
                disk.restart()
            disk.plan()
        history.check()
        if not crashed:
            return point - 1


@pytest.mark.parametrize("seed", range(20))
def test_a_crash_at_any_operation_loses_nothing_acknowledged(seed: int) -> None:
    assert crash_at_every_operation(seed) == 14


def check_noticed(histories: Callable[[int, frozenset[str]], int], fault: str, seeds: int, least: int) -> None:
    """Of so many histories at least these must fail when a step is left out."""

    def caught(seed: int) -> bool:
        try:
            histories(seed, frozenset({fault}))
        except (AssertionError, LedgerError):
            return True
        return False

    assert sum(caught(seed) for seed in range(seeds)) >= least, f"histories did not notice the missing step `{fault}`"


@pytest.mark.parametrize("fault", ["sync entries", "sync heads", "truncate entries", "truncate heads"])
def test_a_planted_fault_is_caught(fault: str) -> None:
    check_noticed(crash_at_every_operation, fault, 10, 5)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("forever", [False, True])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("reboot", [False, True])
def test_an_error_at_any_operation_stops_the_writer(number: int, forever: bool, kept: bool, reboot: bool) -> None:
    point = 0
    failed = True
    while failed:
        point += 1
        disk = new_disk(point)
        disk.error = number
        history = History(disk)
        ledger = history.check()
        disk.plan(fail_at=point, forever=forever, kept=kept)
        failed, reason = False, ""
        try:
            history.live(ledger)
        except LedgerError as error:
            failed, reason = True, error.message
        if failed:
            assert reason.startswith("the ledger could not use")
            told = ledger.checkpoint()
            with pytest.raises(LedgerError, match="the ledger's writer has stopped"):
                ledger.append([b"another"])
            assert ledger.checkpoint() == told
            ledger.close()
        disk.plan()
        if reboot:
            disk.restart()
        history.check()
    assert point == 15


def test_an_error_while_recovering_refuses_and_changes_nothing() -> None:
    for point in range(1, 5):
        disk = new_disk(point)
        history = History(disk)
        ledger = history.check()
        disk.plan(crash_at=4)
        with pytest.raises(PowerLossError):
            history.live(ledger)
        disk.restart()
        disk.plan(fail_at=point)
        with suppress(LedgerError):
            open_on(disk)
        disk.restart()
        history.check()


def test_create_interrupted_at_any_operation_is_never_a_usable_half() -> None:
    for point in range(1, 9):
        for seed in range(20):
            disk = SimulatedDisk(seed)
            disk.plan(crash_at=point)
            with suppress(PowerLossError):
                create_on(disk, ORIGIN)
            disk.restart()
            try:
                assert open_on(disk).size == 0
            except LedgerError:
                if disk.files:
                    with pytest.raises(LedgerError, match="there is a ledger already"):
                        create_on(disk, ORIGIN)


def test_what_a_reopened_ledger_tells_survives_the_power_loss_after() -> None:
    """A killed process leaves its last head in memory only; the next one may tell of it, so it must be durable."""
    for seed in range(20):
        disk = new_disk(seed)
        ledger = open_on(disk)
        disk.plan(crash_at=3)
        with pytest.raises(PowerLossError):
            ledger.append([b"entry"])
        disk.plan()
        told = open_on(disk).size
        disk.restart()
        assert open_on(disk).size == told == 1


def test_damage_to_a_head_record_that_is_not_the_last_is_no_torn_record() -> None:
    disk = new_disk(1)
    History(disk).live(open_on(disk))
    heads = disk.files["heads"].durable
    second = heads.index(b"\nhead ", 20) + 1
    damaged = heads[:second] + b"H" + heads[second + 1 :]
    for found in (damaged, damaged.removesuffix(b"closed\n")):
        disk.files["heads"].durable = found
        with pytest.raises(LedgerError, match="head record 1 is damaged; restore the file `heads`"):
            open_on(disk)
        with pytest.raises(LedgerError, match="head record 1 is damaged or was cut short"):
            verify_storage(disk, None)


def test_the_last_record_of_a_closed_ledger_is_never_taken_for_a_torn_one() -> None:
    disk = new_disk(1)
    History(disk).live(open_on(disk))
    heads = disk.files["heads"].durable
    last = heads.rindex(b"\nhead ") + 1
    for position in range(last, len(heads) - len(b"closed\n")):
        disk.files["heads"].durable = heads[:position] + bytes([heads[position] ^ 1]) + heads[position + 1 :]
        with pytest.raises(LedgerError, match="head record 3 is damaged"):
            open_on(disk)
