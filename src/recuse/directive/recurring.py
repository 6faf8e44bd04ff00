"""By when something that is done again and again is due: a day, from the day when it was last done. Pure.

A year or a quarter ends on the same day of the month, or on that month's last day where it is shorter: never later.
"""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal

from recuse.model import ReviewKind

LONGEST_DAYS: Final[Mapping[ReviewKind, int]] = {"accounts": 365, "public_content": 91, "audit_records": 7}
"""The most days that recuse.toml may write: it shortens, never lengthens."""

LEAD: Final[Mapping[ReviewKind, timedelta]] = {
    "accounts": timedelta(days=30),
    "public_content": timedelta(days=14),
    "audit_records": timedelta(days=2),
}
"""How long before its last day a review is said to be due."""

ENDING: Final = timedelta(days=7)
"""By when an account that a review ended must be off (CJIS Security Policy AC-2(3): within one week)."""

_MONTHS: Final[Mapping[ReviewKind, int]] = {"accounts": 12, "public_content": 3}
DueState = Literal["overdue", "due", "later"]


def due_by(kind: ReviewKind, done: date, days: int | None = None) -> date:
    """The last day for the next one after a day: yearly, quarterly or weekly, or after so many `days` if sooner.

    CJIS Security Policy AC-2j (accounts yearly), AC-22d (public content quarterly), AU-6a (audit records weekly).
    """
    months = _MONTHS.get(kind)
    by = _months_later(done, months) if months else done + timedelta(days=LONGEST_DAYS[kind])
    return by if days is None else min(by, done + timedelta(days=days))


def state(kind: ReviewKind, by: date, on: date) -> DueState:
    """How a review stands on a day that is to be made again by another."""
    if on > by:
        return "overdue"
    return "due" if by - on <= LEAD[kind] else "later"


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
