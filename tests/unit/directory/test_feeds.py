"""Feeds in JSON and CSV: no row is lost, a bad one harms no other, what was lost about a service is said with it."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.directory.csv_feed import read_csv
from recuse.directory.csv_rows import read_rows
from recuse.directory.json_feed import read_json
from recuse.directory.making import Making
from recuse.directory.records import Service
from recuse.directory.rejects import Place, Tally

TODAY = date(2026, 11, 28)
SERVICES = "id,name,status,organization_id\n"


def from_csv(files: Mapping[str, str | bytes]) -> tuple[list[Service], Tally]:
    tally = Tally("f")
    raw = {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
    services = read_csv(raw, Making(tally, TODAY))
    assert tally.rows == tally.kept + tally.rejected + tally.left_out
    return services, tally


def from_json(*contents: Any) -> tuple[list[Service], Tally]:
    tally = Tally("f")
    raw = {
        f"{n}.json": each if isinstance(each, bytes) else json.dumps(each).encode() for n, each in enumerate(contents)
    }
    services = read_json(raw, Making(tally, TODAY))
    assert tally.rows == tally.kept + tally.rejected + tally.left_out
    return services, tally


def messages(tally: Tally) -> list[str]:
    return [str(each) for each in tally.rejects]


def item(**more: Any) -> dict[str, Any]:
    return {"id": "s1", "name": "A", "status": "active"} | more


# --- CSV ---


def test_a_package_is_put_together() -> None:
    services, tally = from_csv(
        {
            "services.csv": SERVICES + "s1,A,active,o1\n",
            "organizations.csv": "id,name,description\no1,Org,About\n",
            "locations.csv": "id,location_type,latitude\nl1,physical,41.5\n",
            "service_at_location.csv": "id,service_id,location_id\na1,s1,l1\n",
            "addresses.csv": "id,location_id,address_1,city,state_province,postal_code,country,address_type\n"
            "d1,l1,1 Street,Chicago,IL,60600,US,physical\n",
            "phones.csv": "id,service_id,location_id,number\np1,s1,l1,988\n",
            "languages.csv": "id,phone_id,code\ng1,p1,spa\n",
            "schedules.csv": "id,service_at_location_id,freq,byday\nw1,a1,WEEKLY,MO\n",
            "taxonomy_terms.csv": "id,name,description,taxonomy,code\nt1,School,x,kinds,school\n",
            "attributes.csv": "id,link_id,link_entity,taxonomy_term_id\nb1,s1,service,t1\nb2,l1,location,t1\n",
            "contacts.csv": "id,name\nc1,A Person\n",
        }
    )
    (service,) = services
    assert messages(tally) == []
    assert service.organization is not None
    assert service.organization.name == "Org"
    (at,) = service.service_at_locations
    assert at.location.addresses[0].city == "Chicago"
    assert at.location.latitude == 41.5
    assert service.phones == at.location.phones
    assert service.phones[0].languages[0].code == "spa"
    assert at.schedules[0].byday == "MO"
    assert (service.attributes[0].taxonomy, service.attributes[0].code) == ("kinds", "school")
    assert service.incomplete == ()
    assert tally.left_out == 1  # a term of a place
    assert tally.unread["contacts.csv"] == 1
    assert "A Person" not in repr(services)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("phones.csv", "id,service_id,number\np1,s1,call us\n", "not a telephone number"),
        ("phones.csv", "id,service_id,number\np1,s1,988,extra\n", "shifted"),
        ("phones.csv", "id,service_id,number\np1,s1\n", "shifted"),
        ("phones.csv", "id,service_id,service_at_location_id,number\np1,s1,nowhere,988\n", "is not in the feed"),
        ("required_documents.csv", 'id,service_id,document\nr1,s1,"A"B"\n', "cannot be read as CSV"),
        ("schedules.csv", "id,service_id,opens_at\nw1,s1,noon\n", "not a time of day"),
        ("schedules.csv", "id,service_id,valid_from,valid_to\nw1,s1,2026-02-01,2026-01-01\n", "is before"),
        ("service_at_locations.csv", "id,service_id,location_id\na1,s1,\n", "does not say what it belongs to"),
    ],
)
def test_a_service_says_of_what_a_row_was_lost(file: str, text: str, said: str) -> None:
    services, tally = from_csv({"services.csv": SERVICES + "s1,A,active,\ns2,B,active,\n", file: text})
    assert [each.id for each in services] == ["s1", "s2"]
    assert [each.incomplete != () for each in services] == [True, False]
    assert said in messages(tally)[0]
    assert tally.rejected == 1


def test_what_is_lost_of_a_place_is_said_of_its_services() -> None:
    services, tally = from_csv(
        {
            "services.csv": SERVICES + "s1,A,active,o1\ns2,B,active,o2\n",
            "organizations.csv": "id,name,description\no1,,x\no2,Org,x\n",
            "locations.csv": "id,location_type\nl1,physical\nl2,somewhere\n",
            "service_at_locations.csv": "id,service_id,location_id\na1,s1,l1\na2,s2,l2\n",
            "addresses.csv": "id,location_id,address_1,city,state_province,postal_code,country,address_type\n"
            "d1,l1,,,,,,\n",
        }
    )
    assert [each.incomplete for each in services] == [("address", "organization"), ("service_at_location",)]
    assert tally.rejected == 4


def test_a_row_that_belongs_to_nothing_here_is_rejected() -> None:
    services, tally = from_csv(
        {
            "services.csv": SERVICES + "s1,A,active,gone\n",
            "phones.csv": "id,service_id,contact_id,number\np1,,,988\np2,,c1,988\np3,s1,,988\n",
        }
    )
    assert services == []
    assert tally.left_out == 1  # a person's number is not read
    assert ["`gone` is not in the feed" in each for each in messages(tally)].count(True) == 1


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"services.csv": ""}, "is empty"),
        ({"services.csv": b"\xff\xfei\0d\0"}, "not text in UTF-8"),
        ({"services.csv": "id,name\ns1,A\n"}, "no column `status`"),
        ({"services.csv": "id,id,name,status\n"}, "two columns `id`"),
        ({"service.csv": SERVICES}, "no table of an HSDS package"),
        ({"services.csv": '"id,name,status\n'}, "cannot be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_reject_and_loud(files: dict[str, str | bytes], said: str) -> None:
    services, tally = from_csv(files)
    assert services == []
    assert any(said in str(each) and each.whole for each in tally.rejects)


def test_lines_are_those_of_the_file_and_a_bad_row_takes_no_other() -> None:
    text = 'id,name,status\ns1,"Two\nlines",active\ns2,"open,active\ns3,C,active\ns4,"D" d,active\n\ns5,E,active\n'
    services, tally = from_csv({"services.csv": text})
    assert [each.id for each in services] == ["s3", "s5"]
    assert [each.place.line for each in tally.rejects] == [2, 4, 6]


@given(
    st.lists(
        st.lists(st.sampled_from(["a", '"', '""', ",", "\n", "\r\n", " ", "x,y", "'=1", "\udcff"]), max_size=8),
        max_size=12,
    )
)
def test_every_row_is_given_out_once_however_it_is_quoted(parts: list[list[str]]) -> None:
    raw = ("id\n" + "\n".join("".join(each) for each in parts)).encode(errors="surrogateescape")
    tally = Tally("f")
    rows = list(read_rows(Place("f", "x.csv"), raw, ("id",), tally))
    assert tally.rows == len(rows)
    assert sum(bool(row.spoiled) for row in rows) == tally.rejected
    assert [row.line for row in rows] == sorted({row.line for row in rows})


def test_many_open_quotes_are_read_in_time() -> None:
    rows = "".join(f'x{n},"open,active\ny{n},B,active\n' for n in range(5000))
    _, tally = from_csv({"services.csv": "id,name,status\n" + rows})
    assert tally.rows > 5000


# --- JSON ---


def test_pages_lists_and_single_services_are_read() -> None:
    services, tally = from_json(
        {"total_items": 4, "contents": [item(id="a")]}, [item(id="b"), item(id="c")], item(id="d")
    )
    assert [each.id for each in services] == ["a", "b", "c", "d"]
    assert messages(tally) == []


def test_what_lies_inside_is_read() -> None:
    inside = {
        "organization": {"id": "o", "name": "Org", "description": "x", "unknown_field": 1},
        "service_at_locations": [
            {"id": "a", "location": {"id": "l", "location_type": "physical", "phones": [{"id": "p", "number": "988"}]}}
        ],
        "attributes": [{"id": "t", "taxonomy_term": {"id": "tt", "taxonomy": "k", "code": "c", "name": "n"}}],
        "contacts": [{"id": "c", "name": "A Person"}],
    }
    services, tally = from_json([item(**inside)])
    assert services[0].service_at_locations[0].location.phones[0].number == "988"
    assert services[0].attributes[0].code == "c"
    assert dict(tally.unread) == {"service.contacts": 1, "organization.unknown_field": 1}
    assert "A Person" not in repr(services)


@pytest.mark.parametrize(
    ("more", "path", "lost"),
    [
        ({"phones": [{"id": "p", "number": "988"}, {"id": "q", "number": "?"}]}, "$[0].phones[1]", "phone"),
        ({"phones": {"id": "p"}}, "$[0].phones", "phone"),
        ({"phones": [["p"]]}, "$[0].phones[0]", "phone"),
        ({"organization": {"id": "o"}}, "$[0].organization", "organization"),
        ({"service_at_locations": [{"id": "a"}]}, "$[0].service_at_locations[0]", "service_at_location"),
        (
            {"service_at_locations": [{"id": "a", "location": {"id": "l"}}]},
            "$[0].service_at_locations[0].location",
            "location",
        ),
    ],
)
def test_a_bad_part_is_rejected_and_said_of_its_service(more: dict[str, Any], path: str, lost: str) -> None:
    services, tally = from_json([item(**more)])
    assert len(services) == 1
    assert lost in services[0].incomplete
    assert tally.rejects[0].place.path == path


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[1",
        b"\xff\xfe[\x00]",
        b"[" * 100_000,
        b'{"contents": {}}',
        b'"x"',
        b"3",
        b'{"a": 1}',
        b"[] []",
        b"null",
    ],
)
def test_a_document_that_cannot_be_read_is_one_reject(raw: bytes) -> None:
    services, tally = from_json(raw, [item()])
    assert [each.id for each in services] == ["s1"]
    assert [each.whole for each in tally.rejects] == [True]


def test_keys_that_stand_twice_constants_and_bytes_reject_their_row_alone() -> None:
    raw = (
        b'[{"id": "a", "id": "b", "name": "A", "status": "active"}, {"id": "c", "name": "\xff", "status": "active"},'
        b' {"id": "d", "name": "D", "status": "active", "minimum_age": NaN},'
        b' {"id": "e", "name": "E", "status": "active"},'
        b' {"id": "f", "name": "F", "status": "active", "minimum_age": ' + b"9" * 5000 + b"},"
        b' {"id": "e", "name": "E", "status": "active"}]'
    )
    services, tally = from_json(raw)
    assert [each.id for each in services] == ["e"]
    assert tally.rejected == 5
    assert len(max(messages(tally), key=len)) < 300


def test_missing_pages_are_told() -> None:
    _, tally = from_json({"total_items": 10, "contents": [item()]})
    assert "its pages speak of 10 services, and 1 are here" in messages(tally)[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "name", "status", "phones", "number", "organization", "attributes", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(st.lists(JSON, max_size=4), st.booleans())
def test_no_row_of_any_document_is_lost(items: list[Any], known: bool) -> None:
    every = [item(id=f"k{n}", phones=each, organization=each) for n, each in enumerate(items)] if known else items
    services, tally = from_json({"contents": every})
    assert len(services) + sum("." not in each.place.path for each in tally.rejects) == len(every)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(["s1", "s2", "s3", "", "x y"])] * 2, st.sampled_from(["active", "open"])),
        max_size=6,
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["p1", "p2", ""]), st.sampled_from(["s1", "s2", "", "no"]), st.sampled_from(["988", "?"])
        ),
        max_size=6,
    ),
)
def test_no_row_of_any_package_is_lost(services: list[tuple[str, ...]], phones: list[tuple[str, ...]]) -> None:
    text = "id,name,status\n" + "".join(",".join(row) + "\n" for row in services)
    other = "id,service_id,number\n" + "".join(",".join(row) + "\n" for row in phones)
    found, tally = from_csv({"services.csv": text, "phones.csv": other})
    assert tally.rows == len(services) + len(phones)
    assert len(found) + sum(each.place.file == "services.csv" for each in tally.rejects) == len(services)
