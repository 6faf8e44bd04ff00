"""What a list of services says of each: how it stands, its kinds, whether no ID is needed, its hours place by place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from recuse.directory.hours import OpeningHours, opening_hours, schedules_of
from recuse.directory.records import Entry, ServiceAtLocation
from recuse.directory.settings import Settings
from recuse.directory.standing import NoId, Standing, kinds, no_id, standing


@dataclass(frozen=True, slots=True)
class Visit:
    """The hours of a service at one of its places; `at` is None for a service that names no place."""

    at: ServiceAtLocation | None
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One entry with all that follows from its record on the day of the reading."""

    entry: Entry
    standing: Standing
    kinds: tuple[str, ...]
    no_id: NoId
    visits: tuple[Visit, ...]


def survey(entries: Iterable[Entry], settings: Settings, today: date) -> tuple[Surveyed, ...]:
    """Every entry, in its order."""
    return tuple(
        Surveyed(
            entry, standing(entry, settings, today), kinds(entry.service, settings), no_id(entry.service, settings),
            _visits(entry, today),
        )
        for entry in entries
    )  # fmt: skip


def _visits(entry: Entry, today: date) -> tuple[Visit, ...]:
    service = entry.service
    places: tuple[ServiceAtLocation | None, ...] = service.service_at_locations or (None,)
    return tuple(Visit(at, opening_hours(schedules_of(service, at), today)) for at in places)
