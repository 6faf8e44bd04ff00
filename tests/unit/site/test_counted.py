"""Figures for the public: those of the record, of quarters that are over, and of people with care."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.errors import InputError
from recuse.languages import LANGUAGES
from recuse.model import ASSISTANCE
from recuse.requests import counting, nil
from recuse.site.counted import nil_periods, quarter_of, years
from recuse.site.news import every_news
from recuse.site.open_data.pages import written
from recuse.site.requested import SECTION
from recuse.site.small_cells import THRESHOLD, TOTAL
from tests.unit.site.world import NOW, RECORD, answered, asked, certified, policy, sources, texts

PEOPLE = {"data_access", "clarification", "detainer", "notification_of_release", "custody_transfer", "interview"}


def files(entries: Any, now: datetime = NOW) -> dict[str, bytes]:
    return {each.table.name: each.content for each in written(sources(entries, now))}


def test_a_year_has_the_quarters_that_are_over() -> None:
    found = years(RECORD, NOW)
    assert [(year.name, year.quarters) for year in found] == [
        ("2026", ("2026-Q1", "2026-Q2", "2026-Q3")),
        ("2025", ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")),
    ]
    assert [year.totals["assistance"] for year in found] == [4, 1]


def test_the_last_day_of_a_quarter_is_not_over() -> None:
    entries = [asked("a", "2026-01-09")]
    assert years(entries, datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == ()
    assert [each.quarters for each in years(entries, datetime(2026, 4, 1, tzinfo=UTC))] == [("2026-Q1",)]
    assert years([], NOW) == ()


@pytest.mark.parametrize(("day", "quarter"), [(f"2026-{n:02}-01", f"2026-Q{(n - 1) // 3 + 1}") for n in range(1, 13)])
def test_quarters_are_those_of_reports(day: str, quarter: str) -> None:
    about = nil.period(quarter_of(date.fromisoformat(day)))
    assert about.name == quarter
    assert about.start <= date.fromisoformat(day) <= about.end


def test_figures_are_those_that_the_command_counts() -> None:
    """`recuse request report` of the same quarter, or year, has the same counts: one of them is no second account."""
    for year in years(RECORD, NOW):
        for figures in year.figures:
            assert figures.sheet.total == year.totals[figures.subject]
            if figures.columns is None:
                for quarter in year.quarters:
                    by = (figures.rows, "outcome" if figures.rows != "outcome" else "agency")
                    told = counting.report(figures.subject, RECORD, nil.period(quarter), by, NOW)  # type: ignore[arg-type]
                    assert {row: figures.sheet.cells.get((row, quarter), 0) for row in told.sheet.rows} == {
                        row: told.sheet.of_row(row) for row in told.sheet.rows
                    }


requests = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2026, 9, 30)), st.sampled_from(ASSISTANCE)), min_size=1, max_size=40
)


@settings(max_examples=40, deadline=None)
@given(requests)
def test_no_small_count_of_people_in_a_month_is_shown(drawn: list[tuple[date, str]]) -> None:
    entries = [asked(str(n), day.isoformat(), kind=kind) for n, (day, kind) in enumerate(drawn)]
    real = Counter((kind, f"{day:%Y-%m}") for day, kind in drawn)
    (year,) = years(entries, NOW)
    for each in year.months:
        assert each.shown is not None
        for (kind, month), count in each.shown.cells.items():
            if kind in PEOPLE:
                assert count is None or count == real[kind, month]
                assert count is None or not 0 < count < THRESHOLD
            if kind == TOTAL and PEOPLE & set(each.shown.rows):
                assert count is None or not 0 < count < THRESHOLD


@settings(max_examples=20, deadline=None)
@given(st.dates(date(2026, 10, 1), date(2026, 11, 28)), st.sampled_from(ASSISTANCE))
def test_a_request_of_the_running_quarter_changes_no_figure(day: date, kind: str) -> None:
    """Else who kept yesterday's files would learn from today's on which day somebody was asked about."""
    before, after = files(RECORD), files([*RECORD, asked("new", day.isoformat(), kind=kind)])
    assert before == after


def test_a_figure_that_counts_the_running_quarter_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: a quarter counts as over before its end."""
    monkeypatch.setattr(
        "recuse.site.counted.nil.period", lambda name: nil.Period(name, date(2026, 1, 1), date(2026, 1, 2))
    )
    assert any("2026-Q4" in year.quarters for year in years(RECORD, NOW))


