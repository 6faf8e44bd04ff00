"""The dated text in Chromium: current while its file is there, *not current* after its day, from a cache, and alone.

A browser that holds the page from before, by a cache that kept it against what it was told, has all but the file.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from recuse import clock
from recuse.languages import LANGUAGES
from recuse.site import preview, serving_notes
from recuse.site.dated import FOLDER, current_file, files
from recuse.site.verified import CURRENT_DAYS
from tests.browser.conftest import chromium  # noqa: F401  # a fixture
from tests.unit.site.world import NOW, sources

UNTIL = NOW.date() + timedelta(days=CURRENT_DAYS)
Served = tuple[str, Path]


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The server's day, as days after the publishing; tests set it."""
    days = [0]
    monkeypatch.setattr(clock, "today", lambda: NOW.date() + timedelta(days=days[0]))
    return days


@pytest.fixture
def served(tmp_path: Path, today: list[int]) -> Iterator[Served]:
    for path, content in files(sources()):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "other.html").write_text(
        '<!doctype html><title>Another site</title><iframe src="embed/en.html"></iframe>'
    )
    with preview.server_of(tmp_path, 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", tmp_path
        server.shutdown()
        thread.join()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:  # noqa: F811
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def shown(page: Page) -> tuple[bool, bool]:
    """Whether *current* shows, and whether *not current* does."""
    return page.locator(".current").is_visible(), page.locator(".late").is_visible()


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_is_current_until_its_last_day_and_not_after(
    served: Served, page: Page, today: list[int], code: str
) -> None:
    address, _ = served
    for days, current in ((0, True), (CURRENT_DAYS, True), (CURRENT_DAYS + 1, False), (400, False)):
        today[0] = days
        page.goto(f"{address}/{FOLDER}/{code}.html")
        assert shown(page) == (current, not current), days


def test_a_cache_that_kept_the_page_shows_not_current(
    served: Served, page: Page, today: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every header asks caches to keep all for a year, but the last for the file: the page is not asked for again."""
    address, folder = served
    kept = {**serving_notes.DATED, "Cache-Control": "public, max-age=31536000, immutable"}
    of = lambda path: serving_notes.DATED if "current-until" in path else kept  # noqa: E731
    monkeypatch.setattr(preview, "headers_of", of)
    frame = f"{address}/{FOLDER}/en.html"
    page.goto(frame)
    assert shown(page) == (True, False)
    (folder / FOLDER / "en.html").unlink()
    today[0] = CURRENT_DAYS + 1
    page.goto("about:blank")
    page.goto(frame)
    assert "Verified on" in page.content(), "it comes from the cache: the server has it no more"
    assert shown(page) == (False, True)


def test_the_next_site_takes_the_file_away(served: Served, page: Page) -> None:
    address, folder = served
    (folder / current_file(UNTIL)).unlink()
    page.goto(f"{address}/{FOLDER}/en.html")
    assert shown(page) == (False, True)


def test_a_copy_alone_says_not_current(served: Served, page: Page, tmp_path: Path) -> None:
    """Saved as one file, without a network: nothing turns it round."""
    _, folder = served
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "en.html").write_bytes((folder / FOLDER / "en.html").read_bytes())
    page.goto(f"file://{alone / 'en.html'}")
    assert shown(page) == (False, True)
    assert "If today is later, it is NOT CURRENT" in page.inner_text("body")


def test_another_site_may_frame_it(served: Served, page: Page) -> None:
    address, _ = served
    page.goto(f"{address}/other.html".replace("127.0.0.1", "localhost"))
    assert page.frame_locator("iframe").locator(".current").is_visible()


def test_a_file_that_stays_is_why_the_text_names_its_day(served: Served, page: Page, today: list[int]) -> None:
    """The limit: a copied folder with the file in it shows *current until* a day that is over; it names that day."""
    _, folder = served
    today[0] = 400
    page.goto(f"file://{folder / FOLDER / 'en.html'}")
    assert shown(page) == (True, False)
    assert page.locator(".current").inner_text() == "Current up to and including December 5, 2026."
