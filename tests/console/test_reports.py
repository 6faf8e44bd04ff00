"""Reports: figures equal what they lead to, an address gives them again, and what cannot be told is not counted."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from recuse.ledger import verify_ledger
from recuse.operations.kept_assistance import FileStore
from recuse.server.console import PREFIX, ROLES, Role, Visitor, application, index
from recuse.server.console.reports import screens
from recuse.server.console.reports.asked import ABOUT, PARTICULARS
from tests.console import desks as made
from tests.console import world
from tests.console.desks import HOUR, INQUIRY, NOW, REMOVAL, REVIEWER, asked
from tests.console.test_requests import words

BASE: Final = f"{PREFIX}/reports"


@dataclass
class Place:
    """A ledger with requests, and the console over it for whoever asks."""

    folder: Path
    desks: made.Desks

    def of(self, visitor: Visitor = REVIEWER, **changes: Any) -> TestClient:
        def recognise(_request: Request) -> Visitor | None:
            return visitor

        return TestClient(made.served(self.folder, self.desks, recognise, **changes), follow_redirects=False)

    def document(self, **said: str) -> Any:
        found = self.of().get(f"{BASE}/export.json", params=said)
        assert found.status_code == 200, found.text
        return found.json()


def place(folder: Path) -> Place:
    world.write(folder / "ledger", iter(()))
    world.matrices(folder / "access.json")
    return Place(folder, made.desks(folder / "ledger", FileStore(folder / "ledger")))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Nothing may be added to it."""
    found = place(tmp_path_factory.mktemp("reports"))
    made.fill(found.desks)
    permit: dict[str, Any] = {
        "system": "blotter", "agency": INQUIRY, "purpose": "=crim", "authority": "judicial.warrant",
        "until": "2026-01-16T00:00:00+00:00",
    }  # fmt: skip
    kinds = ("requested", "requested", "refused")
    world.append(found.desks.ledger, [(kind, NOW, {**permit, "request": f"p-{at}"}) for at, kind in enumerate(kinds)])
    world.append(found.desks.ledger, [("declined", NOW, {"request": "p-1", "by": "m"})])
    return found


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """The console on two records, for an auditor; decisions are in the second."""
    folder = tmp_path_factory.mktemp("decided")
    both = world.apart(folder)
    work = made.working(made.desks(both / "ledger", FileStore(both / "ledger")))
    return TestClient(application(world.of_both(both), screens(work)))


def cells(document: Any) -> Counter[tuple[str, str]]:
    return Counter({(each["row"], each["column"]): each["count"] for each in document["cells"]})


def links(page: Any, number: int) -> list[str]:
    """Where figures of this number lead to."""
    return [each.replace("&amp;", "&") for each in re.findall(rf'<a [^>]*href="([^"]+)">{number}</a>', page.text)]


def test_figures_are_those_of_the_list(filled: Place) -> None:
    """As many of each agency and state as the list of requests exports for that period."""
    listed = filled.of().get(f"{PREFIX}/requests/export.json?since=2026-01-01&before=2026-02-01").json()["requests"]
    every = Counter((each["on_behalf_of"], each["state"]) for each in listed)
    found = filled.document(period="2026-01")
    assert cells(found) == every
    assert found["total"] == sum(every.values()) > 5
    assert all(len(each["requests"]) == each["count"] for each in found["cells"])
    year = [filled.document(period=name)["total"] for name in ("2025", "2026")]
    assert sum(year) == 124


def test_a_figure_leads_to_the_requests_behind_it(filled: Place) -> None:
    client = filled.of()
    page = client.get(f"{BASE}?period=2026-01")
    assert re.search(r"<h2[^>]*>\d+ requests for assistance received in 2026-01</h2>", page.text)
    assert "the period is not over" in words(page)
    (complied,) = [each for each in links(page, 1) if "row=" in each and "column=complied" in each]
    behind = client.get(complied)
    assert f'href="{PREFIX}/requests/done"' in behind.text
    assert re.search(r"1 request for assistance: [^:]+, complied 2026-01-15", words(behind))
    total = [each for each in links(page, 1) if "column=complied" in each and "row=" not in each]
    assert f'href="{PREFIX}/requests/done"' in client.get(total[0]).text
    assert client.get(f"{PREFIX}/requests/done").status_code == 200


def test_many_are_listed_in_part_and_exported_whole(filled: Place) -> None:
    said = {"period": "2026", "rows": "kind", "columns": "ruling"}
    page = filled.of().get(BASE, params={**said, "row": "detainer"})
    assert page.text.count(f'href="{PREFIX}/requests/many-') == 100
    assert "The first 100; the export as JSON has all of them." in words(page)
    (cell,) = [each for each in filled.document(**said)["cells"] if each["row"] == "detainer"]
    assert len(set(cell["requests"])) == cell["count"] > 100


