"""When something that comes again is due: leap years, the ends of months, and shorter intervals, for every day."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.directive.recurring import LEAD, LONGEST_DAYS, due_by, state
from recuse.model import ReviewKind

DAYS = st.dates(date(1990, 1, 1), date(2400, 1, 1))
KINDS = st.sampled_from(sorted(LONGEST_DAYS))
MONTHS = {"accounts": 12, "public_content": 3}


@pytest.mark.parametrize(
    ("kind", "done", "by"),
    [
        ("accounts", date(2026, 11, 28), date(2027, 11, 28)),
        ("accounts", date(2024, 2, 29), date(2025, 2, 28)),
        ("accounts", date(2023, 2, 28), date(2024, 2, 28)),
        ("accounts", date(2099, 3, 1), date(2100, 3, 1)),
        ("public_content", date(2026, 11, 30), date(2027, 2, 28)),
        ("public_content", date(2023, 11, 30), date(2024, 2, 29)),
        ("public_content", date(2026, 10, 31), date(2027, 1, 31)),
        ("public_content", date(2026, 12, 31), date(2027, 3, 31)),
        ("public_content", date(2026, 1, 31), date(2026, 4, 30)),
        ("audit_records", date(2024, 2, 26), date(2024, 3, 4)),
        ("audit_records", date(2026, 12, 28), date(2027, 1, 4)),
    ],
)
def test_known_days(kind: ReviewKind, done: date, by: date) -> None:
    assert due_by(kind, done) == by


@given(KINDS, DAYS)
def test_it_is_never_later_than_the_law_allows(kind: ReviewKind, done: date) -> None:
    longest = {"accounts": 366, "public_content": 92, "audit_records": 7}[kind]
    assert timedelta(0) < due_by(kind, done) - done <= timedelta(days=longest)


@given(st.sampled_from(sorted(MONTHS)), DAYS)
def test_it_is_the_same_day_of_a_month_or_its_last(kind: ReviewKind, done: date) -> None:
    by = due_by(kind, done)
    assert (by.year * 12 + by.month) - (done.year * 12 + done.month) == MONTHS[kind]
    last = calendar.monthrange(by.year, by.month)[1]
    assert by.day == done.day or (by.day == last and done.day > last)


@given(KINDS, DAYS, DAYS)
def test_who_reviews_later_is_due_no_sooner(kind: ReviewKind, one: date, two: date) -> None:
    assert (one <= two) <= (due_by(kind, one) <= due_by(kind, two))


@given(KINDS, DAYS, st.integers(1, 365))
def test_days_of_ones_own_only_shorten(kind: ReviewKind, done: date, days: int) -> None:
    assert due_by(kind, done, days) == min(due_by(kind, done), done + timedelta(days=days))


@given(KINDS, DAYS, st.integers(-800, 800))
def test_the_state_changes_the_day_after_the_last_one(kind: ReviewKind, by: date, away: int) -> None:
    found = state(kind, by, by + timedelta(days=away))
    assert (found == "overdue") == (away > 0)
    assert (found == "due") == (-LEAD[kind].days <= away <= 0)
