"""Who may see what, by the policy in force: category by agencies that may see the same, and a page for each agency.

It is what the rules allow, and no word on whether a system keeps to them: that is said elsewhere, from the record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.openness import Cell, Way, cell, ways
from recuse.site.pages import Page, Section
from recuse.site.saying import Sayer
from recuse.site.sources import Sources

PATH = "access/index.html"


@dataclass(frozen=True, slots=True)
class Row:
    """One agency (id) with what it may see of each category, in their order."""

    agency: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Agencies (ids) that may see the same, in the order of the repository."""

    agencies: tuple[str, ...]
    cells: tuple[Cell, ...]


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    sayer = Sayer(texts, sources.names)
    categories = held(sources)
    rows = tuple(
        Row(agency, tuple(cell(sources.openings(), agency, each) for each in categories))
        for agency in sources.repository.agencies
    )
    title = texts.say("Who may see what")
    groups = grouped(rows)
    bases = tuple(dict.fromkeys(each for group in groups for found in group.cells for each in found.only))
    values = {"groups": groups, "bases": bases, "categories": categories, "sayer": sayer}
    yield Page(PATH, "access/index.html", title, values, {"agencies": [_row(row, categories) for row in rows]})
    for row in rows:
        found = ways(sources.openings(), row.agency, categories)
        name = sayer.name("agency", row.agency)
        data: dict[str, JSON] = {**_row(row, categories), "ways": [_way(each) for each in found]}
        shown = {"row": row, "categories": categories, "ways": found, "sayer": sayer}
        yield Page(f"access/{row.agency}.html", "access/agency.html", name, shown, data, ((title, PATH),))


def grouped(rows: Iterable[Row]) -> tuple[Group, ...]:
    """Rows that are alike as one, in the order in which the first of each comes."""
    found: dict[tuple[Cell, ...], list[str]] = {}
    for row in rows:
        found.setdefault(row.cells, []).append(row.agency)
    return tuple(Group(tuple(agencies), cells) for cells, agencies in found.items())


def held(sources: Sources) -> tuple[str, ...]:
    """The categories (ids) that some system holds, in the order of the repository."""
    found = {each for system in sources.repository.systems.values() for t in system.tables for each in t.categories}
    return tuple(each for each in sources.repository.categories if each in found)


def _row(row: Row, categories: tuple[str, ...]) -> dict[str, JSON]:
    cells = {
        category: {"may": found.word, "only_with": list(found.only)}
        for category, found in zip(categories, row.cells, strict=True)
    }
    return {"agency": row.agency, "categories": cells}


def _way(way: Way) -> JSON:
    return {"category": way.category, "purpose": way.purpose, "authorities": list(way.authorities), "some": way.some}


SECTION = Section(
    "access", "Who may see what", PATH, _pages,
    tile="A table of agencies and kinds of data: yes, some, only with a legal basis, or no.",
)  # fmt: skip
