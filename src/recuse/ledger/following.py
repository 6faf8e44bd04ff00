"""A reader that goes on where it stopped: what was added since is read, and given only when a signed head covers it.

As for every reader there is no lock and no private key. What was read once is not read again; that the ledger was not
rewritten meanwhile is told by its last head, which must still stand where it stood.
"""

import copy
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.errors import LedgerError
from recuse.ledger.checkpoint import Checkpoint, check_checkpoint, parse_checkpoint
from recuse.ledger.files import Files, told_as_ledger_errors
from recuse.ledger.merkle import CompactRange, leaf_hash
from recuse.ledger.reading import ENTRIES, HEADS, own_verifier
from recuse.ledger.records import head_record, parse_heads
from recuse.notes import parse_note

_PIECE: Final = 1 << 22  # bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry's exact bytes, and where the file `entries` holds them."""

    offset: int
    data: bytes


class Following:
    """One reader of a ledger's folder, for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._files = Files(folder)
        self._covered = CompactRange()
        self._read = 0  # bytes of `entries` that are covered
        self._heads = 0  # where the last whole head record that was seen begins
        self._last = b""  # that record
        self._waiting: list[bytes] = []  # heads seen and not yet read up to
        self.note = ""
        """The signed checkpoint over what was given; empty before the first."""

    @property
    def size(self) -> int:
        """Entries given so far."""
        return self._covered.size

    @property
    def signed(self) -> int:
        """Entries that the newest head seen covers."""
        return _size(self._waiting[-1]) if self._waiting else self.size

    def more(self, most: int) -> tuple[Placed, ...]:
        """The next entries, about `most` of them (up to a head); none where all that is signed was given.

        Raises `LedgerError` when they are not what was signed, or when what was read before has been rewritten.
        """
        with told_as_ledger_errors():
            self._look()
            if not self._waiting:
                return ()
            number = max(bisect_right(self._waiting, self.size + most, key=_size), 1)
            note = self._waiting[number - 1]
            head = check_checkpoint(note, own_verifier(self._files))
            found = tuple(self._entries(head))
        covered = copy.deepcopy(self._covered)
        for each in found:
            covered.append(leaf_hash(each.data))
        if covered.root() != head.root:
            reason = f"entries {self.size} to {head.size - 1} are not what was signed"
            raise LedgerError(reason, "restore the file `entries`")
        self._covered, self.note = covered, note.decode()
        self._read += sum(2 + len(each.data) for each in found)
        del self._waiting[:number]
        return found

    def entry(self, offset: int) -> bytes:
        """The bytes of an entry that was given with this offset."""
        with told_as_ledger_errors():
            length = int.from_bytes(self._files.piece(ENTRIES, offset, 2), "big")
            return self._files.piece(ENTRIES, offset + 2, length)

    def _look(self) -> None:
        """Take in the heads that were written since."""
        data = self._files.read(HEADS, self._heads)
        if not data.startswith(self._last):
            raise LedgerError("the ledger was rewritten since it was read", "find out who replaced its files, and why")
        heads = parse_heads(data)
        if not heads.notes:
            raise LedgerError("the ledger has no whole head record", "restore it, or create it anew")
        fresh = heads.notes[1:] if self._last else heads.notes
        if fresh:
            self._last = head_record(heads.notes[-1])
            self._heads += data.rindex(self._last, 0, heads.length)
        self._waiting += [note for note in fresh if _size(note) or not self.note]

    def _entries(self, head: Checkpoint) -> Iterator[Placed]:
        data, start, position = b"", self._read, 0  # `data` is the file from `start` on
        for index in range(self.size, head.size):
            while len(data) < position + 2 or len(data) < position + 2 + int.from_bytes(data[position : position + 2]):
                data, start, position = data[position:], start + position, 0
                grown = self._files.piece(ENTRIES, start + len(data), _PIECE)
                if not grown:
                    reason = f"entry {index} is missing or cut short, though {head.size} entries were signed"
                    raise LedgerError(reason, "restore the file `entries`")
                data += grown
            end = position + 2 + int.from_bytes(data[position : position + 2])
            yield Placed(start + position, data[position + 2 : end])
            position = end


def _size(note: bytes) -> int:
    return parse_checkpoint(parse_note(note).text).size
