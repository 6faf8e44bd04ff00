"""How things stand, from the record alone: each system's last verdict and last apply, with their age.

A verdict that is missing, that could not tell, or that is too old is said to be so: what cannot be told is not a pass.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from recuse.ledger import JSON, Entry
from recuse.server.console.index import Index
from recuse.verdicts import WORST, State, state

DAYS: Final = 14
"""Days of decisions that are counted and drawn."""


@dataclass(frozen=True, slots=True)
class Event:
    """An entry that tells how things stand: its number, and how long ago it was."""

    number: int
    at: datetime
    age: timedelta
    body: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class SystemHealth:
    """One system; `listed` is whether the policy of today has it."""

    system: str
    listed: bool
    state: State
    verified: Event | None
    applied: Event | None
    findings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The decisions of one day."""

    day: date
    allowed: int
    denied: int


def health(index: Index, systems: Iterable[str], now: datetime, stale: timedelta) -> tuple[SystemHealth, ...]:
    """Every system of the policy and of the record; what asks for most attention first."""
    listed = set(systems)
    recorded = {system for kind, system in tuple(index.last) if kind in ("verified", "applied")}
    found = (_system(index, name, name in listed, (now, stale)) for name in listed | recorded)
    return tuple(sorted(found, key=lambda each: (not each.listed, WORST.index(each.state), each.system)))


def last_days(indexes: Iterable[Index], today: date) -> tuple[Day, ...]:
    """The decisions of the last days, oldest first; days without any are there."""
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    counted = sum((index.days for index in indexes), Counter[tuple[date, bool]]())
    return tuple(Day(day, counted[day, True], counted[day, False]) for day in days)


def _system(index: Index, name: str, listed: bool, clock: tuple[datetime, timedelta]) -> SystemHealth:
    now, stale = clock
    verified, applied = _event(index, "verified", name, now), _event(index, "applied", name, now)
    counted = verified.body.get("findings") if verified else None
    findings = tuple((code, count) for code, count in _counts(counted)) if isinstance(counted, Mapping) else ()
    stands = state(verified.body, verified.age, stale) if verified else state(None, timedelta(), stale)
    return SystemHealth(name, listed, stands, verified, applied, findings)


def _event(index: Index, kind: str, system: str, now: datetime) -> Event | None:
    number = index.last.get((kind, system))
    if number is None:
        return None
    entry: Entry = index.entry(number)[1]
    return Event(number, entry.at, now - entry.at, entry.body)


def _counts(counted: Mapping[str, JSON]) -> Iterable[tuple[str, int]]:
    return sorted((code, count) for code, count in counted.items() if isinstance(count, int))