def test_an_address_gives_the_same_figures_again(tmp_path: Path) -> None:
    """Whatever is recorded later; without its pins the report grows."""
    here = place(tmp_path)
    with here.desks.acting({"person": "p-0"}) as desk:
        desk.ask(asked("one"), NOW)
    page = here.of().get(f"{BASE}?period=2026-01")
    (pinned,) = set(re.findall(r'href="([^"]+)">This report of these entries', page.text))
    pinned = pinned.replace("&amp;", "&")
    with here.desks.acting({"person": "p-0"}) as desk:
        desk.ask(asked("two", received=NOW - HOUR), NOW)
    assert "1 request for assistance received" in here.of().get(pinned).text
    assert "2 requests for assistance received" in here.of().get(f"{BASE}?period=2026-01").text
    export = here.of().get(pinned.replace(BASE, f"{BASE}/export.json")).json()
    assert (export["total"], export["records"][0]["entries"]) == (1, 1)


def test_a_certified_period_is_shown_and_so_is_what_broke_it(filled: Place) -> None:
    said = {name: words(filled.of().get(f"{BASE}?period={name}")) for name in ("2025-11", "2026-01", "2026-02")}
    assert "certified as nil by Chief of Records" in said["2025-11"]
    assert "certified as nil, and broken by what was recorded since by Chief of Records" in said["2026-01"]
    assert "certified as nil" not in said["2026-02"]
    assert all("Nothing to count" in said[name] for name in ("2025-11", "2026-02"))


@pytest.mark.parametrize("rows", PARTICULARS["assistance"])
@pytest.mark.parametrize("columns", PARTICULARS["assistance"])
def test_every_two_particulars_count_the_same_requests(filled: Place, rows: str, columns: str) -> None:
    if rows == columns:
        assert filled.of().get(BASE, params={"period": "2026", "rows": rows, "columns": columns}).status_code == 400
        return
    found = filled.document(period="2026", rows=rows, columns=columns)
    assert sum(cells(found).values()) == found["total"] > 5
    page = filled.of().get(BASE, params={"period": "2026", "rows": rows, "columns": columns})
    assert page.status_code == 200


def test_permits_are_counted_and_a_formula_is_text(filled: Place) -> None:
    found = filled.document(period="2026-Q1", about="permits", rows="purpose", columns="outcome")
    assert cells(found) == {("=crim", "open"): 1, ("=crim", "refused"): 1, ("=crim", "refused_by_policy"): 1}
    text = filled.of().get(f"{BASE}/export.csv?period=2026-Q1&about=permits&rows=purpose").text
    assert [*csv.reader(io.StringIO(text))] == [
        ["purpose", "refused_by_policy", "refused", "open", "total"],
        ["'=crim", "1", "1", "1", "3"],
        ["total", "1", "1", "1", "3"],
    ]


def test_a_figure_of_permits_leads_to_what_there_is_of_each(filled: Place) -> None:
    """What the policy refused at once was never kept: there is its entry, for who opens the record, and no page."""
    address = f"{BASE}?about=permits&period=2026&rows=purpose&row=%3Dcrim"
    page, plain = (filled.of(who).get(address).text for who in (made.PEOPLE["Ada Example"], REVIEWER))
    for name in ("p-0", "p-1"):
        assert f'href="{PREFIX}/permits/{name}"' in page
        assert f'href="{PREFIX}/permits/{name}"' in plain
    assert f"{PREFIX}/permits/p-2" not in page + plain
    assert f"{PREFIX}/record?id=p-2" not in plain
    found = filled.of(made.PEOPLE["Ada Example"]).get(f"{PREFIX}/record/export.json?id=p-2")
    assert f'href="{PREFIX}/record?id=p-2"' in page
    assert [each["entry"]["kind"] for each in found.json()["entries"]] == ["refused"]


def test_decisions_equal_what_the_record_finds(decided: TestClient) -> None:
    """Each figure is the number of entries that the search finds to which it leads."""
    followed = 0
    for rows in PARTICULARS["decisions"]:
        for columns in PARTICULARS["decisions"]:
            if rows == columns:
                continue
            page = decided.get(BASE, params={"about": "decisions", "period": "2026", "rows": rows, "columns": columns})
            assert f">{world.DECISIONS} decisions made in 2026</h2>" in page.text
            for to, number in re.findall(r'href="([^"]*/record\?[^"]+)">([\d,]+)</a>', page.text):
                search = to.replace("&amp;", "&").replace("/record?", "/record/export.json?")
                assert len(decided.get(search).json()["entries"]) == int(number), search
                followed += 1
    assert followed > 100


