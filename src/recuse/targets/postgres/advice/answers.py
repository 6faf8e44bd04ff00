"""Answers what a plan asks about one database: indexes, NULLs, who is in the way, and remembered statements."""

from collections.abc import Mapping
from typing import Final

from psycopg import sql

from recuse.errors import InputError
from recuse.targets.advice import Advised, Asked, Logged
from recuse.targets.postgres.advice.indexes import advise
from recuse.targets.postgres.advice.keys import read_keys
from recuse.targets.postgres.advice.measure import measured
from recuse.targets.postgres.advice.nulls import null_counts
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.postgres.waiting import holders_of

_STATEMENTS: Final = (
    "SELECT s.query, s.calls, r.rolname::text FROM {}.pg_stat_statements s "
    "JOIN pg_catalog.pg_roles r ON r.oid = s.userid "
    "WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) "
    "AND s.toplevel AND s.query IS NOT NULL"
)


def answers(connection: Connection, asked: Asked) -> Advised:
    """Everything asked, each by its own means; what a right is missing for says so and does not stop the rest."""
    found = list(advise(read_keys(connection, asked.tables)))
    return Advised(
        tuple(measured(connection, found)),
        null_counts(connection, asked.columns, count=asked.count),
        holders_of(connection, asked.relations),
        _sizes(connection, asked),
    )


def _sizes(connection: Connection, asked: Asked) -> Mapping[str, int]:
    rows = connection.execute(query("advice/sizes"), (list(asked.relations),))
    return {str(name): int(str(size)) for name, size in rows}


def remembered(connection: Connection) -> tuple[Logged, ...]:
    """The statements of this database in pg_stat_statements, without constants. InputError where it is not installed.

    Without pg_read_all_stats only the login's own can be read.
    """
    row = connection.execute(query("advice/statistics")).fetchone()
    if row is None:
        remedy = "create the extension, or give a file of statements"
        raise InputError("pg_stat_statements is not installed in the database", remedy)
    statement = sql.SQL(_STATEMENTS).format(sql.Identifier(str(row[0])))
    return tuple(
        Logged(str(text), int(str(calls)), (str(login),)) for text, calls, login in connection.execute(statement)
    )
