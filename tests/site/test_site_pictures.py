"""The pictures of the site in the documentation, of pages made at one moment: `PICTURES=write` writes them anew."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, FloatRect

from recuse import clock
from recuse.languages import read_texts
from recuse.site.building import build
from recuse.site.rendering import Renderer
from recuse.site.sections import SECTIONS
from recuse.site.sources import Sources
from tests.browser.conftest import chromium  # noqa: F401  # a fixture
from tests.browser.test_pictures import FOLDER, check_kept, small
from tests.published.world import LOCALES, body_of
from tests.site.browsing import visiting

NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
PICTURES: Final = {
    "site-first-page": (1100, "en/index.html", ".s-tiles li:nth-child(6)"),
    "site-rights": (320, "ar/rights/home.html", ".r-claim"),
}  # fmt: skip
"""The width of each, the page that it is of, and the first of what it ends with."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that are taken, with all that they load."""
    folder = tmp_path_factory.mktemp("pictures")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: NOW)
        body = body_of(folder)
    for path, data in (*build(body, sections=()), *pages(body)):
        target = folder / "site" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder / "site"


def pages(body: Sources) -> Iterator[tuple[str, bytes]]:
    """Those of the pictures alone, in a frame that leads to all sections."""
    there = [each for each in SECTIONS if each.there(body)]
    renderer, wanted = Renderer(body, there), {path for _, path, _ in PICTURES.values()}
    for language in body.settings.languages:
        texts = read_texts(language, LOCALES)
        for section in there:
            if any(path.startswith(f"{language.code}/{section.path.partition('/')[0]}") for path in wanted):
                for page in section.pages(body, texts):
                    if f"{language.code}/{page.path}" in wanted:
                        yield f"{language.code}/{page.path}", renderer.page(page, texts)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_of_the_page_as_it_is(chromium: Browser, made: Path, name: str) -> None:  # noqa: F811
    width, path, last = PICTURES[name]
    with visiting(chromium, width=width) as visit:
        visit.page.goto((made / path).as_uri())
        box = visit.page.locator(last).first.bounding_box()
        assert box is not None
        until: FloatRect = {"x": 0, "y": 0, "width": width, "height": box["y"] + box["height"]}
        taken = small(visit.page.screenshot(full_page=True, clip=until), visit.page.inner_text("body"))
    check_kept(name, taken, width)


def test_every_picture_of_the_site_is_made_here() -> None:
    assert {each.stem for each in FOLDER.glob("site-*.png")} == {*PICTURES}
