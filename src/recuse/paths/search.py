"""What many starts reach, searched at once: a set of starts is an integer, and start number n is its bit n.

Accounts of one database mostly reach the same places in the same ways. So a step is walked once for all who take it at
the same time. For each start the answer is the one that a search from it alone would give: no bit depends on another.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from recuse.paths.places import ANYONE, Edge, Path, Place

_NOBODY: Final[Mapping[str, int]] = {}
_Step = tuple[int, str, int]  # an edge by its number, as whom it is taken, and for whom
_Arrival = tuple[int, int, str]  # for whom, by which edge, taken as whom


@dataclass(frozen=True, slots=True)
class Search:
    """What each of several starts reaches.

    `held` says who reaches a node, by the identity with which they do; `came` are the steps by which each place was
    first reached. What lies *behind* was not walked: nothing needs it, and only more of the kind is reached from it, as
    with most tables, views and columns. Who reaches that follows from its incoming edges, and where paths end it is not
    even kept, but worked out when asked for; so are the steps to it.
    """

    edges: Sequence[Edge]
    starts: Sequence[Place]
    held: Mapping[str, Mapping[str, int]]
    came: dict[tuple[str, str], list[_Arrival]]
    behind: Mapping[str, Sequence[int]]

    def nodes(self) -> Collection[str]:
        """Every node that some start may reach."""
        return self.held.keys() | self.behind.keys()

    def who(self, node: str) -> Mapping[str, int]:
        """The starts that reach a node, by the identity with which they do."""
        known = self.held.get(node)
        return self.arriving(self.behind.get(node, ())) if known is None else known

    def arriving(self, numbers: Iterable[int]) -> Mapping[str, int]:
        """The starts that come by any of these edges, by the identity with which they arrive."""
        parts = [part for number in numbers if (part := self._through(self.edges[number]))]
        if len(parts) == 1:
            return parts[0]
        who: dict[str, int] = {}
        for part in parts:
            for identity, some in part.items():
                who[identity] = who.get(identity, 0) | some
        return who

    def reached(self, start: int) -> "Reached":
        """What the start of this number reaches."""
        return Reached(self, start)

    def last_steps(self, place: tuple[str, str]) -> Sequence[_Arrival]:
        """The last steps of the ways to a place, for whoever takes them."""
        known = self.came.get(place)
        if known is None:
            node, there = place
            known = []
            for number in self.behind.get(node, ()):
                edge = self.edges[number]
                source = self.held.get(edge.source, _NOBODY)
                taking = source if edge.identity == there else {there: source.get(there, 0)}
                for identity in taking if edge.identity in {None, there} else ():
                    able = self._able(edge, identity, taking[identity])
                    if able:
                        known.append((able, number, identity))
            self.came[place] = known
        return known

    def _through(self, edge: Edge) -> Mapping[str, int]:
        """Who comes by an edge, by the identity with which they arrive."""
        source = self.held[edge.source]
        if edge.only_as is None and edge.identity is None and not edge.needs:
            return source
        through: dict[str, int] = {}
        for identity, who in source.items():
            able = self._able(edge, identity, who)
            if able:
                there = identity if edge.identity is None else edge.identity
                through[there] = through.get(there, 0) | able
        return through

    def _able(self, edge: Edge, identity: str, who: int) -> int:
        """Those of some starts that can take an edge as this identity."""
        if edge.only_as is not None and edge.only_as != identity:
            return 0
        for need in edge.needs:
            holders = self.held.get(need, _NOBODY)
            who &= holders.get(identity, 0) | holders.get(ANYONE, 0)
        return who


@dataclass(frozen=True, slots=True)
class Reached(Mapping[Place, Path]):
    """What one start reaches, with a shortest path each, which is put together when it is asked for.

    A path is the chain of steps alone: how its needs were met is in the answer under the needed nodes. Among equally
    long paths the one is taken whose steps stand first in the graph.
    """

    search: Search
    start: int
    _ways: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict, repr=False)

    def __getitem__(self, place: Place) -> Path:
        """The path to a place; the start's own is empty. KeyError where it is not reached."""
        if place not in self:
            raise KeyError(place)
        return tuple(self.search.edges[number] for number in self.way(place))

    def shortest(self, node: str) -> Path:
        """The shortest path to a node, as whichever identity it is reached. KeyError where it is not."""
        places = self.at(node)
        if not places:
            raise KeyError(node)
        way = min((self.way(place) for place in places), key=lambda way: (len(way), way))
        return tuple(self.search.edges[number] for number in way)

    def at(self, node: str) -> list[Place]:
        """The places of a node that are reached."""
        return [Place(node, identity) for identity, who in self.search.who(node).items() if who >> self.start & 1]

    def way(self, place: tuple[str, str]) -> tuple[int, ...]:
        """The path to a reached place as numbers of edges: found from its end, since chains may be long."""
        ways = self._ways
        if place in ways:
            return ways[place]
        stack = [place]
        while stack:
            at = stack[-1]
            missing = []
            best: tuple[int, ...] = ()
            for who, number, identity in self.search.last_steps(at):
                if who >> self.start & 1:
                    before = (self.search.edges[number].source, identity)
                    way = ways.get(before)
                    if way is None:
                        missing.append(before)
                    elif not best or (len(way) + 1, (*way, number)) < (len(best), best):
                        best = (*way, number)
            if missing:
                stack += missing
            else:
                ways[at] = best
                stack.pop()
        return ways[place]

    def __contains__(self, place: object) -> bool:
        """Whether the place is reached."""
        return isinstance(place, Place) and bool(self.search.who(place.node).get(place.identity, 0) >> self.start & 1)

    def __iter__(self) -> Iterator[Place]:
        """Every place reached, in no order that means anything."""
        for node in self.search.nodes():
            yield from self.at(node)

    def __len__(self) -> int:
        """How many places are reached, the start itself among them."""
        return sum(1 for _ in self)


