"""One page of each template in every language, in Chromium: who may not see, hear, point or print well can read it."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import axe, chromium  # noqa: F401  # fixtures
from tests.browser.looking import WIDTHS, focus_faults, overflow, violations, walked
from tests.site.browsing import (
    HIDDEN_IN_PRINT,
    SMALL,
    Visiting,
    at_its_end,
    faint_in_print,
    one_of_each,
    told_by_colour,
    unseen,
    visiting,
)
from tests.site.looking import Published
from tests.site.reading import Read
from tests.site.world import Site

CODES = ("en", "es", "zh-Hans", "pl", "ar")
OURS = "pl/about/this-site.html"
"""The page that faults are planted in."""


@pytest.fixture(scope="module")
def visit(chromium: Browser) -> Visiting:  # noqa: F811  # the fixture
    return partial(visiting, chromium)


@pytest.fixture(scope="module")
def chosen(site: Site) -> list[dict[str, str]]:
    """For each template a page by language."""
    return [*one_of_each(site.kinds).values()]


def opened(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}", wait_until="load")


@pytest.mark.parametrize("code", CODES)
def test_everybody_can_use_a_page_of_each_kind(
    visit: Visiting,
    axe: str,  # noqa: F811
    address: str,
    chosen: list[dict[str, str]],
    *,
    published: Published,
    code: str,
) -> None:
    """At both widths axe finds nothing, nothing is wider than the window; the Tab key goes in the order of reading."""
    found: list[str] = []
    with visit(width=WIDTHS[0], bypass_csp=True) as visited:
        beside = [path for path in published.pages if path.partition("/")[0] not in CODES] if code == "en" else []
        for path in (*(each[code] for each in chosen), *beside):
            opened(visited.page, address, path)
            visited.page.evaluate(axe)
            for width in WIDTHS:
                visited.page.set_viewport_size({"width": width, "height": 900})
                said = [*violations(visited.page), *(["wider than the window"] if overflow(visited.page) > 0 else [])]
                found += [f"{path} at {width}: {each}" for each in said]
            found += [f"{path}: {each}" for each in focus_faults(visited.page)]
    assert found == []


@pytest.mark.parametrize("code", [*CODES, ""])
def test_every_page_is_there_without_scripts_from_a_stick(visit: Visiting, published: Published, code: str) -> None:
    """All pages, in a window that is 1280 pixels enlarged four times, at their ends: the text, and the way out."""
    found: list[str] = []
    paths = [path for path in published.pages if path.rpartition("/")[0].partition("/")[0] == code]
    assert paths
    with visit(**SMALL, device_scale_factor=4, java_script_enabled=False) as visited:
        for path in paths:
            visited.page.goto((published.folder / path).as_uri())
            at_its_end(visited.page)
            found += [f"{path}: {each}" for each in unseen(visited.page, published.pages[path])]
        assert visited.complaints == []
        assert {urlsplit(each).scheme for each in visited.asked} == {"file"}
        assert {unquote(urlsplit(each).path).startswith(str(published.folder)) for each in visited.asked} == {True}
    assert found == []


def test_the_first_stops_lead_past_the_frame_and_out(visit: Visiting, address: str) -> None:
    with visit() as visited:
        opened(visited.page, address, "en/index.html")
        stops = [each["name"] for each, _ in zip(walked(visited.page), range(2), strict=False)]
        assert stops == ["Skip to the main text", "exit"]
        opened(visited.page, address, "en/index.html")
        visited.page.keyboard.press("Tab")
        visited.page.keyboard.press("Enter")
        assert visited.page.evaluate("() => document.activeElement.id") == "main"


def test_from_right_to_left_all_is_mirrored(visit: Visiting, address: str) -> None:
    with visit() as visited:
        boxes = []
        for code in ("en", "ar"):
            opened(visited.page, address, f"{code}/about/this-site.html")
            boxes.append([visited.page.locator(what).first.bounding_box() for what in (".s-title a", "#exit", "h1")])
        for left, right in zip(*boxes, strict=True):
            assert left
            assert right
            starts = left["x"] - (1100 - right["x"] - right["width"])
            ends = left["x"] + left["width"] - (1100 - right["x"])
            assert min(abs(starts), abs(ends)) < 20, "by the edge where its line begins, or ends"


def test_forced_colours_leave_everything_there(visit: Visiting, address: str, chosen: list[dict[str, str]]) -> None:
    with visit(forced_colors="active") as visited:
        for each in chosen:
            opened(visited.page, address, each["en"])
            assert told_by_colour(visited.page) == [], each["en"]


@pytest.mark.parametrize("code", ["en", "ar"])
def test_what_is_printed_can_be_read_and_is_the_page_alone(
    visit: Visiting, address: str, chosen: list[dict[str, str]], code: str
) -> None:
    with visit() as visited:
        visited.page.emulate_media(media="print")
        for each in chosen:
            opened(visited.page, address, each[code])
            for what in HIDDEN_IN_PRINT:
                assert not any(found.is_visible() for found in visited.page.locator(what).all()), (each[code], what)
            assert visited.page.locator("h1").is_visible()
            assert faint_in_print(visited.page) == [], each[code]


def test_without_scripts_everything_is_there(visit: Visiting, address: str, chosen: list[dict[str, str]]) -> None:
    with visit(java_script_enabled=False) as visited:
        for each in chosen:
            opened(visited.page, address, each["es"])
            assert visited.page.locator("h1").is_visible()
            assert visited.page.locator("main").inner_text().strip()
        opened(visited.page, address, "index.html")
        visited.page.locator('main a[hreflang="pl"]').click()
        visited.page.locator('footer a[href$="this-site.html"]').click()
        assert "pl/about/this-site.html" in visited.page.url
        assert visited.elsewhere(address) == []


# --- planted faults ---


@pytest.fixture
def ours(visit: Visiting, address: str) -> Iterator[Page]:
    with visit(bypass_csp=True) as visited:
        opened(visited.page, address, OURS)
        yield visited.page


@pytest.fixture
def read(published: Published) -> Read:
    return published.pages[OURS]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("html-has-lang", "() => document.documentElement.removeAttribute('lang')"),
        ("color-contrast", "() => document.querySelector('main li').style.color = '#999999'"),
        ("link-name", "() => document.querySelector('footer a').textContent = ''"),
        ("label", "() => document.querySelector('main').insertAdjacentHTML('beforeend', '<input type=text>')"),
        ("page-has-heading-one", "() => document.querySelector('h1').remove()"),
        ("valid-lang", "() => document.querySelector('.s-languages a').lang = 'xx-none'"),
    ],
)
def test_a_planted_fault_is_found_by_axe(ours: Page, axe: str, rule: str, fault: str) -> None:  # noqa: F811
    ours.evaluate(fault)
    ours.evaluate(axe)
    assert rule in {each.partition(":")[0] for each in violations(ours)}


def test_planted_faults_of_the_keyboard_are_found(ours: Page) -> None:
    ours.evaluate("() => document.querySelector('footer a').tabIndex = 1")
    assert any("comes after what follows it" in each for each in focus_faults(ours))
    ours.evaluate("() => document.querySelector('footer a').style.outline = 'none'")
    assert any("no outline on" in each for each in focus_faults(ours))


def test_a_reader_who_is_caught_is_found(ours: Page) -> None:
    ours.evaluate("""() => {
      const last = [...document.querySelectorAll('.s-languages a')].pop();
      last.addEventListener('keydown', event => { event.preventDefault(); document.querySelector('a').focus(); });
    }""")
    assert any("stops for" in each for each in focus_faults(ours))


def test_planted_faults_of_the_window_are_found(ours: Page, read: Read) -> None:
    ours.set_viewport_size(SMALL)
    assert unseen(ours, read) == []
    ours.evaluate("() => document.querySelector('h1').style.width = '400px'")
    assert overflow(ours) > 0
    assert unseen(ours, read) == ["wider than the window"]
    ours.evaluate("() => document.querySelector('.s-exit').style.height = '80px'")
    assert "31 % of the window stays covered" in unseen(ours, read)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("the way out cannot be reached", "() => document.querySelector('.s-exit').style.position = 'static'"),
        ("the way out cannot be reached", "() => document.querySelector('#exit').style.visibility = 'hidden'"),
        ("the way out cannot be reached", "() => document.querySelector('#exit').remove()"),
        ("the way out cannot be reached", "() => document.body.insertAdjacentHTML('beforeend', "
         "'<div style=\"position: fixed; inset: 0; z-index: 9999\"></div>')"),
        ("wider than the window", "() => document.querySelector('h1').style.width = '2000px'"),
        ("it does not run ltr", "() => document.documentElement.dir = 'rtl'"),
        ("its title does not stand", "() => document.querySelector('.s-title').style.marginInlineStart = '60%'"),
        ("no heading is seen", "() => document.querySelector('h1').style.display = 'none'"),
        ("its main text is not seen", "() => document.querySelectorAll('main *').forEach(each => each.hidden = true)"),
    ],
)  # fmt: skip
def test_what_is_planted_out_of_sight_is_found(ours: Page, read: Read, told: str, fault: str) -> None:
    ours.set_viewport_size({"width": 1100, "height": 256})
    at_its_end(ours)
    assert unseen(ours, read) == []
    ours.evaluate(fault)
    at_its_end(ours)
    assert any(told in each for each in unseen(ours, read))


def test_planted_faults_of_paper_and_colours_are_found(ours: Page) -> None:
    ours.emulate_media(media="print", forced_colors="active")
    ours.evaluate("() => document.querySelector('h1').style.cssText = 'color: white; forced-color-adjust: none'")
    assert len(faint_in_print(ours)) == 1
    ours.emulate_media(media="screen", forced_colors="active")
    ours.evaluate("() => document.querySelector('#exit').style.border = '0'")
    assert len(told_by_colour(ours)) == 1
