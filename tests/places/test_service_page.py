"""The page of a service: what its record says and leaves open, in the language of the page, and nothing that runs."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

from recuse.csv_text import csv_text
from recuse.directory.translating import COLUMNS
from tests.directory.content import TODAY, item, read
from tests.places.world import pages, service_page

PERSON: Final = "Quillon Attentive"
SAID: Final = "No ID needed, says the record"
HOSTILE: Final = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} {% raw %} %(n)s"


def documents(*names: str) -> list[dict[str, str]]:
    return [{"id": f"d{number}", "document": name} for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("required", "said", "twice"),
    [
        ((), False, False), (("Photo ID",), False, False), (("None",), True, False), (("no id needed!",), True, False),
        (("None", "Photo ID"), False, True), (("None of these",), False, False),
    ],
)  # fmt: skip
def test_no_id_stands_only_where_the_record_says_so(tmp_path: Path, required: Any, said: bool, twice: bool) -> None:
    found = read(tmp_path, [item("s", required_documents=documents(*required))])
    for path, (page, html) in pages(found).items():
        if path != "places/index.html":
            assert (SAID in html) == said, path
            assert ("The record says two things" in html) == (twice and "services/" in path)
        if "services/" in path:
            assert page.data["service"]["no_id"] == ("said" if said else "contradicted" if twice else "not_said")  # type: ignore[index,call-overload]
            assert ("nor whether you need an ID" in html) == (not required)


def test_a_no_id_that_is_concluded_from_absence_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recuse.directory.survey.no_id", lambda *_: "said")
    with pytest.raises(AssertionError):
        test_no_id_stands_only_where_the_record_says_so(tmp_path, (), said=False, twice=False)


@pytest.mark.parametrize(
    ("days", "told", "warned"),
    [(0, "Confirmed on: November 28, 2026", False), (100, "Confirmed on: August 20, 2026", False),
     (101, "Not confirmed since: August 19, 2026", True), (None, "Never confirmed", True)],
)  # fmt: skip
def test_a_stale_record_warns(tmp_path: Path, days: int | None, told: str, warned: bool) -> None:
    more = {} if days is None else {"assured_date": (TODAY - timedelta(days=days)).isoformat()}
    found = pages(read(tmp_path, [item("s", **more)]))
    html = found["places/services/s.html"][1]
    assert told in html
    assert ("This may have changed" in html) == warned
    assert ("to be confirmed again by" in html) == (not warned)
    line = found["places/kinds/other/index.html"][1]
    assert told in line
    assert ('class="p-doubt"' in line) == warned


def test_closed_for_now_and_alerts_stand_on_top_and_in_lists(tmp_path: Path) -> None:
    found = pages(read(tmp_path, [item("s", alert="Gas leak") | {"status": "temporarily closed"}, item("t")]))
    for path in ("places/services/s.html", "places/kinds/other/index.html"):
        assert "Closed for now" in found[path][1]
        assert "Gas leak" in found[path][1]
    assert "Closed for now" not in found["places/services/t.html"][1]


def test_what_is_not_whole_says_so(tmp_path: Path) -> None:
    wrong = [{"id": "d1", "document": "None"}, {"id": "d2", "document": "hid\u202eden"}]
    html = pages(read(tmp_path, [item("s", required_documents=wrong)]))["places/services/s.html"][1]
    assert "This entry is not whole" in html
    assert "what to bring" in html
    assert SAID not in html


def test_hours_are_told_as_hours_or_in_their_own_words(tmp_path: Path) -> None:
    week = {"id": "w", "freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00", "closes_at": "17:30"}
    month = {"id": "m", "freq": "MONTHLY", "byday": "1SA", "opens_at": "09:00", "description": "First Saturday"}
    mute = {"id": "x", "freq": "MONTHLY", "byday": "1SA"}
    html = service_page(tmp_path, item("s", schedules=[week, month, mute]))
    assert re.search(r"Monday</th><td>9:00.AM – 5:30.PM", html)
    assert "First Saturday" in html
    assert "Wednesday" not in html, "what a record does not say is not called closed"
    assert "opening hours that cannot be shown here" in html
    assert "cannot be shown" not in service_page(tmp_path, item("s", schedules=[week, month]))


def test_telephones_lead_where_a_tap_helps(tmp_path: Path) -> None:
    phones = [
        {"id": "p", "number": "(312) 555-0100", "extension": 12},
        {"id": "f", "number": "312 555 0101", "type": "fax"},
    ]
    html = service_page(tmp_path, item("s", phones=phones), "ar")
    assert '<a href="tel:3125550100;ext=12"><bdi dir="ltr">(312) 555-0100</bdi></a>' in html
    assert "tel:3125550101" not in html
    assert '<bdi dir="ltr">312 555 0101</bdi>' in html


def row(language: str, text: str, source: str, reviewer: str = "", translator: str = "machine") -> tuple[str, ...]:

    digest = hashlib.sha256(source.encode()).hexdigest()
    return (
        "service",
        "s",
        "description",
        language,
        text,
        digest,
        translator,
        reviewer,
        "2026-11-01" if reviewer else "",
    )


@pytest.mark.parametrize(
    ("rows", "shown", "marks"),
    [
        ([], ['lang="en" dir="ltr">Now'], ["(sin traducir: en inglés)"]),
        ([row("es", "Ahora", "Now")], ["Ahora"], ["traducido por una máquina"]),
        ([row("es", "Antes", "Before")], ["Antes", 'lang="en" dir="ltr">Now'], ["texto anterior", "por una máquina"]),
        ([row("es", "Ahora", "Now", "Ada Example")], ["Ahora"], []),
        ([row("es", "Ahora", "Now", "", "Bo Example")], ["Ahora"], ["que ninguna persona ha revisado"]),
    ],
    ids=["missing", "machine", "stale", "reviewed", "by a person"],
)  # fmt: skip
def test_a_translation_says_how_it_stands(tmp_path: Path, rows: Any, shown: list[str], marks: list[str]) -> None:
    html = service_page(tmp_path, item("s", description="Now"), "es", csv_text([COLUMNS, *rows]))
    body = html.partition("</h1>")[2]
    assert all(each in body for each in (*shown, *marks))
    every = ["texto anterior", "por una máquina", "que ninguna persona ha revisado"]
    assert [each for each in every if each in body.partition("<footer")[0]] == [
        each for each in every if any(each in mark for mark in marks)
    ]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def hostile() -> dict[str, Any]:
    """A service with the hostile text in every field that takes text."""
    schedule = {"id": "w", "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:30"}
    place = {
        "id": "at", "description": HOSTILE, "location": {
            "id": "l", "location_type": "physical", "name": HOSTILE, "description": HOSTILE, "transportation": HOSTILE,
            "languages": [{"id": "ll", "name": HOSTILE}],
            "accessibility": [{"id": "a", "description": HOSTILE, "details": HOSTILE}],
            "addresses": [
                {"id": "ad", "address_1": HOSTILE, "address_2": HOSTILE, "city": HOSTILE, "region": HOSTILE,
                 "attention": PERSON, "state_province": HOSTILE, "postal_code": HOSTILE, "country": "US",
                 "address_type": "physical"}
            ],
        },
    }  # fmt: skip
    texts = ("name", "description", "interpretation_services", "application_process", "fees_description", "fees",
             "wait_time", "eligibility_description", "alert")  # fmt: skip
    return item("s") | dict.fromkeys(texts, HOSTILE) | {
        "organization": {"id": "o", "name": HOSTILE, "description": HOSTILE},
        "phones": [{"id": "p", "number": "312", "description": HOSTILE, "type": "voice",
                    "languages": [{"id": "pl", "name": HOSTILE}]}],
        "schedules": [schedule | {"description": HOSTILE, "notes": HOSTILE}],
        "languages": [{"id": "la", "name": HOSTILE}], "service_at_locations": [place],
        "cost_options": [{"id": "c", "option": HOSTILE, "amount_description": HOSTILE}],
        "required_documents": documents(HOSTILE),
        "service_areas": [{"id": "sa", "name": HOSTILE, "description": HOSTILE}],
    }  # fmt: skip


def faults(html: str) -> Iterator[str]:
    """What a hostile text has become other than text."""
    found = _Tags()
    found.feed(html)
    for tag, attributes in found.tags:
        if tag in {"img", "iframe", "object"} or (tag == "script" and not attributes.get("src")):
            yield tag
        yield from (f"{tag} {name}" for name in attributes if name.startswith("on"))
    if "49" in re.sub(r"&#\d+;|[0-9a-f-]{10,}", "", html):
        yield "a template was run"


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_hostile_text_in_every_field_is_text(tmp_path: Path, code: str) -> None:
    directory = read(tmp_path, [hostile()])
    assert not directory.rejects, directory.rejects
    for path, (page, html) in pages(directory, code).items():
        assert [*faults(html)] == [], path
        assert PERSON not in f"{html}{page.data}", "to whom a letter goes is a person"
        json.dumps(page.data)
        if "services/" in path:
            shown = html.partition("<article")[2].partition("</article>")[0]
            text = str(escape(HOSTILE)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
            assert shown.count(text) >= 25


def test_a_text_that_is_not_escaped_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recuse.site.places.saying.escaped", str)
    html = pages(read(tmp_path, [hostile()]))["places/services/s.html"][1]
    assert {*faults(html)} >= {"script", "img"}


def test_without_services_the_section_says_so() -> None:
    assert [*pages(None)] == ["places/index.html"]
    assert "No services are listed here yet." in pages(None)["places/index.html"][1]


def test_what_it_costs_has_its_period_and_what_is_over_is_left_out(tmp_path: Path) -> None:
    past, coming = TODAY - timedelta(days=1), TODAY + timedelta(days=9)
    costs = [
        {"id": "old", "option": "Old price", "valid_to": past.isoformat()},
        {"id": "now", "option": "Price", "amount": 5, "currency": "USD", "valid_from": past.isoformat()},
        {"id": "new", "option": "New price", "amount": 7, "currency": "USD", "valid_from": coming.isoformat()},
    ]
    page, html = pages(read(tmp_path, [item("s", cost_options=costs)]))["places/services/s.html"]
    assert "Old price" not in html
    assert html.count("From: ") == 1
    assert "From: December 7, 2026" in html.partition("New price")[2]
    assert page.data["service"]["fees"] == [  # type: ignore[index,call-overload]
        f"Price, 5 USD (from {past})", f"New price, 7 USD (from {coming})"
    ]  # fmt: skip


ONE_TEXT: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("cost_option", {"cost_options": [{"id": "x", "option": "Visit"}]}),
    ("phone", {"phones": [{"id": "x", "number": "988", "description": "Visit"}]}),
    ("phone", {"organization": {"id": "o", "name": "O", "description": "-",
                                "phones": [{"id": "x", "number": "988", "description": "Visit"}]}}),
    ("phone", {"service_at_locations": [{"id": "a", "location": {"id": "l", "location_type": "virtual"},
                                         "phones": [{"id": "x", "number": "988", "description": "Visit"}]}]}),
    ("required_document", {"required_documents": [{"id": "x", "document": "Visit"}]}),
)  # fmt: skip


@pytest.mark.parametrize(("table", "more"), ONE_TEXT)
def test_a_page_with_one_text_by_a_machine_says_so(tmp_path: Path, table: str, more: dict[str, Any]) -> None:
    field = {"cost_option": "option", "phone": "description"}.get(table, "document")
    digest = hashlib.sha256(b"Visit").hexdigest()
    rows = csv_text([COLUMNS, (table, "x", field, "es", "Visita", digest, "machine", "", "")])
    html = service_page(tmp_path, item("s", **more), "es", rows)
    assert "Visita" in html
    assert "traducido por una máquina" in html.partition("<footer")[0]
