"""What the record's screens show: a page of a search, one entry, and exports of exactly what a search finds."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from recuse.ledger import JSON
from recuse.ledger.merkle import leaf_hash
from recuse.server.console.asking import PER_PAGE, Search, find
from recuse.server.console.index import ALLOWED, Index, Reading
from recuse.server.console.pages import machine
from recuse.server.console.sentences import sentence

COLUMNS: Final = (
    "number", "at", "kind", "system", "agency", "account", "purpose", "authority", "case", "answer", "reason",
    "caller", "summary", "entry",
)  # fmt: skip
_OWN: Final = ("kind", "system", "agency", "account", "purpose", "caller", "summary")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as a table shows it; `allow` is None for what is no decision."""

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
    def sha256(self) -> str:
        """The digest of the entry's exact bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def leaf(self) -> str:
        """The entry's hash in the tree that checkpoints sign."""
        return leaf_hash(self.data).hex()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a search found, and how much that is of how large a record."""

    lines: tuple[Line, ...]
    total: int
    pages: int
    upto: int
    newer: int


def page_of(index: Index, reading: Reading, search: Search, agencies: Mapping[str, str]) -> Found:
    """The page that the search names; beyond the last there is an empty one."""
    numbers = find(index, reading.size, search, agencies)
    start = max(search.page - 1, 0) * PER_PAGE
    lines = tuple(line(index, number, agencies) for number in numbers[start : start + PER_PAGE])
    upto = min(reading.size, search.upto if search.upto is not None else reading.size)
    return Found(lines, len(numbers), max(1, -(-len(numbers) // PER_PAGE)), upto, reading.size - upto)


def line(index: Index, number: int, agencies: Mapping[str, str]) -> Line:
    """One entry, read again from the record."""
    data, entry = index.entry(number)
    texts = {name: index.words[name].texts[column[number]] for name, column in index.columns.items()}
    allow = {code: answer for answer, code in ALLOWED.items()}[index.answers[number]]
    texts["agency"] = texts["agency"] or agencies.get(texts["account"], "")
    return Line(number, entry.at, entry.kind, allow=allow, summary=sentence(entry), body=entry.body, data=data, **texts)


def as_csv(index: Index, numbers: Sequence[int], agencies: Mapping[str, str]) -> Iterator[str]:
    """The entries as CSV (RFC 4180) with a head; the last column holds the exact bytes of each."""
    yield _csv_row(COLUMNS)
    for number in numbers:
        each = line(index, number, agencies)
        of = {name: "" if each.body.get(name) is None else str(each.body[name]) for name in COLUMNS}
        of |= {name: getattr(each, name) for name in _OWN}
        answer = {None: "", True: "allow", False: "deny"}[each.allow]
        of |= {"number": str(number), "at": machine(each.at), "answer": answer, "entry": each.data.decode()}
        yield _csv_row([of[name] for name in COLUMNS])


def as_json(index: Index, numbers: Sequence[int], head: Mapping[str, JSON]) -> Iterator[str]:
    """The entries word for word as the record has them, each with its number, under a head that says what was asked."""
    opened = json.dumps({**head, "found": len(numbers)}, ensure_ascii=False, indent=1)
    yield f'{opened[:-2]},\n "entries": ['
    for place, number in enumerate(numbers):
        data, _ = index.entry(number)
        yield f'{"," if place else ""}\n  {{"number": {number}, "entry": {data.decode()}}}'
    yield "\n ]\n}\n"


def _csv_row(values: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(map(_harmless, values))
    return written.getvalue()


def _harmless(value: str) -> str:
    """A text that a spreadsheet would run as a formula begins with an apostrophe (ASVS 1.2.10)."""
    return f"'{value}" if value.startswith(_FORMULA) else value
