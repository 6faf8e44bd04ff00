"""A program of its own: the full access verdict of one database, from nothing to a document, as a person would run it.

`python -m bench.everyone FILE` connects to the database that the environment names (PGHOST …). For every login it writes
each relation that it reads, whether all rows or some, and the steps of a shortest path; then each column that it reads
otherwise than its whole relation, in the same form. What is not there is not reached. Steps are written once.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recuse.paths import Graph, Place, Reached
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.edges import Collected, collect


@dataclass(frozen=True, slots=True)
class _Shown:
    """Who sees all rows of a node, and who sees any (sets of logins); its places by verdict, where that differs."""

    everything: int
    something: int
    verdicts: Mapping[str, str]

    def rows(self, login: int) -> str:
        """The rows that this login sees: all, some or none."""
        return "all" if self.everything >> login & 1 else "some" if self.something >> login & 1 else "none"


def verdict(collected: Collected) -> dict[str, Any]:
    """The document."""
    search = Graph.of(collected.edges).search_all([Place(f"login:{login}", login) for login in collected.logins])
    let_in = search.who(f"database:{collected.database}")
    connecting = sum(let_in.get(login, 0) & 1 << number for number, login in enumerate(collected.logins))
    shown = {
        node: _shown(collected, search.who(node), node, connecting)
        for node in (*dict.fromkeys(collected.columns.values()), *collected.columns)
    }
    return {
        "logins": {
            login: _of_login(search.reached(number), shown, collected.columns)
            for number, login in enumerate(collected.logins)
        },
        "steps": [[edge.kind, edge.reason] for edge in search.edges],
    }


def _shown(collected: Collected, who: Mapping[str, int], node: str, connecting: int) -> _Shown:
    guarded = collected.columns.get(node, node) in collected.row_security.tables
    verdicts = {identity: collected.rows(Place(node, identity)).verdict for identity in who} if guarded else {}
    everything = something = 0
    for identity, some in who.items():
        rows = verdicts.get(identity, "all")
        something |= some if rows != "none" else 0
        everything |= some if rows == "all" else 0
    return _Shown(everything & connecting, something & connecting, verdicts)


def _of_login(reached: Reached, shown: Mapping[str, _Shown], columns: Mapping[str, str]) -> dict[str, list[str | int]]:
    found: dict[str, list[str | int]] = {}
    number = reached.start
    for node, one in shown.items():
        rows = one.rows(number)
        if rows != "none" and not (node in columns and shown[columns[node]].rows(number) == rows):
            ways = [reached.way(place) for place in reached.at(node) if one.verdicts.get(place.identity, "all") == rows]
            found[node] = [rows, *min(ways, key=lambda way: (len(way), way))]
    return found


def main(path: str) -> None:
    """Write the document into a file."""
    with read_only("") as connection:
        collected = collect(connection, connection.info.dbname)
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - one import less
        file.write(json.dumps(verdict(collected)))


if __name__ == "__main__":
    main(sys.argv[1])
