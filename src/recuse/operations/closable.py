"""Which step of a path a plan could take away, and who goes by it: the one is taken by which others lose least.

Never one that a directive opens, nor what an account holds that no policy binds (an administrator, a backup's login).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from recuse.enforcement.closing import Attribute, Ended, lent_on
from recuse.enforcement.facts import Fact, Firing, Grant, Membership, Owner
from recuse.enforcement.names import PREFIX
from recuse.paths import ANYONE, Edge, Graph, Path, Place, Reached, Search
from recuse.targets.records import Collected

Raw = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The step of a path that would be taken away: what ends it, in both forms; who else goes this way; of how many."""

    raw: Raw
    ended: Ended
    edge: Edge
    path: Path
    account: str
    others: tuple[str, ...]
    of: int

    @property
    def why(self) -> str:
        """Why this step and no other, as a sentence."""
        lose = f"{len(self.others)} other account{'s' * (len(self.others) != 1)}" if self.others else "no other account"
        chosen = "the only step that a plan can take away" if self.of == 1 else f"chosen of {self.of} steps"
        return f"{chosen}: {lose} lose{'s' * (len(self.others) < 2)} by it"

    @property
    def passed(self) -> frozenset[str]:
        """The relations and functions that lie behind the step, by name: what a log may know as used through it."""
        seen = False
        names: set[str] = set()
        for edge in self.path:
            seen = seen or edge is self.edge
            if seen or self.edge not in self.path:
                names |= {_object(node) for node in (edge.source, edge.target)}
        return frozenset(name for name in names if name)


@dataclass(slots=True)
class Closable:
    """The steps of one graph that a plan could take away. `accounts` are the ids of the search's starts, in order."""

    graph: Graph
    search: Search
    collected: Collected
    accounts: Sequence[str]
    wanted: frozenset[Fact]
    found: frozenset[Fact]
    spared: frozenset[str]
    _by_raw: dict[Raw, list[Edge]] = field(init=False)
    _others: dict[Raw, int] = field(default_factory=dict)
    _allowed: dict[Raw, Ended | None] = field(default_factory=dict)
    _owned: frozenset[tuple[bool, tuple[str, ...]]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the steps by what ends them."""
        self._by_raw = {}
        for out in self.graph.outgoing.values():
            for edge in out:
                if edge.ends:
                    self._by_raw.setdefault(edge.ends, []).append(edge)
        owners = (fact.of for fact in self.found if isinstance(fact, Owner))
        self._owned = frozenset((of.kind == "function", of.name) for of in owners)

    def choose(self, code: str, path: Path, reached: Reached) -> Choice | None:
        """The step to take away: by which fewest others lose; no trigger if anything else will do; the telling one."""
        steps = {edge.ends: edge for edge in self._steps(path, reached) if self.ended(edge.ends) is not None}
        mine = 1 << reached.start

        def cost(raw: Raw) -> tuple[int, bool, bool]:
            others = (self._who(raw) & ~mine).bit_count()
            return others, raw[0] == "firing", self.collected.told((steps[raw],)).code != code

        if not steps:
            return None
        best = min(steps, key=cost)  # among equals the first on the way
        ended = self.ended(best)
        others = tuple(self.accounts[n] for n in _bits(self._who(best) & ~mine))
        return (
            None
            if ended is None
            else Choice(best, ended, steps[best], path, self.accounts[reached.start], others, len(steps))
        )

    def ended(self, raw: Raw) -> Ended | None:
        """What ends a step, if a plan may unmake it."""
        if raw not in self._allowed:
            ended = self.collected.ended(raw) if raw else None
            self._allowed[raw] = ended if ended is not None and self._may(ended) else None
        return self._allowed[raw]

    def _may(self, ended: Ended) -> bool:
        if any(fact in self.wanted for fact in lent_on(ended, self.found)):
            return False
        match ended:
            case Attribute(role=role):
                return role not in self.spared and not role.startswith(PREFIX)
            case Membership(role=role, member=member):
                return ended not in self.wanted and member not in self.spared and not role.startswith(PREFIX)
            case Grant(on=on, grantee=grantee):
                ours = on.name[0] == "recuse" or (grantee or "").startswith(PREFIX)
                return ended not in self.wanted and not ours and grantee not in self.spared and self._revoked(ended)
            case Firing(table=table):
                return table is None or table.name[0] != "recuse"
            case fact:
                return fact not in self.wanted

    def _revoked(self, grant: Grant) -> bool:
        """Whether it is known how to revoke it: of what belongs to an extension only who owns it is known to speak."""
        on = grant.on
        if on.kind in ("table", "view", "matview", "column", "function") and on.name[0] != "pg_catalog":
            return (on.kind == "function", on.relation.name) in self._owned
        return True

    def _steps(self, path: Path, reached: Reached) -> Iterator[Edge]:
        """The steps of a path, and of the ways to what they need."""
        place = reached.search.starts[reached.start]
        for edge in path:
            for need in edge.needs:
                for there in (Place(need, place.identity), Place(need, ANYONE)):
                    if there in reached:
                        yield from reached[there]
                        break
            yield edge
            place = place.after(edge)

    def _who(self, raw: Raw) -> int:
        """Who can take any of the steps that end with this, as a set of starts."""
        if raw not in self._others:
            who = 0
            for edge in self._by_raw.get(raw, ()):
                for identity, some in self.search.who(edge.source).items():
                    who |= some if edge.only_as in (None, identity) else 0
            self._others[raw] = who
        return self._others[raw]


def without(edges: Sequence[Edge], gone: frozenset[Raw]) -> list[Edge]:
    """The steps that are left when these ends are made."""
    return [edge for edge in edges if not edge.ends or edge.ends not in gone]


def _bits(number: int) -> Iterator[int]:
    position = 0
    while number:
        if number & 1:
            yield position
        number >>= 1
        position += 1


def _object(node: str) -> str:
    """The relation or function of a node, by its name; empty for a node of another kind."""
    kind, _, name = node.partition(":")
    if kind in ("column", "part", "shown"):
        return name.rpartition(".")[0]
    return name if kind in ("table", "view", "matview", "function", "attached", "insert", "update", "delete") else ""
