"""Collects every step that yields access in the databases of a server, as edges for `recuse.paths`.

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
    insert:T delete:T …    L can change it                      files: programs: server: activity: future:S.tables

    foreign:S reader:S.R   L can use the foreign server S, and make tables of its own that read as R there
    place:tables           L can make a table somewhere         connects:secret connects:trust   by dblink, to a server
    elsewhere:S            L reads what another server shows it

Names are quoted where SQL needs it. Nodes of a database other than the connected one end in `@database`
(`table:public.person_copy@warehouse`), those of L in it too: `elsewhere` says how. `kinds.toml` lists the kinds of
edges, preferred first among equally long paths.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from recuse.errors import RecuseError, TargetError
from recuse.paths import ANYONE, Edge, Place
from recuse.targets.postgres.edges.catalog import Connection, edges_in, present_in, rows_of
from recuse.targets.postgres.edges.copies import copies, shapes_in
from recuse.targets.postgres.edges.database import Database
from recuse.targets.postgres.edges.definitions import HELD, Column, defined
from recuse.targets.postgres.edges.elsewhere import opened
from recuse.targets.postgres.edges.foreign import Linker
from recuse.targets.postgres.edges.kinds import KINDS, pages
from recuse.targets.postgres.edges.loopback import here
from recuse.targets.postgres.edges.row_security import Exempt, GuardedTable, Rows, RowSecurity
from recuse.targets.postgres.edges.servers import foreign_in
from recuse.targets.postgres.edges.subscribed import subscribed, unseen
from recuse.targets.postgres.edges.subscriptions import subscriptions_in
from recuse.targets.postgres.edges.texts import passwords_in

__all__ = ["Collected", "Column", "Rows", "Session", "collect"]

_ALSO_EXAMINED: Final = (
    "views, materialized views and rules", "bodies of definer functions", "inheritance and partitions", "row policies",
    "other databases", "user mappings and foreign tables", "subscriptions", "copies by their columns",
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
    """The edges of one database, and of the others as far as paths lead through them, and what is known beside them.

    `not_examined` has a line `mechanism: what was found` for each mechanism that is there and that no edge describes.
    `columns` maps a column's node to its relation's; `logins` are all roles that can log in, sorted; `row_security` has
    every guarded relation with its database's; `pages` are the addresses of the documentation by kind of edge.
    """

    database: str
    edges: tuple[Edge, ...]
    examined: tuple[str, ...]
    not_examined: tuple[str, ...]
    sessions: tuple[Session, ...]
    columns: Mapping[str, str]
    logins: tuple[str, ...]
    row_security: Mapping[str, RowSecurity]
    pages: Mapping[str, str]

    def rows(self, place: Place) -> Rows:
        """Which rows are read at a place that is a relation, a column or a part of one."""
        if place.node.startswith("part:"):
            return Rows("some")
        node = self.columns.get(place.node, place.node)
        return self.row_security[node].rows(node, place.identity) if node in self.row_security else Rows("all")


@dataclass(frozen=True, slots=True)
class _Child:
    """One column that a table inherits from an ancestor."""

    parent: str
    parent_name: str
    parent_column: str
    child: str
    child_name: str
    child_column: str
    foreign: bool


@dataclass(frozen=True, slots=True)
class _Login:
    name: str


@dataclass(frozen=True, slots=True)
class _Present:
    mechanism: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class _Other:
    name: str
    identifier: str


@dataclass(frozen=True, slots=True)
class _Empty:
    empty: bool


def collect(connection: Connection, database: str) -> Collected:
    """Every edge of `database`, to which `connection` must be connected, by read-only catalog queries (14 to 18).

    The other databases of the server are opened with the same login. Raises MissingRightError when a catalog is closed
    to this account, TargetError on another database.
    """
    if connection.info.dbname != database:
        raise TargetError(f"connected to `{connection.info.dbname}`, not to `{database}`", f"connect to `{database}`")
    logins = tuple(login.name for login in rows_of(connection, "logins", _Login))
    databases, closed = [_database(connection)], []
    for other in rows_of(connection, "others", _Other):
        try:
            with opened(connection, other.name) as elsewhere:
                if not rows_of(elsewhere, "empty", _Empty)[0].empty:
                    found = _database(elsewhere)
                    databases.append(found.renamed(other.identifier, logins, databases[0].not_examined))
        except RecuseError as error:
            closed.append(f"other databases: `{other.name}` could not be examined: {error.message}")
    memberships = databases[0].security.memberships
    own = here(connection, lambda role, of: f"role:{of}" in memberships.shortest(f"role:{role}"))
    linker = Linker(databases, own)
    joined = chain(
        linker.edges(), subscribed(databases, own), *(_copied(databases[0], each, linker) for each in databases)
    )
    edges = [*(edge for each in databases for edge in each.edges), *joined]
    rank = {kind: position for position, kind in enumerate(KINDS)}
    return Collected(
        database=database,
        edges=tuple(sorted(_live(edges, logins), key=lambda e: (rank[e.kind], e.source, e.target, e.reason))),
        examined=(*databases[0].examined, *_ALSO_EXAMINED),
        not_examined=(
            *(line for each in databases for line in each.not_examined),
            *linker.lines,
            *unseen(databases, own),
            *closed,
        ),
        sessions=tuple(rows_of(connection, "sessions", Session)),
        columns={c.column: c.node for each in databases for c in each.columns},
        logins=logins,
        row_security={node: each.security for each in databases for node in each.security.tables},
        pages=pages(connection.info.server_version),
    )


def _database(connection: Connection) -> Database:
    """Everything that is in the catalogs of the connected database."""
    base, examined, closed = edges_in(connection)
    columns = rows_of(connection, "columns", Column)
    stored = defined(connection, columns)
    security = RowSecurity.of(
        rows_of(connection, "row_policies", GuardedTable), rows_of(connection, "exempt", Exempt), base
    )
    shown = [Edge(c.node, c.column, "column", "it holds the column") for c in columns]
    inherited = _inherited(rows_of(connection, "inheritance", _Child), security)
    rights = [*base, *shown, *stored.edges, *_held([*base, *shown], stored.edges)]
    return Database(
        name=connection.info.dbname,
        edges=(*_expanded(rights, stored.definers), *inherited),
        examined=tuple(examined),
        not_examined=(*stored.not_understood, *closed, *_not_examined(connection)),
        columns=tuple(columns),
        security=security,
        foreign=foreign_in(connection),
        subscriptions=subscriptions_in(connection),
        relations=shapes_in(connection),
        passwords=passwords_in(connection),
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
            asks = None if one.foreign else ANYONE  # a foreign table is read by the user mapping of whoever asks
            yield Edge(one.parent_column, target, "inheritance", down, only_as=identity, identity=asks)
        up = f"{one.child_name} holds part of the rows of {one.parent_name}"
        target = one.parent_column.replace("column:", "part:", 1)
        for identity, _ in _identities(one.child, security):
            yield Edge(one.child_column, target, "partition", up, only_as=identity, identity=ANYONE)


def _copied(home: Database, there: Database, linker: Linker) -> Iterator[Edge]:
    """From what looks like a copy to what it looks like; who sees none of its rows learns nothing from it."""
    for like in copies(home.relations, there.relations, same=there is home):
        node = there.marked(f"{'matview' if like.copy.kind == 'm' else 'table'}:{like.copy.name}")
        readers = linker.readers(there, like.copy.name) if like.copy.kind == "f" else None
        for identity in readers if readers is not None else (who for who, _ in _identities(node, there.security)):
            for name in like.columns:
                source = there.marked(f"column:{like.copy.name}.{like.copy.columns[name].written}")
                target = f"part:{like.original.name}.{like.original.columns[name].written}"
                yield Edge(source, target, "copy", like.reason, only_as=identity, identity=ANYONE)


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
