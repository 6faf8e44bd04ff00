"""Requests in a browser, every way: asking with its check, sending, answering, importing, and what is found there.

By mouse and by keyboard alone, with scripts and without, on a phone and on a desk.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, Opened
from tests.browser.hand import WAYS, Hand, called, link
from tests.browser.looking import WIDTHS, check_everybody_can_use, overflow, violations
from tests.console.desks import REMOVAL
from tests.console.test_requests import csv_of, row

PAGES: Final = {
    "inbox": ("/inbox", "wanda"),
    "inbox of a reviewer": ("/inbox", "rita"),
    "inbox with nothing": ("/inbox", "olaf"),
    "list": ("/requests?kind=detainer", "rita"),
    "list, second page": ("/requests?after=2026-01-10T12:00:00.000000%2B00:00~z", "rita"),
    "list, nothing found": ("/requests?before=2001-01-01", "rita"),
    "list, an error": ("/requests?since=soon&kind=raid", "rita"),
    "new": ("/requests/new", "wanda"),
    "new, of a partner": ("/requests/new", "olaf"),
    "a correction": ("/requests/new?supersedes=open", "wanda"),
    "one, to be answered": ("/requests/open", "rita"),
    "one, not by this person": ("/requests/counsel", "rita"),
    "one, answered against the policy": ("/requests/done", "otto"),
    "one, of a court": ("/requests/court", "conrad"),
    "import": ("/requests/import", "wanda"),
    "nil periods": ("/requests/nil", "ada"),
    "no such request": ("/requests/none", "rita"),
    "not for this role": ("/requests", "adam"),
}
BOTH: Final = {"inbox of a reviewer", "list", "new", "one, to be answered", "import", "nil periods"}
"""Every kind of page: these are looked at closely at both widths, and other states of them on the narrow one."""
LONG: Final = {"list, second page"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(opened: Opened, axe: str, name: str) -> None:
    path, state = PAGES[name]
    with opened(Look(320, state=state), loose=True) as page:
        page.goto(f"/console{path}")
        closely = WIDTHS if name in BOTH else WIDTHS[:1]
        check_everybody_can_use(page, axe, closely=closely, by_keys=name not in LONG)


As = Callable[[str], AbstractContextManager[Hand]]


@pytest.fixture(params=WAYS, ids=called)
def as_(request: pytest.FixtureRequest, opened: Opened) -> As:
    """Somebody's hand on the console, by their first name."""
    width, scripts, by = request.param

    @contextmanager
    def hand(who: str) -> Iterator[Hand]:
        with opened(Look(width, scripts, who)) as page:
            page.scripts = scripts
            yield Hand(page, by)

    return hand


def fill(hand: Hand, label: str, text: str) -> None:
    """Write or choose, whichever the field is."""
    field = hand.page.get_by_label(label, exact=True)
    if field.evaluate("each => each.tagName") == "SELECT":
        if hand.keys:
            from tests.browser.looking import tab_to

            tab_to(hand.page, field)
            hand.page.keyboard.type(text)
        else:
            field.select_option(label=text)
        return
    hand.write(label, text)


def press(hand: Hand, name: str) -> None:
    hand.follow(hand.page.get_by_role("button", name=name, exact=True))


def test_asking_with_a_check_then_sending_answering_and_reading_it(as_: As) -> None:
    """W10: what is called a judge's warrant and is Form I-205 is refused, and the page says what would open it."""
    with as_("wanda") as hand:
        page = hand.page
        page.goto("/console")
        hand.follow(link(page, "Requests", "nav"))
        hand.follow(link(page, "New request"))
        expect(page.locator("h1")).to_have_text("New request")
        for label, text in (
            ("What is asked", "detainer"), ("On whose behalf", "Removal Office (fictional)"),
            ("Asked by", "Field office 7"), ("Received, UTC", "2026-01-15 11:00"),
            ("Purpose stated", "imm.civil_enforcement"), ("Case number", "26-A-1"),
            ("Authority stated", "judicial.warrant"), ("Type of the document", "Form I-205"),
            ("The request lapses, UTC", "2026-01-17 12:00"),
        ):  # fmt: skip
            fill(hand, label, text)
        ruling = page.locator("#ruling")
        if page.scripts:  # type: ignore[attr-defined]
            page.keyboard.press("Tab")  # a field that is left was changed
            expect(ruling).to_contain_text("Would be refused")
        press(hand, "Check")
        expect(ruling).to_contain_text("assist-administrative-opens-nothing")
        expect(ruling).to_contain_text("Decided as administrative.warrant, not as judicial.warrant")
        expect(page.get_by_label("Case number", exact=True)).to_have_value("26-A-1")
        assert overflow(page) <= 0
        press(hand, "Send")
        expect(page.locator("h1")).to_have_text("Request: detainer")
        expect(page.locator("main")).to_contain_text("Was refused")
        address = page.url
    with as_("rita") as hand:
        page = hand.page
        page.goto(address)
        fill(hand, "Answer", "Refused")
        fill(hand, "Released, UTC", "2026-01-15 09:00")
        press(hand, "Answer")
        expect(page).to_have_url(address)
        expect(page.locator("main")).to_contain_text("Rita Example (Rita Example at https://idp.example)")
        assert page.locator("main ol li").count() == 1


