"""Collects every step that yields access in one database, as edges for `recuse.paths`.

Nodes, as seen from one login L that starts at `login:L`:

    login:X, role:X        L holds the rights of X; it has *become* X where the place's identity is X
    public:                L holds what PUBLIC was granted
    superuser: createrole: L has the attribute, through the role it has become
    definer:X              L runs a function whose owner is X and whose body is not known
    table:T view:V matview:M    L reads every column of it      column:T.c   L reads this column
    part:T.c               L reads some values of it: of a partition, of statistics, of oversized values
    function:F(types)      L can call it                        held:NODE    L has the right, even without the name
    schema:S usage:S       L can name what is in it: through some role, through the role it acts as
    database:D             L can connect to it
    insert:T trigger:T …   L can change it, attach triggers     files: programs: server: activity: future:S.tables
    attached:F             L can make a trigger function run    create:S temporary: making:   L can make objects
    mirror:T channel:C     L reads rows copied there, sent there

Names are quoted where SQL needs it. `kinds.toml` lists the kinds of edges, preferred first among equally long paths.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from recuse.errors import TargetError
from recuse.paths import ANYONE, Edge, Place
from recuse.targets.postgres.edges.catalog import Connection, edges_in, present_in, rows_of
from recuse.targets.postgres.edges.columns import Column, Shapes
from recuse.targets.postgres.edges.definitions import HELD, defined
from recuse.targets.postgres.edges.kinds import KINDS, pages
from recuse.targets.postgres.edges.row_security import Exempt, GuardedTable, Rows, RowSecurity
from recuse.targets.postgres.edges.running import running

__all__ = ["Collected", "Column", "Rows", "Session", "collect"]

_ALSO_EXAMINED: Final = (
    "views, materialized views and rules", "bodies of definer functions", "triggers and event triggers",
    "copies by triggers", "functions that run unnamed", "code that others run", "inheritance and partitions",
    "row policies",
)  # fmt: skip
_RIGHTS: Final = ("role:", "public:", "superuser:")


@dataclass(frozen=True, slots=True)
class Session:
    """A client connection: its account, process, and start (None when this account may not see it)."""

    account: str
    pid: int
    since: datetime | None
    state: str | None

    def older_than(self, moment: datetime) -> bool:
        """Whether it may hold what was taken away at `moment`; an unknown start counts as older."""
        return self.since is None or self.since < moment


@dataclass(frozen=True, slots=True)
class Collected:
    """The edges of one database and what is known beside them.

    `not_examined` has a line `mechanism: what was found` for each mechanism that is there and that no edge describes.
    `columns` maps a column's node to its relation's; `logins` are all roles that can log in, sorted; `pages` are the
    addresses of the documentation by kind of edge.
    """

    database: str
    edges: tuple[Edge, ...]
    examined: tuple[str, ...]
    not_examined: tuple[str, ...]
    sessions: tuple[Session, ...]
    columns: Mapping[str, str]
    logins: tuple[str, ...]
    row_security: RowSecurity
    pages: Mapping[str, str]

    def rows(self, place: Place) -> Rows:
        """Which rows are read at a place that is a relation, a column or a part of one."""
        if place.node.startswith("part:"):
            return Rows("some")
        return self.row_security.rows(self.columns.get(place.node, place.node), place.identity)


@dataclass(frozen=True, slots=True)
class _Child:
    """One column that a table inherits from an ancestor."""

    parent: str
    parent_name: str
    parent_column: str
    child: str
    child_name: str
    child_column: str


@dataclass(frozen=True, slots=True)
class _Login:
    name: str


@dataclass(frozen=True, slots=True)
class _Present:
    mechanism: str
    detail: str | None


def collect(connection: Connection, database: str) -> Collected:
    """Every edge of `database`, to which `connection` must be connected, by read-only catalog queries (14 to 18).

    Raises MissingRightError when a catalog is closed to this account, TargetError on another database.
    """
    if connection.info.dbname != database:
        raise TargetError(f"connected to `{connection.info.dbname}`, not to `{database}`", f"connect to `{database}`")
    base, examined, closed = edges_in(connection)
    columns = rows_of(connection, "columns", Column)
    logins = tuple(login.name for login in rows_of(connection, "logins", _Login))
    shapes = Shapes.of(columns)
    stored = defined(connection, shapes)
    runs = running(connection, shapes, stored.definitions)
    security = RowSecurity.of(
        rows_of(connection, "row_policies", GuardedTable), rows_of(connection, "exempt", Exempt), base
    )
    shown = [Edge(c.node, c.column, "column", "it holds the column") for c in columns]
    inherited = list(_inherited(rows_of(connection, "inheritance", _Child), security))
    edges = _expanded(
        [*base, *shown, *stored.edges, *runs.edges, *_held([*base, *shown], [*stored.edges, *runs.edges])],
        frozenset(logins),
        runs.acting,
    )
    rank = {kind: position for position, kind in enumerate(KINDS)}
    return Collected(
        database=database,
        edges=tuple(
            sorted(_live([*edges, *inherited], logins), key=lambda e: (rank[e.kind], e.source, e.target, e.reason))
        ),
        examined=(*examined, *_ALSO_EXAMINED),
        not_examined=(*stored.not_understood, *runs.not_understood, *closed, *_not_examined(connection)),
        sessions=tuple(rows_of(connection, "sessions", Session)),
        columns={c.column: c.node for c in columns},
        logins=logins,
        row_security=security,
        pages=pages(connection.info.server_version),
    )


def _held(rights: Iterable[Edge], stored: Iterable[Edge]) -> Iterator[Edge]:
    """For what stored queries ask of their caller, each right again as a right alone, without the name."""
    asked = {node.removeprefix(HELD) for edge in stored for node in edge.needs}
    edges = list(rights)
    asked |= {edge.source for edge in edges if edge.kind == "column" and edge.target in asked}
    for edge in edges:
        if edge.target in asked and edge.kind == "column":
            yield replace(edge, source=HELD + edge.source, target=HELD + edge.target)
        elif edge.target in asked and edge.source.startswith(_RIGHTS):
            yield replace(edge, target=HELD + edge.target, needs=(), identity=None)


def _expanded(edges: Iterable[Edge], logins: frozenset[str], definers: frozenset[str]) -> Iterator[Edge]:
    """What is true of `role:X` is true of X when it logs in, and, but for becoming another role, of X as a definer."""
    for edge in edges:
        yield edge
        kind, _, name = edge.source.partition(":")
        if kind == "role" and name in logins:
            yield replace(edge, source=f"login:{name}")
        if kind == "role" and name in definers and edge.kind != "SET ROLE":
            yield replace(edge, source=f"definer:{name}")


def _live(edges: Iterable[Edge], logins: Iterable[str]) -> Iterator[Edge]:
    """Without edges out of nodes that nothing leads to; every login is a start."""
    known = list(dict.fromkeys(edges))
    targets = {edge.target for edge in known} | {f"login:{name}" for name in logins}
    return (edge for edge in known if edge.source in targets)


def _inherited(children: Iterable[_Child], security: RowSecurity) -> Iterator[Edge]:
    """Row security is asked once, at the table that the query names: so these edges differ by identity."""
    for one in children:
        down = f"a query on {one.parent_name} reads {one.child_name} too"
        for identity, rows in _identities(one.parent, security):
            target = one.child_column if rows == "all" else one.child_column.replace("column:", "part:", 1)
            yield Edge(one.parent_column, target, "inheritance", down, only_as=identity, identity=ANYONE)
        up = f"{one.child_name} holds part of the rows of {one.parent_name}"
        target = one.parent_column.replace("column:", "part:", 1)
        for identity, _ in _identities(one.child, security):
            yield Edge(one.child_column, target, "partition", up, only_as=identity, identity=ANYONE)


def _identities(node: str, security: RowSecurity) -> Iterator[tuple[str | None, str]]:
    """The identities that see rows of `node`, with the verdict; None stands for all of them."""
    if node not in security.tables:
        yield None, "all"
        return
    yield ANYONE, "all"
    for identity in sorted(security.roles):
        rows = security.rows(node, identity)
        if rows.verdict != "none":
            yield identity, rows.verdict


def _not_examined(connection: Connection) -> Iterator[str]:
    yield from present_in(connection)
    yield from _host_rules(connection)
    sessions = "sessions: this account sees no start times of other accounts; it needs pg_read_all_stats"
    with connection.cursor() as cursor:
        if cursor.execute("SELECT pg_has_role('pg_read_all_stats', 'USAGE')").fetchone() != (True,):
            yield sessions


def _host_rules(connection: Connection) -> Iterator[str]:
    with connection.cursor() as cursor:
        readable = cursor.execute("SELECT has_function_privilege('pg_hba_file_rules()', 'EXECUTE')").fetchone()
    if readable != (True,):
        yield "host rules: pg_hba.conf is not readable for this account; it needs EXECUTE on pg_hba_file_rules()"
        return
    for found in rows_of(connection, "host_rules", _Present):
        if found.detail is not None:
            yield f"{found.mechanism}: {found.detail}"
