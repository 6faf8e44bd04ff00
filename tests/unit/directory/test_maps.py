"""Maps of areas: where markers stand, which tiles are needed, and what has no marker."""

import math
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.directory.maps import MOST, SIDE, Map, Tile, map_of, pixels
from recuse.directory.settings import read_settings
from recuse.errors import InputError
from tests.directory.content import SETTINGS, item, read

MAP: Final = '[map]\nwidest_zoom = 9\nclosest_zoom = 15\ncredit = "Drawn by Exampleton"\n'
CITY: Final = ("IL", "Exampleton")


def placed(name: str, latitude: float | None, longitude: float | None, **address: Any) -> dict[str, Any]:
    """A service at one place."""
    where = {
        "id": f"a-{name}", "address_1": "1 Main St", "city": "Exampleton", "state_province": "IL",
        "postal_code": "60000", "country": "US", "address_type": "physical", **address,
    }  # fmt: skip
    place = {
        "id": f"l-{name}", "location_type": "physical", "latitude": latitude, "longitude": longitude,
        "addresses": [where],
    }  # fmt: skip
    return item(name, service_at_locations=[{"id": f"s-{name}", "location": place}])


def map_in(folder: Path, *items: Any, settings: str = SETTINGS + MAP, city: tuple[str, ...] = CITY) -> Map | None:
    directory = read(folder, items, settings=settings)
    assert not directory.rejects
    (area,) = (each for each in directory.areas if each.path == city)
    return map_of(area, directory.shown, directory.settings)


def test_places_are_where_the_projection_has_them() -> None:
    """By the numbers that OpenStreetMap's page on names of tiles and EPSG's guidance note 7-2 give."""
    assert pixels((0, 0), 0) == (SIDE / 2, SIDE / 2)
    assert pixels((85.0511287798, -180), 3) == pytest.approx((0, 0), abs=1e-3)
    x, y = pixels((51.5, -0.12), 10)
    assert (int(x / SIDE), int(y / SIDE)) == (511, 340)


@given(st.floats(-85, 85), st.floats(-180, 180), st.integers(0, 19))
def test_a_place_can_be_read_back_from_its_pixels(latitude: float, longitude: float, zoom: int) -> None:
    x, y = (each / SIDE / 2**zoom for each in pixels((latitude, longitude), zoom))
    assert x * 360 - 180 == pytest.approx(longitude, abs=1e-6)
    assert math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y)))) == pytest.approx(latitude, abs=1e-6)


def test_the_closest_zoom_at_which_all_fit(tmp_path: Path) -> None:
    near = map_in(tmp_path / "near", placed("a", 41.8801, -87.63), placed("b", 41.8802, -87.62))
    far = map_in(tmp_path / "far", placed("a", 41.8801, -87.63), placed("b", 41.7, -87.62))
    assert near is not None
    assert far is not None
    assert (near.tiles[0].zoom, far.tiles[0].zoom) == (15, 12)
    for found in (near, far):
        assert len({*found.tiles}) == len(found.tiles) == found.columns * found.rows <= MOST * MOST
        assert [each.services for each in found.markers] == [("a",), ("b",)]
        assert all(0 <= m.x < found.columns * SIDE and 0 <= m.y < found.rows * SIDE for m in found.markers)
        assert found.without == ()
    first, second = far.markers
    assert second.y > first.y, "south is below"


def test_who_stands_together_has_one_marker_and_who_is_far_off_none(tmp_path: Path) -> None:
    many = [placed(f"s{n}", 41.88 + n / 100, -87.63) for n in range(5)]
    found = map_in(tmp_path, *many, placed("same", 41.88001, -87.63001), placed("lost", -41.88, 87.63))
    assert found is not None
    assert [each.services for each in found.markers] == [("s0", "same"), ("s1",), ("s2",), ("s3",), ("s4",)]
    assert found.without == ("lost",)
    assert map_in(tmp_path / "two", placed("a", 41.88, -87.63), placed("lost", -41.88, 87.63)) is None


def test_what_does_not_fit_at_the_widest_zoom_is_left_out(tmp_path: Path) -> None:
    settings = SETTINGS + MAP.replace("widest_zoom = 9", "widest_zoom = 14")
    many = [placed(f"s{n}", 41.88 + n / 1000, -87.63) for n in range(5)]
    found = map_in(tmp_path, *many, placed("far", 42.2, -87.63), settings=settings)
    assert found is not None
    assert (found.tiles[0].zoom, found.columns * found.rows <= MOST * MOST) == (14, True)
    assert (sum(len(each.services) for each in found.markers), found.without) == (5, ("far",))


@pytest.mark.parametrize(
    "hidden",
    [
        placed("x", 41.88, -87.63, address_type="postal"),
        placed("x", None, -87.63),
        placed("x", 41.88, None),
        placed("x", 89.9, -87.63),
    ],
    ids=["no address for visitors", "no latitude", "no longitude", "at the pole"],
)
def test_a_marker_says_no_more_than_an_address(tmp_path: Path, hidden: Any) -> None:
    """Coordinates of a place whose address is kept back show nobody the way there."""
    found = map_in(tmp_path, placed("a", 41.87, -87.63), hidden)
    assert found is not None
    assert [each.services for each in found.markers] == [("a",)]
    if "postal" not in str(hidden):
        assert found.without == ("x",)
        assert map_in(tmp_path / "alone", hidden) is None


def test_of_two_places_that_without_an_address_for_visitors_has_no_marker(tmp_path: Path) -> None:
    both = placed("two", 41.88, -87.63)
    kept_back = placed("o", 41.89, -87.64, address_type="postal")["service_at_locations"]
    both["service_at_locations"] += [{**kept_back[0], "id": "s-2"}]
    found = map_in(tmp_path, both)
    assert found is not None
    assert len(found.markers) == 1


def test_a_place_elsewhere_is_on_the_map_of_its_own_city(tmp_path: Path) -> None:
    both = placed("two", 41.88, -87.63)
    other = placed("o", 41.5, -88.1, city="Otherton")["service_at_locations"]
    both["service_at_locations"] += [{**other[0], "id": "s-2"}]
    found = map_in(tmp_path, both, city=("IL", "Otherton"))
    assert found is not None
    ((x, y),) = ((each.x, each.y) for each in found.markers)
    tile = found.tiles[0]
    assert (x + tile.column * SIDE, y + tile.row * SIDE) == pytest.approx(pixels((41.5, -88.1), tile.zoom))


def test_without_the_setting_there_is_none(tmp_path: Path) -> None:
    assert map_in(tmp_path, placed("a", 41.88, -87.63), settings=SETTINGS) is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("widest_zoom = 9", "widest_zoom = 16"), "these zooms are no range"),
        (("closest_zoom = 15", "closest_zoom = 20"), "these zooms are no range"),
        (('credit = "Drawn by Exampleton"\n', ""), "missing key `credit`"),
        (("[map]", '[map]\ncredit_url = "http://tiles.example/"'), "no"),
        (("[map]", '[map]\nserver = "https://tiles.example/"'), "server"),
    ],
)
def test_a_wrong_setting_is_told(change: tuple[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_settings("services.toml", (SETTINGS + MAP).replace(*change).encode())


def test_a_tile_is_named_as_files_of_tiles_are() -> None:
    assert Tile(12, 1051, 1522).path == "12/1051/1522.png"
