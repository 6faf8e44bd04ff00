"""Maps of areas, without a script and without another host: the body's own tiles as one drawing, with numbered markers.

A map is a page of its own, so that its bytes come only to who asks for it; the list beside it says all that it shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recuse.directory.maps import SIDE, Map, map_of
from recuse.directory.reading import Directory
from recuse.ledger import JSON
from recuse.site.places.lines import Line
from recuse.site.places.naming import service_path

TILES: Final = "places/tiles"
"""The folder of the site's tiles, which no language has of its own."""
_DIGITS: Final = 1
"""Digits of a place in pixels: no eye sees more."""


@dataclass(frozen=True, slots=True)
class Square:
    """A tile where it stands in the drawing, in pixels."""

    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """A marker: its number, where it stands in pixels, and what is there."""

    number: int
    x: float
    y: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map as a page draws it."""

    width: int
    height: int
    squares: tuple[Square, ...]
    markers: tuple[Numbered, ...]
    without: tuple[Line, ...]

    @property
    def data(self) -> dict[str, JSON]:
        """Its markers with the pages of what is there, and the pages of what has none."""
        markers: list[JSON] = [
            {"number": each.number, "services": [service_path(line.id) for line in each.lines]} for each in self.markers
        ]
        return {"markers": markers, "without": [service_path(line.id) for line in self.without]}


def drawn(found: Map, lines: Mapping[str, Line]) -> Drawing:
    """A map with the lines of its services, which are given by id."""
    squares = tuple(
        Square(f"{TILES}/{tile.path}", place % found.columns * SIDE, place // found.columns * SIDE)
        for place, tile in enumerate(found.tiles)
    )
    markers = tuple(
        Numbered(number, round(each.x, _DIGITS), round(each.y, _DIGITS), tuple(lines[name] for name in each.services))
        for number, each in enumerate(found.markers, 1)
    )
    return Drawing(
        found.columns * SIDE, found.rows * SIDE, squares, markers, tuple(lines[name] for name in found.without)
    )


def tile_files(directory: Directory) -> Iterator[tuple[str, bytes]]:
    """The tiles of all maps, each once. InputError for one that is missing or no tile."""
    found = (map_of(area, directory.shown, directory.settings) for area in directory.areas)
    tiles = dict.fromkeys(tile for each in found if each is not None for tile in each.tiles)
    for tile in tiles:
        yield f"{TILES}/{tile.path}", directory.tiles.read(tile)
