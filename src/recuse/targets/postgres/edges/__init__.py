"""Collects every step that yields access in the databases of a server, as edges for `recuse.paths`.

Nodes, as seen from one login L that starts at `login:L`:

    login:X, role:X        L holds the rights of X; it has *become* X where the place's identity is X
    public:                L holds what PUBLIC was granted
    superuser: createrole: L has the attribute, through the role it has become
    definer:X              L runs a function whose owner is X and whose body is not known
    table:T view:V matview:M    L reads every column of it      column:T.c   L reads this column
    shown:V.c              L reads this column of a view, whose query runs
    grants:T/X             L can grant X SELECT on T, which lets a view of X's work
    part:T.c               L reads some values of it: of a partition, of statistics, of oversized values
    function:F(types)      L can call it                        held:NODE    L has the right, even without the name
    schema:S usage:S       L can name what is in it: through some role, through the role it acts as
    database:D             L can connect to it
    insert:T trigger:T …   L can change it, attach triggers     programs: backup: slots: future:S.tables
    attached:F             L can make a trigger function run    create:S temporary: making:   L can make objects
    schemas:   owns:S      L can make schemas, drop what others have in this one
    changed:T.c            L has rows that it does not see changed there: to anything, or to what stands after `/`
    bent:…                 a row policy's function finds what L made, in the place of what it means
    mirror:T channel:C     L reads rows copied there, sent there    leakproof:F   L can call it, and it tells
    server: activity: …    a weakness: no data of this database, see `kinds.toml`

    foreign:S reader:S.R   L can use the foreign server S, and make tables of its own that read as R there
    reader:S.R.T           L can retarget the foreign table T, which reads as R there
    place:tables           L can make a table somewhere         connects:secret connects:trust   by dblink, to a server
    elsewhere:S            L reads what another server shows it

Names are quoted where SQL needs it. Nodes of a database other than the connected one end in `@database`
(`table:public.person_copy@warehouse`), those of L in it too: `elsewhere` says how. `kinds.toml` lists the kinds of
edges, preferred first among equally long paths.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from recuse.errors import RecuseError, TargetError
from recuse.paths import FILTERED, Edge, Place
from recuse.targets.postgres.edges.catalog import Connection, noted_in, rows_of
from recuse.targets.postgres.edges.columns import Column
from recuse.targets.postgres.edges.definitions import COMPUTED
from recuse.targets.postgres.edges.elsewhere import opened
from recuse.targets.postgres.edges.foreign import Linker
from recuse.targets.postgres.edges.inside import read_database
from recuse.targets.postgres.edges.kinds import KINDS, pages
from recuse.targets.postgres.edges.loopback import here
from recuse.targets.postgres.edges.row_security import Rows, RowSecurity
from recuse.targets.postgres.edges.same_rows import copied
from recuse.targets.postgres.edges.subscribed import subscribed, unseen

__all__ = ["Collected", "Column", "Rows", "Session", "collect"]

_ALSO_EXAMINED: Final = (
    "views, materialized views and rules", "bodies of definer functions", "triggers and event triggers",
    "copies by triggers", "functions that run unnamed", "code that others run", "inheritance and partitions",
    "row policies", "other databases", "user mappings and foreign tables", "subscriptions", "copies by their columns",
)  # fmt: skip
_RANK: Final = {kind: position for position, kind in enumerate(KINDS)}


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

    `copies` gives the steps from what looks like a copy of relations, asked for by name, and is none of them.
    `not_examined` has a line `mechanism: what was found` for each mechanism that is there and that no edge describes.
    `columns` maps a column's node to its relation's; `logins` are all roles that can log in, sorted; `row_security` has
    every guarded relation with its database's; `pages` are the addresses of the documentation by kind of edge; `noted`
    has a code and a sentence for what holds of the whole server.
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
    noted: tuple[tuple[str, str], ...]
    copies: Callable[[Collection[str]], Iterable[Edge]]

    def toward(self, relations: Collection[str]) -> tuple[Edge, ...]:
        """The edges with those from copies of these relations, named as SQL names them."""
        return tuple(sorted((*self.edges, *self.copies(relations)), key=_order))

    def rows(self, place: Place) -> Rows:
        """Which rows are read at a place that is a relation, a column or a part of one."""
        if place.node.startswith("part:"):
            return Rows("some")
        node = self.columns.get(place.node, place.node)
        if node in self.row_security:
            return self.row_security[node].rows(node, place.identity)
        return Rows("some" if place.identity == FILTERED else "all")


@dataclass(frozen=True, slots=True)
class _Login:
    name: str


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
    databases, closed = [read_database(connection)], []
    for other in rows_of(connection, "others", _Other):
        try:
            with opened(connection, other.name) as elsewhere:
                if not rows_of(elsewhere, "empty", _Empty)[0].empty:
                    found = read_database(elsewhere)
                    databases.append(found.renamed(other.identifier, logins, databases[0].not_examined))
        except RecuseError as error:
            closed.append(f"other databases: `{other.name}` could not be examined: {error.message}")
    own = here(connection, databases[0].security.inherits)
    linker = Linker(databases, own)
    edges = [*(edge for each in databases for edge in each.edges), *linker.edges(), *subscribed(databases, own)]

    def copies(asked: Collection[str]) -> Iterator[Edge]:
        return chain.from_iterable(copied(asked, databases[0], each, linker) for each in databases)

    return Collected(
        database=database,
        edges=tuple(sorted(_live(edges, logins), key=_order)),
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
        noted=tuple(noted_in(connection)),
        copies=copies,
    )


def _order(edge: Edge) -> tuple[int, str, bool, str, str]:
    return _RANK[edge.kind], edge.source, edge.reason == COMPUTED, edge.target, edge.reason


def _live(edges: Iterable[Edge], logins: Iterable[str]) -> Iterator[Edge]:
    """Without edges out of nodes that nothing leads to; every login is a start."""
    known = list(dict.fromkeys(edges))
    targets = {edge.target for edge in known} | {f"login:{name}" for name in logins}
    return (edge for edge in known if edge.source in targets)
