"""The pages of places and services in one language: the first one, lists by kind and area, a page for each service."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from markupsafe import Markup

from recuse.content.values import ORIGINAL
from recuse.directory.areas import Area
from recuse.directory.maps import map_of
from recuse.directory.reading import Directory
from recuse.directory.rows import rows_csv
from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.pages import Page, Section
from recuse.site.places.lines import PAGE, Group, Line, Part, by_kind, lines_of, parts
from recuse.site.places.maps import drawn, tile_files
from recuse.site.places.naming import INDEX, area_name, area_path, kind_name, kind_path, map_path, service_path
from recuse.site.places.saying import Saying
from recuse.site.places.service import Teller
from recuse.site.sources import Sources

CSV: Final = "data/services.csv"
Above = tuple[tuple[str, str], ...]


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    if sources.directory is None:
        yield Page(INDEX, "places/none.html", texts.say("Places and services"))
        return
    yield from _Places(sources.directory, texts).pages()


def _files(sources: Sources) -> Iterator[tuple[str, bytes]]:
    if sources.directory is not None:
        yield CSV, rows_csv(sources.directory.rows.values()).encode()
        yield from tile_files(sources.directory)


SECTION: Final = Section(
    "places", "Places and services", INDEX, _pages, _files,
    tile="Schools, courts, hospitals and others near you: hours, what to bring, whether somebody asked there lately.",
    there=lambda sources: sources.directory is not None, many=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Linked:
    """A list that a page leads to: its name, its path, how many services are in it, lists within it."""

    name: str
    path: str
    count: int
    within: tuple["_Linked", ...] = ()


@dataclass(frozen=True, slots=True)
class _List:
    """A list: of a kind, of an area, or of a kind in an area; its groups, the path of each page, lists within it."""

    kind: str
    area: str
    groups: Sequence[Group]
    path: Callable[[int], str]
    links: tuple[_Linked, ...] = ()
    map: str = ""

    @property
    def count(self) -> int:
        """How many services are in it."""
        return sum(len(each.lines) for each in self.groups)

    def page(self, part: Part, page_of: str, values: Mapping[str, object], above: Above) -> Page:
        """One of its pages. An area is a name in every language: it stands behind what the reader's says, or alone."""
        first = part.number == 1
        title = " – ".join(each for each in (self.kind, "" if first else page_of) if each)
        over: Above = () if first else ((self.kind or _named(self.area), self.path(1)),)
        return Page(
            self.path(part.number), "places/list.html", title or self.area, values, _list_data(part, self.count),
            (*above, *over), indexed=first, title_language=None if title else ORIGINAL, of=self.area if title else "",
        )  # fmt: skip


