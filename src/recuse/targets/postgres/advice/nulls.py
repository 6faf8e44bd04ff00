"""Counts the rows that have NULL in a column: by one aggregate a table, or from statistics where that may not be.

Counting reads rows, which nothing else of a plan does: it needs SELECT on the columns, and a login that row security
does not bind. Where that is missing, where it takes too long, or where it is not wanted, the statistics of ANALYZE
answer, and it is said that they did.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import psycopg
from psycopg import sql

from recuse.targets.advice import NullCount
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query

SECONDS: Final = 10
_SETTINGS: Final = (
    "SELECT pg_catalog.set_config('statement_timeout', %s, true), "
    "pg_catalog.set_config('lock_timeout', '500ms', true), pg_catalog.set_config('row_security', 'off', true)"
)


def null_counts(
    connection: Connection, columns: Mapping[str, Sequence[str]], *, count: bool = True
) -> tuple[NullCount, ...]:
    """How many rows have NULL in each of these columns, by table. `count` reads rows; without it none is read."""
    return tuple(each for table in sorted(columns) for each in _of_table(connection, table, columns[table], count))


def _of_table(connection: Connection, table: str, columns: Sequence[str], count: bool) -> Iterator[NullCount]:
    why = "no row was to be read"
    if count:
        try:
            yield from _counted(connection, table, columns)
        except psycopg.errors.InsufficientPrivilege:
            why = f"counting needs SELECT on the columns of `{table}`, as a login that row security does not bind"
        except psycopg.errors.QueryCanceled:
            why = f"counting took longer than {SECONDS} seconds"
        except psycopg.errors.LockNotAvailable:
            why = "somebody has locked the table"
        else:
            return
    yield from _estimated(connection, table, columns, why)


def _counted(connection: Connection, table: str, columns: Sequence[str]) -> list[NullCount]:
    schema, _, name = table.partition(".")
    nulls = [sql.SQL("count(*) FILTER (WHERE {} IS NULL)").format(sql.Identifier(column)) for column in columns]
    statement = sql.SQL("SELECT count(*), {} FROM {}").format(sql.SQL(", ").join(nulls), sql.Identifier(schema, name))
    with connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        connection.execute(_SETTINGS, (f"{SECONDS}s",))
        row = connection.execute(statement).fetchone()
    rows, *found = [int(str(value)) for value in row or ()]
    return [NullCount(table, column, rows, n, "counted") for column, n in zip(columns, found, strict=True)]


def _estimated(connection: Connection, table: str, columns: Sequence[str], why: str) -> Iterator[NullCount]:
    found = {
        str(c): (float(str(r)), float(str(f)))
        for _, c, r, f in connection.execute(query("advice/estimates"), ([table],))
    }
    for column in columns:
        if column in found:
            rows, share = found[column]
            yield NullCount(table, column, round(rows), round(rows * share), "estimated", why)
        else:
            yield NullCount(table, column, None, None, "not counted", f"{why}, and there are no statistics to see")
