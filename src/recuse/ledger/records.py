"""The two append-only files: `entries`, the exact bytes one after another, and `heads`, what was signed over them.

- `entries`: 2 bytes of length, most significant first, then the entry, so that C2SP `tlog-tiles` bundles are byte
  ranges of it.
- `heads`: a record for each commit, `head LENGTH CRC32` on a line and then the signed checkpoint, and the line `closed`
  where a writer ended in good order. A commit stands when its head record is durable.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from recuse.errors import LedgerError

LONGEST_ENTRY: Final = 65_535
CLOSED: Final = b"closed\n"
_HEADER: Final = re.compile(rb"head ([1-9][0-9]{0,5}) ([0-9a-f]{8})\n")


@dataclass(frozen=True, slots=True)
class Heads:
    """What the file `heads` holds: the signed notes in order, the bytes they fill, and what follows that is none."""

    notes: tuple[bytes, ...]
    length: int
    tail: bytes

    @property
    def torn(self) -> bool:
        """Whether the tail can be one record that a crash cut short; if not, it is damage to what was once whole."""
        return not self.tail.endswith(CLOSED) and b"\nhead " not in self.tail


def frame(entry: bytes) -> bytes:
    """An entry as the file holds it; raises `LedgerError` when it is too long."""
    if len(entry) > LONGEST_ENTRY:
        raise LedgerError(
            f"an entry of {len(entry)} bytes is too long: {LONGEST_ENTRY} is the most",
            "keep the document elsewhere and record its digest",
        )
    return struct.pack(">H", len(entry)) + entry


def entries_of(data: bytes, count: int) -> Iterator[bytes]:
    """The first `count` entries; raises `LedgerError` at the first that is not whole."""
    position = 0
    for index in range(count):
        start = position + 2
        position = start + int.from_bytes(data[position:start], "big")
        if start > len(data) or position > len(data):
            raise LedgerError(
                f"entry {index} is missing or cut short, though {count} entries were signed",
                "restore the file `entries`",
            )
        yield data[start:position]


def head_record(note: bytes) -> bytes:
    """A signed checkpoint as the file holds it."""
    return b"head %d %08x\n%b" % (len(note), zlib.crc32(note), note)


def parse_heads(data: bytes) -> Heads:
    """Read the records up to the first that is not whole; never raises."""
    notes: list[bytes] = []
    position = 0
    while position < len(data):
        if data.startswith(CLOSED, position):
            position += len(CLOSED)
            continue
        header = _HEADER.match(data, position)
        if header is None:
            break
        end = header.end() + int(header[1])
        note = data[header.end() : end]
        if len(data) < end or zlib.crc32(note) != int(header[2], 16):
            break
        notes.append(note)
        position = end
    return Heads(tuple(notes), position, data[position:])
