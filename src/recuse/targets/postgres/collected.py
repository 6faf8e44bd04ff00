"""The edges of a server's databases as the operations take them."""

from collections.abc import Collection, Iterable
from typing import Final

from recuse.paths import Graph, Reached
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.edges.ends import ended_by
from recuse.targets.postgres.edges.kinds import WEAKNESSES, told
from recuse.targets.postgres.edges.reproduce import reproduce
from recuse.targets.postgres.floor import floor
from recuse.targets.postgres.sever import live
from recuse.targets.records import Collected, Way

_NAMED: Final = "SELECT format('%%I.%%I', schema, name) FROM unnest(%s::text[], %s::text[]) AS each (schema, name)"


def _named(connection: Connection, names: Iterable[str]) -> frozenset[str]:
    """The names `schema.table` as SQL writes them."""
    parts = [name.partition(".") for name in names]
    rows = connection.execute(_NAMED, ([schema for schema, _, _ in parts], [table for _, _, table in parts]))
    return frozenset(str(name) for (name,) in rows)


def collected(connection: Connection, governed: Collection[str]) -> Collected:
    """Collect the edges of the connected database and of the others of its server, with copies of what is governed."""
    found = collect(connection, connection.info.dbname)
    version = floor(connection.info.server_version)

    def reproduced(graph: Graph, reached: Reached, way: Way) -> str:
        return reproduce(graph, reached, way.start, way.path, found.columns).text

    return Collected(
        database=found.database,
        edges=found.toward(_named(connection, governed)),
        logins=found.logins,
        sessions=live(connection),
        examined=found.examined,
        not_examined=found.not_examined,
        version=version.version,
        minimum=version.minimum,
        unrepaired=version.unrepaired,
        rows=lambda place: found.rows(place).verdict,
        reproduce=reproduced,
        told=told,
        pages=found.pages,
        weaknesses=WEAKNESSES,
        noted=found.noted,
        ended=ended_by,
    )
