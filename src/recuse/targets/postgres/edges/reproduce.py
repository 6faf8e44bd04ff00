r"""Writes the SQL that reproduces a path: typed by a superuser in `psql`, it reads as the account would.

Names in nodes are already quoted as SQL needs it. What changes the database on the way stands inside a transaction that
is rolled back, unless another session must see it: an attempt goes back to who reads by the word RESUME. What needs a
connection of the account's own says so by psql's `\connect`, which asks for its password; the way into another
database of the server is to connect to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import takewhile
from typing import Final

from psycopg import sql

from recuse.paths import Edge, Graph, Path, Place
from recuse.targets.postgres.edges.definitions import GRANTS
from recuse.targets.postgres.edges.elsewhere import database_of, split_mark

HOLDERS: Final = frozenset({"login", "role", "public", "superuser", "createrole", "backup", "slots"})
_RESUME: Final = "RESUME"
_UNBRACKETED: Final = (
    "\\",
    "COMMIT PREPARED",
    "LISTEN",
    "ALTER SUBSCRIPTION",
)  # what no transaction holds, or only a commit sends
_RELATIONS: Final = frozenset({"table", "view", "matview", "column"})
_SESSIONS: Final = frozenset({"CONNECT", "stored password", "dblink"})
_FILES: Final = frozenset({"programs", "toast", "statistics", "foreign"})
_FROM_ELSEWHERE: Final = frozenset({
    "statistics", "oversized values", "server files", "replication", "large object", "foreign table", "notification",
    "broadcast", "domain", "partition bound", "subscription",
})  # fmt: skip
_FIRED: Final = frozenset({"trigger", "call", "event trigger", "failed constraint"})
_MANY: Final = " LIMIT 1000"  # the rows that were hidden are among those that were seen before
_DONE_BEFORE: Final = frozenset({"changed", "filled", "edited", "amended", "emptied"})
_DONE: Final = ("INSERT", "UPDATE", "DELETE", "SELECT", "CALL")
_ATTACHED: Final = (
    "CREATE TEMPORARY TABLE recuse_fired AS SELECT",
    "CREATE TRIGGER recuse_fired BEFORE INSERT ON recuse_fired FOR EACH ROW EXECUTE FUNCTION recuse_fired()",
    "INSERT INTO recuse_fired DEFAULT VALUES",
)
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
        become = [f"SET SESSION AUTHORIZATION {sql.Identifier(start.identity).as_string()}"]
        lines = _bracketed(become, _planted(path, planted, columns))
        return Reproduction((), "\n".join(map(_typed, [*become, *lines])))
    opening, start, path = _opening(start, path)
    before = list(takewhile(lambda edge: _kind(edge.target) in HOLDERS, path))
    entry, rest = path[len(before)], path[len(before) + 1 :]
    place = Place(entry.source, _identity(start, before))
    become = [statement for edge in before for statement in _statements(edge)]
    wider = [edge for edge in rest if edge.widens]
    asked = [*(node for edge in wider for node in edge.needs), *_granted(rest)]
    met = [step for node in dict.fromkeys(asked) for step in _way_to(reached, start, node)]
    helped, read = _read(entry, tuple(edge for edge in rest if not edge.widens), columns)
    if any(edge.kind == "leaky view" for edge in rest):
        read = [_leaked(statement) for statement in read]
    elif any(edge.widens for edge in path):
        read = [statement.replace(" LIMIT 1", _MANY) for statement in read]
    naming = _naming(graph, reached, place, entry)
    named = naming[len(naming) - len(_opening(start, naming)[2]) :]
    other = _identity(start, named[:-1]) != place.identity if named else False
    names = [s for edge in named if not edge.target.startswith("held:") for s in _statements(edge)]
    lines = _joined(names, [*become, *helped], read, prepared=other)
    lines = _bracketed(opening, [*_widened(wider, met), *lines])
    if opening[-1].startswith("SELECT"):
        lines = _sent(lines, opening[-1])
    elif database_of(entry.target) and not any(line.startswith("\\") for line in opening):  # a superuser goes anywhere
        opening = [f"\\connect {database_of(entry.target)}", *opening]
    lines = [*_chosen(opening, path, start.identity), *lines]
    return Reproduction((*dict.fromkeys((*met, *naming)),), "\n".join(map(_typed, lines)))


def _opening(start: Place, path: Path) -> tuple[list[str], Place, Path]:
    """How the session is opened from which the path goes on: as whom, and in another database by connecting to it."""
    last = max((number for number, edge in enumerate(path, 1) if edge.kind in _SESSIONS), default=0)
    lines = [statement for edge in path[:last] for statement in _statements(edge)]
    begun = Place(path[last - 1].target, _identity(start, path[:last])) if last else start
    if not last or not lines[0].startswith("\\"):
        lines = [f"SET SESSION AUTHORIZATION {sql.Identifier(start.identity).as_string()}", *lines]
    return lines, begun, path[last:]


def _sent(lines: list[str], opening: str) -> list[str]:
    """The same over the connection that dblink has opened: each row comes back as one text."""
    schema = opening.removeprefix("SELECT ").partition("dblink_connect")[0]
    sent = []
    for line in lines:
        shows = line.startswith(("SELECT", "EXECUTE"))
        as_text = " ".join(("SELECT read::text FROM", f"({line})", "AS read"))
        text = sql.Literal(as_text if line.startswith("SELECT") else line)
        call = f"{schema}dblink{'' if shows else '_exec'}('recuse_reach', {text.as_string()})"
        sent.append(" ".join(("SELECT * FROM", call, "AS read (row text)") if shows else ("SELECT", call)))
    return sent


def _typed(line: str) -> str:
    """A statement ends in a semicolon, a command of psql with its line."""
    return line if line.startswith("\\") else f"{line};"


def _bracketed(opening: Sequence[str], lines: Sequence[str]) -> list[str]:
    """What changes something is rolled back; what others must see cannot be, and gives the session back by RESUME."""
    if _RESUME in lines:
        before = [*opening, *lines[: lines.index(_RESUME)]]
        back = [line for line in before if line.startswith(("SET SESSION", "SET ROLE"))]
        return [each for line in lines for each in (back if line == _RESUME else [line])]
    bracketed = not any(line.startswith(_UNBRACKETED) for line in lines)
    if bracketed and any(line.split()[0] not in _HARMLESS for line in lines):
        return ["BEGIN", *lines, "ROLLBACK"]
    return list(lines)


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
    return Reproduction(naming, "\n".join(map(_typed, lines)))


def _chosen(opening: list[str], path: Path, login: str) -> list[str]:
    """How the session opens, with what a superuser types first, for this login, where it is connected already."""
    who = f"{sql.Literal(login).as_string()}::name"
    chosen = [edge.chosen.replace("SESSION_USER", who) for edge in path if edge.chosen]
    begins = next((number for number, line in enumerate(opening) if not line.startswith("\\")), len(opening))
    return [*opening[:begins], *chosen, *opening[begins:]]


def _granted(path: Path) -> Iterator[str]:
    """What has to be granted to the owners of views that fail without it."""
    yield from (node for edge in path for node in edge.needs if node.startswith(GRANTS))


def _way_to(reached: Mapping[Place, Path], start: Place, node: str) -> Path:
    """The steps to what a widening step needs."""
    return reached.get(Place(node)) or reached.get(Place(node, start.identity), ())


def _widened(wider: Sequence[Edge], met: Sequence[Edge]) -> list[str]:
    """Becoming who may, changing what a row policy asks, and being oneself again."""
    become = [s for edge in met for s in _statements(edge) if s.startswith(("SET ROLE", "GRANT"))]
    back = ["RESET ROLE"] if any(s.startswith("SET ROLE") for s in become) else []
    done = [s for edge in met if _kind(edge.target) in _DONE_BEFORE for s in _statements(edge)]
    if done:  # what leads there changes it, and only settings are left
        left = [s for edge in wider for s in _statements(edge) if s.startswith("SELECT set_config")]
        return [*become, *done, *left, *back]
    return [*become, *(_through(met, statement) for edge in wider for statement in _statements(edge)), *back]


def _through(met: Sequence[Edge], statement: str) -> str:
    """The same change made through a view, where the way to it leads through one."""
    for edge in met:
        if edge.kind == "updatable view":
            verb, _, table = edge.target.partition(":")
            word = {"insert": "INSERT INTO ", "update": "UPDATE ", "delete": "DELETE FROM "}[verb]
            view = edge.source.partition(":")[2]
            statement = statement.replace(f"{word}{table} ", f"{word}{view} ", 1)
    return statement


def _planted(path: Path, planted: int, columns: Mapping[str, str]) -> list[str]:
    """The steps up to the one that runs code of the account; that code reads what the path ends at."""
    end = path[-1].target.replace("part:", "column:", 1)
    relation, _ = split_mark(columns.get(end, end).partition(":")[2])
    before = [edge for edge in path[:planted] if _kind(edge.target) in HOLDERS]
    steps = [statement for edge in (*before, path[planted]) for statement in _statements(edge)]
    return [step.replace(READ, relation) for step in (*steps, *_firing(path[:planted]))]


def _firing(path: Path) -> list[str]:
    """What makes a trigger function run, with which a path comes to it: a change, a trigger on an own table."""
    if not path or path[-1].kind != "trigger":
        return []
    if path[-1].source.startswith("attached:"):
        function = path[-1].target.partition(":")[2]
        return [statement.replace("recuse_fired()", function) for statement in _ATTACHED]
    return [statement for edge in path[-2:-1] for statement in _statements(edge)]


def _naming(graph: Graph, reached: Mapping[Place, Path], place: Place, entry: Edge) -> Path:
    """How what `entry` needs is met, unless the identity of `place` simply has it."""
    for node in entry.needs:
        simply = any(
            edge.attempt is None and Place(edge.source, place.identity) in reached
            for edge in graph.incoming.get(node, ())
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
    if entry.kind in _FROM_ELSEWHERE and entry.attempt:
        return [], _statements(entry)
    elsewhere = next((_statements(edge) for edge in rest if edge.kind in _FROM_ELSEWHERE), [])
    if any(edge.kind == "broadcast" for edge in rest):
        return [], [*elsewhere, *_statements(entry)]
    if _kind(entry.target) == "channel":
        return [], [*_statements(entry), *elsewhere]
    if _kind(entry.target) in _RELATIONS:
        return _statements(entry), elsewhere or [_select(entry, rest, columns)]
    if _kind(entry.target) in _FILES:
        return [], elsewhere
    later = [edge for edge in rest if edge.attempt and edge.kind in _FIRED]
    if later and later[0].kind == "trigger" and str(later[0].attempt).startswith("SELECT"):  # what it left is read
        return [], [*_statements(entry), *_statements(later[0])]
    return [], _statements(later[0] if later else entry) or elsewhere


def _leaked(select: str) -> str:
    """The same read, with a function of one's own that tells each row that it sees."""
    column = select.removeprefix("SELECT ").partition(" FROM ")[0]
    return select.replace(" LIMIT 1", f" WHERE pg_temp.recuse_reach({column}::text)")


def _select(entry: Edge, rest: Path, columns: Mapping[str, str]) -> str:
    column = entry.target if _kind(entry.target) == "column" else ""
    if rest and rest[0].kind == "column":
        column = rest[0].target
    relation, _ = split_mark(columns.get(column, entry.target).partition(":")[2])
    what = split_mark(column.partition(":")[2])[0].removeprefix(f"{relation}.") or "*"
    return " ".join(("SELECT", what, "FROM", relation, "LIMIT 1"))


def _statements(edge: Edge) -> list[str]:
    return edge.attempt.split("; ") if edge.attempt else []


def _kind(node: str) -> str:
    return node.partition(":")[0]
