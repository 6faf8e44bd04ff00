"""What people do in the console, every way.

By mouse and by keyboard alone, with scripts and without, on a phone and on a desk.
"""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from playwright.sync_api import Page, expect

from tests.browser.conftest import Look, Opened
from tests.browser.hand import Hand, link
from tests.browser.looking import overflow
from tests.console import world


def numbers(page: Page) -> list[int]:
    """The entries that the table shows, in its order."""
    return [int(each.replace(",", "")) for each in page.locator("#entries tbody th a").all_inner_texts()]


def wanted(since: datetime, until: datetime, **body: Any) -> list[int]:
    """The entries of the history with this body and in this time, newest first."""
    made = enumerate(world.history())
    fitting = (n for n, (_, at, of) in made if since <= at < until and all(of.get(k) == v for k, v in body.items()))
    return sorted(fitting, reverse=True)


DAY: Final = datetime(2026, 1, 10, tzinfo=UTC)


def test_searching_the_record(hand: Hand) -> None:
    """From the first page to a search, its pages, an export of exactly that, an entry, and back by one's address."""
    page, denied = hand.page, wanted(DAY, world.NOW, allow=False)
    assert 50 < len(denied) <= 100
    page.goto("/console")
    hand.follow(link(page, "Record", "nav"))
    expect(page.locator("h1")).to_have_text("Record")
    hand.choose("Answer", "Denied")
    hand.write("From, UTC", "2026-01-10 00:00")
    hand.follow(page.get_by_role("button", name="Search"))
    expect(page.locator("#results h2")).to_have_text(f"{len(denied)} entries, page 1 of 2")
    assert "answer=deny" in page.url
    assert overflow(page) <= 0
    shown = numbers(page)
    hand.follow(page.locator("nav a[rel=next]"))
    expect(page.locator("#results h2")).to_have_text(f"{len(denied)} entries, page 2 of 2")
    shown += numbers(page)
    assert shown == denied
    exported = [*csv.reader(io.StringIO(hand.download(link(page, f"All {len(denied)} as CSV")).decode()))]
    assert [int(row[0]) for row in exported[1:]] == shown
    document: dict[str, Any] = json.loads(hand.download(link(page, "as JSON")))
    assert [each["number"] for each in document["entries"]] == shown
    kept = page.url
    hand.follow(link(page, str(shown[-1]), "#entries"))
    expect(page.locator("h1")).to_have_text(f"Entry {shown[-1]}: decided")
    page.goto(kept)
    assert numbers(page) == shown[50:]


def test_what_cannot_be_read_is_said_at_the_field(hand: Hand) -> None:
    page = hand.page
    page.goto("/console/record")
    hand.write("Until, UTC", "tomorrow")
    hand.follow(page.get_by_role("button", name="Search"))
    expect(page.locator("#errors")).to_contain_text("1 thing cannot be read, so nothing was searched")
    assert page.locator("#entries").count() == 0
    hand.follow(link(page, "Until", "#errors"))
    field = page.get_by_label("Until, UTC")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert field.evaluate("each => each === document.activeElement || location.hash === '#f-until'")
    before = wanted(DAY - timedelta(days=30), DAY)
    hand.write("Until, UTC", "2026-01-10")
    hand.follow(page.get_by_role("button", name="Search"))
    expect(page.locator("#results h2")).to_have_text(f"{len(before)} entries")


def test_finding_an_agency(hand: Hand) -> None:
    page = hand.page
    page.goto("/console/access")
    hand.tick(page.get_by_label("Only agencies that the plan changes"))
    hand.write("Agency contains", "bureau")
    hand.follow(page.get_by_role("button", name="Filter"))
    expect(page.locator("#results [role=status]").first).to_have_text("2 of 4 agencies")
    assert page.locator("#matrix-1 tbody tr").count() == 2
    expect(page.locator("#matrix-1 tbody tr").nth(1)).to_contain_text("all rows")
    assert "changed=yes" in page.url


def test_from_a_verdict_to_its_entry(hand: Hand) -> None:
    page = hand.page
    page.goto("/console/health")
    expect(page.locator("main")).to_contain_text("What cannot be told is not a pass.")
    hand.follow(page.locator("#systems tbody tr").first.locator("a").first)
    expect(page.locator("h1")).to_have_text("Entry 138: verified")
    expect(page.locator("main")).to_contain_text("undetermined")


def test_with_scripts_only_the_main_part_is_replaced(opened: Opened) -> None:
    """The same address, no load of a page; and the focus is on what was found."""
    with opened(Look()) as page:
        page.goto("/console/record")
        page.evaluate("() => { window.stayed = true; }")
        page.get_by_label("Caller contains").fill("portal-0")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#results h2")).to_have_text("64 entries, page 1 of 2")  # of 130, 65; one is hostile
        assert page.evaluate("() => window.stayed")
        assert page.evaluate("() => document.activeElement.tagName") == "H2"
        replaced = page.locator("main").inner_html()
        page.go_back()
        expect(page.locator("#results h2")).to_have_text("139 entries, page 1 of 3")
        page.go_forward()
        expect(page.locator("#results h2")).to_have_text("64 entries, page 1 of 2")
        page.goto(page.url)
        assert page.evaluate("() => window.stayed") is None
        assert page.locator("main").inner_html() == replaced
