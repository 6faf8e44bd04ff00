"""Who reaches what by an export: the engine's steps, searched for every login at once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.paths import ANYONE, Edge, Graph, Path, Place, Reached, Search
from recuse.targets.listing import nodes
from recuse.targets.listing.engines import engine_of
from recuse.targets.listing.nodes import Verb
from recuse.targets.listing.records import Listing, Name
from recuse.targets.listing.steps import Line, edges_of

PATHS: Final = 10
"""How many paths an answer shows at most."""

Rows = str
"""all, some or none: without evaluating what hides rows, rows under it count as some."""


@dataclass(frozen=True, slots=True)
class Access:
    """The graph of an export, and what its logins reach."""

    listing: Listing
    logins: tuple[str, ...]
    edges: tuple[Edge, ...]
    lines: Mapping[Edge, Line]
    search: Search
    _toward: dict[frozenset[str], Graph] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, listing: Listing) -> "Access":
        """Search an export. Raises InputError where no installed engine knows it."""
        steps = list(engine_of(listing).steps(listing))
        edges = edges_of(steps)
        logins = tuple(sorted(each.name for each in listing.principals if each.kind == "login"))
        search = Graph.of(edges).search_all([Place(nodes.login(name), name) for name in logins])
        lines: dict[Edge, Line] = {}
        for step in steps:
            if step.line is not None:
                lines.setdefault(step.edge, step.line)
        return cls(listing, logins, tuple(edges), lines, search)

    def reached(self, login: str) -> Reached:
        """What a login reaches."""
        return self.search.reached(self.logins.index(login))

    def reaches(self, login: str, targets: Collection[str]) -> bool:
        """Whether a login reaches one of these nodes."""
        bit = 1 << self.logins.index(login)
        return any(who & bit for node in targets for who in self.search.who(node).values())

    def paths(self, login: str, targets: Collection[str]) -> tuple[Path, ...]:
        """The ways of a login to any of these nodes, shortest first."""
        if not self.reaches(login, targets):
            return ()
        wanted = frozenset(targets)
        graph = self._toward.get(wanted) or Graph.of(self.edges).toward(wanted)
        self._toward[wanted] = graph
        start = Place(nodes.login(login), login)
        return graph.routes(graph.search(start), targets, PATHS)

    def rows(self, login: str, name: Name, targets: Collection[str]) -> Rows:
        """Which rows of a relation a login reaches; a filter that it cannot switch off leaves some."""
        reached = self.reached(login)
        places = [place for node in targets for place in reached.at(node)]
        if not places:
            return "none"
        if self.listing.relations[name].filtered and all(place.identity != ANYONE for place in places):
            return "some"
        return "all"

    def columns(self, login: str, name: Name, verb: Verb) -> frozenset[str]:
        """The columns of a relation that a login reaches by a verb; deleting reaches all or none."""
        every = self.listing.columns_of.get(name, ())
        if self.reaches(login, [nodes.relation(self.listing, name, verb)]):
            return frozenset(every)
        return frozenset(at for at in every if verb != "delete" and self.reaches(login, [nodes.column(name, at, verb)]))

    def readers(self) -> Iterator[tuple[Name, int]]:
        """Each table with the number of logins that read anything of it."""
        for name, each in self.listing.relations.items():
            if each.kind in ("table", "materialized view"):
                who = 0
                for node in nodes.targets(self.listing, name, "read"):
                    for some in self.search.who(node).values():
                        who |= some
                yield name, who.bit_count()
