"""Requests as the public is shown them: by quarters that are over, by two particulars in a year, by month with care.

What agencies asked and how they were answered are their own acts, and are shown whole by the quarter. In which month
somebody was asked about is said of people, and small counts of that are withheld. A quarter that is not over has no
figures: whoever kept yesterday's would learn from today's on which day somebody was asked about.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from recuse.ledger import Entry
from recuse.model import ASSISTANCE, Repository
from recuse.requests import counting, nil
from recuse.requests.counting import Line, Particular, Sheet, Subject
from recuse.site.small_cells import Shown, protect

PEOPLE: Final = frozenset(
    {"data_access", "clarification", "detainer", "notification_of_release", "custody_transfer", "interview"}
)
"""Kinds of assistance that are asked about somebody; the others are about rooms, hours, whole tables and standing."""
SUBJECTS: Final[tuple[Subject, ...]] = ("assistance", "permits")
BY_QUARTER: Final[dict[Subject, tuple[Particular, ...]]] = {
    "assistance": ("kind", "agency", "purpose", "ruling", "outcome"),
    "permits": ("agency", "purpose", "outcome"),
}
BY_YEAR: Final[dict[Subject, tuple[tuple[Particular, Particular], ...]]] = {
    "assistance": (("kind", "outcome"), ("agency", "outcome")),
    "permits": (("agency", "outcome"),),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of requests by one particular and the quarter, or by two in all quarters of a year that are over."""

    subject: Subject
    rows: Particular
    columns: Particular | None
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Months:
    """How many requests of each kind were received in each month of a quarter; None where no table can be shown."""

    quarter: str
    shown: Shown | None


@dataclass(frozen=True, slots=True)
class Year:
    """The figures of one year: `quarters` are those that are over."""

    name: str
    quarters: tuple[str, ...]
    figures: tuple[Figures, ...]
    months: tuple[Months, ...]
    totals: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Nil:
    """A period for which an office holder certified that nothing was received: of these kinds and agencies, or of all.

    `broken`: something was recorded for it later. How much is not said: it may be about one person in one month.
    """

    period: str
    kinds: tuple[str, ...]
    agencies: tuple[str, ...]
    official: str
    office: str
    on: date
    signed: bool
    broken: bool


def quarter_of(day: date) -> str:
    """The quarter of a day, by its name."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def years(entries: Sequence[Entry], now: datetime) -> tuple[Year, ...]:
    """Every year with a quarter that is over, from the first request on; the newest first."""
    lines: dict[Subject, tuple[Line, ...]] = {
        "assistance": counting.assistance(entries, now), "permits": counting.permits(entries, now),
    }  # fmt: skip
    days = [each.received for every in lines.values() for each in every]
    if not days:
        return ()
    return tuple(_years(lines, min(days).year, now.date()))


def _years(lines: dict[Subject, tuple[Line, ...]], first: int, today: date) -> Iterator[Year]:
    for year in range(today.year, first - 1, -1):
        quarters = tuple(each for n in range(1, 5) if nil.period(each := f"{year}-Q{n}").end < today)
        if quarters:
            yield _year(str(year), quarters, lines)


def _year(name: str, quarters: tuple[str, ...], every: dict[Subject, tuple[Line, ...]]) -> Year:
    lines = {
        subject: tuple(each for each in every[subject] if quarter_of(each.received) in quarters)
        for subject in SUBJECTS
    }  # fmt: skip
    figures = [
        *(_by_quarter(subject, rows, lines[subject], quarters) for subject in SUBJECTS for rows in BY_QUARTER[subject]),
        *(_by_two(subject, by, lines[subject]) for subject in SUBJECTS for by in BY_YEAR[subject]),
    ]
    months = tuple(_months(quarter, lines["assistance"]) for quarter in quarters)
    return Year(name, quarters, tuple(figures), months, {each: len(lines[each]) for each in SUBJECTS})


def _by_quarter(subject: Subject, rows: Particular, lines: Iterable[Line], quarters: tuple[str, ...]) -> Figures:
    cells = Counter((each.values[rows], quarter_of(each.received)) for each in lines)
    return Figures(subject, rows, None, replace(counting.sheet(cells, rows, "month"), columns=quarters))


def _by_two(subject: Subject, by: tuple[Particular, Particular], lines: Iterable[Line]) -> Figures:
    cells = Counter((each.values[by[0]], each.values[by[1]]) for each in lines)
    return Figures(subject, *by, counting.sheet(cells, *by))


def _months(quarter: str, every: Iterable[Line]) -> Months:
    lines = [each for each in every if quarter_of(each.received) == quarter]
    start = nil.period(quarter).start
    months = tuple(f"{start.year}-{start.month + n:02}" for n in range(3))
    cells = Counter((each.values["kind"], each.values["month"]) for each in lines)
    kinds = counting.sheet(cells, "kind", "month").rows
    return Months(quarter, protect(kinds, months, cells, PEOPLE))


def nil_periods(entries: Sequence[Entry], repository: Repository) -> tuple[Nil, ...]:
    """The certificates, in the order of the ledger."""
    return tuple(_nil(each, entries, repository) for each in entries if each.kind == "certified")


def _nil(entry: Entry, entries: Sequence[Entry], repository: Repository) -> Nil:
    kinds, agencies = _words(entry.body["kinds"]), _words(entry.body["agencies"])
    scope = nil.Scope(tuple(each for each in ASSISTANCE if each in kinds), agencies)
    about = nil.period(str(entry.body["period"]))
    broken = any(True for _ in nil.received(about, scope, entries, repository))
    signed = entry.body["signature"] is not None
    official, office = str(entry.body["official"]), str(entry.body["office"])
    return Nil(about.name, kinds, agencies, official, office, entry.at.date(), signed, broken)


def _words(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()
