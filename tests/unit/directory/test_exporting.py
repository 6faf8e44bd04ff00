"""Printing and parsing: what is exported as a package is read again as it was, whatever the texts are."""

from collections.abc import Callable
from datetime import UTC, date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.directory import values
from recuse.directory.csv_feed import read_csv
from recuse.directory.exporting import package
from recuse.directory.making import Making
from recuse.directory.records import (
    Address,
    Attribute,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    RequiredDocument,
    Schedule,
    Service,
    ServiceAtLocation,
)
from recuse.directory.rejects import Tally
from recuse.directory.values import WrongValueError

TODAY = date(2026, 11, 28)


def taken(read: Callable[[object], Any]) -> Callable[[str], bool]:
    """Whether a text is taken as it stands; an apostrophe before it would be taken for one against formulas."""

    def fits(text: str) -> bool:
        try:
            return bool(text) and read(text) == text and text != "null" and not text.startswith("'")
        except WrongValueError:
            return False

    return fits


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"]) | st.sampled_from('=+-@",\n;'), max_size=12
)
TEXTS = st.none() | TEXT.filter(taken(values.text))
LINES = TEXT.filter(taken(values.line))
IDS = st.sampled_from(["1", "2", "a-b", "x:2"])
PHONES = st.builds(
    Phone, id=IDS, number=st.sampled_from(["988", "+1 312 555 0100"]), extension=st.none() | st.integers(0, 999),
    languages=st.lists(st.builds(Language, id=IDS, note=TEXTS), max_size=1).map(tuple),
)  # fmt: skip
SCHEDULES = st.builds(
    Schedule, id=IDS, byday=st.sampled_from([None, "MO", "MO,FR"]), opens_at=st.sampled_from([None, "09:00", "09:00Z"]),
    description=TEXTS, valid_from=st.none() | st.dates(date(1900, 1, 1)), interval=st.none() | st.integers(1, 3),
)  # fmt: skip
COSTS = st.builds(CostOption, id=IDS, amount=st.floats(0, 99).map(lambda n: round(n, 2)))
ADDRESSES = st.builds(
    Address, id=IDS, address_1=LINES, city=LINES, state_province=LINES, postal_code=LINES, country=LINES,
    address_type=st.just("physical"),
)  # fmt: skip
DEGREES = st.floats(-90, 90).map(lambda number: round(number, 6))
LOCATIONS = st.builds(
    Location, id=IDS, location_type=st.just("virtual"), latitude=st.none() | DEGREES,
    addresses=st.lists(ADDRESSES, max_size=1).map(tuple), phones=st.lists(PHONES, max_size=1).map(tuple),
)  # fmt: skip
SERVICES = st.builds(
    Service, id=IDS, name=LINES, status=st.sampled_from(["active", "defunct"]), description=TEXTS, alert=TEXTS,
    minimum_age=st.none() | st.integers(0, 150).map(float), assured_date=st.none() | st.dates(date(1900, 1, 1), TODAY),
    last_modified=st.none() | st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 1900),
    organization=st.none() | st.builds(Organization, id=IDS, name=LINES, description=LINES),
    phones=st.lists(PHONES, max_size=1).map(tuple), schedules=st.lists(SCHEDULES, max_size=1).map(tuple),
    cost_options=st.lists(COSTS, max_size=1).map(tuple),
    required_documents=st.lists(st.builds(RequiredDocument, id=IDS, document=TEXTS), max_size=1).map(tuple),
    attributes=st.lists(st.builds(Attribute, id=IDS, name=LINES, taxonomy=st.none() | LINES), max_size=1).map(tuple),
    service_at_locations=st.lists(
        st.builds(ServiceAtLocation, id=IDS, location=LOCATIONS, schedules=st.lists(SCHEDULES, max_size=1).map(tuple)),
        max_size=1,
    ).map(tuple),
)  # fmt: skip


def bare(value: Any) -> Any:
    """A record without ids, which an export may have to change where two feeds use one for two things."""
    if isinstance(value, tuple):
        return tuple(map(bare, value))
    names = getattr(value, "__dataclass_fields__", None)
    return value if names is None else (type(value), *(bare(getattr(value, name)) for name in names if name != "id"))


@settings(max_examples=150)
@given(st.lists(SERVICES, max_size=3, unique_by=lambda each: each.id))
def test_what_is_exported_is_read_again_as_it_was(services: list[Service]) -> None:
    files = {name: text.encode() for name, text in package(services).items()}
    tally = Tally("f")
    again = read_csv(files, Making(tally, TODAY))
    assert list(map(str, tally.rejects)) == []
    assert [each.id for each in again] == [each.id for each in services]
    assert list(map(bare, again)) == list(map(bare, services))
    assert tally.rows == tally.kept


def test_the_files_are_those_of_the_standard() -> None:
    assert {"services.csv", "service_at_locations.csv", "addresses.csv", "taxonomy_terms.csv"} < package([]).keys()
