"""What the console holds of the record in memory: of each entry what it can be searched by, and where its bytes lie.

An entry takes about 50 bytes here, so a million of them 50 MB. It is decoded once, when it is first read; a page
decodes only what it shows. A catch-up has a budget: a page says how far the record was read, and never that it was read
whole when it was not.
"""

import hashlib
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Final

from recuse.errors import LedgerError
from recuse.ledger import KINDS, Entry, decode
from recuse.ledger.following import Following, Placed

STEP: Final = 20_000
"""Entries read at a time."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ALLOWED: Final = {None: -1, False: 0, True: 1}
IDS: Final = ("request", "evaluation")
"""What an entry is searched by: the id of a request, or of an evaluation."""
_KINDS: Final = tuple(sorted(KINDS))
_CODES: Final = {kind: code for code, kind in enumerate(_KINDS)}


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the record was read: `size` of the entries that its newest head covers, with the signed checkpoint."""

    size: int
    signed: int
    checkpoint: str

    @property
    def whole(self) -> bool:
        """Whether all that is signed was read."""
        return self.size == self.signed


class Words:
    """Texts that many entries share, each held once; 0 is none."""

    def __init__(self) -> None:
        self.texts = [""]
        self._numbers = {"": 0}

    def number(self, text: object) -> int:
        """The number of a text, new or known; 0 for what is no text."""
        if not isinstance(text, str):
            return 0
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return self._numbers[text]

    def known(self, text: str) -> int | None:
        """The number of a text; None where no entry has it."""
        return self._numbers.get(text)

    def holding(self, part: str) -> frozenset[int]:
        """The numbers of all texts that contain this one, whatever its case."""
        folded = part.casefold()
        return frozenset(number for number, text in enumerate(self.texts) if number and folded in text.casefold())


class Index:
    """The searchable columns, one place an entry; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._following = Following(folder)
        self._lock = Lock()
        self._ended: LedgerError | None = None
        self.kinds, self.answers = array("B"), array("b")
        self.times, self.offsets = array("q"), array("Q")
        self.ids = array("q")
        """By `mark`: 0 for an entry without an id. Two ids may share a mark, so that the entry is asked too."""
        self.words: Mapping[str, Words] = {
            name: Words() for name in ("system", "account", "agency", "purpose", "caller")
        }
        self.columns = {name: array("I") for name in self.words}
        self.last: dict[tuple[str, str], int] = {}
        """By kind and system, the newest entry."""
        self.days: Counter[tuple[date, bool]] = Counter()
        """Decisions by day and answer."""

    def catch_up(self, seconds: float | None = None) -> Reading:
        """Read what was added, for about so many seconds; None: all of it. `LedgerError` as `Following` raises it."""
        end = None if seconds is None else time.monotonic() + seconds
        with self._lock:
            while True:
                if self._ended is not None:
                    raise self._ended
                self._take(self._following.more(STEP))
                followed = self._following
                if followed.size == followed.signed or (end is not None and time.monotonic() >= end):
                    return Reading(followed.size, followed.signed, followed.note)

    def entry(self, number: int) -> tuple[bytes, Entry]:
        """An entry's exact bytes, and what they say; `number` is below the size that was read."""
        data = self._following.entry(self.offsets[number])
        return data, decode(data)

    def kind(self, number: int) -> str:
        """What kind of entry this is."""
        return _KINDS[self.kinds[number]]

    def seen_kinds(self) -> Iterator[str]:
        """The kinds that there are, sorted."""
        present = set(self.kinds)
        return (kind for kind in _KINDS if _CODES[kind] in present)

    def _take(self, placed: Iterable[Placed]) -> None:
        """Add entries, which are given once: after one that cannot be read there is no index any more."""
        try:
            for each in placed:
                self._add(each)
        except LedgerError as error:
            self._ended = error
            raise

    def _add(self, placed: Placed) -> None:
        entry, number = decode(placed.data), len(self.offsets)
        body = entry.body
        account = body.get("account")
        system = body.get("system")
        if system is None and isinstance(account, str) and "/" in account:
            system = account.partition("/")[0]
        answer = body.get("allow") if isinstance(body.get("allow"), bool) else None
        values = {**{name: body.get(name) for name in self.words}, "system": system}
        for name, value in values.items():
            self.columns[name].append(self.words[name].number(value))
        self.kinds.append(_CODES[entry.kind])
        self.answers.append(-1 if answer is None else int(bool(answer)))
        self.times.append(micros(entry.at))
        self.ids.append(mark(next((text for name in IDS if isinstance(text := body.get(name), str)), "")))
        if isinstance(system, str):
            self.last[entry.kind, system] = number
        if isinstance(answer, bool):
            self.days[entry.at.date(), answer] += 1
        self.offsets.append(placed.offset)  # last: who counts by it sees whole rows only


def micros(at: datetime) -> int:
    """A moment in microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def mark(text: str) -> int:
    """A number that stands for an id in the column `ids`."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True) if text else 0


def code_of(kind: str) -> int:
    """The number that stands for a kind in the column `kinds`."""
    return _CODES[kind]
