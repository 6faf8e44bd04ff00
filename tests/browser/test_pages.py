"""Every page in every state, at two widths: nothing that axe finds, no wider than the window, a focus that is seen.

Then the same looking on pages with a planted fault each: all of them are found.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Look, Opened
from tests.browser.looking import WIDTHS, check_everybody_can_use, focus_faults, overflow, violations

PAGES: Final = {
    "home": ("", ""),
    "health": ("/health", ""),
    "health of an empty record": ("/health", "empty"),
    "access": ("/access", ""),
    "access, filtered to nothing": ("/access?agency=nobody", ""),
    "access, unreadable": ("/access", "broken"),
    "access, not worked out": ("/access", "empty"),
    "record": ("/record?since=2026-01-14+12:00", ""),
    "record, last page": ("/record?page=3", ""),
    "record, two errors": ("/record?since=soon&answer=perhaps", ""),
    "record, nothing found": ("/record?caller=nobody", ""),
    "record, empty": ("/record", "empty"),
    "record, many entries": ("/record?page=400", "many"),
    "record, still being read": ("/record", "reading"),
    "record, damaged": ("/record", "broken"),
    "entry with a long text": ("/record/107", ""),
    "entry with a hostile text": ("/record/106", ""),
    "not signed in": ("/record", "unsigned"),
    "not for this role": ("/record", "requester"),
    "nothing there": ("/nowhere", ""),
    "from right to left": ("/health", "rtl"),
    "record from right to left": ("/record?since=2026-01-14+12:00", "rtl"),
}
SAME: Final = {"record, last page", "record, many entries", "record, still being read"}
"""Pages on which the Tab key goes as on the one called record, and long."""
BOTH: Final = {
    "home", "health", "access", "record", "record, two errors", "entry with a long text", "not signed in",
    "from right to left", "record from right to left",
}  # fmt: skip
"""Every kind of page: these are looked at closely at both widths, and other states of them on the narrow one."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits(opened: Opened, axe: str, name: str) -> None:
    path, state = PAGES[name]
    with opened(Look(WIDTHS[0], state=state), loose=True) as page:
        page.goto(f"/console{path}")
        closely = WIDTHS if name in BOTH else WIDTHS[:1]
        check_everybody_can_use(page, axe, closely=closely, by_keys=name not in SAME)


@pytest.mark.parametrize("width", WIDTHS)
def test_from_right_to_left_all_is_mirrored(opened: Opened, width: int) -> None:
    with opened(Look(width)) as page, opened(Look(width, state="rtl")) as mirrored:
        boxes = []
        for each in (page, mirrored):
            each.goto("/console/health")
            boxes.append([each.locator(what).first.bounding_box() for what in (".r-brand", "h1", ".r-nav a", "time")])
        for left, right in zip(*boxes, strict=True):
            if left["width"] < width / 2:
                assert left["x"] < width / 2 < right["x"] + right["width"]
        for pair in mirrored.locator(".r-legend > span").all():
            key, word = pair.locator(".r-key").bounding_box(), pair.bounding_box()
            assert key
            assert word
            assert key["x"] + key["width"] == pytest.approx(word["x"] + word["width"], abs=1)
        texts = mirrored.locator(".r-legend > span").all_inner_texts()
        assert [each.strip() for each in texts] == ["allowed", "denied"]
        assert mirrored.locator("time").first.evaluate("each => getComputedStyle(each).direction") == "ltr"
        assert mirrored.evaluate("() => document.documentElement.dir") == "rtl"


