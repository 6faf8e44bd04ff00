"""Writes the SQL that reproduces a path: typed by a superuser in `psql`, it reads as the account would.

Names in nodes are already quoted as SQL needs it. What changes the database on the way stands inside a transaction that
is rolled back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import takewhile
from typing import Final

from psycopg import sql

from recuse.paths import Edge, Graph, Path, Place

HOLDERS: Final = frozenset({"login", "role", "public", "superuser", "createrole"})
_RELATIONS: Final = frozenset({"table", "view", "matview", "column"})
_FILES: Final = frozenset({"files", "programs", "toast", "statistics"})
_FROM_ELSEWHERE: Final = frozenset({"statistics", "oversized values", "server files", "large object"})
_MANY: Final = " LIMIT 1000"  # the rows that were hidden are among those that were seen before
_DONE: Final = ("INSERT", "UPDATE", "DELETE", "SELECT", "CALL")
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
    before = list(takewhile(lambda edge: _kind(edge.target) in HOLDERS, path))
    entry, rest = path[len(before)], path[len(before) + 1 :]
    place = Place(entry.source, _identity(start, before))
    become = [statement for edge in before for statement in _statements(edge)]
    wider = [edge for edge in rest if edge.widens]
    met = [step for edge in wider for node in edge.needs for step in _way_to(reached, start, node)]
    helped, read = _read(entry, tuple(edge for edge in rest if not edge.widens), columns)
    if any(edge.kind == "leaky view" for edge in rest):
        read = [_leaked(statement) for statement in read]
    elif any(edge.widens for edge in path):
        read = [statement.replace(" LIMIT 1", _MANY) for statement in read]
    naming = _naming(graph, reached, place, entry)
    other = _identity(start, naming[:-1]) != place.identity if naming else False
    lines = _joined([s for edge in naming for s in _statements(edge)], [*become, *helped], read, prepared=other)
    lines = [
        *_chosen(path, start.identity),
        f"SET SESSION AUTHORIZATION {sql.Identifier(start.identity).as_string()}",
        *_widened(wider, met),
        *lines,
    ]
    if any(line.split()[0] not in _HARMLESS for line in lines):
        lines = ["BEGIN", *lines, "ROLLBACK"]
    return Reproduction((*dict.fromkeys((*met, *naming)),), "\n".join(f"{line};" for line in lines))


def reproduce_change(
    graph: Graph, reached: Mapping[Place, Path], start: Place, path: Path, statements: Mapping[str, str]
) -> Reproduction:
    """How to make a change and take it back; `statements` says how each node of a change is done."""
    before = list(takewhile(lambda edge: _kind(edge.target) in HOLDERS, path))
    entry = path[len(before)]
    own = _statements(entry)
    if own and own[0].startswith(("INSERT", "DELETE", "UPDATE")) and entry.kind != "ownership":
        own = own if "(column)" in entry.kind else []
    done = own if own and own[-1].startswith(_DONE) else [*own, *filter(None, [statements.get(entry.target)])]
    done = done or [f"-- {entry.reason}"]
    place = Place(entry.source, _identity(start, before))
    naming = _naming(graph, reached, place, entry)
    other = _identity(start, naming[:-1]) != place.identity if naming else False
    become = [statement for edge in before for statement in _statements(edge)]
    lines = _joined([s for e in naming for s in _statements(e)], [*become, *done[:-1]], done[-1:], prepared=other)
    lines = ["BEGIN", f"SET SESSION AUTHORIZATION {sql.Identifier(start.identity).as_string()}", *lines, "ROLLBACK"]
    return Reproduction(naming, "\n".join(f"{line};" for line in lines))


def _chosen(path: Path, login: str) -> list[str]:
    """What a superuser types first, for this login."""
    who = f"{sql.Literal(login).as_string()}::name"
    return [edge.chosen.replace("SESSION_USER", who) for edge in path if edge.chosen]


def _way_to(reached: Mapping[Place, Path], start: Place, node: str) -> Path:
    """The steps to what a widening step needs."""
    return reached.get(Place(node)) or reached.get(Place(node, start.identity), ())


def _widened(wider: Sequence[Edge], met: Sequence[Edge]) -> list[str]:
    """Becoming who may, changing what a row policy asks, and being oneself again."""
    become = [s for edge in met for s in _statements(edge) if s.startswith(("SET ROLE", "GRANT"))]
    back = ["RESET ROLE"] if any(s.startswith("SET ROLE") for s in become) else []
    return [*become, *(statement for edge in wider for statement in _statements(edge)), *back]


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
    if _kind(entry.target) in _RELATIONS:
        return _statements(entry), elsewhere or [_select(entry, rest, columns)]
    return [], elsewhere if _kind(entry.target) in _FILES else _statements(entry)


def _leaked(select: str) -> str:
    """The same read, with a function of one's own that tells each row that it sees."""
    column = select.removeprefix("SELECT ").partition(" FROM ")[0]
    return select.replace(" LIMIT 1", f" WHERE pg_temp.recuse_reach({column}::text)")


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
