"""Two records searched as one, and searches that are kept: every way, by everybody."""

import json
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
from playwright.sync_api import Page, expect

from recuse.server.state.migrations import prepare
from recuse.targets.postgres.throwaway import throwaway
from tests.browser.conftest import Look, Opened, granian
from tests.browser.hand import Hand, link
from tests.browser.looking import WIDTHS, check_everybody_can_use, focus_faults, overflow, tab_to, violations
from tests.browser.searching import STATE
from tests.browser.serving import FOLDER
from tests.conftest import binaries_of
from tests.console import world


@pytest.fixture(scope="module")
def state() -> Iterator[str]:
    """A prepared state; gives its owner's connection string."""
    with throwaway(binaries=binaries_of(18)) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            prepare(connection, [])
        yield server.dsn()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, state: str) -> Iterator[str]:
    told = {FOLDER: str(tmp_path_factory.mktemp("search")), STATE: state}
    with granian("tests.browser.searching:served", told) as served:
        yield served


@pytest.fixture(autouse=True)
def nothing_kept(state: str) -> None:
    with psycopg.connect(state, autocommit=True) as connection:
        connection.execute("TRUNCATE recuse_state.search")


def choose_radio(hand: Hand, words: str) -> None:
    """Choose one of a group; the Tab key leads to the group, the arrows through it."""
    wanted = hand.page.get_by_label(words)
    if not hand.keys:
        wanted.check()
        return
    chosen = hand.page.locator("input[type=radio]:checked")
    tab_to(hand.page, chosen if chosen.count() else hand.page.locator("input[type=radio]").first)
    hand.page.keyboard.press("Space")
    while not wanted.is_checked():
        hand.page.keyboard.press("ArrowDown")


def names(page: Page) -> list[str]:
    """The entries that the table shows, as it names them."""
    return page.locator("#entries tbody th a").all_inner_texts()


def test_searching_both_records_and_one(hand: Hand) -> None:
    """What was requested stands among what was decided; then decisions alone, one of them, and back by its address."""
    page = hand.page
    page.goto("/console/record?since=2026-01-15")
    shown = names(page)
    assert {each.startswith("decisions/") for each in shown} == {True, False}
    times = page.locator("#entries tbody time").all_inner_texts()
    assert times == sorted(times, reverse=True)
    hand.choose("Record", "Decisions")
    hand.follow(page.get_by_role("button", name="Search"))
    expect(page.locator("#results [role=status]")).to_contain_text(
        "Found among the 130 entries of the record of decisions"
    )
    assert "record=decisions" in page.url
    assert all(each.startswith("decisions/") for each in names(page))
    document: dict[str, Any] = json.loads(hand.download(link(page, "as JSON")))
    assert [f"{each['record']}/{each['number']}" for each in document["entries"]] == names(page)
    first = names(page)[0]
    hand.follow(link(page, first, "#entries"))
    expect(page.locator("h1")).to_have_text(f"Entry {first}: decided")
    assert page.url.endswith(f"/console/record/{first}")
    assert overflow(page) <= 0


def test_from_a_request_to_all_that_is_about_it(hand: Hand) -> None:
    page = hand.page
    page.goto("/console/record")
    hand.write("Id", "r-1")
    hand.follow(page.get_by_role("button", name="Search"))
    expect(page.locator("#results h2")).to_have_text("1 entry")
    hand.follow(page.locator("#entries tbody th a"))
    expect(page.locator("h1")).to_have_text("Entry 6: requested")
    hand.follow(link(page, "All entries about it", "main"))
    expect(page.locator("#results h2")).to_have_text("1 entry")
    assert page.url.endswith("?id=r-1")


