"""A program of its own: the full access verdict of one database, from nothing to a document, as anyone would run it.

`python -m bench.everyone FILE` connects to the database that the environment names (PGHOST …). For every login it
writes each relation that it reads, whether all rows or some, and the steps of a shortest path; then each column that it
reads otherwise than its whole relation, in the same form. What is not there is not reached. Steps are written once.
"""

import gc
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from recuse.paths import Graph, Place, Reached
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.edges import Collected, collect


@dataclass(frozen=True, slots=True)
class _Shown:
    """Who sees all rows of a node, who sees any (sets of logins); by identity who reaches it, and what is seen so."""

    node: str
    everything: int
    something: int
    who: Mapping[str, int]
    verdicts: Mapping[str, str]


def verdict(collected: Collected) -> dict[str, Any]:
    """The document."""
    search = Graph.of(collected.edges).search_all([Place(f"login:{login}", login) for login in collected.logins])
    let_in = search.who(f"database:{collected.database}")
    connecting = sum(let_in.get(login, 0) & 1 << number for number, login in enumerate(collected.logins))
    relations = dict.fromkeys(collected.columns.values())
    whole = {node: _shown(collected, search.who(node), node, connecting) for node in relations}
    told = [(one, one.something) for one in whole.values()]
    for column, node in collected.columns.items():
        one, relation = _shown(collected, search.who(column), column, connecting), whole[node]
        told.append((one, (one.everything ^ relation.everything) | (one.something ^ relation.something)))
    return {
        "logins": {
            login: _of_login(search.reached(number), [one for one, who in told if who >> number & 1])
            for number, login in enumerate(collected.logins)
        },
        "steps": [[edge.kind, edge.reason] for edge in search.edges],
    }


def _shown(collected: Collected, who: Mapping[str, int], node: str, connecting: int) -> _Shown:
    guarded = collected.columns.get(node, node) in collected.row_security
    verdicts = {identity: collected.rows(Place(node, identity)).verdict for identity in who} if guarded else {}
    everything = something = 0
    for identity, some in who.items():
        rows = verdicts.get(identity, "all")
        something |= some if rows != "none" else 0
        everything |= some if rows == "all" else 0
    return _Shown(node, everything & connecting, something & connecting, who, verdicts)


def _of_login(reached: Reached, told: Iterable[_Shown]) -> dict[str, list[str | int]]:
    bit = 1 << reached.start
    found: dict[str, list[str | int]] = {}
    for one in told:
        rows = "all" if one.everything & bit else "some"
        identities = [i for i, who in one.who.items() if who & bit and one.verdicts.get(i, "all") == rows]
        ways = [reached.way((one.node, identity)) for identity in identities]
        found[one.node] = [rows, *(ways[0] if len(ways) == 1 else min(ways, key=lambda way: (len(way), way)))]
    return found


def main(path: str) -> None:
    """Write the document into a file."""
    gc.set_threshold(100_000)  # as the command line does
    with read_only("") as connection:
        collected = collect(connection, connection.info.dbname)
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - one import less
        file.write(json.dumps(verdict(collected)))


if __name__ == "__main__":
    main(sys.argv[1])
