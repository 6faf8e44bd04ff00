"""Predictions of `reach`: for every column of every relation and every login, from one collection of edges."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from recuse.operations.reach import Answer, answers
from recuse.paths import Graph, Place
from recuse.targets.postgres.edges import Collected

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
    plain = Graph.of(e for e in collected.edges if e.kind in DIRECT and e.attempt is None)
    return {n: Foretold(n, _reached(collected, whole, n), _reached(collected, plain, n)) for n in logins}


def _reached(collected: Collected, graph: Graph, login: str) -> frozenset[str]:
    places = graph.search(Place(f"login:{login}", login))
    if Place(f"database:{collected.database}", login) not in places:
        return frozenset()
    seen, relations = set(), frozenset(collected.columns.values())
    for place in places:
        node = place.node.replace("part:", "column:", 1) if place.node.startswith("part:") else place.node
        if (node in collected.columns or node in relations) and collected.rows(place).verdict != "none":
            seen.add(node)
    return frozenset(c for c, relation in collected.columns.items() if c in seen or relation in seen)


def answer(collected: Collected, column: str, login: str) -> Answer:
    """What `reach` says of one column."""
    [found] = answers(collected, targets(collected, column), [login])
    return found


def targets(collected: Collected, column: str) -> frozenset[str]:
    """The nodes that mean reading (part of) a column, as `find_targets` gives them."""
    return frozenset({column, collected.columns[column], f"part:{column.partition(':')[2]}"})
