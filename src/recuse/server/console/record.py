"""What the record's screens show: a page of a search, one entry, and exports of exactly what a search finds."""

import hashlib
import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, repeat
from typing import Final

from recuse.csv_text import csv_text
from recuse.ledger import JSON
from recuse.ledger.merkle import leaf_hash
from recuse.server.console.asking import PER_PAGE, Order, Search, find
from recuse.server.console.index import ALLOWED, Index, Reading
from recuse.server.console.pages import machine
from recuse.server.console.records import Name, Read, address, pins, sizes
from recuse.server.console.sentences import sentence

COLUMNS: Final = (
    "number", "record", "at", "kind", "system", "agency", "account", "purpose", "authority", "case", "answer", "reason",
    "caller", "summary", "checkpoint", "entry",
)  # fmt: skip
_OWN: Final = ("record", "kind", "system", "agency", "account", "purpose", "caller", "summary")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a table shows it; `allow` is None for what is no decision."""

    record: Name
    number: int
    at: datetime
    kind: str
    system: str
    account: str
    agency: str
    purpose: str
    caller: str
    allow: bool | None
    summary: str
    body: Mapping[str, JSON]
    data: bytes

    @property
    def address(self) -> str:
        """Where it is found below the console."""
        return address(self.record, self.number)

    @property
    def name(self) -> str:
        """Its number, with its record where that is not the ledger."""
        return f"{self.number:,}" if self.record == "acts" else f"{self.record}/{self.number}"

    @property
    def sha256(self) -> str:
        """The digest of the entry's exact bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def leaf(self) -> str:
        """The entry's hash in the tree that checkpoints sign."""
        return leaf_hash(self.data).hex()


@dataclass(frozen=True, slots=True)
class Part:
    """What a search found in one record among its first `upto` entries, in the order of the search."""

    name: Name
    index: Index
    reading: Reading
    upto: int
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a search found, and how much that is of how large records; `pins` fix their sizes."""

    lines: tuple[Line, ...]
    total: int
    pages: int
    upto: int
    newer: int
    pins: Mapping[str, int]


def look(records: Mapping[Name, Index], read: Read, search: Search, agencies: Mapping[str, str]) -> tuple[Part, ...]:
    """What a search finds in each record that it is about and that can be shown."""
    return tuple(
        Part(name, records[name], read.readings[name], upto, find(records[name], upto, search, agencies))
        for name, upto in sizes(read, search.limit).items()
    )


def page_of(parts: Sequence[Part], search: Search, agencies: Mapping[str, str]) -> Found:
    """The page that the search names; beyond the last there is an empty one."""
    total, upto = sum(len(part.numbers) for part in parts), sum(part.upto for part in parts)
    start = max(search.page - 1, 0) * PER_PAGE
    shown = islice(merged(parts, search.order), start, start + PER_PAGE) if start < total else ()
    lines = tuple(line(part.name, part.index, number, agencies) for part, number in shown)
    newer = sum(part.reading.size - part.upto for part in parts)
    return Found(
        lines, total, max(1, -(-total // PER_PAGE)), upto, newer, pins({part.name: part.upto for part in parts})
    )


def merged(parts: Sequence[Part], order: Order) -> Iterator[tuple[Part, int]]:
    """What was found in all records, by time; entries of one record keep the order that it has."""

    def time_of(found: tuple[Part, int]) -> int:
        return found[0].index.times[found[1]]

    newest = order == "newest"
    # Of one moment: the record that is named first comes first in time.
    ways = [zip(repeat(part), part.numbers, strict=False) for part in (reversed(parts) if newest else parts)]
    return ways[0] if len(ways) == 1 else heapq.merge(*ways, key=time_of, reverse=newest)


def line(record: Name, index: Index, number: int, agencies: Mapping[str, str]) -> Line:
    """One entry, read again from its record."""
    data, entry = index.entry(number)
    texts = {name: index.words[name].texts[column[number]] for name, column in index.columns.items()}
    allow = {code: answer for answer, code in ALLOWED.items()}[index.answers[number]]
    texts["agency"] = texts["agency"] or agencies.get(texts["account"], "")
    said = sentence(entry)
    return Line(record, number, entry.at, entry.kind, allow=allow, summary=said, body=entry.body, data=data, **texts)


def as_csv(parts: Sequence[Part], order: Order, agencies: Mapping[str, str]) -> Iterator[str]:
    """The entries as CSV (RFC 4180) with a head; the last column holds the exact bytes of each.

    The column before it holds the signed checkpoint of its record, once: in the first row of each record.
    """
    yield csv_text([COLUMNS])
    checkpoints = {part.name: part.reading.checkpoint for part in parts}
    for part, number in merged(parts, order):
        each = line(part.name, part.index, number, agencies)
        of = {name: "" if each.body.get(name) is None else str(each.body[name]) for name in COLUMNS}
        of |= {name: getattr(each, name) for name in _OWN}
        answer = {None: "", True: "allow", False: "deny"}[each.allow]
        of |= {"number": str(number), "at": machine(each.at), "answer": answer, "entry": each.data.decode()}
        of |= {"checkpoint": checkpoints.pop(part.name, "")}
        yield csv_text([[of[name] for name in COLUMNS]])


def as_json(parts: Sequence[Part], order: Order, head: Mapping[str, JSON]) -> Iterator[str]:
    """The entries word for word as the records have them, each with its number; the head says what was asked."""
    total = sum(len(part.numbers) for part in parts)
    records: list[JSON] = [
        {"record": part.name, "size": part.upto, "found": len(part.numbers), "checkpoint": part.reading.checkpoint}
        for part in parts
    ]
    opened = json.dumps({**head, "records": records, "found": total}, ensure_ascii=False, indent=1)
    yield f'{opened[:-2]},\n "entries": ['
    for place, (part, number) in enumerate(merged(parts, order)):
        data, _ = part.index.entry(number)
        before = "," if place else ""
        yield f'{before}\n  {{"record": "{part.name}", "number": {number}, "entry": {data.decode()}}}'
    yield "\n ]\n}\n"