def test_what_was_superseded_is_counted_once() -> None:
    entries = [asked("a", "2026-01-09"), asked("b", "2026-01-10", supersedes="a", kind="interview")]
    (year,) = years(entries, NOW)
    assert year.totals["assistance"] == 1


def test_a_nil_period_that_is_broken_is_said_to_be() -> None:
    found = nil_periods(RECORD, policy()[0])
    assert [(each.period, each.signed, each.broken) for each in found] == [
        ("2025-Q3", True, False),
        ("2026-Q1", False, True),
    ]
    other = nil_periods([*RECORD, certified("2026-Q1", kinds=("interview",))], policy()[0])
    assert [each.broken for each in other] == [False, True, False], "one of another scope is not broken by it"
    later = [*RECORD, asked("late", "2025-08-01"), asked("more", (NOW - timedelta(days=1)).date().isoformat())]
    assert [each.broken for each in nil_periods(later, policy()[0])] == [True, True]


@pytest.mark.parametrize(
    ("kinds", "listed"),
    [((), False), (("interview",), False), (("interview", "facility_use"), False), (("facility_use",), True)],
)
def test_no_certificate_of_a_month_and_people_is_told(kinds: tuple[str, ...], listed: bool) -> None:
    """Broken, it would say that somebody was asked about in that month; and so would its absence among the others."""
    record = [asked("a", "2026-02-03"), certified("2026-02", kinds=kinds)]
    found = sources(record)
    assert [each.period for each in nil_periods(record, policy()[0])] == ["2026-02"] * listed
    assert [each.about for each in every_news(found)] == ["2026-02" if listed else ""]


def test_how_a_request_ended_changes_with_the_quarter_and_not_with_the_day() -> None:
    """Else the day on which a request lapses, or is answered, leads back to the day on which it was received."""
    record = [asked(str(n), f"2026-0{n}-28", lapses=f"2026-0{n + 1}-28T12:00:00+00:00") for n in (1, 2, 3)]
    outcomes = {
        day: {row: sheet.of_row(row) for row in sheet.rows}
        for day in ("2026-04-01", "2026-04-27", "2026-04-29", "2026-06-30", "2026-07-01", "2026-11-28")
        for year in years([*record, answered("3", "refused", at=on("2026-06-02"))], on(day))
        for sheet in [each.sheet for each in year.figures if (each.rows, each.columns) == ("outcome", None)][:1]
    }
    assert [*outcomes.values()] == [{"open": 3}] * 4 + [{"refused": 1, "lapsed": 2}] * 2


def test_a_kind_that_nobody_has_thought_of_is_about_people() -> None:
    (year,) = years([asked("a", "2026-02-03", kind="fingerprints")], NOW)
    assert [each.shown and {*each.shown.cells.values()} for each in year.months] == [{None}, {0}, {0}]


def on(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00+00:00")


def test_what_has_no_name_for_readers_stops_the_publishing() -> None:
    """An agency of the record that `names.toml` lacks is no id on a page, and no English name in another language."""
    odd = [*RECORD, asked("odd", "2026-03-03", agency="nobody.knows")]
    for language in LANGUAGES.values():
        with pytest.raises(InputError, match=r"agency `nobody.knows` has no name in `" + language.code):
            list(SECTION.pages(sources(odd), texts(language)))
    unlisted = [*RECORD, asked("odd", "2026-03-03", agency="unlisted")]
    assert list(SECTION.pages(sources(unlisted), texts(LANGUAGES["ar"])))
