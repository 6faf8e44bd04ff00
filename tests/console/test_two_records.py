"""Two records are searched as one, by time, and each entry keeps the number that it has in its own."""

import csv
import io
import json
import random
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import pytest
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from recuse.ledger import read_entries, verify_ledger
from recuse.server.console import PREFIX, Role, Screen, application, index, showing
from recuse.server.console.asking import PER_PAGE, Search, parse_search
from recuse.server.console.record import look, merged, page_of
from recuse.server.console.records import NAMES, catch_up
from tests.console import world
from tests.console.test_search import searches
from tests.console.world import NOW

TOTAL: Final = len([*world.history()])
ACTS: Final = TOTAL - world.DECISIONS


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.apart(tmp_path_factory.mktemp("both"))


@pytest.fixture(scope="module")
def client(both: Path) -> TestClient:
    return TestClient(application(world.of_both(both)))


def exported(client: TestClient, said: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", client.get(f"{PREFIX}/record/export.json{said}").json()["entries"])


def of(entry: dict[str, Any]) -> tuple[str, str]:
    """When, and what, whatever the record and number."""
    return entry["entry"]["at"], json.dumps(entry["entry"], sort_keys=True)


def test_together_they_find_what_one_record_of_all_would(client: TestClient, folder: Path) -> None:
    """The history as one ledger is the oracle; what is of one moment may stand in another order there."""
    one = TestClient(world.served(folder))
    sizes = set[int]()
    for search in [*searches()][::4]:
        address = search.address()
        ours, whole = exported(client, address), exported(one, address)
        assert [each["entry"]["at"] for each in ours] == [each["entry"]["at"] for each in whole], address
        assert sorted(map(of, ours)) == sorted(map(of, whole)), address
        sizes.add(len(ours))
    assert len(sizes) > 8


def test_each_number_is_that_of_its_own_record(client: TestClient, both: Path) -> None:
    raw = {"acts": read_entries(both / "ledger"), "decisions": read_entries(both / "decisions")}
    found = exported(client, "?")
    assert [json.loads(raw[each["record"]][each["number"]]) for each in found] == [each["entry"] for each in found]
    assert len({(each["record"], each["number"]) for each in found}) == TOTAL
    for name, path in (("acts", "/record/7"), ("decisions", "/record/decisions/7")):
        page = client.get(PREFIX + path).text
        assert raw[name][7].decode().replace('"', "&#34;") in page
        assert f'href="{PREFIX}{path[:-1]}8"' in page


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_together_are_the_export_and_each_links_to_its_entry(client: TestClient, order: str) -> None:
    shown = list[str]()
    for number in range(1, -(-TOTAL // PER_PAGE) + 1):
        page = client.get(f"{PREFIX}/record?order={order}&page={number}").text
        shown += re.findall(r'rowheader".*?href="/console/record/([^"]+)"', page)
    named = [
        f"{'' if e['record'] == 'acts' else 'decisions/'}{e['number']}" for e in exported(client, f"?order={order}")
    ]
    assert shown == named
    rows = [*csv.DictReader(io.StringIO(client.get(f"{PREFIX}/record/export.csv?order={order}").text))]
    assert [(row["record"], int(row["number"])) for row in rows] == [
        (each["record"], each["number"]) for each in exported(client, f"?order={order}")
    ]


@pytest.mark.parametrize(("record", "size"), [("acts", ACTS), ("decisions", world.DECISIONS)])
def test_one_record_alone(client: TestClient, both: Path, record: str, size: int) -> None:
    found = exported(client, f"?record={record}")
    assert [each["number"] for each in found] == [*range(size - 1, -1, -1)]
    assert {each["record"] for each in found} == {record}
    assert client.get(f"{PREFIX}/record?record={record}").text.count("All of the") == 1
    assert client.get(f"{PREFIX}/record?record=other").status_code == 400


def test_an_address_of_before_there_were_two_finds_what_it_found(client: TestClient) -> None:
    """It fixes the size of the ledger alone, and so it is a search of that."""
    assert {each["record"] for each in exported(client, "?upto=5")} == {"acts"}
    assert len(exported(client, "?upto=5")) == 5
    page = client.get(f"{PREFIX}/record?upto=5").text
    assert "All of the 5 entries of the record of acts." in page
    assert f"{ACTS - 5} newer entries are not among them" in page


def test_an_export_has_the_checkpoint_of_each_record(client: TestClient, both: Path) -> None:
    signed = {"acts": verify_ledger(both / "ledger"), "decisions": verify_ledger(both / "decisions")}
    document = client.get(f"{PREFIX}/record/export.json?kind=decided&kind=applied").json()
    assert [(each["record"], each["size"], each["checkpoint"]) for each in document["records"]] == [
        (name, signed[name].size, signed[name].checkpoint) for name in NAMES
    ]
    assert sum(each["found"] for each in document["records"]) == document["found"] == len(document["entries"])
    rows = [*csv.DictReader(io.StringIO(client.get(f"{PREFIX}/record/export.csv?kind=decided&kind=applied").text))]
    assert {row["record"]: row["checkpoint"] for row in rows if row["checkpoint"]} == {
        name: signed[name].checkpoint for name in NAMES
    }


def test_what_is_added_to_either_does_not_move_the_pages(tmp_path: Path) -> None:
    client = TestClient(application(world.of_both(world.apart(tmp_path))))
    first = client.get(f"{PREFIX}/record").text
    address = re.search(r"/console/record(\?upto=\d+&amp;upto_decisions=\d+)", first)
    assert address
    kept = address[1].replace("&amp;", "&")
    before = exported(client, kept)
    world.append(tmp_path / "ledger", [world.verified("records", NOW, "holds", {})])
    world.append(tmp_path / "decisions", [("searched", NOW - timedelta(days=3), {"found": 0})] * 2)
    assert exported(client, kept) == before
    assert len(exported(client, "?")) == len(before) + 3
    assert "3 newer entries are not among them" in client.get(f"{PREFIX}/record{kept}").text


# --- ids ---


def test_a_request_and_a_decision_are_found_by_their_ids(client: TestClient) -> None:
    (decision,) = exported(client, "?id=e-7")
    assert (decision["record"], decision["number"]) == ("decisions", 7)
    (request,) = exported(client, "?id=r-1")
    assert request["entry"]["kind"] == "requested"
    assert exported(client, "?id=e-") == []


def test_two_ids_of_one_mark_are_told_apart(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def same(text: str) -> int:
        return len(text)

    monkeypatch.setattr(index, "mark", same)
    monkeypatch.setattr("recuse.server.console.asking.mark", same)
    client = TestClient(application(world.of_both(both)))
    assert [each["number"] for each in exported(client, "?id=e-7")] == [7]


def test_an_entry_about_a_request_leads_to_it_where_there_is_such_a_page(both: Path) -> None:
    plain = TestClient(application(world.of_both(both))).get(f"{PREFIX}/record/6").text
    assert f"{PREFIX}/record?id=r-1" in plain
    assert f"{PREFIX}/requests/r-1" not in plain
    for role, leads in (("auditor", True), ("reviewer", False)):
        page = Screen("/requests/{id}", None, frozenset({cast("Role", role)}), showing.home)
        text = TestClient(application(world.of_both(both), [page])).get(f"{PREFIX}/record/6").text
        assert (f'href="{PREFIX}/requests/r-1"' in text) == leads


# --- one of them damaged, or still being read ---


def damaged(folder: Path, which: str, before: bytes) -> None:
    entries = folder / which / "entries"
    data = entries.read_bytes()
    assert before in data
    entries.write_bytes(data.replace(before, before[::-1], 1))


@pytest.mark.parametrize(
    ("which", "word", "other", "told"),
    [
        ("decisions", b"portal-1", "acts", "The record of decisions cannot be shown"),
        ("ledger", b"civil-immigration", "decisions", "The record of acts cannot be shown"),
    ],
)
def test_where_one_is_damaged_the_other_is_shown(
    tmp_path: Path, which: str, word: bytes, other: str, told: str
) -> None:
    damaged(world.apart(tmp_path), which, word)
    client = TestClient(application(world.of_both(tmp_path)))
    page = client.get(f"{PREFIX}/record")
    size = {"acts": ACTS, "decisions": world.DECISIONS}[other]
    assert page.status_code == 200
    assert told in page.text
    assert f"{size} entries" in page.text
    alone = {"acts": "decisions", "decisions": "acts"}[other]
    assert client.get(f"{PREFIX}/record?record={alone}").status_code == 503
    for kind in ("csv", "json"):
        assert client.get(f"{PREFIX}/record/export.{kind}").status_code == 503
        assert client.get(f"{PREFIX}/record/export.{kind}?record={other}").status_code == 200
    health = client.get(f"{PREFIX}/health")
    assert health.status_code == (200 if other == "acts" else 503)
    assert told in health.text or health.status_code == 503


def test_where_both_are_damaged_nothing_is_shown(tmp_path: Path) -> None:
    damaged(world.apart(tmp_path), "decisions", b"portal-1")
    damaged(tmp_path, "ledger", b"civil-immigration")
    answer = TestClient(application(world.of_both(tmp_path))).get(f"{PREFIX}/record")
    assert (answer.status_code, 'id="entries"' in answer.text) == (503, False)


def test_a_page_says_how_far_each_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write(tmp_path / "ledger", iter([world.verified("records", NOW, "holds", {})]))
    world.write(tmp_path / "decisions", iter(()))
    for _ in range(3):
        world.append(tmp_path / "decisions", [("searched", NOW, {"found": 1})] * 10)
    monkeypatch.setattr(index, "STEP", 10)
    client = TestClient(application(world.of_both(tmp_path, patience=0.0)))
    page = client.get(f"{PREFIX}/record").text
    assert "The record of decisions is still being read" in page
    assert "The first 10 of 30 entries were read so far" in page
    assert "The record of acts is still being read" not in page
    assert client.get(f"{PREFIX}/record/export.json?record=acts").status_code == 200


def test_decisions_are_counted_wherever_they_are(client: TestClient, folder: Path) -> None:
    def table(text: str) -> str:
        return text.partition('id="by-day-table"')[2].partition("</table>")[0]

    one = table(TestClient(world.served(folder)).get(f"{PREFIX}/health").text)
    assert one
    assert table(client.get(f"{PREFIX}/health").text) == one


# --- speed, and order ---


def test_by_time_and_in_the_order_of_each(both: Path) -> None:
    console = world.of_both(both)
    read = catch_up(console.records, NAMES, 9.0)
    for order in ("newest", "oldest"):
        search = Search(order=order)
        found = [*merged(look(console.records, read, search, {}), search.order)]
        times = [part.index.times[number] for part, number in found]
        assert times == sorted(times, reverse=order == "newest")
        if order == "newest":
            newest = [(part.name, number) for part, number in found]
        else:
            assert [(part.name, number) for part, number in found] == newest[::-1]


def test_tens_of_thousands_are_searched_while_one_waits(tmp_path: Path) -> None:
    """The last page of all of them, twice over; a machine under load is ten times as slow as one that is not."""
    world.write(tmp_path / "ledger", world.many())
    world.write(tmp_path / "decisions", world.many())
    console = world.of_both(tmp_path)
    read = catch_up(console.records, NAMES, 99.0)
    assert read.whole
    search, _ = parse_search(QueryParams("purpose=undeclared&account=removal&page=1800"))
    begun = time.monotonic()
    found = page_of(look(console.records, read, search, world.ACCOUNTS), search, world.ACCOUNTS)
    assert time.monotonic() - begun < 2
    assert (found.total, found.pages, len(found.lines)) == (90_000, 1800, 50)
    assert {line.number for line in found.lines} == {*range(25)}


def test_random_times_are_merged_without_losing_any(tmp_path: Path) -> None:
    drawn = random.Random(11)  # noqa: S311

    def made() -> Iterator[world.Made]:
        at = NOW
        for number in range(300):
            at += timedelta(seconds=drawn.choice((0, 0, 1, -1, 5)))
            yield "searched", at, {"found": number}

    world.write(tmp_path / "ledger", made())
    world.write(tmp_path / "decisions", made())
    client = TestClient(application(world.of_both(tmp_path)))
    found = exported(client, "?order=oldest")
    for name in NAMES:
        assert [each["number"] for each in found if each["record"] == name] == [*range(300)]
