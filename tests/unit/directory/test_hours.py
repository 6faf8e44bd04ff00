"""Opening hours: hours of a week only where a schedule is exactly that; else its own words; never a guess."""

from datetime import date
from typing import Any

import pytest

from recuse.directory.fields import TABLES
from recuse.directory.hours import Hours, Week, opening_hours, schedules_of, week_of
from recuse.directory.making import Making
from recuse.directory.records import Location, Schedule, Service, ServiceAtLocation
from recuse.directory.rejects import Place, Tally

TODAY = date(2026, 11, 28)
PLAIN: dict[str, Any] = {"id": "s", "freq": "WEEKLY", "byday": "MO,WE", "opens_at": "09:00", "closes_at": "17:00"}


def schedule(**changed: Any) -> Schedule:
    return Schedule(**PLAIN | changed)


def test_a_week_is_read_exactly() -> None:
    assert week_of(schedule()) == (Hours(0, "09:00", "17:00"), Hours(2, "09:00", "17:00"))
    assert week_of(schedule(interval=1)) == week_of(schedule())
    assert week_of(schedule(closes_at="00:00")) == (Hours(0, "09:00", "24:00"), Hours(2, "09:00", "24:00"))
    assert week_of(schedule(byday=None, dtstart=date(2026, 11, 27))) == (Hours(4, "09:00", "17:00"),)


@pytest.mark.parametrize(
    "changed",
    [
        {"freq": "MONTHLY"},
        {"freq": None},
        {"interval": 2},
        {"count": 3},
        {"byweekno": "1"},
        {"bymonthday": "1"},
        {"byyearday": "1"},
        {"byday": "1MO"},
        {"byday": "MO,2WE"},
        {"byday": None},
        {"opens_at": None},
        {"closes_at": None},
        {"opens_at": "09:00Z"},
        {"closes_at": "17:00-06:00"},
        {"opens_at": "22:00", "closes_at": "02:00"},
        {"opens_at": "09:00", "closes_at": "09:00"},
    ],
)
def test_what_is_no_plain_week_is_told_in_its_own_words(changed: dict[str, Any]) -> None:
    assert week_of(schedule(**changed)) is None
    told = opening_hours([schedule(**changed, description="Ask at the desk.")], TODAY)
    assert told.weeks == ()
    assert [text.source for text in told.told] == ["Ask at the desk."]
    assert opening_hours([schedule(**changed)], TODAY).untold == 1


def test_words_stand_beside_hours_too() -> None:
    found = opening_hours([schedule(description="Closed on public holidays.", notes="Ring twice.")], TODAY)
    assert len(found.weeks) == 1
    assert [text.source for text in found.told] == ["Closed on public holidays.", "Ring twice."]


def test_periods() -> None:
    over = schedule(valid_to=date(2026, 11, 27))
    last = schedule(until=TODAY)
    later = schedule(valid_from=date(2026, 12, 1), byday="SA")
    begun = schedule(valid_from=date(2020, 1, 1), byday="TU")
    assert opening_hours([over], TODAY).weeks == ()
    assert opening_hours([last], TODAY).weeks[0].valid_to == TODAY
    assert opening_hours([later, begun, schedule()], TODAY).weeks == (
        Week(None, None, (Hours(0, "09:00", "17:00"), Hours(1, "09:00", "17:00"), Hours(2, "09:00", "17:00"))),
        Week(date(2026, 12, 1), None, (Hours(5, "09:00", "17:00"),)),
    )


def test_the_nearest_schedules_hold() -> None:
    own, of_service, of_place = (schedule(id=name) for name in ("own", "service", "place"))
    place = Location(id="l", location_type="physical", schedules=(of_place,))
    service = Service(id="x", name="X", status="active", schedules=(of_service,))
    bare = Service(id="x", name="X", status="active")
    assert schedules_of(service, ServiceAtLocation(id="a", location=place, schedules=(own,))) == (own,)
    assert schedules_of(service, ServiceAtLocation(id="a", location=place)) == (of_service,)
    assert schedules_of(bare, ServiceAtLocation(id="a", location=place)) == (of_place,)
    assert schedules_of(bare) == ()


@pytest.mark.parametrize(
    ("opens", "zone", "local", "read"),
    [
        ("09:00", None, (), "09:00"),
        ("09:00Z", None, (), "09:00Z"),
        ("09:00Z", None, ("Z",), "09:00"),
        ("09:00-06:00", None, ("-05:00", "-06:00"), "09:00"),
        ("09:00", -6, (), "09:00-06:00"),
        ("09:00", -6, ("-06:00",), "09:00"),
        ("09:00", 0, (), "09:00Z"),
        ("09:00", 5.5, (), "09:00+05:30"),
    ],
)
def test_an_offset_means_local_time_only_where_the_settings_say_so(
    opens: str, zone: float | None, local: tuple[str, ...], read: str
) -> None:
    making = Making(Tally("f"), TODAY, frozenset(local))
    found = making.values(TABLES["schedule"], {"id": "s", "opens_at": opens, "timezone": zone}, Place("f", "x"))
    assert found is not None
    assert found["opens_at"] == read
