"""Wanted row policies in the server's own words: made on a temporary table like the real one, read back, rolled back.

The server rewrites every expression that it stores (casts, parentheses); comparing our text with its text would find
drift where there is none. Only expressions that the server has not seen are asked for, one temporary table a relation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import psycopg
from psycopg import sql

from recuse.enforcement.facts import Fact, ObjectRef, RowPolicy
from recuse.errors import PlanError
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.statements import name_of
from recuse.targets.postgres.undone import silence, undone

_READ_BACK = sql.SQL(
    "SELECT polname, pg_catalog.pg_get_expr(polqual, polrelid), pg_catalog.pg_get_expr(polwithcheck, polrelid) "
    "FROM pg_catalog.pg_policy WHERE polrelid = 'pg_temp.recuse_canonical'::regclass"
)


def canonical(connection: Connection, wanted: Iterable[Fact]) -> frozenset[Fact]:
    """`wanted` with the expressions of row policies as this server writes them. Leaves nothing behind.

    Needs the recuse schema (the gates are called in the expressions) and TEMPORARY on the database. Raises PlanError
    when the server does not accept an expression, which means that the category map and the catalog disagree.
    """
    by_table: dict[ObjectRef, list[RowPolicy]] = {}
    kept: set[Fact] = set()
    for fact in wanted:
        if isinstance(fact, RowPolicy):
            by_table.setdefault(fact.table, []).append(fact)
        else:
            kept.add(fact)
    for table, policies in sorted(by_table.items()):
        kept |= set(_of_table(connection, table, policies))
    return frozenset(kept)


def _of_table(connection: Connection, table: ObjectRef, policies: Sequence[RowPolicy]) -> Iterable[RowPolicy]:
    texts = sorted({text for policy in policies for text in (policy.using, policy.check) if text is not None})
    words: dict[str, str] = {}
    try:
        with undone(connection):
            silence(connection)
            connection.execute(sql.SQL("CREATE TEMPORARY TABLE recuse_canonical (LIKE {})").format(name_of(table)))
            for number, text in enumerate(texts):
                connection.execute(
                    sql.SQL("CREATE POLICY {} ON pg_temp.recuse_canonical USING ({})").format(
                        sql.Identifier(str(number)), sql.SQL(text)
                    )
                )
            for name, using, _ in connection.execute(_READ_BACK):
                words[texts[int(str(name))]] = str(using)
    except psycopg.errors.InsufficientPrivilege:
        raise
    except (psycopg.ProgrammingError, psycopg.DataError) as error:
        raise PlanError(
            f"the server does not accept the row condition of {table}: {error.diag.message_primary}",
            "compare the table's attributes in categories/ with its columns",
        ) from error
    for policy in policies:
        using = None if policy.using is None else words[policy.using]
        yield replace(policy, using=using, check=None if policy.check is None else words[policy.check])