@dataclass(slots=True)
class Walk:
    """A search under way: all who came to a place in the last wave go on together.

    What others need comes first in a wave, so that little has to wait for it.
    """

    edges: Sequence[Edge]
    starts: Sequence[Place]
    _held: dict[str, dict[str, int]] = field(default_factory=dict)
    _came: dict[tuple[str, str], list[_Arrival]] = field(default_factory=dict)
    _waiting: dict[str, list[_Step]] = field(default_factory=dict)

    def search(self) -> Search:
        """Walks until nothing new is reached."""
        needed = {node for edge in self.edges for node in edge.needs}
        behind = self._behind(needed)
        early: dict[str, list[int]] = {}
        late: dict[str, list[int]] = {}
        for number, edge in enumerate(self.edges):
            if edge.target not in behind:
                (early if edge.target in needed else late).setdefault(edge.source, []).append(number)
        fresh: dict[Place, int] = {}
        for number, start in enumerate(self.starts):
            fresh[start] = fresh.get(start, 0) | 1 << number
        woken = self._hold(fresh)
        while fresh or woken:
            came: dict[Place, int] = {}
            for outgoing in (early, late):
                new = self._take(chain(_steps(outgoing, fresh), woken))
                woken = self._hold(new)
                for place, who in new.items():
                    came[place] = came.get(place, 0) | who
            fresh = came
        held: dict[str, Mapping[str, int]] = dict(self._held)
        search = Search(self.edges, self.starts, held, self._came, behind)
        leading_on = {edge.source for edge in self.edges}
        for node, numbers in behind.items():
            behind[node] = [number for number in numbers if self.edges[number].source in held]
            if node in leading_on and (reaching := search.arriving(behind[node])):
                held[node] = reaching
        return search

    def _behind(self, needed: Collection[str]) -> dict[str, list[int]]:
        """The nodes that are not walked, each before what it leads to, with the numbers of their incoming edges."""
        incoming: dict[str, list[int]] = {}
        leading_on: Counter[str] = Counter()
        for number, edge in enumerate(self.edges):
            incoming.setdefault(edge.target, []).append(number)
            leading_on[edge.source] += 1
        walked = {*needed, *(start.node for start in self.starts)}
        behind = [node for node in incoming if node not in walked and not leading_on[node]]
        for node in behind:  # the list grows while it is read
            for number in incoming.get(node, ()):
                source = self.edges[number].source
                leading_on[source] -= 1
                if not leading_on[source] and source not in walked:
                    behind.append(source)
        return {node: incoming.get(node, []) for node in reversed(behind)}

    def _take(self, steps: Iterable[_Step]) -> dict[Place, int]:
        """Who comes to a place that they did not hold before; the steps whose needs are not met wait."""
        new: dict[Place, int] = {}
        for number, identity, taking in steps:
            edge, who = self.edges[number], taking
            if edge.only_as is not None and edge.only_as != identity:
                continue
            for need in edge.needs:
                holders = self._held.get(need, _NOBODY)
                lacking = who & ~(holders.get(identity, 0) | holders.get(ANYONE, 0))
                if lacking:
                    self._waiting.setdefault(need, []).append((number, identity, lacking))
                    who &= ~lacking
            there = Place(edge.target, identity if edge.identity is None else edge.identity)
            who &= ~self._held.get(there.node, _NOBODY).get(there.identity, 0)
            if who:
                new[there] = new.get(there, 0) | who
                self._came.setdefault(there, []).append((who, number, identity))
        return new

    def _hold(self, new: Mapping[Place, int]) -> list[_Step]:
        """Notes who holds what, and gives the steps that waited for it."""
        woken: list[_Step] = []
        for (node, identity), who in new.items():
            there = self._held.setdefault(node, {})
            there[identity] = there.get(identity, 0) | who
            steps = self._waiting.get(node)
            if steps:
                woken += [(number, taken, ready) for number, taken, late in steps if (ready := late & who)]
                self._waiting[node] = [(number, taken, rest) for number, taken, late in steps if (rest := late & ~who)]
        return woken


def _steps(outgoing: Mapping[str, Sequence[int]], fresh: Mapping[Place, int]) -> Iterator[_Step]:
    for (node, identity), who in fresh.items():
        for number in outgoing.get(node, ()):
            yield number, identity, who
