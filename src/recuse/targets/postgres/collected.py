"""The edges of one database as the operations take them, with the other databases of the server looked into."""

from collections.abc import Iterator
from typing import Final

import psycopg

from recuse.paths import Graph
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.edges.kinds import WEAKNESSES, told
from recuse.targets.postgres.edges.reproduce import reproduce
from recuse.targets.postgres.floor import floor
from recuse.targets.records import Collected, LiveSession, Way

_OTHERS: Final = "other databases"
_HOLDINGS: Final = (
    "SELECT (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema') "
    "+ (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata) + (SELECT count(*) FROM pg_catalog.pg_foreign_server)"
)


def collected(connection: Connection) -> Collected:
    """Collect the connected database's edges; other databases count as examined when they are empty."""
    found = collect(connection, connection.info.dbname)
    kept = tuple(line for line in found.not_examined if not line.startswith(_OTHERS))
    closed = tuple(_other_databases(connection))
    emptied = len(kept) < len(found.not_examined) and not closed
    version = floor(connection.info.server_version)

    def reproduced(graph: Graph, way: Way) -> str:
        return reproduce(graph, graph.search(way.start), way.start, way.path, found.columns).text

    return Collected(
        database=found.database,
        edges=found.edges,
        logins=found.logins,
        sessions=tuple(LiveSession(s.account, s.pid, s.since) for s in found.sessions),
        examined=(*found.examined, *((f"{_OTHERS}, which are empty",) if emptied else ())),
        not_examined=(*kept, *closed),
        version=version.version,
        unrepaired=version.unrepaired,
        rows=lambda place: found.rows(place).verdict,
        reproduce=reproduced,
        told=told,
        pages=found.pages,
        weaknesses=WEAKNESSES,
        noted=found.noted,
    )


def _other_databases(connection: Connection) -> Iterator[str]:
    """Databases of this server that hold something, or that could not be opened to see."""
    names = connection.execute(
        "SELECT datname::text FROM pg_catalog.pg_database "
        "WHERE datallowconn AND datname <> current_database() ORDER BY 1"
    ).fetchall()
    for (name,) in names:
        try:
            with psycopg.connect(connection.info.dsn, password=connection.info.password, dbname=str(name)) as other:
                row = other.execute(_HOLDINGS).fetchone()
        except psycopg.Error:
            yield f"{_OTHERS}: `{name}` could not be opened"
            continue
        if row is None or row[0]:
            yield f"{_OTHERS}: `{name}` holds {row[0] if row else 'unknown'} relations or large objects of users"
