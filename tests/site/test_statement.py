"""The statement for the press prints on one page in each language; pages with figures can be used by everybody."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from recuse.languages import LANGUAGES
from recuse.site.building import build
from tests.browser.conftest import axe, chromium  # noqa: F401  # fixtures
from tests.browser.looking import check_everybody_can_use
from tests.unit.site.world import sources

PAGES = (
    "record/requests", "record/requests-2026", "record/changes", "data/index", "data/dictionary", "data/reports",
    "press/index", "press/embed",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    found = sources()
    # The banner of a demonstration is the frame's, and is looked at with the frame.
    found = replace(found, settings=replace(found.settings, demonstration=False))
    for path, content in build(found, None):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    return place


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:  # noqa: F811
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def sheets(page: Page, form: str) -> int:
    """How many pages it prints on."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format=form)))


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_statement_prints_on_one_page(folder: Path, page: Page, code: str) -> None:
    page.goto(f"file://{folder}/{code}/press/index.html")
    assert [sheets(page, form) for form in ("A4", "Letter")] == [1, 1]


def test_a_page_that_is_too_long_is_noticed(folder: Path, page: Page) -> None:
    page.goto(f"file://{folder}/en/record/requests-2026.html")
    assert sheets(page, "A4") > 1


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("code", ["en", "ar"])
def test_everybody_can_use_them(folder: Path, page: Page, axe: str, code: str, path: str) -> None:  # noqa: F811
    page.goto(f"file://{folder}/{code}/{path}.html")
    by_keys = path in ("record/requests-2026", "press/embed")
    check_everybody_can_use(page, axe, closely=(320, 1100) if code == "en" else (320,), by_keys=by_keys)


def test_figures_stand_in_text_beside_their_bars(folder: Path, page: Page) -> None:
    page.goto(f"file://{folder}/en/record/requests-2026.html")
    bars = page.locator("svg.s-bar")
    assert bars.count() > 5
    for number in range(bars.count()):
        cell = bars.nth(number).locator("xpath=..")
        assert re.fullmatch(r"[0-9,]+", cell.inner_text().strip())
        assert bars.nth(number).get_attribute("aria-hidden") == "true"
