"""Nodes, edges that carry a reason, and the shortest escape path. Knows no database.

A node is text `kind:name` (`login:ice_ero_017`, `role:analysts`, `table:records.person`, `column:records.person.phone`,
`view:…`, `matview:…`, `function:…`, `public:`, `session:…`). Targets collect edges; this module only searches them.

Whose rights count changes on the way (a role is entered, a view runs as its owner), and some things are true of one
role alone. So the search walks *places*: a node, and the identity whose rights are checked there. An edge may ask to be
taken as one identity only, may change it, and may need other nodes to be reached as well (a grant on a table is of no
use without a way to name its schema).
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

ANYONE: Final = ""
"""The identity of a place where it no longer matters whose rights are checked."""

FILTERED: Final = "(filtered)"
"""The identity of a place where it no longer matters either, and where only some rows are seen."""

_EXPANSIONS: Final = 20_000  # partial paths looked at before `routes` is content with what it has


@dataclass(frozen=True, slots=True)
class Edge:
    """One step that yields access, read as a sentence: *source* can reach *target* because *reason*.

    `attempt` is the SQL that performs this step (SET ROLE …), if the step needs a statement of its own. `needs` are
    nodes that must be reached too, as the same identity or as ANYONE. `only_as` is the one identity that can take the
    step; `identity` the one whose rights count from here on (None: as before). A step that `widens` shows more rows of
    what was reached already; `chosen` is SQL that a superuser types first to try it, to choose a hidden row, say.
    """

    source: str
    target: str
    kind: str
    reason: str
    attempt: str | None = None
    needs: tuple[str, ...] = ()
    only_as: str | None = None
    identity: str | None = None
    widens: bool = False
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and the identity whose rights are checked there."""

    node: str
    identity: str = ANYONE

    def after(self, edge: Edge) -> "Place":
        """Where `edge` leads from here."""
        return Place(edge.target, self.identity if edge.identity is None else edge.identity)


Path = tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges by source."""

    outgoing: dict[str, tuple[Edge, ...]]
    _incoming: dict[str, list[Edge]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> "Graph":
        """A graph of these edges; order among a node's edges is kept, and among equals the first is preferred."""
        outgoing: dict[str, list[Edge]] = {}
        incoming: dict[str, list[Edge]] = {}
        for edge in edges:
            outgoing.setdefault(edge.source, []).append(edge)
            incoming.setdefault(edge.target, []).append(edge)
        return cls({source: tuple(out) for source, out in outgoing.items()}, incoming)

    def shortest(self, source: str, identity: str = ANYONE) -> dict[str, Path]:
        """The shortest path from `source` to every node that it reaches, itself with an empty path."""
        paths: dict[str, Path] = {}
        for place, path in self.search(Place(source, identity)).items():
            if place.node not in paths or len(path) < len(paths[place.node]):
                paths[place.node] = path
        return paths

    def search(self, start: Place) -> dict[Place, Path]:
        """Every place reached from `start`, nearest first, with a shortest path; what a step needs is reached too.

        A path is the chain of steps alone: how its needs were met is in the answer under the needed nodes.
        """
        paths: dict[Place, Path] = {start: ()}
        queue = deque([start])
        waiting: dict[str, list[tuple[Place, Edge]]] = {}
        while queue:
            place = queue.popleft()
            steps = [(place, edge) for edge in self.outgoing.get(place.node, ())]
            for origin, edge in (*steps, *waiting.pop(place.node, ())):
                if edge.only_as not in {None, origin.identity}:
                    continue
                unmet = _unmet(edge, origin.identity, paths)
                if unmet is not None:
                    waiting.setdefault(unmet, []).append((origin, edge))
                elif (reached := origin.after(edge)) not in paths:
                    paths[reached] = (*paths[origin], edge)
                    queue.append(reached)
        return paths

    def toward(self, targets: Iterable[str]) -> "Graph":
        """The edges that can take part in a path to one of `targets`, or in what such a path needs."""
        kept: dict[Edge, None] = {}
        seen = set(targets)
        stack = list(seen)
        while stack:
            for edge in self._incoming.get(stack.pop(), ()):
                kept[edge] = None
                fresh = {edge.source, *edge.needs} - seen
                seen |= fresh
                stack.extend(fresh)
        return Graph.of(edge for out in self.outgoing.values() for edge in out if edge in kept)

    def routes(
        self, start: Place, targets: Collection[str], limit: int, alike: Callable[[str], str] = lambda node: node
    ) -> tuple[Path, ...]:
        """Up to `limit` distinct paths from `start` that end where they first meet `targets`, shortest first.

        Past a target only steps that widen lead on. No path visits a place twice. Paths that differ only in nodes that
        `alike` maps to one text count as one.
        """
        reached = self.search(start)
        useful = self._useful(reached, targets)
        queue: deque[tuple[Place, Path, frozenset[Place]]] = deque([(start, (), frozenset({start}))])
        found: list[Path] = []
        seen: set[tuple[tuple[str, str, str], ...]] = set()
        for _ in range(_EXPANSIONS):
            if not queue or len(found) == limit:
                break
            place, path, visited = queue.popleft()
            ended = bool(path) and place.node in targets
            if ended:
                found.append(path)
            for edge, following in self._steps(place, reached):
                if ended and not edge.widens:
                    continue
                longer = (*path, edge)
                key = tuple((e.kind, e.reason, alike(e.target)) for e in longer)
                if following in useful and following not in visited and key not in seen:
                    seen.add(key)
                    queue.append((following, longer, visited | {following}))
        return tuple(found)

    def _steps(self, place: Place, reached: Mapping[Place, Path]) -> Iterator[tuple[Edge, Place]]:
        for edge in self.outgoing.get(place.node, ()):
            if edge.only_as in {None, place.identity} and _unmet(edge, place.identity, reached) is None:
                yield edge, place.after(edge)

    def _useful(self, reached: Mapping[Place, Path], targets: Collection[str]) -> set[Place]:
        """The reached places from which some target is reached."""
        before: dict[Place, list[Place]] = {}
        for place in reached:
            for _, following in self._steps(place, reached):
                before.setdefault(following, []).append(place)
        useful = {place for place in reached if place.node in targets}
        stack = list(useful)
        while stack:
            fresh = set(before.get(stack.pop(), ())) - useful
            useful |= fresh
            stack.extend(fresh)
        return useful


def _unmet(edge: Edge, identity: str, reached: Mapping[Place, Path]) -> str | None:
    """The first node that `edge` needs and that is not reached, if any."""
    for node in edge.needs:
        if Place(node, identity) not in reached and Place(node) not in reached:
            return node
    return None
