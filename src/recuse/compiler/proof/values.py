"""What a column of any row can hold, for proofs: as fine as in PostgreSQL, and no two types alike in Python.

A moment is whole microseconds since 1970 UTC, a day whole days; both may be an infinity (math.inf). In a set of texts
None stands for a NULL element. NULL itself is None.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from recuse.model import Address

MILLISECOND: Final = 1000
DAY: Final = 86_400_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A point in time, in microseconds since 1970 UTC."""

    at: int | float

    def __str__(self) -> str:
        return _infinity(self.at) or _written(int(self.at), "microseconds")


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day, counted from 1970-01-01."""

    at: int | float

    def __str__(self) -> str:
        return _infinity(self.at) or _written(int(self.at) * DAY, "microseconds").partition(" ")[0]


Value = bool | int | str | UUID | Address | Moment | Day | frozenset[str | None] | None


def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a day of the proleptic Gregorian calendar; the year before 1 is 0.

    The year is taken to begin in March, so that the leap day comes last.
    """
    shifted = year - (month <= 2)
    cycle, rest = divmod(shifted, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return cycle * 146_097 + rest * 365 + rest // 4 - rest // 100 + of_year - 719_468


def in_words(value: Value) -> str:
    """A value as a person reads it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case frozenset():
            elements = ", ".join(sorted(in_words(element) for element in value))
            return f"a set of {elements}" if value else "the empty set"
        case _:
            return f"`{value}`"


def _infinity(at: int | float) -> str:
    return ("infinity" if at > 0 else "-infinity") if math.isinf(at) else ""


def _written(microseconds: int, unit: str) -> str:
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    except OverflowError:
        return f"{microseconds} {unit} after 1970"
    return moment.isoformat(" ")
