"""The check in the browser, from a stick: it says so only when it did, and notices whatever was changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from recuse.site import checking, home
from recuse.site.building import build
from recuse.site.sources import Sources
from tests.browser.conftest import chromium  # noqa: F401  # a fixture
from tests.published.world import TEXTS

WITHOUT = "Object.defineProperty(SubtleCrypto.prototype, 'importKey', {value: () => Promise.reject(new Error('no'))})"


@pytest.fixture(scope="module")
def site(body: Sources, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for path, data in build(body, sections=(home.SECTION, checking.SECTION)):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:  # noqa: F811
    with chromium.new_context() as context:
        yield context.new_page()


def told(page: Page, file: Path) -> list[str]:
    """What the page says of its check, once it has said something."""
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelector('[data-check=none]').hidden", timeout=10_000)
    return page.locator("[data-check]:visible").evaluate_all("found => found.map(each => each.dataset.check)")  # type: ignore[no-any-return]


@pytest.mark.parametrize("code", TEXTS)
def test_it_holds_in_every_language(site: Path, page: Page, code: str) -> None:
    assert told(page, site / code / "check/index.html") == ["holds"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("&#34;verdict&#34;:&#34;holds&#34;", "&#34;verdict&#34;:&#34;fails&#34;"),
        ('data-number="0"', 'data-number="1"'),
        ('data-checkpoint="records.example/recuse\n9', 'data-checkpoint="records.example/recuse\n8'),
        ('data-verifier="records.example', 'data-verifier="records.another'),
    ],
)  # fmt: skip
def test_what_was_changed_is_noticed(site: Path, page: Page, before: str, after: str) -> None:
    text = (site / "en/check/index.html").read_text()
    assert before in text
    changed = site / "en/check/changed.html"
    changed.write_text(text.replace(before, after, 1))
    assert told(page, changed) == ["fails"]


def test_a_browser_that_cannot_says_so_and_claims_nothing(site: Path, page: Page) -> None:
    page.add_init_script(WITHOUT)
    assert told(page, site / "en/check/index.html") == ["cannot"]


def test_without_scripts_nothing_is_claimed(site: Path, chromium: Browser) -> None:  # noqa: F811
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((site / "en/check/index.html").as_uri())
        assert page.locator("[data-check=none]").is_visible()
        assert not page.locator("[data-check=holds]").is_visible()
