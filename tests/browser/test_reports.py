"""Reports in a browser, every way: a period is counted, a figure is opened, and the table is taken along."""

import csv
import io
import re
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Look, Opened
from tests.browser.hand import WAYS, Hand, called, link
from tests.browser.looking import check_everybody_can_use, overflow, violations

PAGES: Final = {
    "no period yet": ("", "rita"),
    "figures": ("?period=2026", "rita"),
    "figures of many columns": ("?period=2026-Q1&rows=authority&columns=kind", "ada"),
    "a figure that is open": ("?period=2026-01&rows=kind&columns=outcome&row=detainer", "ada"),
    "nothing to count": ("?period=2025", "conrad"),
    "a certified period": ("?period=2025-11", "otto"),
    "permits": ("?about=permits&period=2026", "rita"),
    "decisions": ("?about=decisions&period=2026-01&rows=purpose", "reports"),
    "an error": ("?period=soon&rows=name", "rita"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(opened: Opened, axe: str, name: str) -> None:
    path, state = PAGES[name]
    with opened(Look(320, state=state), loose=True) as page:
        page.goto(f"/console/reports{path}")
        check_everybody_can_use(page, axe, by_keys=name != "a figure that is open")


@pytest.mark.parametrize("way", WAYS, ids=called)
def test_a_period_is_counted_a_figure_opened_and_the_table_taken(opened: Opened, way: tuple[int, bool, str]) -> None:
    width, scripts, by = way
    with opened(Look(width, scripts, "ada")) as page:
        hand = Hand(page, by, scripts)
        page.goto("/console")
        hand.follow(link(page, "Reports", "nav"))
        hand.write("Period", "2026-Q1")
        hand.choose("Rows", "What is asked")
        hand.choose("Columns", "Ruling when recorded")
        hand.follow(page.get_by_role("button", name="Count", exact=True))
        expect(page.locator("#results h2").first).to_have_text(
            re.compile("requests for assistance received in 2026-Q1")
        )
        rows = [*csv.reader(io.StringIO(hand.download(link(page, "The table as CSV")).decode()))]
        assert [each[0] for each in rows] == ["kind", "detainer", "custody_transfer", "total"]
        count = page.locator("#figures tbody tr").last.locator("a").last
        assert count.inner_text() == rows[2][-1]
        hand.follow(count)
        expect(page.locator("#behind")).to_have_text(re.compile(f"{rows[2][-1]} requests.*: custody transfer"))
        assert overflow(page) <= 0
        hand.follow(page.locator("#behind ~ ul a").first)
        expect(page.locator("h1")).to_have_text("Request: custody transfer")


def test_the_figures_of_decisions_lead_into_the_record(opened: Opened) -> None:
    with opened(Look(state="reports")) as page:
        page.goto("/console/reports?about=decisions&period=2026-01&rows=purpose")
        figure = page.locator("#figures tbody tr").first.locator("a").first
        number = figure.inner_text()
        figure.click()
        expect(page.locator("#results h2")).to_contain_text(f"{number} entries")


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("label", "() => document.querySelector('label[for=f-period]').remove()"),
        ("select-name", "() => document.querySelector('label[for=f-rows]').remove()"),
        ("link-name", "() => document.querySelector('#figures tbody a').textContent = ''"),
    ],
)
def test_a_planted_fault_is_found(opened: Opened, axe: str, rule: str, fault: str) -> None:
    with opened(Look(state="rita"), loose=True) as page:
        page.goto("/console/reports?period=2026")
        page.evaluate(axe)
        assert rule not in {each.partition(":")[0] for each in violations(page)}
        page.evaluate(fault)
        assert rule in {each.partition(":")[0] for each in violations(page)}
