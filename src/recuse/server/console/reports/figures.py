"""The figures of a report: counted over the first so many entries of the records, with what lies behind each."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from recuse.ledger import Entry
from recuse.requests import counting, nil
from recuse.requests.counting import Particular, Report
from recuse.requests.nil import Period
from recuse.server.console.asking import Search
from recuse.server.console.index import ALLOWED, EPOCH, Index, code_of, micros
from recuse.server.console.records import Name, Read, pins, sizes
from recuse.server.console.reports.asked import Asked
from recuse.server.console.screens import Console

_ANSWERS: Final = {ALLOWED[True]: "allow", ALLOWED[False]: "deny"}


@dataclass(frozen=True, slots=True)
class Counted:
    """A report, and how many of the first entries of each record it counts."""

    report: Report
    upto: Mapping[Name, int]

    def pinned(self, asked: Asked) -> Asked:
        """The same report of the same entries, whatever is recorded later, with no cell open."""
        fixed: dict[str, Any] = pins(self.upto)
        return replace(asked, row=None, column=None, **fixed)

    def search(self, row: str | None, column: str | None) -> str:
        """The search of the record that finds the decisions of a cell; empty where they name nothing of what it is."""
        period, said = self.report.period, dict[str, Any]()
        for name, value in ((self.report.rows, row), (self.report.columns, column)):
            if value == "":
                return ""
            if name == "month" and value is not None:
                period = nil.period(value)
            elif value is not None:
                said[name] = value
        said |= {"since": _start(period), "until": _end(period), **pins(self.upto)}
        return Search(kind=("decided",), **said).address()


def count(console: Console, asked: Asked, read: Read, entries: Callable[[], Sequence[Entry]], now: datetime) -> Counted:
    """The report that is asked for, over what was read of the records; `entries` are those of the ledger."""
    period, upto = nil.period(asked.period), sizes(read, asked.limit)
    if asked.about != "decisions":
        return Counted(counting.report(asked.about, entries()[: upto["acts"]], period, asked.by, now), upto)
    cells, agencies = Counter[tuple[str, str]](), console.known().accounts
    for name, size in upto.items():
        index = console.records[name]
        row, column = (_value(index, each, agencies) for each in asked.by)
        cells.update((row(number), column(number)) for number in _decided(index, size, period))
    return Counted(Report(asked.about, period, *asked.by, counting.sheet(cells, *asked.by)), upto)


def _decided(index: Index, size: int, period: Period) -> Iterator[int]:
    start, end, kind = micros(_start(period)), micros(_end(period)), code_of("decided")
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


def _start(period: Period) -> datetime:
    return datetime.combine(period.start, time(), UTC)


def _end(period: Period) -> datetime:
    """The first moment after it."""
    return datetime.combine(period.end + timedelta(days=1), time(), UTC)
