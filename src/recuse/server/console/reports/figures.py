"""The figures of a report: counted over the first so many entries of the records, with what lies behind each."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from recuse.ledger import Entry
from recuse.requests import counting
from recuse.requests.counting import Line, Particular, Sheet
from recuse.requests.nil import Period
from recuse.server.console.asking import Search
from recuse.server.console.index import ALLOWED, EPOCH, Index, code_of, micros
from recuse.server.console.records import Name, Read
from recuse.server.console.reports.asked import Asked

_DAY: Final = timedelta(days=1)
_ANSWERS: Final = {ALLOWED[True]: "allow", ALLOWED[False]: "deny"}
_COUNTERS: Final = {"assistance": counting.assistance, "permits": counting.permits}


@dataclass(frozen=True, slots=True)
class Counted:
    """A report: its period, its figures, the requests that they count (none of decisions), and the sizes counted."""

    period: Period
    sheet: Sheet
    lines: tuple[Line, ...]
    upto: Mapping[Name, int]

    def pinned(self, asked: Asked) -> Asked:
        """The same report of the same entries, whatever is recorded later, with no cell open."""
        return replace(
            asked, row=None, column=None, upto=self.upto.get("acts"), upto_decisions=self.upto.get("decisions")
        )

    def behind(self, asked: Asked) -> tuple[Line, ...]:
        """The requests of the cell or total that is open."""
        wanted = {asked.rows: asked.row, asked.columns: asked.column}
        pairs = [(name, value) for name, value in wanted.items() if value is not None]
        return tuple(each for each in self.lines if all(each.values[name] == value for name, value in pairs))


def of_requests(asked: Asked, entries: tuple[Entry, ...], read: Read, now: datetime) -> Counted:
    """Requests, counted among the entries of the ledger that were read."""
    period, upto = asked.of(), _sizes(asked, read)
    lines = counting.within(_COUNTERS[asked.about](entries[: upto["acts"]], now), period)
    return Counted(period, counting.count(lines, asked.rows, asked.columns), lines, upto)


def of_decisions(asked: Asked, records: Mapping[Name, Index], read: Read, agencies: Mapping[str, str]) -> Counted:
    """Decisions, counted in both records; `agencies` is by account, for what names no agency."""
    period, upto = asked.of(), _sizes(asked, read)
    cells = Counter[tuple[str, str]]()
    for name, size in upto.items():
        index = records[name]
        row, column = (_value(index, each, agencies) for each in (asked.rows, asked.columns))
        cells.update((row(number), column(number)) for number in _decided(index, size, period))
    return Counted(period, counting.sheet(cells, asked.rows, asked.columns), (), upto)


def search(asked: Asked, counted: Counted, row: str | None, column: str | None) -> str:
    """The search of the record that finds the decisions of a cell; empty where what they share is not named in them."""
    said: dict[str, Any] = {"since": _start(counted.period.start), "until": _start(counted.period.end + _DAY)}
    for name, value in ((asked.rows, row), (asked.columns, column)):
        if value == "":
            return ""
        if name == "month" and value is not None:
            first = date.fromisoformat(f"{value}-01")
            said |= {"since": _start(first), "until": _start((first + 31 * _DAY).replace(day=1))}
        elif value is not None:
            said[name] = value
    said |= {"upto" if name == "acts" else f"upto_{name}": size for name, size in counted.upto.items()}
    return Search(kind=("decided",), **said).address()


def _sizes(asked: Asked, read: Read) -> Mapping[Name, int]:
    found = dict[Name, int]()
    for name, reading in read.readings.items():
        limit = asked.limit(name)
        found[name] = reading.size if limit is None else min(limit, reading.size)
    return found


def _decided(index: Index, size: int, period: Period) -> Iterator[int]:
    start, end, kind = micros(_start(period.start)), micros(_start(period.end + _DAY)), code_of("decided")
    kinds, times, answers = index.kinds, index.times, index.answers
    return (n for n in range(size) if kinds[n] == kind and start <= times[n] < end and answers[n] in _ANSWERS)


def _value(index: Index, name: Particular, agencies: Mapping[str, str]) -> Callable[[int], str]:
    """What tells a decision's value of a particular, by its number."""

    def text(of: str, number: int) -> str:
        return index.words[of].texts[index.columns[of][number]]

    match name:
        case "answer":
            return lambda number: _ANSWERS[index.answers[number]]
        case "month":
            return lambda number: f"{EPOCH + timedelta(microseconds=index.times[number]):%Y-%m}"
        case "agency":
            return lambda number: text("agency", number) or agencies.get(text("account", number), "")
        case _:
            return lambda number: text(name, number)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
