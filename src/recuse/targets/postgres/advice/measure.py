"""Measures an advice: asks the server's planner, on an empty temporary copy of the table that is rolled back.

What takes an index from a condition is that there is a row policy, not which one and not how many rows there are. So
the copy needs neither rows nor statistics: with sequential scans switched off, the planner shows whether it can reach
the index at all. No row is read, and nobody's function runs: the copy is empty, constants are parameters, and an
expression with a function from outside pg_catalog is not measured.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import psycopg
from psycopg import sql

from recuse.errors import MissingRightError
from recuse.targets.advice import IndexAdvice, Measured
from recuse.targets.postgres.advice.indexes import Trial
from recuse.targets.postgres.advice.keys import Key
from recuse.targets.postgres.connect import Connection, first_line
from recuse.targets.postgres.queries import Sql
from recuse.targets.postgres.undone import silence, undone

COPY: Final = sql.SQL("pg_temp.recuse_advice")
READER: Final = "pg_monitor"  # every server has it, it logs in nowhere, and row security binds it
_SETTINGS: Final = (
    "SELECT pg_catalog.set_config(name, value, true) FROM (VALUES ('lock_timeout', '500ms'), "
    "('statement_timeout', '5s'), ('enable_seqscan', 'off'), ('plan_cache_mode', 'force_generic_plan'), "
    "('default_statistics_target', '1')) AS setting(name, value)"
)
_PREPARED: Final = "SELECT 1 FROM pg_catalog.pg_prepared_statements WHERE name = 'recuse_advice'"
_IDENTITY: Final = "SELECT rolsuper, rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user"


class UnmeasurableError(Exception):
    """Asking the planner here would run somebody's function; the message says which."""


def measured(connection: Connection, found: Sequence[tuple[Key, IndexAdvice, Trial]]) -> Iterator[IndexAdvice]:
    """The same advices with what was measured; needs TEMPORARY on the database and leaves nothing behind."""
    for key, advice, trial in found:
        if not key.leak.ours:
            yield replace(advice, unmeasured="the expression calls a function from outside pg_catalog")
            continue
        try:
            result = _measure(connection, key, trial)
        except UnmeasurableError as error:
            yield replace(advice, unmeasured=str(error))
        except psycopg.Error as error:
            if connection.closed:
                raise
            yield replace(advice, unmeasured=first_line(error))
        else:
            if not result.under:  # a function in SQL whose body took its place: the planner knows better
                yield replace(advice, measured=result)


def _measure(connection: Connection, key: Key, trial: Trial) -> Measured:
    found: list[Measured] = []
    with undone(connection):
        prepare(connection)
        copy_of(connection, key.table)
        keyed = sql.SQL("({})").format(sql.SQL(key.text))
        if key.collation is not None:
            keyed += sql.SQL(" COLLATE ") + sql.SQL(key.collation)
        connection.execute(_index("recuse_key", key.method, keyed + sql.SQL(" ") + sql.SQL(key.opclass)))
        without = _reached(connection, trial.lost)
        if trial.column is not None:
            add = sql.SQL("ALTER TABLE {} ADD COLUMN recuse_cure {} GENERATED ALWAYS AS ({}) STORED")
            kind = _type(connection, trial.column)
            connection.execute(add.format(COPY, sql.SQL(kind), trial.column))
            connection.execute(_index("recuse_cure", "btree", sql.SQL("recuse_cure")))
        secure(connection, COPY)
        as_reader(connection)
        under = _reached(connection, trial.lost)
        cured = None if trial.cured is None else _reached(connection, trial.cured)
        found.append(Measured(without, under, cured))
    return found[0]


def prepare(connection: Connection) -> None:
    """The settings of a measurement, and no event trigger of anybody's while tables are made.

    Raises UnmeasurableError where one would run all the same.
    """
    connection.execute(_SETTINGS)
    try:
        silence(connection)
    except MissingRightError as error:
        raise UnmeasurableError("an event trigger of the database would run") from error


def copy_of(connection: Connection, table: str) -> None:
    """An empty temporary table with the columns of this one."""
    schema, _, name = table.partition(".")
    connection.execute(sql.SQL("CREATE TEMPORARY TABLE recuse_advice (LIKE {})").format(sql.Identifier(schema, name)))


def secure(connection: Connection, table: Sql) -> None:
    """Row security on a temporary table of ours, and all rights on it to a reader whom it binds."""
    connection.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY").format(table))
    connection.execute(sql.SQL("CREATE POLICY recuse_advice ON {} USING (current_user IS NOT NULL)").format(table))
    if exempt(connection):
        connection.execute(sql.SQL("GRANT ALL ON {} TO {}").format(table, sql.Identifier(READER)))


def exempt(connection: Connection) -> bool:
    """Whether row security does not bind us, so that somebody else has to be asked for."""
    row = connection.execute(_IDENTITY).fetchone()
    return row is not None and any(row)


def as_reader(connection: Connection) -> None:
    """Be somebody whom row security binds, for the rest of the block."""
    if exempt(connection):
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(READER)))


def _type(connection: Connection, expression: Sql) -> str:
    cursor = connection.execute(sql.SQL("SELECT {} FROM {} LIMIT 0").format(expression, COPY))
    oid = cursor.description[0].type_code if cursor.description else 0
    row = connection.execute("SELECT pg_catalog.format_type(%s::oid, NULL)", (oid,)).fetchone()
    return str(row[0]) if row else "text"


def _index(name: str, method: str, keyed: Sql) -> Sql:
    return sql.SQL("CREATE INDEX {} ON {} USING {} ({})").format(
        sql.Identifier(name), COPY, sql.Identifier(method), keyed
    )


def _reached(connection: Connection, condition: Sql) -> bool:
    """Whether the planner has an index condition for a row condition over the copy."""
    statement = sql.SQL("SELECT 1 FROM {} WHERE {}").format(COPY, condition)
    return bool(conditions(explained(connection, statement, 1 if "$1" in statement.as_string(None) else 0)))


def explained(connection: Connection, statement: Sql, parameters: int) -> Any:
    """The plan of a statement with unknown parameters, as JSON. Nothing runs. Raises psycopg's error when refused."""
    nulls = sql.SQL(", ").join([sql.SQL("NULL")] * parameters)
    arguments = sql.SQL("({})").format(nulls) if parameters else sql.SQL("")
    execute = sql.SQL("EXPLAIN (FORMAT JSON, COSTS FALSE) EXECUTE recuse_advice{}").format(arguments)
    found: list[Any] = []
    prepared = False
    try:
        with undone(connection):
            # binary, because only the simple protocol would take a second statement after a `;`
            connection.execute(sql.SQL("PREPARE recuse_advice AS {}").format(statement), binary=True)
            prepared = True
            found += connection.execute(execute).fetchone() or ()
    finally:
        # No rollback takes a prepared statement back; but psycopg may drop all of them after one.
        if prepared and not connection.closed and connection.execute(_PREPARED).fetchone() is not None:
            connection.execute("DEALLOCATE recuse_advice")
    return found[0]


def conditions(plan: Any) -> frozenset[str]:
    """Every index condition of a plan."""
    match plan:
        case dict():
            mine = {str(plan["Index Cond"])} if "Index Cond" in plan else set[str]()
            return frozenset(mine).union(*(conditions(each) for each in plan.values()))
        case list():
            return frozenset[str]().union(*(conditions(each) for each in plan))
        case _:
            return frozenset()
