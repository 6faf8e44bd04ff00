"""Merging: by rule, in the order of feeds, always the same, nothing lost, and every merge told."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.directory import merging
from recuse.directory.merging import merge
from recuse.directory.records import (
    Address,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    Source,
)

BOTH = ("phone", "address")
ORGANIZATION = Organization(id="o", name="Example Legal Aid", description="x")


def service(
    name: str, *, title: str = "Advice", phone: str | None = "312-555-0100", street: str | None = None
) -> Service:
    phones = () if phone is None else (Phone(id=f"p-{name}", number=phone),)
    places: tuple[ServiceAtLocation, ...] = ()
    if street is not None:
        address = Address(
            id=f"d-{name}",
            address_1=street,
            city="Chicago",
            state_province="IL",
            postal_code="60600-1234",
            country="US",
            address_type="physical",
        )
        location = Location(id=f"l-{name}", location_type="physical", addresses=(address,))
        places = (ServiceAtLocation(id=f"a-{name}", location=location),)
    return Service(
        id=name, name=title, status="active", organization=ORGANIZATION, phones=phones, service_at_locations=places
    )


def test_the_same_id_is_one_service_field_by_field() -> None:
    first = replace(service("x", phone=None), url="https://a.example/", assured_date=None, incomplete=("phone",))
    second = replace(
        service("x"),
        url="https://b.example/",
        alert="Closed",
        status="inactive",
        assured_date=date(2026, 1, 1),
        incomplete=("language",),
    )
    (entry,), (told,) = merge([("a", [first]), ("b", [second])], BOTH)
    assert entry.service.url == "https://a.example/"
    assert entry.service.alert == "Closed"
    assert entry.service.phones == second.phones
    assert entry.service.status == "active"
    assert entry.service.assured_date is None, "a day says nothing about another feed's record"
    assert entry.service.incomplete == ("language", "phone")
    assert entry.sources == (Source("a", "x"), Source("b", "x"))
    assert told.rule == "same id"
    assert told.gave == ("alert", "phones")
    assert told.differs == ("status", "url")
    assert entry.given["url"] == "a"
    assert entry.given["alert"] == "b"


@pytest.mark.parametrize(
    ("one", "other", "bases", "rule"),
    [
        (service("x"), service("y", title="ADVICE "), BOTH, "same name and phone"),
        (service("x", phone="+1 (312) 555 0100"), service("y"), BOTH, "same name and phone"),
        (
            service("x", phone=None, street="1 Main St."),
            service("y", phone="988", street="1 MAIN ST"),
            BOTH,
            "same name and address",
        ),
        (service("x"), service("y", title="Other"), BOTH, None),
        (service("x"), service("y", phone="312-555-0101"), BOTH, None),
        (service("x"), service("y"), (), None),
        (service("x"), service("y"), ("address",), None),
        (service("x"), replace(service("y"), organization=None), BOTH, None),
        (replace(service("x"), organization=None), replace(service("y"), organization=None), BOTH, None),
        (service("x"), replace(service("y"), organization=replace(ORGANIZATION, name="Another")), BOTH, None),
        (service("x", phone=None), service("y", phone=None), BOTH, None),
    ],
)
def test_the_same_name_needs_something_in_common(
    one: Service, other: Service, bases: tuple[str, ...], rule: str | None
) -> None:
    entries, told = merge([("a", [one]), ("b", [other])], bases)
    assert [each.rule for each in told] == ([rule] if rule else [])
    assert len(entries) == (1 if rule else 2)


def test_two_records_of_one_feed_stay_two() -> None:
    entries, told = merge([("a", [service("x"), service("y")]), ("b", [service("z"), service("x")])], BOTH)
    assert [[str(source.id) for source in each.sources] for each in entries] == [["x", "x"], ["y", "z"]]
    assert [each.rule for each in told] == ["same id", "same name and phone"]


def test_an_id_that_was_merged_in_does_not_join_two_records_of_one_feed() -> None:
    feeds = [("a", [service("x")]), ("b", [service("y")]), ("c", [service("y", phone="311"), service("x")])]
    entries, _ = merge(feeds, BOTH)
    assert [[f"{source.feed}{source.id}" for source in each.sources] for each in entries] == [
        ["ax", "by", "cx"],
        ["cy"],
    ]


def test_ids_in_lists_are_no_difference() -> None:
    week = Schedule(id="1", freq="WEEKLY")
    one, other = replace(service("x"), schedules=(week,)), replace(service("x"), schedules=(replace(week, id="2"),))
    assert merge([("a", [one]), ("b", [other])], BOTH)[1][0].differs == ()


SERVICES = st.builds(
    service,
    st.sampled_from("abcdef"),
    title=st.sampled_from(["Advice", "Care"]),
    phone=st.sampled_from(["988", "311", None]),
    street=st.sampled_from(["1 A", "2 B", None]),
)
FEEDS = st.lists(st.lists(SERVICES, max_size=6, unique_by=lambda each: each.id), min_size=1, max_size=4).map(
    lambda feeds: [(f"feed{n}", services) for n, services in enumerate(feeds)]
)


@given(FEEDS)
def test_every_record_is_in_one_entry_and_every_merge_is_told(feeds: list[tuple[str, list[Service]]]) -> None:
    entries, told = merge(feeds, BOTH)
    sources = [source for entry in entries for source in entry.sources]
    assert sorted(sources, key=repr) == sorted(
        (Source(feed, each.id) for feed, every in feeds for each in every), key=repr
    )
    assert len(sources) == len(entries) + len(told)
    assert len({entry.id for entry in entries}) == len(entries)
    assert all(len({source.feed for source in entry.sources}) == len(entry.sources) for entry in entries)
    assert {each.merged for each in told} == {source for entry in entries for source in entry.sources[1:]}


@given(FEEDS)
def test_merging_again_changes_nothing(feeds: list[tuple[str, list[Service]]]) -> None:
    entries, _ = merge(feeds, BOTH)
    again, told = merge([("whole", [entry.service for entry in entries])], BOTH)
    assert [entry.service for entry in again] == [entry.service for entry in entries]
    assert told == ()


@given(st.data())
def test_the_same_feeds_twice_change_nothing(data: st.DataObject) -> None:
    """Where an id means one record in every feed; where it means two, a copy may bring the other one's values."""
    every = {name: data.draw(SERVICES.map(lambda each, name=name: replace(each, id=name))) for name in "abcdef"}  # type: ignore[misc]
    drawn = data.draw(st.lists(st.lists(st.sampled_from("abcdef"), unique=True), min_size=1, max_size=4))
    feeds = [(f"feed{n}", [every[name] for name in names]) for n, names in enumerate(drawn)]
    entries, _ = merge(feeds, BOTH)
    copies = [*feeds, *((f"copy of {feed}", services) for feed, services in feeds)]
    assert [entry.service for entry in merge(copies, BOTH)[0]] == [entry.service for entry in entries]


@given(FEEDS)
def test_the_same_feeds_give_the_same(feeds: list[tuple[str, list[Service]]]) -> None:
    assert merge(feeds, BOTH) == merge(feeds, BOTH)


def test_a_merge_that_is_not_told_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The equation of the property above is what sees a silent merge."""
    monkeypatch.setattr(merging, "_told", lambda _group, _entry: [])
    entries, told = merge([("a", [service("x")]), ("b", [service("x")])], BOTH)
    assert sum(len(entry.sources) for entry in entries) != len(entries) + len(told)


def test_many_records_of_one_name_are_merged_in_time() -> None:
    """Two feeds of which every record has the name, organization and number of every other."""
    feeds = [(feed, [service(f"{feed}{n}") for n in range(5000)]) for feed in ("a", "b")]
    entries, told = merge(feeds, BOTH)
    assert (len(entries), len(told)) == (5000, 5000)
    assert [[source.id for source in entry.sources] for entry in entries[:2]] == [["a0", "b0"], ["a1", "b1"]]
