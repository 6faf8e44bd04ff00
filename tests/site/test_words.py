"""Words are explained without scripts: by keyboard and touch, to a screen reader, in print, and in an older browser."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize

from tests.browser.conftest import chromium  # noqa: F401  # a fixture
from tests.browser.looking import HEIGHT
from tests.site.looking import Published
from tests.site.world import Site

CODES = ("en", "es", "zh-Hans", "pl", "ar")


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:  # noqa: F811
    """A phone without scripts."""
    viewport: ViewportSize = {"width": 320, "height": HEIGHT}
    with closing(chromium.new_context(java_script_enabled=False, has_touch=True, viewport=viewport)) as context:
        yield context.new_page()


def opened(page: Page, site: Site, code: str) -> tuple[Locator, Locator]:
    """The first marked word of a page, and its explanation."""
    page.goto((site.folder / code / "rights/home.html").as_uri())
    word = page.locator(".r-word").first
    return word, page.locator(f"#{word.get_attribute('popovertarget')}")


def expanded(page: Page, name: str) -> bool:
    """Whether a screen reader is told that the first button of this name has something open."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    button = next(n for n in tree if n["role"]["value"] == "button" and n["name"]["value"] == name)
    told = {each["name"]: each["value"].get("value") for each in button["properties"]}
    return bool(told["expanded"])


@pytest.mark.parametrize("code", CODES)
def test_by_keyboard(page: Page, site: Site, code: str) -> None:
    word, explanation = opened(page, site, code)
    assert not explanation.is_visible()
    assert not expanded(page, word.inner_text())
    word.focus()
    page.keyboard.press("Enter")
    assert explanation.is_visible()
    assert expanded(page, word.inner_text())
    box = explanation.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    page.keyboard.press("Tab")
    link = explanation.locator("a")
    assert link.evaluate("each => each === document.activeElement")
    page.keyboard.press("Escape")
    assert not explanation.is_visible()


def test_by_touch(page: Page, site: Site) -> None:
    word, explanation = opened(page, site, "ar")
    word.tap()
    assert explanation.is_visible()
    page.locator(".r-text h4").first.tap()
    assert not explanation.is_visible()


@pytest.mark.parametrize("code", CODES)
def test_the_way_on_leads_to_the_word(page: Page, site: Site, code: str) -> None:
    word, explanation = opened(page, site, code)
    word.tap()
    said = explanation.locator("strong").inner_text()
    explanation.locator("a").tap()
    assert page.locator("dt:target").inner_text() == said


def test_in_print_every_explanation_is_there(page: Page, site: Site) -> None:
    opened(page, site, "en")
    page.emulate_media(media="print")
    assert all(each.is_visible() for each in page.locator(".r-explained").all())
    assert page.locator(".r-printed").first.is_visible()


def test_an_older_browser_has_the_explanation_below(published: Published, page: Page, tmp_path: Path) -> None:
    """What such a browser does not know it passes over: the attributes are gone, the words are not."""
    text = (published.folder / "en/rights/home.html").read_text(encoding="utf-8")
    older = text.replace(" popover ", " ").replace("popovertarget", "data-target")
    assert older != text
    file = tmp_path / "older.html"
    file.write_text(older, encoding="utf-8")
    page.goto(file.as_uri())
    assert all(each.is_visible() for each in page.locator(".r-explained").all())
