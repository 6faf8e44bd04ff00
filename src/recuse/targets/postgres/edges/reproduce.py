"""Writes the SQL that reproduces a path: typed by a superuser in `psql`, it reads as the account would.

Names in nodes are already quoted as SQL needs it. What changes the database on the way stands inside a transaction that
is rolled back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from psycopg import sql

from recuse.paths import Edge, Graph, Path, Place

_HOLDERS: Final = frozenset({"login", "role", "public", "superuser", "createrole"})
_RELATIONS: Final = frozenset({"table", "view", "matview", "column"})
_FILES: Final = frozenset({"files", "programs", "toast"})
_FROM_ELSEWHERE: Final = frozenset({"statistics", "oversized values", "server files", "notification"})
_FIRED: Final = frozenset({"trigger", "call", "event trigger"})
_HARMLESS: Final = frozenset({"SET", "RESET", "SELECT", "PREPARE", "EXECUTE"})

READ: Final = "recuse_read"
"""Stands, in the attempt of a step that runs code of the account, for the relation that this code reads."""


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
    planted = next((n for n, edge in enumerate(path) if edge.attempt and READ in edge.attempt), None)
    if planted is not None:
        return Reproduction((), _text(start, _planted(path, planted, columns)))
    before = [edge for edge in path if _kind(edge.target) in _HOLDERS]
    entry, rest = path[len(before)], path[len(before) + 1 :]
    place = Place(entry.source, _identity(start, before))
    become = [statement for edge in before for statement in _statements(edge)]
    helped, read = _read(entry, rest, columns)
    naming = _naming(graph, reached, place, entry)
    other = _identity(start, naming[:-1]) != place.identity if naming else False
    names = [s for edge in naming if not edge.target.startswith("held:") for s in _statements(edge)]
    lines = _joined(names, [*become, *helped], read, prepared=other)
    return Reproduction(naming, _text(start, lines))


def _text(start: Place, lines: Sequence[str]) -> str:
    """As the account, and inside a transaction where something is changed; what is notified, only a commit sends."""
    lines = [f"SET SESSION AUTHORIZATION {sql.Identifier(start.identity).as_string()}", *lines]
    if any(line.split()[0] not in _HARMLESS for line in lines) and not any(line.startswith("LISTEN") for line in lines):
        lines = ["BEGIN", *lines, "ROLLBACK"]
    return "\n".join(f"{line};" for line in lines)


def _planted(path: Path, planted: int, columns: Mapping[str, str]) -> list[str]:
    """The steps up to the one that runs code of the account; that code reads what the path ends at."""
    end = path[-1].target.replace("part:", "column:", 1)
    relation = columns.get(end, end).partition(":")[2]
    before = [edge for edge in path[:planted] if _kind(edge.target) in _HOLDERS]
    steps = [statement for edge in (*before, path[planted]) for statement in _statements(edge)]
    return [step.replace(READ, relation) for step in steps]


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
    elsewhere = next((_statements(edge) for edge in rest if edge.kind in _FROM_ELSEWHERE), [])
    if _kind(entry.target) == "channel":
        return [], [*_statements(entry), *elsewhere]
    if _kind(entry.target) in _RELATIONS:
        return _statements(entry), elsewhere or [_select(entry, rest, columns)]
    if _kind(entry.target) in _FILES:
        return [], elsewhere
    later = [edge for edge in rest if edge.attempt and edge.kind in _FIRED]
    return [], _statements(later[0] if later else entry)


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
