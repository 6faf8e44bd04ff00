"""A search of the record finds what asking every entry finds, in its order; and its address says all of it."""

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from recuse.ledger import JSON, Entry, decode, read_entries
from recuse.server.console import PREFIX, Index
from recuse.server.console.asking import Search, find, parse_search
from tests.console import world
from tests.console.world import NOW

CHOICES: Final[dict[str, tuple[Any, ...]]] = {
    "kind": ((), ("decided",), ("applied", "verified"), ("directed",), ("searched",)),
    "system": ("", "records", "warehouse", "nowhere"),
    "agency": ("", *world.AGENCIES, "nobody"),
    "purpose": ("", "civil.immigration", "crim.investigation", "none.such"),
    "answer": ("", "allow", "deny"),
    "account": ("", "records_app", "REMOVAL", "x/y"),
    "caller": ("", "portal", "portal-1", "</TITLE>"),
    "since": (None, NOW - timedelta(days=3), NOW),
    "until": (None, NOW - timedelta(days=2), NOW - timedelta(days=9)),
    "order": ("newest", "oldest"),
    "id": ("", "r-1", "e-3", "e-300", "r"),
}


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    found = Index(folder / "ledger")
    assert found.catch_up().whole
    return found


@cache
def everything(folder: Path) -> list[Entry]:
    return [decode(each) for each in read_entries(folder / "ledger")]


def slowly(folder: Path, search: Search) -> list[int]:
    """The same by decoding every entry and asking it everything."""
    entries = everything(folder)
    found = list[int]()
    for number, entry in enumerate(entries):
        body: Any = entry.body
        account = body.get("account", "")
        of = {"system": body.get("system") or account.partition("/")[0], "purpose": body.get("purpose", "")}
        agencies = {body.get("agency"), world.ACCOUNTS.get(account)}
        answers = {"": True, "allow": body.get("allow") is True, "deny": body.get("allow") is False}
        fits = (
            answers[search.answer]
            and (not search.kind or entry.kind in search.kind)
            and all(not getattr(search, name) or getattr(search, name) == value for name, value in of.items())
            and (not search.agency or search.agency in agencies)
            and all(getattr(search, n).casefold() in body.get(n, "").casefold() for n in ("account", "caller"))
            and search.id in ("", body.get("request"), body.get("evaluation"))
            and (search.since is None or entry.at >= search.since)
            and (search.until is None or entry.at < search.until)
        )
        if fits:
            found.append(number)
    return found if search.order == "oldest" else found[::-1]


def searches() -> Iterator[Search]:
    """Each choice alone, and many at random together."""
    yield Search()
    for name, values in CHOICES.items():
        for value in values:
            yield Search(**{name: value})
    drawn = random.Random(7)  # noqa: S311
    for _ in range(300):
        asked = {n: drawn.choice(v) if drawn.random() < 0.2 else v[0] for n, v in CHOICES.items()}
        if asked["since"] is None or asked["until"] is None or asked["since"] < asked["until"]:
            yield Search(**asked)


def test_a_search_finds_what_asking_every_entry_finds(index: Index, folder: Path) -> None:
    sizes = list[int]()
    for search in searches():
        found = [*find(index, len(index.offsets), search, world.ACCOUNTS)]
        assert found == slowly(folder, search), search
        sizes.append(len(found))
    assert len(set(sizes)) > 15, "the searches tell nothing apart"
    assert 0 < sizes.count(0) < len(sizes) / 2


def test_an_address_says_its_search() -> None:
    for search in searches():
        until = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        for asked in (search, Search(page=3, upto=9, upto_decisions=7, record="decisions", until=until)):
            assert parse_search(QueryParams(asked.address().removeprefix("?"))) == (asked, {})


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("since=soon", "Write a day or a time in UTC, such as 2026-01-31 or 2026-01-31 14:30."),
        ("until=2026-02-30", "Write a day or a time in UTC, such as 2026-01-31 or 2026-01-31 14:30."),
        ("since=2026-01-02&until=2026-01-02", "Give a time after “from”: nothing lies between the two."),
        ("answer=maybe", "Choose allowed or denied."),
        ("kind=decided&kind=invented", "Choose kinds of the list."),
        ("order=best", "Choose newest or oldest."),
        ("page=-1", "The address has a “page” that is no number."),
        ("upto=1e3", "The address has a “upto” that is no number."),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_searched(client: TestClient, said: str, problem: str) -> None:
    assert [*parse_search(QueryParams(said))[1].values()] == [problem]
    page = client.get(f"{PREFIX}/record?{said}")
    assert page.status_code == 400
    assert problem in page.text
    assert 'id="entries"' not in page.text
    for export in ("csv", "json"):
        assert client.get(f"{PREFIX}/record/export.{export}?{said}").status_code == 400


def test_an_export_is_exactly_what_the_pages_show(client: TestClient, folder: Path) -> None:
    raw = read_entries(folder / "ledger")
    for search in [*searches()][:60:3]:
        address = search.address().removeprefix("?")
        exported = client.get(f"{PREFIX}/record/export.json?{address}").json()
        expected = slowly(folder, search)
        assert [each["number"] for each in exported["entries"]] == expected
        assert exported["found"] == len(expected)
        assert [each["entry"] for each in exported["entries"]] == [json.loads(raw[n]) for n in expected]
        rows = [*csv.DictReader(io.StringIO(client.get(f"{PREFIX}/record/export.csv?{address}").text))]
        assert [int(row["number"]) for row in rows] == expected
        assert [row["entry"].encode() for row in rows] == [raw[n] for n in expected]


def test_a_formula_in_an_export_is_no_formula(client: TestClient, tmp_path: Path) -> None:
    body: dict[str, JSON] = {
        "allow": True,
        "account": "=1+1",
        "caller": "@x",
        "purpose": "-2",
        "case": "\tz",
        "action": "read",
    }
    world.write(tmp_path / "ledger", iter([("decided", NOW, body)]))
    console = TestClient(world.served(tmp_path))
    (row,) = csv.DictReader(io.StringIO(console.get(f"{PREFIX}/record/export.csv").text))
    assert [row[name] for name in ("account", "caller", "purpose", "case")] == ["'=1+1", "'@x", "'-2", "'\tz"]


def test_pages_of_one_search_do_not_move(tmp_path: Path) -> None:
    """What is appended meanwhile is told, and not among the pages that were begun."""
    world.whole(tmp_path)
    console = TestClient(world.served(tmp_path))
    first = console.get(f"{PREFIX}/record").text
    world.append(tmp_path / "ledger", [world.verified("records", NOW, "findings", {"drift": 2})])
    second = console.get(f"{PREFIX}/record?upto=139&page=2").text
    assert '/record/89"' in first
    assert '/record/88"' in second
    assert '/record/89"' not in second
    assert "1 newer entry is not among them" in second
    assert "140 entries, page 1 of 3" in console.get(f"{PREFIX}/record").text