def test_what_is_missing_is_said_where_it_is_and_an_own_request_is_withdrawn(as_: As) -> None:
    with as_("olaf") as hand:
        page = hand.page
        page.goto("/console/requests/new")
        fill(hand, "What is asked", "interview")
        press(hand, "Send")
        expect(page.locator("#errors")).to_contain_text("4 things are to be mended, and nothing was sent")
        hand.follow(link(page, "The request lapses, UTC", "#errors"))
        fill(hand, "The request lapses, UTC", "2026-01-16 12:00")
        fill(hand, "On whose behalf", "Removal Office (fictional)")
        fill(hand, "Purpose stated", "crim.investigation")
        fill(hand, "Authority stated", "none")
        press(hand, "Send")
        expect(page.locator("h1")).to_have_text("Request: interview")
        fill(hand, "Why it is withdrawn", "sent in error")
        press(hand, "Withdraw")
        expect(page.locator("main")).to_contain_text("sent in error")
        assert page.get_by_role("button", name="Withdraw").count() == 0


def test_a_table_is_tried_mended_and_taken_in(as_: As, request: pytest.FixtureRequest) -> None:
    name = re.sub(r"\W", "-", request.node.name)
    with as_("wanda") as hand:
        page = hand.page
        page.goto("/console/requests")
        hand.follow(link(page, "Import a table"))
        wrong, right = csv_of(row(name, kind="raid")), csv_of(row(name), row(f"{name}-2"))
        table = page.get_by_label("Table", exact=True)
        table.set_input_files({"name": "w.csv", "mimeType": "text/csv", "buffer": wrong})
        press(hand, "Try it: nothing is kept")
        expect(page.locator("#problems tbody tr")).to_have_count(1)
        expect(page.locator("#problems tbody tr")).to_contain_text("unknown kind `raid`")
        table.set_input_files({"name": "r.csv", "mimeType": "text/csv", "buffer": right})
        press(hand, "Try it: nothing is kept")
        expect(page.locator("#found")).to_have_text("Tried: nothing was kept")
        assert page.locator("#rulings tbody tr").count() == 2
        assert overflow(page) <= 0
        table.set_input_files({"name": "r.csv", "mimeType": "text/csv", "buffer": right})
        press(hand, "Take in")
        expect(page.get_by_role("status")).to_contain_text("2 requests were recorded")


def test_a_list_is_filtered_turned_and_exported(as_: As) -> None:
    with as_("ada") as hand:
        page = hand.page
        page.goto("/console/requests")
        fill(hand, "On whose behalf", "Inquiry Office (fictional)")
        press(hand, "Filter")
        expect(page.locator("#results h2")).to_have_text("50 requests on this page, newest received first")
        expect(page).to_have_url(re.compile("agency=fed.homeland.border.inquiry"))
        rows = [*csv.reader(io.StringIO(hand.download(link(page, "All of them as CSV")).decode()))]
        assert len(rows) == 121
        shown = ids(page)
        for _ in range(2):
            before = page.url
            hand.follow(page.locator("nav a[rel=next]"))
            expect(page).not_to_have_url(before)
            expect(page.locator("#requests tbody tr").first).to_be_visible()
            shown += ids(page)
        assert shown == [each[0] for each in rows[1:]]


def ids(page: Page) -> list[str]:
    found: list[Any] = page.locator("#requests tbody th a").evaluate_all("all => all.map(each => each.href)")
    return [str(each).rpartition("/")[2] for each in found]


def test_a_document_is_hashed_and_a_typing_hand_is_left_alone(opened: Opened, tmp_path: Path) -> None:
    """With scripts only the ruling is replaced: the focus stays in the field, and what is typed on is kept."""
    paper = tmp_path / "warrant.pdf"
    paper.write_bytes(b"%PDF-1.7 a paper")
    with opened(Look(state="wanda")) as page:
        page.goto("/console/requests/new")
        page.get_by_label("What is asked", exact=True).select_option("interview")
        page.get_by_label("Document", exact=True).set_input_files(paper)
        expect(page.locator("#ruling")).to_contain_text("still to be filled in or mended")
        case = page.get_by_label("Case number")
        page.get_by_label("Asked by").fill("Office 7")
        case.focus()
        case.press_sequentially("26-CR-123456")
        assert case.evaluate("each => each === document.activeElement")
        assert case.input_value() == "26-CR-123456"
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_label("SHA-256 of the document")).to_have_value(re.compile(r"[0-9a-f]{64}"))


# --- planted faults ---


@pytest.mark.parametrize(
    ("rule", "path", "fault"),
    [
        ("label", "/requests/new", "() => document.querySelector('label[for=f-case]').remove()"),
        ("select-name", "/requests/new", "() => document.querySelector('label[for=f-purpose]').remove()"),
        ("color-contrast", "/requests/new", "() => document.querySelector('.usa-hint').style.color = '#999999'"),
        ("link-name", "/requests", "() => document.querySelector('#requests tbody a').textContent = ''"),
        ("page-has-heading-one", "/requests/open", "() => document.querySelector('h1').remove()"),
        ("heading-order", "/inbox", "() => document.querySelector('h2').outerHTML = '<h4>Mine</h4>'"),
    ],
)
def test_a_planted_fault_is_found(opened: Opened, axe: str, rule: str, path: str, fault: str) -> None:
    with opened(Look(state="wanda"), loose=True) as page:
        page.goto(f"/console{path}")
        page.evaluate(axe)
        assert rule not in {each.partition(":")[0] for each in violations(page)}
        page.evaluate(fault)
        assert rule in {each.partition(":")[0] for each in violations(page)}


def test_a_form_that_is_too_wide_is_found(opened: Opened) -> None:
    with opened(Look(320, state="wanda"), loose=True) as page:
        page.goto("/console/requests/new")
        page.evaluate("() => document.querySelector('#f-case').style.minWidth = '400px'")
        assert overflow(page) > 0
        assert REMOVAL in page.content()
