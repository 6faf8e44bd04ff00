"""Predictions of `reach`: for every column of every relation and every login, from one collection of edges."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from recuse.operations.reach import Answer, answers
from recuse.paths import Edge, Graph, Place
from recuse.targets.postgres.edges import Collected
from recuse.targets.postgres.edges.definitions import SHOWN

DIRECT: Final = frozenset({
    "CONNECT", "ownership", "grant SELECT", "grant SELECT (column)", "grant USAGE", "PUBLIC", "membership", "column",
    "superuser", "predefined role",
})  # fmt: skip
"""Kinds of edges that a login's own query takes: nobody is become, nothing is granted, no view or function is used."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """The columns (nodes) that one login reads: by any path, and by a query of its own."""

    login: str
    reached: frozenset[str]
    direct: frozenset[str]


def foretell(collected: Collected, logins: Iterable[str]) -> dict[str, Foretold]:
    """For each login what `answers` says of each column alone, by one search instead of one for each column."""
    whole = Graph.of(collected.edges)
    plain = Graph.of(plain for edge in collected.edges if (plain := _plainly(edge)) is not None)
    return {n: Foretold(n, _reached(collected, whole, n), _reached(collected, plain, n)) for n in logins}


def _plainly(edge: Edge) -> Edge | None:
    """The step as a login's own query takes it; an owner under FORCE sees the rows that row policies show it."""
    if edge.attempt is not None and edge.attempt.endswith("NO FORCE ROW LEVEL SECURITY"):
        return replace(edge, attempt=None, identity=None)
    return edge if edge.attempt is None and (edge.kind in DIRECT or edge.target.startswith(SHOWN)) else None


def _reached(collected: Collected, graph: Graph, login: str) -> frozenset[str]:
    places = graph.search(Place(f"login:{login}", login))
    if Place(f"database:{collected.database}", login) not in places:
        return frozenset()
    seen = {place.node for place in places if collected.rows(place).verdict != "none"}
    return frozenset(column for column in collected.columns if not seen.isdisjoint(targets(collected, column)))


def answer(collected: Collected, column: str, login: str) -> Answer:
    """What `reach` says of one column."""
    [found] = answers(collected, targets(collected, column), [login])
    return found


def targets(collected: Collected, column: str) -> frozenset[str]:
    """The nodes that mean reading (part of) one column, as `find_targets` gives them for its name."""
    relation, name = collected.columns[column], column.partition(":")[2]
    return frozenset({f"{SHOWN}{name}"} if relation.startswith("view:") else {relation, column, f"part:{name}"})
