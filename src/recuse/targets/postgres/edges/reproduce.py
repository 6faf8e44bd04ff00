"""Writes the SQL that reproduces a path: typed by a superuser in `psql`, it reads as the account would.

Names in nodes are already quoted as SQL needs it. What changes the database on the way stands inside a transaction that
is rolled back, unless another session must see it: an attempt goes back to who reads by the word RESUME. What needs a
connection of the account's own says so by `connect` in psql, which asks for its password.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from psycopg import sql

from recuse.paths import Edge, Graph, Path, Place

_HOLDERS: Final = frozenset({"login", "role", "public", "superuser", "createrole", "backup", "slots"})
_RESUME: Final = "RESUME"
_UNBRACKETED: Final = ("\\", "COMMIT PREPARED")  # what cannot stand inside a transaction
_RELATIONS: Final = frozenset({"table", "view", "matview", "column"})
_FILES: Final = frozenset({"programs", "toast"})
_FROM_ELSEWHERE: Final = frozenset({"statistics", "oversized values", "server files", "replication"})
_HARMLESS: Final = frozenset({"SET", "RESET", "SELECT", "PREPARE", "EXECUTE"})


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How a path is taken: `naming` are the steps by which the schema is named when the path's own role cannot."""

    naming: Path
    text: str


def reproduce(
    graph: Graph, reached: Mapping[Place, Path], start: Place, path: Path, columns: Mapping[str, str]
) -> Reproduction:
    """How to take `path` from `start`; `columns` maps a column's node to its relation's.

    `reached` is what the search of `graph` from `start` found.
    """
    before = [edge for edge in path if _kind(edge.target) in _HOLDERS]
    entry, rest = path[len(before)], path[len(before) + 1 :]
    place = Place(entry.source, _identity(start, before))
    become = [statement for edge in before for statement in _statements(edge)]
    helped, read = _read(entry, rest, columns)
    naming = _naming(graph, reached, place, entry)
    other = _identity(start, naming[:-1]) != place.identity if naming else False
    lines = _joined([s for edge in naming for s in _statements(edge)], [*become, *helped], read, prepared=other)
    lines = [f"SET SESSION AUTHORIZATION {sql.Identifier(start.identity).as_string()}", *lines]
    return Reproduction(naming, "\n".join(line if line.startswith("\\") else f"{line};" for line in _bracketed(lines)))


def _bracketed(lines: Sequence[str]) -> list[str]:
    """What changes something is rolled back; what others must see cannot be, and gives the session back by RESUME."""
    if _RESUME in lines:
        back = [line for line in lines[: lines.index(_RESUME)] if line.startswith(("SET SESSION", "SET ROLE"))]
        return [each for line in lines for each in (back if line == _RESUME else [line])]
    bracketed = not any(line.startswith(_UNBRACKETED) for line in lines)
    if bracketed and any(line.split()[0] not in _HARMLESS for line in lines):
        return ["BEGIN", *lines, "ROLLBACK"]
    return list(lines)


def _naming(graph: Graph, reached: Mapping[Place, Path], place: Place, entry: Edge) -> Path:
    """How what `entry` needs is met, unless the identity of `place` simply has it."""
    for node in entry.needs:
        simply = any(
            edge.target == node and edge.attempt is None
            for other in reached
            if other.identity == place.identity
            for edge in graph.outgoing.get(other.node, ())
        )
        if not simply:
            return reached[Place(node) if Place(node) in reached else Place(node, place.identity)]
    return ()


def _identity(start: Place, path: Sequence[Edge]) -> str:
    return reduce(Place.after, path, start).identity


def _joined(names: list[str], steps: list[str], read: list[str], *, prepared: bool) -> list[str]:
    """One role names the schema and prepares, another executes; with one role there is nothing to prepare."""
    if not prepared:
        return [*(name for name in names if name not in steps), *steps, *read]
    back = [] if any(step.startswith("SET ROLE") for step in steps) or not names else ["RESET ROLE"]
    # With an empty path the roles agree on what names mean; else the server would prepare anew and ask for USAGE again.
    return [
        "SET search_path = ''",
        *names,
        f"PREPARE recuse_reach AS {read[-1]}",
        *back,
        *steps,
        "EXECUTE recuse_reach",
    ]


def _read(entry: Edge, rest: Path, columns: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The statements that help (an owner's, say), and those that read."""
    if entry.kind in _FROM_ELSEWHERE:
        return [], _statements(entry)
    elsewhere = next((_statements(edge) for edge in rest if edge.kind in _FROM_ELSEWHERE), [])
    if _kind(entry.target) in _RELATIONS:
        return _statements(entry), elsewhere or [_select(entry, rest, columns)]
    return [], elsewhere if _kind(entry.target) in _FILES else _statements(entry) or elsewhere


def _select(entry: Edge, rest: Path, columns: Mapping[str, str]) -> str:
    column = entry.target if _kind(entry.target) == "column" else ""
    if rest and rest[0].kind == "column":
        column = rest[0].target
    relation = columns.get(column, entry.target).partition(":")[2]
    what = column.removeprefix(f"column:{relation}.") or "*"
    return " ".join(("SELECT", what, "FROM", relation, "LIMIT 1"))


def _statements(edge: Edge) -> list[str]:
    return edge.attempt.split("; ") if edge.attempt else []


def _kind(node: str) -> str:
    return node.partition(":")[0]