def test_keeping_a_search(hand: Hand, opened: Opened) -> None:
    """Searched, saved without a choice, saved, opened, shared, seen by another, renamed, deleted."""
    page = hand.page
    page.goto("/console/record?answer=deny&record=decisions")
    hand.follow(link(page, "Save this search", "main"))
    assert page.locator("input[type=radio]:checked").count() == 0
    hand.write("Name", "Denied")
    with page.expect_request(lambda sent: sent.method == "POST") as caught:
        hand.follow(page.get_by_role("button", name="Save"))
    assert caught.value.all_headers()["origin"] == page.url.split("/console")[0], "a form of our own is believed"
    expect(page.locator("#errors")).to_contain_text("1 thing cannot be read, so nothing was saved")
    expect(page.get_by_label("Name")).to_have_value("Denied")
    assert overflow(page) <= 0
    choose_radio(hand, "Only me")
    hand.follow(page.get_by_role("button", name="Save"))
    expect(page.locator("h1")).to_have_text("Denied")
    one = page.url
    hand.follow(link(page, "Open this search", "main"))
    expect(page.locator("#results [role=status]")).to_contain_text("record of decisions")
    with opened(Look(state="other")) as other:
        other.goto("/console/record/searches")
        expect(other.locator("main")).to_contain_text("Nobody else has saved one for your role")
        page.goto(one)
        hand.write("Name", "Denied, all of them")
        choose_radio(hand, "Everybody with the role auditor")
        hand.follow(page.get_by_role("button", name="Save changes"))
        expect(page.locator("h1")).to_have_text("Denied, all of them")
        other.reload()
        expect(other.locator("#shared tbody th")).to_have_text("Denied, all of them")
        other.goto(one)
        assert other.locator("main button").count() == 0
    hand.follow(page.get_by_role("button", name="Delete this search"))
    expect(page.locator("main")).to_contain_text("You keep no search")
    assert page.url.endswith("/console/record/searches")


PAGES: Final = {
    "both records": ("/record?since=2026-01-15", ""),
    "one record damaged": ("/record?since=2026-01-15", "broken"),
    "health of two records": ("/health", ""),
    "an entry of decisions": ("/record/decisions/101", ""),
    "access with paths": ("/access", ""),
    "a cell of it": ("/access/cell?system=records&agency=Bureau+of+Removal&category=address", ""),
    "all paths of a system": ("/access/cell?system=records", ""),
    "saved searches": ("/record/searches", ""),
    "a new search": ("/record/searches/new?answer=deny&since=2026-01-15+00%3A00", ""),
    "saved searches of another": ("/record/searches", "other"),
    "saved searches from right to left": ("/record/searches", "rtl"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(opened: Opened, axe: str, state: str, name: str) -> None:
    save = (
        "INSERT INTO recuse_state.search (issuer, subject, saver, name, address, role, at)"
        "VALUES ('https://idp.example', %s, %s, %s, '/record?answer=deny', 'auditor', '2026-01-15 12:00Z')"
    )
    with psycopg.connect(state, autocommit=True) as connection:
        for called in ("Denied", world.LONG[:200], world.HOSTILE):
            connection.execute(save, ("Ada Example", "Ada Example", called))
    path, variant = PAGES[name]
    with opened(Look(WIDTHS[0], state=variant), loose=True) as page:
        page.goto(f"/console{path}")
        check_everybody_can_use(page, axe)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_error_and_a_search_of_ones_own_are_accessible(opened: Opened, axe: str, width: int) -> None:
    with opened(Look(width), loose=True) as page:
        page.goto("/console/record/searches/new?caller=portal")
        page.get_by_role("button", name="Save").click()
        for _ in range(2):
            page.evaluate(axe)
            assert overflow(page) <= 0
            assert violations(page) == []
            if page.locator("#errors").count():
                assert page.locator("#errors a").count() == 2
                page.get_by_label("Name").fill("x" * 200)
                page.get_by_label("Only me").check()
                page.get_by_role("button", name="Save").click()


def test_planted_faults_are_found(opened: Opened, axe: str) -> None:
    with opened(Look(320), loose=True) as page:
        page.goto("/console/record/searches/new?caller=portal")
        page.evaluate("() => document.querySelector('label[for=f-name]').remove()")
        page.evaluate("() => document.querySelector('legend').remove()")
        page.evaluate("() => { document.querySelector('#f-role-only-me').style.outline = 'none'; }")
        page.evaluate("() => { document.querySelector('h1').style.width = '400px'; }")
        page.evaluate(axe)
        assert any(each.startswith("label") for each in violations(page))
        assert any("no outline on f-role-only-me" in each for each in focus_faults(page))
        assert overflow(page) > 0
