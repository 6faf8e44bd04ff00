"""A feed in JSON: pages with `contents`, lists of services, or single services, each with what belongs to it inside.

A row is an object; one that is wrong is rejected with what lies in it, and the service above it is marked incomplete.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from recuse.directory.fields import TABLES, Table
from recuse.directory.making import Making
from recuse.directory.records import Service
from recuse.directory.rejects import Place

_TWICE: Final = "\0twice"
_DIGITS: Final = 30


def read_json(files: Mapping[str, bytes], making: Making) -> list[Service]:
    """Every service of the files that can be taken, in the order of files and items."""
    tally, reading = making.tally, _Reading(making)
    found: list[Service] = []
    promised = 0
    for name in sorted(files):
        place = Place(tally.feed, name)
        try:
            content = _parse(files[name])
        except ValueError as error:
            tally.whole(place, f"is not JSON: {error}", "fetch the file again, or take it out")
            continue
        except RecursionError:
            tally.whole(place, "is nested too deeply", "fetch the file again, or take it out")
            continue
        items, path = _items(content)
        if items is None:
            tally.whole(place, "holds neither services nor a page of them", "take it out of the feed's folder")
            continue
        if isinstance(content, dict) and isinstance(content.get("total_items"), int):
            promised = max(promised, content["total_items"])
        for index, item in enumerate(items):
            service = reading.service(item, Place(tally.feed, name, 0, f"{path}[{index}]" if path else ""))
            found += [] if service is None else [service]
    if promised > reading.seen:
        tally.whole(
            Place(tally.feed, ""), f"its pages speak of {promised:,} services, and {reading.seen:,} are here",
            "fetch every page",
        )  # fmt: skip
    return found


def _parse(raw: bytes) -> Any:
    # What is not UTF-8 becomes a surrogate, and the row with it a reject: the others are still read.
    text = raw.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    return json.loads(text, object_pairs_hook=_pairs, parse_int=_whole, parse_constant=lambda word: f"\0{word}")


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        made[_TWICE] = next(name for name in names if names.count(name) > 1)
    return made


def _whole(digits: str) -> object:
    return int(digits) if len(digits) <= _DIGITS else digits


def _items(content: object) -> tuple[list[object] | None, str]:
    if isinstance(content, list):
        return content, "$"
    if isinstance(content, dict) and "contents" in content:
        listed = content["contents"]
        return (listed if isinstance(listed, list) else None), "contents"
    return ([content], "") if isinstance(content, dict) and {"id", "name"} <= content.keys() else (None, "")


class _Reading:
    """Makes records of objects from the outside in; `lost` collects the tables of rejected rows of one service."""

    def __init__(self, making: Making) -> None:
        self._making, self._tally = making, making.tally
        self._known: dict[str, Place] = {}
        self._lost: set[str] = set()
        self.seen = 0

    def service(self, raw: object, place: Place) -> Service | None:
        """The service of an item, unless it is wrong, or its id was here before."""
        self.seen += 1
        self._lost = set()
        read = self._row(TABLES["service"], raw, place)
        if read is None:
            return None
        values, inside = read
        first = self._known.setdefault(values["id"], place)
        if first is not place:
            self._tally.reject(
                place, "id", f"`{values['id']}` is also the id of {first}", "keep one of them, or give it another id"
            )
            return None
        organization = self._inside("organization", inside, place)
        lists = self._lists(TABLES["service"], inside, place)
        made: Service = self._making.made(
            TABLES["service"], **values, **lists, organization=organization, incomplete=tuple(sorted(self._lost))
        )
        return made

    def _row(self, table: Table, raw: object, place: Place) -> tuple[dict[str, Any], dict[str, Any]] | None:
        self._tally.rows += 1
        if not isinstance(raw, dict):
            self._tally.reject(place, "", f"is not an object of {table.name}", "write it in braces")
        elif _TWICE in raw:
            self._tally.reject(place, "", "has a key twice", "keep one of them")
        else:
            values = self._making.values(table, raw, place)
            if values is not None:
                return values, raw
        self._lost.add(table.name)
        return None

    def _inside(self, name: str, raw: Mapping[str, object], place: Place) -> Any:
        """The record of an object inside another one; None where there is none, or it was rejected."""
        if raw.get(name) is None:
            return None
        inner = Place(place.feed, place.file, 0, f"{place.path}.{name}".lstrip("."))
        return self._record(TABLES[name], raw[name], inner)

    def _lists(self, table: Table, raw: Mapping[str, object], place: Place) -> dict[str, tuple[Any, ...]]:
        found: dict[str, tuple[Any, ...]] = {}
        for key, name in table.lists.items():
            listed = raw.get(key)
            if not listed and isinstance(listed, list | None):
                continue
            inner = f"{place.path}.{key}".lstrip(".")
            if not isinstance(listed, list):
                self._tally.rows += 1
                self._tally.reject(
                    Place(place.feed, place.file, 0, inner), key, "is not a list", "write it in brackets"
                )
                self._lost.add(name)
                continue
            made = (
                self._record(TABLES[name], item, Place(place.feed, place.file, 0, f"{inner}[{index}]"))
                for index, item in enumerate(listed)
            )
            found[key] = tuple(each for each in made if each is not None)
        return found

    def _record(self, table: Table, raw: object, place: Place) -> Any:
        read = self._row(table, raw, place)
        if read is None:
            return None
        values, inside = read
        if table.name == "attribute":
            term = self._inside("taxonomy_term", inside, place)
            if term is not None:
                values |= {"taxonomy": term.taxonomy, "code": term.code, "name": term.name}
        if table.name == "service_at_location":
            values["location"] = self._inside("location", inside, place)
            if values["location"] is None:
                self._lost.add(table.name)
                self._tally.reject(place, "location", "is missing, or was rejected", "say where, or take the row out")
                return None
        return self._making.made(table, **values, **self._lists(table, inside, place))
