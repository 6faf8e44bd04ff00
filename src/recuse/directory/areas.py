"""Where services are, and where they are offered: by the words of their records alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from recuse.directory.records import Address, Entry
from recuse.directory.settings import Settings
from recuse.directory.words import normal, visited


@dataclass(frozen=True, slots=True)
class Area:
    """An area, by state or province, then city, then neighbourhood: ids of the services `here`, and of those `offered`.

    A name that a service area gives, and no address has, stands alone: what it lies in is not known.
    """

    path: tuple[str, ...]
    here: tuple[str, ...]
    offered: tuple[str, ...]


def areas(entries: Iterable[Entry], settings: Settings) -> tuple[Area, ...]:
    """Every area of the entries, sorted; a service is in a neighbourhood and in the city around it.

    Names that differ in case and punctuation alone are one, as the earliest entry writes it, or the settings.
    """
    here: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    offered: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    every, states, names = tuple(entries), dict[str, str](), dict(settings.areas)
    for entry in every:
        for address in visited(entry.service):
            path: tuple[str, ...] = (_named(address.state_province, states), _named(address.city, names))
            here[path][entry.id] = None
            if address.region:
                here[(*path, _named(address.region, names))][entry.id] = None
    paths = _paths(here)
    for entry in every:
        for area in entry.service.service_areas:
            if area.name:
                name = _named(area.name, names)
                for path in paths.get(normal(name), [(name,)]):
                    offered[path][entry.id] = None
    return tuple(
        Area(path, tuple(here.get(path, ())), tuple(offered.get(path, ()))) for path in sorted({*here, *offered})
    )


def lies_in(address: Address, path: tuple[str, ...], settings: Settings) -> bool:
    """Whether an address is in an area that `areas` gave of such addresses."""
    known = [normal(settings.areas.get(normal(each), each)) for each in (address.city, address.region or "")]
    return [normal(each) for each in path] == [normal(address.state_province), *known][: len(path)]


def _named(name: str, known: dict[str, str]) -> str:
    """A name as it is known in normal form; from now on it is."""
    return known.setdefault(normal(name), name)


def _paths(here: Iterable[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    """Areas by the name of their last part; a name that is of two areas means neither, and stands alone."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for path in here:
        found[normal(path[-1])].append(path)
    return {name: paths for name, paths in found.items() if len(paths) == 1}