def test_colours_of_the_reader_leave_everything_there(opened: Opened) -> None:
    """With forced colours a state still has its sign and word, and bars are told apart."""
    with opened(Look(), forced_colors="active") as page:
        page.goto("/console/health")
        assert page.locator(".r-status").first.inner_text().strip() == "Could not be told"
        filled = [page.locator(f"svg .{each}").first.evaluate("e => getComputedStyle(e).fill") for each in BARS]
        assert len({*filled}) == len(BARS)
        keys = page.locator(".r-key").evaluate_all("all => all.map(e => getComputedStyle(e).backgroundColor)")
        assert keys == filled[:2]
        lines = page.locator(".r-nav a").evaluate_all("all => all.map(e => getComputedStyle(e).borderBottomColor)")
        assert lines[0] not in lines[1:], "which screen this is, is told by the line below its name"


BARS: Final = ("r-allowed", "r-hatched", "r-paper")


def test_nothing_moves_for_who_asks_for_that(opened: Opened) -> None:
    moving = (
        "() => [...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    )
    with opened(Look(), reduced_motion="reduce") as page:
        page.goto("/console/record")
        assert page.evaluate(f"() => [...document.querySelectorAll('*')].filter({moving}).length") == 0


def test_a_hostile_text_is_text(opened: Opened) -> None:
    with opened(Look()) as page:
        page.goto("/console/record/106")
        assert "</title><script>alert(1)</script>{{ 7*7 }}\ufffd=cmd" in page.locator("main").inner_text()
        assert page.title().startswith("Entry 106 – ")


def test_the_policy_of_content_is_kept(opened: Opened) -> None:
    """What a page must not do, it cannot: an inline script and a style do nothing, and the browser says so."""
    with opened(Look(), complains=True) as page:
        page.goto("/console/health")
        told = page.evaluate(
            """async () => {
              const told = [];
              addEventListener('securitypolicyviolation', event => told.push(event.effectiveDirective));
              const script = document.createElement('script');
              script.textContent = 'window.planted = true';
              document.body.append(script);
              document.body.insertAdjacentHTML('beforeend', '<p style="color: red"></p>');
              await new Promise(resolve => setTimeout(resolve, 50));
              return [window.planted === undefined, ...told];
            }"""
        )
        assert told == [True, "script-src-elem", "style-src-attr"]


# --- planted faults ---


@contextmanager
def planted(opened: Opened, path: str, fault: str, width: int = 1100) -> Iterator[Page]:
    with opened(Look(width), loose=True) as page:
        page.goto(f"/console{path}")
        page.evaluate(fault)
        yield page


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("label", "() => document.querySelector('label[for=f-account]').remove()"),
        ("html-has-lang", "() => document.documentElement.removeAttribute('lang')"),
        ("color-contrast", "() => document.querySelector('.r-age, .usa-hint').style.color = '#999999'"),
        ("document-title", "() => document.querySelector('title').remove()"),
        (
            "landmark-one-main",
            "() => document.querySelector('main').replaceWith(...document.querySelector('main').childNodes)",
        ),
        ("page-has-heading-one", "() => document.querySelector('h1').remove()"),
        ("link-name", "() => document.querySelector('#entries tbody a').textContent = ''"),
    ],
)
def test_a_planted_fault_is_found_by_axe(opened: Opened, axe: str, rule: str, fault: str) -> None:
    with planted(opened, "/record", fault) as page:
        page.evaluate(axe)
        assert rule in {re.match(r"[\w-]+", each).group() for each in violations(page)}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("no outline on ", "() => document.querySelector('.r-nav a').style.outline = 'none'"),
        ("comes after what follows it", "() => document.querySelector('#f-caller').tabIndex = 1"),
        (
            "has the focus outside the window",
            "() => document.querySelector('#f-account').style.cssText = 'position: fixed; top: -99px'",
        ),
    ],
)
def test_a_planted_fault_of_the_focus_is_found(opened: Opened, told: str, fault: str) -> None:
    with planted(opened, "/record", fault) as page:
        assert any(told in each for each in focus_faults(page))


def test_a_page_that_is_too_wide_is_found(opened: Opened) -> None:
    with planted(opened, "/health", "() => document.querySelector('h1').style.width = '400px'", 320) as page:
        assert overflow(page) > 0