def test_a_period_is_whole_days_and_only_decisions_are_counted(tmp_path: Path) -> None:
    """At the ends of a month to the microsecond; what is no decision says `allow` in vain."""
    moments = ("2025-12-31T23:59:59.999999", "2026-01-01", "2026-01-31T23:59:59.999999", "2026-02-01")
    body: dict[str, Any] = {"account": "records/removal_017", "allow": True, "reason": "permitted", "caller": "portal"}
    every: list[world.Made] = [("decided", datetime.fromisoformat(each).replace(tzinfo=UTC), body) for each in moments]
    world.write(tmp_path / "ledger", iter([*every, ("searched", NOW, body)]))
    world.matrices(tmp_path / "access.json")
    work = made.working(made.desks(tmp_path / "ledger", FileStore(tmp_path / "ledger")))
    client = TestClient(application(world.console(tmp_path), screens(work)))
    page = client.get(f"{BASE}?about=decisions&period=2026-01")
    assert "2 decisions made in 2026-01" in words(page)
    for search in (each for each in links(page, 2) if "/record?" in each):
        assert len(client.get(search.replace("/record?", "/record/export.json?")).json()["entries"]) == 2
    months = client.get(f"{BASE}?about=decisions&period=2026&rows=month")
    for number in (1, 2):  # of February, and of January
        searches = [each for each in links(months, number) if "/record?" in each]
        assert searches
        for search in searches:
            found = client.get(search.replace("/record?", "/record/export.json?")).json()["entries"]
            assert len(found) == number, search


def test_a_figure_of_what_nobody_stated_is_none_of_all(filled: Place) -> None:
    page = filled.of().get(f"{BASE}?period=2026&row=")
    assert "No request of this period is counted there." in words(page)


def test_an_export_holds_the_checkpoint_of_what_was_counted(filled: Place) -> None:
    found = filled.document(period="2026-01")
    (record,) = found["records"]
    checked = verify_ledger(filled.desks.ledger)
    assert record["record"] == "acts"
    assert record["entries"] == checked.size
    assert record["checkpoint"].splitlines()[:2] == [checked.origin, str(checked.size)]
    assert (found["from"], found["to"], found["over"]) == ("2026-01-01", "2026-01-31", False)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"period": "2026-13"}, "Write a year, a quarter or a month"),
        ({"period": "yesterday"}, "Write a year, a quarter or a month"),
        ({"period": "0000"}, "Write a year, a quarter or a month"),
        ({"period": "2026", "about": "people"}, "Choose assistance, permits or decisions."),
        ({"period": "2026", "rows": "name"}, "Choose from the list."),
        ({"period": "2026", "about": "permits", "rows": "kind"}, "Choose from the list."),
        ({"period": "2026", "rows": "outcome"}, "Choose another particular than for the rows."),
        ({"period": "2026", "upto": "-1"}, "that is no number"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_counted(filled: Place, said: dict[str, str], told: str) -> None:
    client = filled.of()
    page = client.get(BASE, params=said)
    assert page.status_code == 400
    assert told in words(page)
    assert "so nothing was counted" in words(page)
    assert "received in" not in words(page)
    for kind in ("csv", "json"):
        assert client.get(f"{BASE}/export.{kind}", params=said).status_code == 400


def test_without_a_period_a_form_is_shown_and_nothing_is_exported(filled: Place) -> None:
    client = filled.of()
    page = client.get(BASE)
    assert "Choose a period" in words(page)
    assert all(name in words(page) for name in ("2026-01", "2025-12", "2025-11", "2026-Q1", "2025-Q4", "2026", "2025"))
    assert client.get(f"{BASE}/export.csv").status_code == 400
    assert all(client.get(f"{BASE}?about={each}").status_code == 200 for each in ABOUT)


def test_a_part_of_a_record_is_said_to_be_one_and_never_exported(
    filled: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a large record is when a server has just begun to read it."""
    monkeypatch.setattr(index, "STEP", 7)
    address = f"{BASE}?period=2026"
    page = words(filled.of(patience=0.0).get(address))
    assert "The first 7 of" in page
    assert "7 requests for assistance received in 2026" in page
    refused = filled.of(patience=0.0).get(f"{BASE}/export.json?period=2026")
    assert refused.status_code == 503
    assert "a report would be of a part of it" in words(refused)


@pytest.mark.parametrize("role", ROLES)
def test_who_oversees_or_reviews_opens_them(filled: Place, role: Role) -> None:
    client = filled.of(made.person("Nobody Example", role))
    opens = role in {"reviewer", "counsel", "official", "auditor"}
    assert client.get(f"{BASE}?period=2026").status_code == (200 if opens else 403)
    assert client.get(f"{BASE}/export.csv?period=2026").status_code == (200 if opens else 403)


def test_nothing_sealed_is_in_them(filled: Place) -> None:
    for said in ({"period": "2026"}, {"period": "2026", "rows": "kind", "row": "detainer"}):
        for address in ("", "/export.csv", "/export.json"):
            text = filled.of().get(f"{BASE}{address}", params=said).text
            assert "Office 7" not in text
            assert "26-CR-1" not in text


def test_erased_words_change_no_figure(tmp_path: Path) -> None:
    here = place(tmp_path)
    with here.desks.acting({"person": "p-0"}) as desk:
        desk.ask(replace(asked("one"), on_behalf_of=REMOVAL), NOW)
    before = cells(here.document(period="2026-01"))
    here.desks.store.erase("one")
    assert cells(here.document(period="2026-01")) == before == {(REMOVAL, "open"): 1}
