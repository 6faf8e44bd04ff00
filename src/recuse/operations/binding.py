"""Checkpoints of the record of decisions in the ledger: what was decided cannot be written anew without its being seen.

The record has a key of its own, and who holds that key could sign another history. An entry of the ledger holds the
record's size and root of a moment; the record of today must begin with just those entries, at every such moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from recuse.errors import InputError, LedgerError
from recuse.ledger import JSON, Entry, encode
from recuse.ledger.checkpoint import parse_checkpoint
from recuse.ledger.following import Following
from recuse.ledger.merkle import CompactRange, leaf_hash
from recuse.ledger.reading import HEADS
from recuse.ledger.shared import share_ledger
from recuse.notes import parse_note
from recuse.operations import record as records

KIND: Final = "decisions_checkpoint"
_STEP: Final = 20_000


@dataclass(frozen=True, slots=True)
class Bound:
    """An entry of the ledger (`number`, `at`) that says what the record was: its origin, size and root."""

    number: int
    at: datetime
    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Binding:
    """A record that begins with what every entry about it says; `size` is how long it is now, `note` its checkpoint."""

    bound: tuple[Bound, ...]
    size: int
    note: str


def check_binding(ledger: Path, record: Path) -> Binding:
    """Compare the record with every checkpoint of it in the ledger; both are checked against their newest heads.

    Raises `LedgerError` naming the first entry of the ledger that the record does not begin with what it says,
    InputError for a folder that holds no ledger.
    """
    for folder, what in ((ledger, "ledger"), (record, "record of decisions")):
        if not (folder / HEADS).exists():
            raise InputError(f"`{folder}` is no folder of a {what}", "give the ledger's folder, then the record's")
    bound = tuple(_bound(number, entry) for number, entry in enumerate(records.entries(ledger)) if entry.kind == KIND)
    waiting = sorted((each for each in bound if each.size), key=lambda each: each.size)  # all begin with nothing
    following, covered = Following(record), CompactRange()
    while True:
        placed = following.more(_STEP)
        if placed or not covered.size:
            _origin(bound, following)
        for each in placed:
            covered.append(leaf_hash(each.data))
            while waiting and waiting[0].size == covered.size:
                _compare(waiting.pop(0), covered.root())
        if following.size == following.signed:
            break
    if waiting:
        raise _broken(waiting[0], f"it holds {covered.size} entries now")
    return Binding(bound, covered.size, following.note)


def bind(ledger: Path, record: Path, now: datetime, every: timedelta = timedelta()) -> Bound | None:
    """Append the record's newest checkpoint to the ledger, after it was compared with all that are there.

    None, and nothing is written, where the last is not older than `every` or the record has not grown since. Raises
    `LedgerError` for a record that was rewritten: nothing new is said of it.
    """
    found = check_binding(ledger, record)
    last = found.bound[-1] if found.bound else None
    if not found.note or (last is not None and (now - last.at < every or last.size == found.size)):
        return None
    head = parse_checkpoint(parse_note(found.note.encode()).text)
    body: dict[str, JSON] = {"origin": head.origin, "size": head.size, "root": head.root.hex(), "note": found.note}
    shared = share_ledger(ledger)
    try:
        number = shared.append([encode(KIND, now, body)])
    finally:
        shared.close()
    return Bound(number, now, head.origin, head.size, head.root)


def _bound(number: int, entry: Entry) -> Bound:
    body = entry.body
    origin, size, root = body.get("origin"), body.get("size"), body.get("root")
    if not (isinstance(origin, str) and isinstance(size, int) and size >= 0 and isinstance(root, str)):
        raise LedgerError(f"entry {number} of the ledger says no checkpoint", "find out who wrote it")
    try:
        return Bound(number, entry.at, origin, size, bytes.fromhex(root))
    except ValueError as error:
        raise LedgerError(f"entry {number} of the ledger says no checkpoint", "find out who wrote it") from error


def _origin(bound: Sequence[Bound], following: Following) -> None:
    """Raise `LedgerError` where the record is of another origin than the ledger says."""
    if following.note:
        own = parse_checkpoint(parse_note(following.note.encode()).text).origin
        for each in bound:
            if each.origin != own:
                raise _broken(each, f"it is of `{own}` now, and was of `{each.origin}`")


def _compare(each: Bound, root: bytes) -> None:
    if each.root != root:
        raise _broken(each, f"its first {each.size} entries are others now")


def _broken(each: Bound, how: str) -> LedgerError:
    when = f"{each.at:%Y-%m-%d %H:%M} UTC"
    return LedgerError(
        f"the record is not what entry {each.number} of the ledger says it was at {when}: {how}",
        "find out who rewrote it, and compare it with a copy",
    )
