"""Maps of areas, without a script and without another host: the body's own tiles as one drawing, with numbered marks.

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


@dataclass(frozen=True, slots=True)
class Square:
    """A tile where it stands in the drawing, in pixels."""

    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """A mark: its number, where it stands in pixels, and what is there."""

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
    marks: tuple[Numbered, ...]
    unmarked: tuple[Line, ...]

    @property
    def data(self) -> dict[str, JSON]:
        """Its marks with the pages of what is there."""
        marks: list[JSON] = [
            {"number": each.number, "services": [service_path(line.id) for line in each.lines]} for each in self.marks
        ]
        return {"marks": marks, "unmarked": [service_path(line.id) for line in self.unmarked]}


def drawn(found: Map, lines: Mapping[str, Line]) -> Drawing:
    """A map with the lines of its services, which are given by id."""
    squares = tuple(
        Square(f"{TILES}/{tile.path}", place % found.columns * SIDE, place // found.columns * SIDE)
        for place, tile in enumerate(found.tiles)
    )
    marks = tuple(
        Numbered(number, round(mark.x, _DIGITS), round(mark.y, _DIGITS), tuple(lines[each] for each in mark.services))
        for number, mark in enumerate(found.marks, 1)
    )
    unmarked = tuple(lines[each] for each in found.unmarked)
    return Drawing(found.columns * SIDE, found.rows * SIDE, squares, marks, unmarked)


def tile_files(directory: Directory) -> Iterator[tuple[str, bytes]]:
    """The tiles of all maps, each once. InputError for one that is missing or no tile."""
    found = (map_of(area, directory.shown, directory.settings) for area in directory.areas)
    tiles = dict.fromkeys(tile for each in found if each is not None for tile in each.tiles)
    for tile in tiles:
        yield f"{TILES}/{tile.path}", directory.tiles.read(tile)
