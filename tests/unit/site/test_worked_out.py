"""In which month somebody was asked about is not worked out from all that is published, today and before.

The reader here has every file of figures of several days, and this program: another history fits what they have where
publishing it gives, on each of those days, the same tables, pages, templates and news. Only the root of the checkpoint
is left out, which is a digest of everything.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.ledger import Entry
from recuse.requests import counting
from recuse.site import counted, small_cells
from recuse.site.counted import nil_periods, years
from recuse.site.news import every_news
from recuse.site.open_data.tables import TABLES
from recuse.site.requested import document, nil_document
from recuse.site.required import REPORTS, rows
from recuse.site.small_cells import THRESHOLD
from tests.unit.site.world import answered, asked, certified, policy, sources

DAYS: Final = ("2026-04-01", "2026-04-20", "2026-05-20", "2026-07-01", "2026-11-28")
"""On which the site was published: after the first quarter."""
KINDS: Final = ("detainer", "interview", "facility_use")
PEOPLE: Final = KINDS[:2]
DEADLINE: Final = timedelta(days=30)


@dataclass(frozen=True)
class Request:
    """One that was received in the first quarter; `recorded` is a later day, None for that of its receipt."""

    kind: str
    received: date
    recorded: date | None = None
    answered: date | None = None


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def record(requests: Sequence[Request], certificates: Sequence[Entry]) -> Iterator[Entry]:
    yield from certificates
    for n, each in enumerate(requests):
        at, lapses = moment(each.recorded or each.received), moment(each.received + DEADLINE).isoformat()
        yield asked(str(n), each.received.isoformat(), kind=each.kind, at=at, lapses=lapses)
        if each.answered:
            yield answered(str(n), "refused", at=moment(each.answered))


def published(requests: Sequence[Request], certificates: Sequence[Entry]) -> list[Any]:
    """What a reader has who kept the files of each day."""
    return [_published(requests, certificates, moment(date.fromisoformat(day))) for day in DAYS]


def _published(requests: Sequence[Request], certificates: Sequence[Entry], now: datetime) -> list[Any]:
    found = sources([each for each in record(requests, certificates) if each.at <= now], now)
    tables = [each.rows(found) for each in TABLES if each.name in ("requests", "request-months", "nil-periods")]
    every = years(found.record.entries, now)
    pages = [{**document(each, found), "counted_from": None} for each in every]
    totals = [[each.shown and each.shown.totals for each in year.months] for year in every]
    templates = [[*rows(each, found)] for each in REPORTS]
    nil = [nil_document(each) for each in nil_periods(found.record.entries, policy()[0])]
    return [tables, pages, totals, templates, nil, [(each.what, each.about) for each in every_news(found)]]


def others(requests: Sequence[Request]) -> Iterator[tuple[Request, ...]]:
    """Every history with the same requests of people, each in any month of the quarter."""
    for months in product((1, 2, 3), repeat=len(requests)):
        moved = zip(requests, months, strict=True)
        yield tuple(
            Request(each.kind, each.received.replace(month=month), each.recorded, each.answered)
            if each.kind in PEOPLE else each
            for each, month in moved
        )  # fmt: skip


def by_month(requests: Sequence[Request]) -> Mapping[tuple[str, int], int]:
    return Counter((each.kind, each.received.month) for each in requests if each.kind in PEOPLE)


def worked_out(requests: Sequence[Request], certificates: Sequence[Entry]) -> list[tuple[str, int]]:
    """The small counts of people in a month that are the same in all histories that fit."""
    known = published(requests, certificates)
    fit = [by_month(each) for each in {*others(requests)} if published(each, certificates) == known]
    real = by_month(requests)
    return [each for each in real if 0 < real[each] < THRESHOLD and len({one.get(each, 0) for one in fit}) == 1]


received = st.dates(date(2026, 1, 1), date(2026, 3, 28)).filter(lambda day: day.day <= 28)
later = st.none() | st.dates(date(2026, 4, 1), date(2026, 8, 1))
requests_of = st.lists(st.builds(Request, st.sampled_from(KINDS), received, later, later), min_size=1, max_size=3)
certificates_of = st.lists(
    st.builds(
        lambda period, kinds: certified(period, kinds=kinds),
        st.sampled_from(("2026-Q1", "2026-01", "2026-02", "2026-03")),
        st.sampled_from(((), ("detainer",), ("interview", "facility_use"))),
    ),
    max_size=2,
)


@settings(max_examples=15, deadline=None)
@given(requests_of, certificates_of)
def test_no_month_is_worked_out(requests: list[Request], certificates: list[Entry]) -> None:
    told = [Entry(each.kind, moment(date(2026, 4, 1)), each.body) for each in certificates]
    assert worked_out(requests, told) == []


MARCH: Final = Request("detainer", date(2026, 3, 20))
LATE: Final = [
    *(Request("facility_use", date(2026, month, 9)) for month in (1, 2, 3)),
    Request("detainer", date(2026, 2, 3), date(2026, 4, 10)),
]
NIL: Final = [Entry("certified", moment(date(2026, 4, 1)), certified("2026-03", kinds=("detainer",)).body)]


@pytest.mark.parametrize("requests", [[MARCH], LATE], ids=["march", "late"])
@pytest.mark.parametrize("certificates", [[], NIL], ids=["none", "nil"])
def test_nor_is_one_of_these(requests: list[Request], certificates: list[Entry]) -> None:
    assert worked_out(requests, certificates) == []


def test_a_broken_certificate_of_a_month_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "tells_month", lambda _: False)
    assert worked_out([MARCH], NIL) == [("detainer", 3)]


def test_what_lapses_from_one_day_to_the_next_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "lines_of", lambda subject, entries, now: counted._COUNTED[subject](entries, now))
    assert worked_out([MARCH], []) == [("detainer", 3)]


def test_a_month_that_changes_after_its_quarter_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: what is recorded late is counted, and the totals of months are shown on one of the days."""
    monkeypatch.setattr(counted, "_months", _open_months)
    assert worked_out(LATE, []) == [("detainer", 2)]


def _open_months(quarter: str, entries: Sequence[Entry]) -> counted.Months:
    lines = counting.assistance(entries, moment(date.max))
    cells = Counter((each.values["kind"], each.values["month"]) for each in lines)
    totals = {("", month): sum(n for (_, of), n in cells.items() if of == month) for _, month in cells}
    return counted.Months(quarter, small_cells.protect(("",), sorted({m for _, m in totals}), totals, frozenset()))