class _Places:
    """The section in one language."""

    def __init__(self, directory: Directory, texts: Texts) -> None:
        self._directory, self._texts = directory, texts
        self._saying = Saying(directory, texts)
        self._found = {each.entry.id: each for each in directory.surveyed}
        self._lines = lines_of(directory.surveyed, self._saying)
        self._title = texts.say("Places and services")
        kinds = (kind for each in directory.surveyed for kind in each.kinds)
        order = [*dict.fromkeys(each.id for each in directory.settings.kinds), "other"]
        self._kinds = {each: self._name(each) for each in sorted(dict.fromkeys(kinds), key=order.index)}
        self._areas = directory.areas

    def pages(self) -> Iterator[Page]:
        """Every page."""
        yield self._first()
        above: Above = ((self._title, INDEX),)
        for kind, name in self._kinds.items():
            lines = tuple(line for line in self._lines if kind in line.kinds)
            yield from self._list(_List(name, "", (Group("", lines),), partial(kind_path, kind)), above)
        for area in self._areas:
            yield from self._area(area, above)
        teller = Teller(self._saying)
        for line in self._lines:
            shown = teller.shown(line, self._found[line.id])
            kind = line.kinds[0]
            yield Page(
                service_path(line.id), "places/service.html", line.name.text, {"service": shown},
                {"service": self._directory.rows[line.id]}, (*above, (self._kinds[kind], kind_path(kind))),
                words=" · ".join(filter(None, (line.kind, line.where, shown.languages))),
                title_language=line.name.language, of=line.organization,
            )  # fmt: skip

    def _name(self, kind: str) -> str:
        return kind_name(kind, self._directory.settings, self._texts)

    def _first(self) -> Page:
        directory = self._directory
        kinds = [_Linked(name, kind_path(kind), self._count(kind)) for kind, name in self._kinds.items()]
        standing = Counter(each.standing.assurance for each in directory.surveyed)
        feeds = [*zip((each.title for each in directory.settings.feeds), directory.feeds, strict=True)]
        counts = {each: standing[each] for each in ("assured", "stale", "never_assured")}
        counts |= {"merged": len(directory.merges)}
        values = {
            **counts, "kinds": kinds, "areas": self._area_links(), "feeds": feeds, "count": len(directory.surveyed),
            "maps": directory.settings.map is not None,
            "today": directory.today, "days": directory.settings.stale_after_days, "csv": CSV,
        }  # fmt: skip
        data: dict[str, JSON] = {
            **counts, "services": len(directory.surveyed), "kinds": {each: self._count(each) for each in self._kinds},
            "feeds": [
                {"feed": each.feed, "title": title, "rows": each.rows, "kept": each.kept, "rejected": each.rejected,
                 "left_out": each.left_out, "services": each.services}
                for title, each in feeds
            ],
            "areas": [
                {"area": list(each.path), "here": len(each.here), "offered": len(each.offered)} for each in self._areas
            ],
        }  # fmt: skip
        return Page(INDEX, "places/index.html", self._title, values, data)

    def _count(self, kind: str) -> int:
        return sum(kind in each.kinds for each in self._directory.surveyed)

    def _area_links(self) -> list[_Linked]:
        """Areas with those that lie in them: a city and its neighbourhoods."""

        def linked(area: Area, name: str) -> _Linked:
            within = (each for each in self._areas if len(each.path) > len(area.path) and each.path[:-1] == area.path)
            count = len({*area.here, *area.offered})
            return _Linked(name, area_path(area.path), count, tuple(linked(each, each.path[-1]) for each in within))

        return [linked(each, area_name(each.path)) for each in self._areas if len(each.path) < 3]

    def _area(self, area: Area, above: Above) -> Iterator[Page]:
        name, here = area_name(area.path), {*area.here}
        offered = {*area.offered} - here
        lines = tuple(line for line in self._lines if line.id in here)
        others = tuple(line for line in self._lines if line.id in offered)
        large = len(lines) > PAGE
        own = (Group("", lines),) if large else by_kind(lines, self._kinds)
        groups = (*own, Group(self._texts.say("Offered here, with an address elsewhere"), others))
        kinds = {kind: tuple(each for each in lines if kind in each.kinds) for kind in self._kinds} if large else {}
        links = tuple(
            _Linked(self._kinds[kind], area_path(area.path, kind), len(each)) for kind, each in kinds.items() if each
        )
        within: Above = (*above, (_named(name), area_path(area.path)))
        map_ = [*self._map(area, lines, within)]
        path = map_[0].path if map_ else ""
        yield from self._list(_List("", name, groups, partial(area_path, area.path, None), links, path), above)
        yield from map_
        for kind, each in kinds.items():
            if each:
                found = _List(self._kinds[kind], name, (Group("", each),), partial(area_path, area.path, kind))
                yield from self._list(found, within)

    def _map(self, area: Area, lines: Sequence[Line], above: Above) -> Iterator[Page]:
        """The page of the map of an area, where there is one."""
        order = [self._found[line.id].entry for line in lines]
        found = map_of(area, order, self._directory.settings)
        if found is not None:
            drawing = drawn(found, {line.id: line for line in lines})
            values = {"drawing": drawing, "maps": self._directory.settings.map}
            yield Page(
                map_path(area.path), "places/map.html", self._texts.say("Map"), values, drawing.data, above,
                indexed=False, of=area_name(area.path),
            )  # fmt: skip

    def _list(self, found: _List, above: Above) -> Iterator[Page]:
        every = tuple(parts([each for each in found.groups if each.lines]))
        numbers = [(part.number, found.path(part.number)) for part in every]
        for part in every:
            page_of = self._page_of(part)
            values = {
                "part": part, "page_of": page_of, "count": found.count, "links": found.links,
                "map": found.map,
                "numbers": numbers if len(every) > 1 else [], "machine": any(line.machine for line in part.lines),
            }  # fmt: skip
            yield found.page(part, page_of, values, above)

    def _page_of(self, part: Part) -> str:
        number, of = self._texts.forms.number(part.number), self._texts.forms.number(part.of)
        return self._texts.say("page %(number)s of %(of)s", number=number, of=of)


def _named(area: str) -> Markup:
    return Markup('<bdi lang="en">{}</bdi>').format(area)


def _list_data(part: Part, count: int) -> dict[str, JSON]:
    def line(each: Line) -> JSON:
        return {"id": each.id, "name": each.name.text, "page": service_path(each.id)}

    return {"services": [line(each) for each in part.lines], "count": count, "number": part.number, "of": part.of}
