"""Requests as the public is shown them: by quarters that are over, by two particulars in a year, by month with care.

What agencies asked and how they were answered are their own acts, and are shown whole by the quarter. In which month
somebody was asked about is said of people, and small counts of that are withheld. Whoever kept yesterday's figures must
not learn from today's on which day, or in which month, somebody was asked about: a quarter that is not over has none,
how requests ended is told as of its first day, and a month counts what the record held when its quarter ended.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from recuse.ledger import Entry
from recuse.model import Repository
from recuse.requests import counting, nil
from recuse.requests.counting import Line, Particular, Sheet, Subject
from recuse.site.small_cells import Shown, protect

OF_NOBODY: Final = frozenset({"facility_use", "joint_operation", "bulk_extract", "standing_access"})
"""Kinds of assistance that are about rooms, hours, whole tables and standing; any other is asked about somebody."""
SUBJECTS: Final[tuple[Subject, ...]] = ("assistance", "permits")
BY_QUARTER: Final[dict[Subject, tuple[Particular, ...]]] = {
    "assistance": ("kind", "agency", "purpose", "ruling", "outcome"),
    "permits": ("agency", "purpose", "outcome"),
}
BY_YEAR: Final[dict[Subject, tuple[tuple[Particular, Particular], ...]]] = {
    "assistance": (("kind", "outcome"), ("agency", "outcome")),
    "permits": (("agency", "outcome"),),
}


_ENDINGS: Final = frozenset({"answered", "issued", "broke_glass", "withdrawn", "declined"})
"""Entries that say how a request ended."""
_COUNTED: Final = {"assistance": counting.assistance, "permits": counting.permits}


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

    `broken`: something was recorded for it later. How much is not said.
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
    lines = {subject: lines_of(subject, entries, now) for subject in SUBJECTS}
    days = [each.received for every in lines.values() for each in every]
    if not days:
        return ()
    asked = [each for each in entries if each.kind == "asked"]
    return tuple(
        _year(str(year), quarters, lines, asked)
        for year in range(now.year, min(days).year - 1, -1)
        if (quarters := tuple(each for n in range(1, 5) if nil.period(each := f"{year}-Q{n}").end < now.date()))
    )


def lines_of(subject: Subject, entries: Sequence[Entry], now: datetime) -> tuple[Line, ...]:
    """The requests as figures count them: none of the last quarter that is over has lapsed yet.

    Which of those had lapsed by its end would say how early in it they were received.
    """
    began = _start(now.date())
    last = _start(began.date() - timedelta(days=1))
    known, count = settled(entries, now), _COUNTED[subject]
    every = zip(count(known, last), count(known, began), strict=True)
    return tuple(waiting if waiting.received >= last.date() else told for waiting, told in every)


def settled(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """The record without what the running quarter says of how requests ended, which figures would tell day by day."""
    began = _start(now.date())
    return [each for each in entries if each.kind not in _ENDINGS or each.at < began]


def _start(day: date) -> datetime:
    """The moment at which the quarter of a day began."""
    return datetime.combine(nil.period(quarter_of(day)).start, time(), UTC)


def _year(name: str, quarters: tuple[str, ...], every: dict[Subject, tuple[Line, ...]], asked: Sequence[Entry]) -> Year:
    lines = {
        subject: tuple(each for each in every[subject] if quarter_of(each.received) in quarters)
        for subject in SUBJECTS
    }  # fmt: skip
    figures = [
        *(_by_quarter(subject, rows, lines[subject], quarters) for subject in SUBJECTS for rows in BY_QUARTER[subject]),
        *(_by_two(subject, by, lines[subject]) for subject in SUBJECTS for by in BY_YEAR[subject]),
    ]
    months = tuple(_months(quarter, asked) for quarter in quarters)
    return Year(name, quarters, tuple(figures), months, {each: len(lines[each]) for each in SUBJECTS})


def _by_quarter(subject: Subject, rows: Particular, lines: Iterable[Line], quarters: tuple[str, ...]) -> Figures:
    cells = Counter((each.values[rows], quarter_of(each.received)) for each in lines)
    return Figures(subject, rows, None, replace(counting.sheet(cells, rows, "month"), columns=quarters))


def _by_two(subject: Subject, by: tuple[Particular, Particular], lines: Iterable[Line]) -> Figures:
    cells = Counter((each.values[by[0]], each.values[by[1]]) for each in lines)
    return Figures(subject, *by, counting.sheet(cells, *by))


def _months(quarter: str, asked: Iterable[Entry]) -> Months:
    """What the record held when the quarter ended: the table stays, whatever is recorded or corrected later."""
    about = nil.period(quarter)
    after = datetime.combine(about.end + timedelta(days=1), time(), UTC)
    every = counting.assistance((each for each in asked if each.at < after), after)
    lines = [each for each in every if about.start <= each.received <= about.end]
    months = tuple(f"{about.start.year}-{about.start.month + n:02}" for n in range(3))
    cells = Counter((each.values["kind"], each.values["month"]) for each in lines)
    kinds = counting.sheet(cells, "kind", "month").rows
    return Months(quarter, protect(kinds, months, cells, frozenset(kinds) - OF_NOBODY))


def nil_periods(entries: Sequence[Entry], repository: Repository) -> tuple[Nil, ...]:
    """The certificates that tell no month of people, in the order of the ledger."""
    certified = (each for each in entries if each.kind == "certified" and not tells_month(each))
    return tuple(_nil(each, entries, repository) for each in certified)


def tells_month(certified: Entry) -> bool:
    """Whether a certificate says of a month that nobody was asked about, or, once it is broken, that somebody was."""
    about, kinds = nil.period(str(certified.body["period"])), nil.scope_of(certified.body).kinds
    of_people = not kinds or not OF_NOBODY.issuperset(kinds)
    return of_people and (about.start.year, about.start.month) == (about.end.year, about.end.month)


def _nil(entry: Entry, entries: Sequence[Entry], repository: Repository) -> Nil:
    about, scope = nil.period(str(entry.body["period"])), nil.scope_of(entry.body)
    broken = any(True for _ in nil.received(about, scope, entries, repository))
    signed = entry.body["signature"] is not None
    official, office = str(entry.body["official"]), str(entry.body["office"])
    return Nil(about.name, scope.kinds, scope.agencies, official, office, entry.at.date(), signed, broken)
