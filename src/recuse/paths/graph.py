"""The graph of edges: who reaches what, which part of it leads to given nodes, and every route to them."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from recuse.paths.places import ANYONE, Edge, Path, Place
from recuse.paths.search import Reached, Search, Walk

_EXPANSIONS: Final = 20_000  # partial paths looked at before `routes` is content with what it has


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges by source, and by target."""

    outgoing: Mapping[str, Sequence[Edge]]
    incoming: Mapping[str, Sequence[Edge]] = field(repr=False)

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> "Graph":
        """A graph of these edges; order among a node's edges is kept, and among equals the first is preferred."""
        outgoing: dict[str, list[Edge]] = {}
        incoming: dict[str, list[Edge]] = {}
        for edge in edges:
            outgoing.setdefault(edge.source, []).append(edge)
            incoming.setdefault(edge.target, []).append(edge)
        return cls(outgoing, incoming)

    def shortest(self, source: str, identity: str = ANYONE) -> dict[str, Path]:
        """The shortest path from `source` to every node that it reaches, itself with an empty path."""
        reached = self.search(Place(source, identity))
        return {place.node: reached.shortest(place.node) for place in reached}

    def search(self, start: Place) -> Reached:
        """Every place reached from `start`; what a step needs is reached too."""
        return self.search_all([start]).reached(0)

    def search_all(self, starts: Sequence[Place]) -> Search:
        """The search from every start at once. For each it is the search from it alone: no bit depends on another."""
        return Walk([edge for out in self.outgoing.values() for edge in out], starts).search()

    def toward(self, targets: Iterable[str]) -> "Graph":
        """The edges that can take part in a path to one of `targets`, or in what such a path needs."""
        kept: dict[Edge, None] = {}
        seen = set(targets)
        stack = list(seen)
        while stack:
            for edge in self.incoming.get(stack.pop(), ()):
                kept[edge] = None
                fresh = {edge.source, *edge.needs} - seen
                seen |= fresh
                stack.extend(fresh)
        return Graph.of(edge for out in self.outgoing.values() for edge in out if edge in kept)

    def routes(
        self, reached: Reached, targets: Collection[str], limit: int, alike: Callable[[str], str] = lambda node: node
    ) -> tuple[Path, ...]:
        """Up to `limit` distinct paths that end where they first meet `targets`, shortest first.

        `reached` is what the search of this graph from their start found.

        Past a target only steps that widen lead on. No path visits a place twice. Paths that differ only in nodes that
        `alike` maps to one text count as one.
        """
        start = reached.search.starts[reached.start]
        useful = self._useful(reached, targets)
        queue: deque[tuple[Place, Path, int, frozenset[Place]]] = deque([(start, (), 0, frozenset({start}))])
        found: list[Path] = []
        seen: dict[tuple[int, str, str, str], int] = {}  # the number of each path, by that of the path it prolongs
        for _ in range(_EXPANSIONS):
            if not queue or len(found) == limit:
                break
            place, path, number, visited = queue.popleft()
            ended = bool(path) and place.node in targets
            if ended:
                found.append(path)
            nearest: dict[tuple[int, str, str, str], tuple[Edge, Place]] = {}
            for edge, following in self._steps(place, reached):
                if ended and not edge.widens:
                    continue
                if following not in useful or following in visited:
                    continue
                key = (number, edge.kind, edge.reason, alike(edge.target))
                if key not in nearest or useful[following] < useful[nearest[key][1]]:
                    nearest[key] = edge, following
            for key, (edge, following) in nearest.items():
                if key not in seen:
                    seen[key] = len(seen) + 1
                    queue.append((following, (*path, edge), seen[key], visited | {following}))
        return tuple(found)

    def _steps(self, place: Place, reached: Mapping[Place, Path]) -> Iterator[tuple[Edge, Place]]:
        for edge in self.outgoing.get(place.node, ()):
            if edge.only_as in {None, place.identity} and _unmet(edge, place.identity, reached) is None:
                yield edge, place.after(edge)

    def _useful(self, reached: Mapping[Place, Path], targets: Collection[str]) -> Mapping[Place, int]:
        """The reached places from which some target is reached, each with the number of steps that takes at least."""
        before: dict[Place, list[Place]] = {}
        for place in reached:
            for _, following in self._steps(place, reached):
                before.setdefault(following, []).append(place)
        useful = dict.fromkeys((place for place in reached if place.node in targets), 0)
        queue = deque(useful)
        while queue:
            place = queue.popleft()
            for fresh in before.get(place, ()):
                if fresh not in useful:
                    useful[fresh] = useful[place] + 1
                    queue.append(fresh)
        return useful


def _unmet(edge: Edge, identity: str, reached: Mapping[Place, Path]) -> str | None:
    """The first node that `edge` needs and that is not reached, if any."""
    for node in edge.needs:
        if Place(node, identity) not in reached and Place(node) not in reached:
            return node
    return None
