"""Opening hours: schedules of HSDS (RFC 5545) as hours of a week where they are exactly that, else as their own text.

Nothing is guessed. Hours of a week come from a weekly schedule with plain days and times that are local; anything more
(every second week, days of a month, a number of times, a time in another zone, hours past midnight) is told in the
words of its record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from recuse.directory.records import Schedule, Service, ServiceAtLocation
from recuse.directory.texts import Text, text_of

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BEYOND: Final = ("count", "byweekno", "bymonthday", "byyearday")


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """One span of one day of the week: `day` from 0, Monday; times as HH:MM, `closes` up to 24:00."""

    day: int
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Week:
    """Hours of every week of a period, whose ends are open where None."""

    valid_from: date | None
    valid_to: date | None
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Weeks, the words of schedules (of all of them: they may say more than hours do), and how many say nothing."""

    weeks: tuple[Week, ...] = ()
    told: tuple[Text, ...] = ()
    untold: int = 0


def opening_hours(schedules: Iterable[Schedule], today: date) -> OpeningHours:
    """What schedules say from a day on; what is over by then is left out."""
    weeks: dict[tuple[date | None, date | None], set[Hours]] = {}
    told: list[Text] = []
    untold = 0
    for schedule in schedules:
        start, end = _period(schedule)
        if end is not None and end < today:
            continue
        hours = week_of(schedule)
        words = [text for field in ("description", "notes") if (text := text_of("schedule", schedule, field))]
        told += words
        if hours is not None:
            weeks.setdefault((None if start is not None and start <= today else start, end), set()).update(hours)
        elif not words:
            untold += 1
    made = (Week(start, end, tuple(sorted(hours))) for (start, end), hours in weeks.items())
    every = tuple(sorted(made, key=lambda week: (week.valid_from or date.min, week.valid_to or date.max)))
    return OpeningHours(every, tuple(told), untold)


def schedules_of(service: Service, at: ServiceAtLocation | None = None) -> tuple[Schedule, ...]:
    """The schedules that hold at a place: those of the service there, else of the service, else of the place."""
    if at is None:
        return service.schedules
    return at.schedules or service.schedules or at.location.schedules


def week_of(schedule: Schedule) -> tuple[Hours, ...] | None:
    """The hours of a week that a schedule says; None where it says more, less, or something else."""
    if schedule.freq != "WEEKLY" or schedule.interval not in (None, 1):
        return None
    if any(getattr(schedule, name) is not None for name in _BEYOND):
        return None
    opens, closes = schedule.opens_at, schedule.closes_at
    if opens is None or closes is None or len(opens) != 5 or len(closes) != 5:  # with an offset it is not local
        return None
    closes = "24:00" if closes == "00:00" else closes
    days = _days(schedule)
    if opens >= closes or not days:
        return None
    return tuple(Hours(day, opens, closes) for day in days)


def _days(schedule: Schedule) -> list[int]:
    if schedule.byday is None:
        return (
            [] if schedule.dtstart is None else [schedule.dtstart.weekday()]
        )  # RFC 5545, 3.3.10: the day it begins on
    days = schedule.byday.split(",")
    return [DAYS.index(day) for day in days] if all(day in DAYS for day in days) else []


def _period(schedule: Schedule) -> tuple[date | None, date | None]:
    starts = [day for day in (schedule.valid_from, schedule.dtstart) if day is not None]
    ends = [day for day in (schedule.valid_to, schedule.until) if day is not None]
    return max(starts, default=None), min(ends, default=None)
