"""Writes the SQL that reproduces a path: run by a superuser in `psql`, it reads as the account would.

Names in nodes are already quoted as SQL needs it. What changes the database on the way stands inside a transaction that
is rolled back.
"""

from collections.abc import Mapping
from typing import Final

from psycopg import sql

from recuse.paths import Edge, Graph, Path, Place

_HOLDERS: Final = frozenset({"login", "role", "public", "superuser", "createrole"})
_RELATIONS: Final = frozenset({"table", "view", "matview", "column"})
_FILES: Final = frozenset({"files", "programs", "toast"})
_OTHER_READS: Final = frozenset({"statistics", "oversized values", "server files"})
_HARMLESS: Final = frozenset({"SET", "RESET", "SELECT", "PREPARE", "EXECUTE"})


def reproduce(graph: Graph, reached: Mapping[Place, Path], start: Place, path: Path, columns: Mapping[str, str]) -> str:
    """The statements that take `path` from `start`, one a line; `columns` maps a column's node to its relation's.

    `reached` is what the search of `graph` from `start` found: it tells how the schema is named on the way.
    """
    place, attempts, position = start, [], 0
    for position, edge in enumerate(path):
        if _kind(edge.target) not in _HOLDERS:
            break
        attempts += _statements(edge)
        place = place.after(edge)
    entry, rest = path[position], path[position + 1 :]
    read = _statements(entry)
    if _kind(entry.target) in _RELATIONS:
        attempts += read
        read = _other_read(rest) or [_select(entry, rest, columns)]
    elif _kind(entry.target) in _FILES:
        read = _other_read(rest)
    lines = [f"SET SESSION AUTHORIZATION {sql.Identifier(start.identity).as_string()}"]
    lines += _named(graph, reached, place, entry, (attempts, read))
    if any(line.split()[0] not in _HARMLESS for line in lines):
        lines = ["BEGIN", *lines, "ROLLBACK"]
    return "\n".join(f"{line};" for line in lines)


def _named(
    graph: Graph, reached: Mapping[Place, Path], place: Place, entry: Edge, steps: tuple[list[str], list[str]]
) -> list[str]:
    """The steps, so that the schema can be named: if only another role may name it, prepared there and executed here."""
    attempts, read = steps
    foreign = next((node for node in entry.needs if not _names(graph, reached, place.identity, node)), None)
    if foreign is None:
        return [*attempts, *read]
    shared = Place(foreign) in reached
    way = reached[Place(foreign) if shared else Place(foreign, place.identity)]
    naming = [statement for edge in way for statement in _statements(edge)]
    if not shared:
        return [*attempts, *(statement for statement in naming if statement not in attempts), *read]
    back = [] if any(line.startswith("SET ROLE") for line in attempts) else ["RESET ROLE"]
    # With an empty path the roles agree on what names mean; else the server would prepare anew and ask for USAGE again.
    return [
        "SET search_path = ''",
        *naming,
        f"PREPARE recuse_reach AS {read[-1]}",
        *back,
        *attempts,
        "EXECUTE recuse_reach",
    ]


def _names(graph: Graph, reached: Mapping[Place, Path], identity: str, schema: str) -> bool:
    return any(
        edge.target == schema and edge.attempt is None
        for place in reached
        if place.identity == identity
        for edge in graph.outgoing.get(place.node, ())
    )


def _other_read(rest: Path) -> list[str]:
    return next((_statements(edge) for edge in rest if edge.kind in _OTHER_READS), [])


def _select(entry: Edge, rest: Path, columns: Mapping[str, str]) -> str:
    column = entry.target if _kind(entry.target) == "column" else ""
    if rest and rest[0].kind == "column":
        column = rest[0].target
    relation = columns.get(column, entry.target).partition(":")[2]
    what = column.removeprefix(f"column:{relation}.") or "*"
    return f"SELECT {what} FROM {relation} LIMIT 1"


def _statements(edge: Edge) -> list[str]:
    return edge.attempt.split("; ") if edge.attempt else []


def _kind(node: str) -> str:
    return node.partition(":")[0]
