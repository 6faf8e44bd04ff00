"""Everything that is in the catalogs of one database, as edges without a mark."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from recuse.paths import Edge
from recuse.targets.postgres.edges.catalog import Connection, edges_in, present_in, rows_of
from recuse.targets.postgres.edges.columns import Column, Shapes
from recuse.targets.postgres.edges.conflict import Keyed, conflicts, shows_hidden_rows
from recuse.targets.postgres.edges.copies import shapes_in
from recuse.targets.postgres.edges.database import Database
from recuse.targets.postgres.edges.definitions import COMPUTED, HELD, defined
from recuse.targets.postgres.edges.dropping import dropping, drops_policies
from recuse.targets.postgres.edges.leakproof import Leakproof, leaking
from recuse.targets.postgres.edges.row_changes import Given, Way, Written
from recuse.targets.postgres.edges.row_security import Exempt, GuardedTable, RowSecurity
from recuse.targets.postgres.edges.running import Running, running
from recuse.targets.postgres.edges.same_rows import Child, Derived, derived, held_on, inherited, referring
from recuse.targets.postgres.edges.servers import foreign_in
from recuse.targets.postgres.edges.subscriptions import subscriptions_in
from recuse.targets.postgres.edges.texts import passwords_in
from recuse.targets.postgres.edges.trust import Called, Surroundings
from recuse.targets.postgres.edges.widening import Right, Widening

_RIGHTS: Final = ("role:", "public:", "superuser:")


@dataclass(frozen=True, slots=True)
class _Table:
    schema: str
    table: str
    name: str
    node: str


@dataclass(frozen=True, slots=True)
class _Setting:
    name: str


def read_database(connection: Connection) -> Database:
    """Everything that is in the catalogs of the connected database."""
    base, examined, closed = edges_in(connection)
    columns = rows_of(connection, "columns", Column)
    shapes = Shapes.of(columns)
    security = RowSecurity.of(
        rows_of(connection, "row_policies", GuardedTable), rows_of(connection, "exempt", Exempt), base
    )
    stored = defined(connection, shapes, security.tables)
    runs = running(connection, shapes, stored, security)
    shown = [
        Edge(c.node, c.column, "column", COMPUTED if c in stored.computed else "it holds the column") for c in columns
    ]
    widening = _widening(connection, security, columns, runs)
    wider = list(widening.edges(base))
    if drops_policies(connection.info.server_version):
        wider += dropping(security, widening.columns, base)
    if security.tables and shows_hidden_rows(connection.info.server_version):
        wider += conflicts(security, widening.columns, rows_of(connection, "conflict_keys", Keyed), base)
    if security.tables:
        wider += leaking(security, rows_of(connection, "leakproof", Leakproof), base)
    own = {(e.target, e.source.replace("role:", "definer:", 1)) for e in base if e.target.startswith("owns:")}
    run = [*stored.edges, *(edge for edge in runs.edges if (edge.source, edge.target) not in own)]
    rights = [*base, *shown, *wider, *run, *_held([*base, *shown], run)]
    edges = [
        *_expanded(rights, runs.acting),
        *inherited(rows_of(connection, "inheritance", Child), security),
        *derived([*rows_of(connection, "derived", Derived), *runs.filled], security),
        *referring(rows_of(connection, "referring", Derived), security),
    ]
    return Database(
        name=connection.info.dbname,
        edges=(*edges, *held_on(edges)),
        examined=tuple(examined),
        not_examined=(*stored.not_understood, *runs.not_understood, *closed, *_not_examined(connection)),
        columns=tuple(columns),
        security=security,
        foreign=foreign_in(connection),
        subscriptions=subscriptions_in(connection),
        relations=shapes_in(connection),
        passwords=passwords_in(connection),
    )


def _widening(connection: Connection, security: RowSecurity, columns: Iterable[Column], runs: Running) -> Widening:
    """What row policies ask, read only where there are any."""
    guarded = bool(security.tables)
    tables = {(t.schema, t.table): t.name for t in rows_of(connection, "tables", _Table)} if guarded else {}
    called = {(c.schema, c.name): c for c in rows_of(connection, "policy_functions", Called)} if guarded else {}
    fixed = {s.name.lower() for s in rows_of(connection, "fixed_settings", _Setting)} if guarded else set()
    shown: dict[str, list[str]] = {}
    for column in columns:
        shown.setdefault(column.node, []).append(column.column)
    rights = rows_of(connection, "policy_writers", Right) if guarded else []
    plain = {
        node.partition(":")[2]: {c.removeprefix(f"column:{node.partition(':')[2]}.").strip('"') for c in named}
        for node, named in (shown.items() if called else ())
    }
    ways = [*(rows_of(connection, "row_changes", Way) if guarded else ()), *_by_functions(security, runs.written)]
    changeable: dict[tuple[str, str], set[Given]] = {}
    for way in ways:
        changeable.setdefault((way.table, way.column), set()).add(way.given)
    bent = {one.node: runs.bent[one.node] for one in called.values() if one.node in runs.bent}
    known = Surroundings(tables, called, fixed, plain, changeable, bent)
    return Widening(security, known, shown, rights, ways, runs.written)


def _by_functions(security: RowSecurity, written: Iterable[Written]) -> Iterator[Way]:
    """How definer functions change rows of guarded tables."""
    for one in written:
        node = f"table:{one.table}"
        if one.verb == "update" and node in security.tables and security.rows(node, one.owner, "w").verdict != "none":
            reason = f"{one.title} changes {one.table} as its owner {one.owner}"
            yield Way(
                one.source, one.table, one.column, one.given, False, "SECURITY DEFINER", reason, None, one.attempt
            )


def _held(rights: Iterable[Edge], stored: Iterable[Edge]) -> Iterator[Edge]:
    """For what stored queries ask of their caller, each right again as a right alone, without the name."""
    asked = {node.removeprefix(HELD) for edge in stored for node in edge.needs if node.startswith(HELD)}
    edges = list(rights)
    asked |= {edge.source for edge in edges if edge.kind == "column" and edge.target in asked}
    for edge in edges:
        if edge.target in asked and edge.kind == "column":
            yield replace(edge, source=HELD + edge.source, target=HELD + edge.target)
        elif edge.target in asked and edge.source.startswith(_RIGHTS):
            yield replace(edge, target=HELD + edge.target, needs=(), identity=None)


def _expanded(edges: Sequence[Edge], definers: frozenset[str]) -> Iterator[Edge]:
    """What is true of `role:X` is true of X when it has connected, and, but for SET ROLE, of X as a definer."""
    connecting = {edge.source for edge in edges if edge.kind == "CONNECT"}
    for edge in edges:
        yield edge
        kind, _, name = edge.source.partition(":")
        if kind == "role" and f"login:{name}" in connecting:
            yield replace(edge, source=f"login:{name}")
        if kind == "role" and name in definers and edge.kind != "SET ROLE":
            yield replace(edge, source=f"definer:{name}")


def _not_examined(connection: Connection) -> Iterator[str]:
    yield from present_in(connection)
    sessions = "sessions: this account sees no start times of other accounts; it needs pg_read_all_stats"
    with connection.cursor() as cursor:
        if cursor.execute("SELECT pg_has_role('pg_read_all_stats', 'USAGE')").fetchone() != (True,):
            yield sessions
