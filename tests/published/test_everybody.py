"""The pages of policy and record are accessible and fit, by axe and keyboard, at both widths and in both directions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from recuse.site import access, checking, decided, enforcement, home
from recuse.site.building import build
from recuse.site.sources import Sources
from tests.browser.conftest import axe, chromium  # noqa: F401  # fixtures
from tests.browser.looking import check_everybody_can_use, violations
from tests.published.world import DIRECTIVE, verified, well, with_record

SECTIONS = (home.SECTION, decided.SECTION, access.SECTION, enforcement.SECTION, checking.SECTION)
PAGES = (
    "index.html", "decided/index.html", "decided/history.html", f"decided/{DIRECTIVE}.html", "access/us.dhs.ice.html",
    "access/index.html", "enforcement/index.html", "check/index.html",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(body: Sources, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    open_ = verified("clear", verdict="findings", findings={"public": 2}, doors={"ghost": 2, "back": 1})
    for name, sources in (("well", body), ("open", with_record(body, [*well(), open_]))):
        for path, data in build(sources, sections=SECTIONS):
            target = folder / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return folder


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:  # noqa: F811
    with chromium.new_context(bypass_csp=True) as context:
        yield context.new_page()


@pytest.mark.parametrize("code", ["en", "ar"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_it(site: Path, page: Page, axe: str, path: str, code: str) -> None:  # noqa: F811
    page.goto((site / "well" / code / path).as_uri())
    check_everybody_can_use(page, axe, by_keys="access/index" not in path)


@pytest.mark.parametrize("code", ["pl", "ar"])
def test_open_findings_can_be_read_too(site: Path, page: Page, axe: str, code: str) -> None:  # noqa: F811
    page.goto((site / "open" / code / "enforcement/index.html").as_uri())
    check_everybody_can_use(page, axe)


def test_a_fault_that_was_planted_is_found(site: Path, page: Page, axe: str) -> None:  # noqa: F811
    page.goto((site / "well/en/enforcement/index.html").as_uri())
    page.evaluate(axe)
    page.evaluate("document.querySelector('.s-scroll').removeAttribute('tabindex')")
    page.evaluate("document.querySelector('td').style.color = '#ccc'")
    assert any("color-contrast" in each for each in violations(page))
