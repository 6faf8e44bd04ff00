"""The map of an area as a reader has it: of the body's own tiles, in every language, and in Chromium from files."""

from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser

from recuse.directory.maps import SIDE, Tile, map_of
from recuse.directory.reading import Directory
from recuse.errors import InputError
from recuse.languages import LANGUAGES
from recuse.site.building import build_into
from recuse.site.places.maps import TILES, tile_files
from recuse.site.places.naming import area_path, map_path
from recuse.site.places.pages import SECTION
from recuse.site.writing import write_site
from tests.browser.conftest import axe, chromium  # noqa: F401  # fixtures
from tests.browser.looking import violations
from tests.directory.content import SETTINGS, read
from tests.places.tiles import grey, lay, png
from tests.places.world import pages, sources
from tests.site.browsing import visiting
from tests.unit.directory.test_maps import CITY, MAP, placed

SERVICES: Final = (
    placed("a", 41.88, -87.63), placed("b", 41.881, -87.64), placed("c", 41.88001, -87.63), placed("none", None, None),
)  # fmt: skip
LIST, PAGE = area_path(CITY), map_path(CITY)


def tiles_of(directory: Directory) -> tuple[Tile, ...]:
    (area,) = directory.areas
    found = map_of(area, directory.shown, directory.settings)
    assert found is not None
    return found.tiles


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    """Four services of a city, with the tiles that their map needs and one more."""
    found = read(tmp_path / "content", SERVICES, settings=SETTINGS + MAP)
    for tile in (*tiles_of(found), Tile(3, 1, 1)):
        lay(tmp_path / "content", tile)
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_map_has_numbers_and_the_list_the_same(directory: Directory, code: str) -> None:
    every = pages(directory, code)
    page, html = every[PAGE]
    assert f'href="{PAGE.rpartition("/")[2]}"' in every[LIST][1]
    markers: Any = page.data["markers"]
    assert [(each["number"], len(each["services"])) for each in markers] == [(1, 2), (2, 1)]
    assert page.data["without"] == ["places/services/none.html"]
    assert html.count("<circle") == len(markers) == html.count("<li value=")
    assert "Drawn by Exampleton" in html
    assert "http" not in html.partition("<svg")[2].partition("</svg>")[0]
    assert "There is no map" not in every["places/index.html"][1]


def test_only_tiles_that_are_needed_are_published(directory: Directory) -> None:
    written = dict(tile_files(directory))
    assert written == {f"{TILES}/{tile.path}": png(tile) for tile in tiles_of(directory)}
    assert {path for path, _ in SECTION.files(sources(directory))} >= {*written}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "cannot be read, and a map needs it: no such file or directory; have it drawn"),
        (b"GIF89a", "is no tile; give a PNG of 256 pixels a side"),
        (png(Tile(1, 1, 1), 128), "is no tile; give a PNG of 256 pixels a side"),
        (png(Tile(1, 1, 1)) + bytes(600_000), "is no tile; give a PNG of 256 pixels a side and at most 512 KiB"),
    ],
    ids=["missing", "of another kind", "of another size", "too large"],
)
def test_a_tile_that_cannot_be_shown_is_told(directory: Directory, data: bytes | None, told: str) -> None:
    content = directory.tiles.content
    first = tiles_of(directory)[0]
    (content / "services/tiles" / first.path).unlink()
    if data is not None:
        lay(content, first, data)
    with pytest.raises(InputError, match=f"`services/tiles/{first.path}` {told}"):
        dict(tile_files(directory))


def test_a_tile_behind_a_link_is_not_followed(directory: Directory, tmp_path: Path) -> None:
    tile = directory.tiles.content / "services/tiles" / tiles_of(directory)[0].path
    tile.rename(tmp_path / "elsewhere.png")
    tile.symlink_to(tmp_path / "elsewhere.png")
    with pytest.raises(InputError, match="is reached by a symbolic link"):
        dict(tile_files(directory))


SEEN: Final = """async () => {
  const drawing = document.querySelector('.p-map svg');
  const greys = [];
  for (const each of drawing.querySelectorAll('image')) {
    const picture = new Image();
    picture.src = each.href.baseVal;
    await picture.decode();
    greys.push([picture.naturalWidth, each.x.baseVal.value, each.y.baseVal.value]);
  }
  const page = document.documentElement;
  return {
    greys, scale: drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width,
    wider: page.scrollWidth > page.clientWidth, text: drawing.textContent.trim(),
  };
}"""


@pytest.mark.parametrize("code", ["en", "ar"])
def test_it_is_seen_from_a_stick(
    directory: Directory,
    chromium: Browser,  # noqa: F811
    axe: str,  # noqa: F811
    tmp_path: Path,
    code: str,
) -> None:
    """Every tile is there, where it belongs; no script and no other host is needed; axe finds nothing."""
    write_site(tmp_path / "site", lambda keep: build_into(keep, sources(directory), sections=[SECTION]))
    address = (tmp_path / "site" / code / PAGE).as_uri()
    for width in (320, 1100):
        with visiting(chromium, width=width) as visit:
            visit.page.goto(address)
            seen = visit.page.evaluate(SEEN)
            assert {each[0] for each in seen["greys"]} == {SIDE}
            assert len({(x, y) for _, x, y in seen["greys"]}) == len(tiles_of(directory))
            assert (seen["scale"], seen["wider"]) == (1, False), "its numbers can be read, and it moves by itself"
            assert seen["text"].split() == ["1", "2"]
            assert visit.elsewhere(address) == []
            assert visit.complaints == []
            visit.page.evaluate(axe)
            assert violations(visit.page) == []


def test_tiles_of_a_test_tell_each_other_apart(directory: Directory) -> None:
    assert len({grey(tile) for tile in tiles_of(directory)}) == len(tiles_of(directory))
