"""Where the markers of a map stand, and of which tiles it is put together: pictures that a body hosts itself.

A marker says no more than an address: a place without an address for visitors has none, whatever coordinates a feed
has. The projection is Web Mercator (EPSG:3857), in which at zoom *z* the world is 2^z tiles a side, each 256 pixels
wide, counted from north-west: that of OpenStreetMap's tiles and of most programs that draw some.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from recuse.directory.areas import Area, lies_in
from recuse.directory.records import Entry
from recuse.directory.settings import Settings

SIDE: Final = 256
"""Pixels of a side of a tile."""
MOST: Final = 4
"""Tiles of a side of a map: what a slow line still brings."""
_NEAR: Final = 18.0
"""Pixels within which services share a marker, so that no number hides another."""
_EDGE: Final = 48.0
"""Pixels around all markers."""
_FAR: Final = 50.0
"""Kilometres from the middle of an area's places beyond which coordinates are taken for a mistake: a lost sign."""
_DEGREE: Final = 111.2
"""Kilometres of a degree of latitude."""
_NORTH: Final = 85.0
"""Degrees up to which the projection goes."""

Point = tuple[float, float]
"""Latitude and longitude in degrees; or pixels from west and from north."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One square, by zoom, column and row."""

    zoom: int
    column: int
    row: int

    @property
    def path(self) -> str:
        """Its path below the folder of tiles."""
        return f"{self.zoom}/{self.column}/{self.row}.png"


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of a map: pixels from its western and northern side, and the ids of the services there, in order."""

    x: float
    y: float
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """A map: its size in tiles, its tiles by row, its markers in order, and ids of services that it does not show."""

    columns: int
    rows: int
    tiles: tuple[Tile, ...]
    markers: tuple[Marker, ...]
    without: tuple[str, ...]


def map_of(area: Area, order: Sequence[Entry], settings: Settings) -> Map | None:
    """The map of an area, of its services in this order; None where none can have a marker, or no map is wanted.

    Its zoom is the closest at which all markers fit; where none is, the services farthest off are left out. So are
    those at places that lie too far from the others to be in one city with them.
    """
    if settings.map is None:
        return None
    here = {*area.here}
    every = [entry for entry in order if entry.id in here]
    points = [*_together([(entry.id, point) for entry in every for point in _points(entry, area, settings)])]
    if not points:
        return None
    zoom = next(
        (z for z in range(settings.map.closest, settings.map.widest, -1) if _fits(points, z)), settings.map.widest
    )
    placed = [(name, pixels(point, zoom)) for name, point in points]
    west, north, columns, rows = _frame([at for _, at in placed])
    markers = tuple(_markers(placed, (west * SIDE, north * SIDE), (columns * SIDE, rows * SIDE)))
    shown = {name for each in markers for name in each.services}
    tiles = tuple(Tile(zoom, west + c, north + r) for r in range(rows) for c in range(columns))
    return Map(columns, rows, tiles, markers, tuple(each.id for each in every if each.id not in shown))


def pixels(point: Point, zoom: int) -> Point:
    """A place in pixels of a zoom, from west and from north."""
    latitude, longitude = point
    across = (longitude + 180) / 360
    down = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return across * SIDE * 2**zoom, down * SIDE * 2**zoom


def _points(entry: Entry, area: Area, settings: Settings) -> Iterator[Point]:
    """Where a service is visited in an area, as far as its record has coordinates."""
    for place in (at.location for at in entry.service.service_at_locations):
        if place.latitude is None or place.longitude is None or abs(place.latitude) > _NORTH:
            continue
        if any(lies_in(each, area.path, settings) for each in place.addresses if each.address_type == "physical"):
            yield place.latitude, place.longitude


def _together(points: Sequence[tuple[str, Point]]) -> Iterator[tuple[str, Point]]:
    """Those near the middle."""
    if points:
        latitude, longitude = (median(point[axis] for _, point in points) for axis in (0, 1))
        for name, point in points:
            north, east = point[0] - latitude, (point[1] - longitude) * math.cos(math.radians(latitude))
            if math.hypot(north, east) * _DEGREE <= _FAR:
                yield name, point


def _fits(points: Iterable[tuple[str, Point]], zoom: int) -> bool:
    found = [pixels(point, zoom) for _, point in points]
    return all(_span([at[axis] for at in found])[1] <= MOST for axis in (0, 1))


def _span(found: Sequence[float]) -> tuple[int, int]:
    """The first tile of an axis, and how many there are, for all of these pixels."""
    first = math.floor((min(found) - _EDGE) / SIDE)
    return first, math.floor((max(found) + _EDGE) / SIDE) - first + 1


def _frame(found: Sequence[Point]) -> tuple[int, int, int, int]:
    """The first column and row, and how many: around all, or around the middle where all are too many."""
    ends = []
    for axis in (0, 1):
        along = [at[axis] for at in found]
        first, count = _span(along)
        if count > MOST:
            first, count = round(median(along) / SIDE) - MOST // 2, MOST
        ends.append((first, count))
    return ends[0][0], ends[1][0], ends[0][1], ends[1][1]


def _markers(placed: Iterable[tuple[str, Point]], corner: Point, size: Point) -> Iterator[Marker]:
    found: dict[Point, list[str]] = {}
    for name, (across, down) in placed:
        x, y = across - corner[0], down - corner[1]
        if 0 <= x < size[0] and 0 <= y < size[1]:
            near = next((at for at in found if math.dist(at, (x, y)) < _NEAR), (x, y))
            found.setdefault(near, []).append(name)
    for (x, y), names in found.items():
        yield Marker(x, y, tuple(dict.fromkeys(names)))
