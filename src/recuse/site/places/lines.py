"""One line for each service, and lists of them: in alphabetical order, some on a page, under headings or none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recuse.directory.survey import Surveyed
from recuse.directory.texts import Text
from recuse.directory.words import visited
from recuse.languages import Texts
from recuse.site.alphabet import order
from recuse.site.places.naming import file_name, kind_name
from recuse.site.places.saying import Said, Saying

PAGE: Final = 100
"""Services on one page of a list."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a list says of a service. `id_free` is whether its record says that no identification is needed."""

    id: str
    file: str
    name: Said
    organization: str
    kinds: tuple[str, ...]
    kind: str
    where: str
    id_free: bool
    contradicted: bool
    closed: bool
    alert: Said | None
    standing: str
    assured: bool
    machine: bool

    @property
    def title(self) -> str:
        """The name with that of its organization: many services have the same one."""
        return f"{self.name.text} – {self.organization}" if self.organization else self.name.text


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading, or under none."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a list: its number from 1, its groups, and the number of pages."""

    number: int
    groups: tuple[Group, ...]
    of: int

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of its lines."""
        return tuple(line for group in self.groups for line in group.lines)


def lines_of(surveyed: Iterable[Surveyed], saying: Saying) -> tuple[Line, ...]:
    """The lines of services in a language, in the order of its alphabet."""
    texts, settings = saying.texts, saying.directory.settings
    named = {
        kind: kind_name(kind, settings, texts)
        for kind in dict.fromkeys(kind for each in saying.directory.surveyed for kind in each.kinds)
    }
    key = order(texts.language.code)
    found = (_line(each, saying, named) for each in surveyed)
    return tuple(sorted(found, key=lambda line: (key(line.title), line.id)))


def _line(found: Surveyed, saying: Saying, named: dict[str, str]) -> Line:
    service = found.entry.service
    name, alert = saying.text(Text("service", service.id, "name", service.name)), saying.of("service", service, "alert")
    cities = dict.fromkeys(", ".join(filter(None, (each.region, each.city))) for each in visited(service))
    return Line(
        id=found.entry.id, file=file_name(found.entry.id) + ".html", name=name,
        organization=service.organization.name if service.organization else "", kinds=found.kinds,
        kind=saying.texts.forms.listed([named[each] for each in found.kinds], "unit"), where=" · ".join(cities),
        id_free=found.no_id == "said", contradicted=found.no_id == "contradicted",
        closed=service.status == "temporarily closed", alert=alert, standing=standing_text(found, saying.texts),
        assured=found.standing.assurance == "assured",
        machine=any(each is not None and each.machine for each in (name, alert)),
    )  # fmt: skip


def standing_text(found: Surveyed, texts: Texts) -> str:
    """Whether somebody asked there lately. It says days and no ages: a page is also read long after it was made."""
    if found.standing.on is None:
        return texts.say("Never confirmed")
    day = texts.forms.day(found.standing.on)
    if found.standing.assurance == "stale":
        return texts.say("Not confirmed since: %(day)s", day=day)
    return texts.say("Confirmed on: %(day)s", day=day)


def parts(groups: Sequence[Group]) -> Iterator[Part]:
    """The pages of a list, each with at most `PAGE` services; a heading stands again where its group goes on."""
    every = [(group.heading, line) for group in groups for line in group.lines]
    of = max(1, -(-len(every) // PAGE))
    for number in range(1, of + 1):
        here = every[(number - 1) * PAGE : number * PAGE]
        headings = dict.fromkeys(heading for heading, _ in here)
        yield Part(
            number, tuple(Group(each, tuple(line for at, line in here if at == each)) for each in headings), of
        )  # fmt: skip


def by_kind(lines: Iterable[Line], kinds: Mapping[str, str]) -> tuple[Group, ...]:
    """Lines under the names of their kinds, both in their order; what is of two kinds stands under the first."""
    found: dict[str, list[Line]] = {kind: [] for kind in kinds}
    for line in lines:
        found[line.kinds[0]].append(line)
    return tuple(Group(name, tuple(found[kind])) for kind, name in kinds.items() if found[kind])
