"""Declaring a purpose with psycopg: for one transaction, under a permit, and through a pool.

Run it: `python examples/psycopg_declare.py service=records crime judicial 26-CR-1`
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool


@contextmanager
def declared(connection: psycopg.Connection, purpose: str, authority: str, case: str | None) -> Iterator[None]:
    """A transaction in this purpose. Its end is the purpose's: whoever has the connection next finds nothing of it.

    `InsufficientPrivilege` says why not, where no permit in force lets this login declare it.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise RuntimeError("declare in a transaction of its own: this connection is inside one, which would keep it")
    with connection.transaction():
        connection.execute("SELECT recuse.declare(%s, %s, %s)", (purpose, authority, case))
        yield


def arrests(connection: psycopg.Connection) -> list[int]:
    return [row[0] for row in connection.execute("SELECT id FROM records.arrest ORDER BY id").fetchall()]


def main(dsn: str, purpose: str, authority: str, case: str | None = None) -> int:
    """Read in the purpose, and then without it, on the same connection of a pool."""
    with ConnectionPool(dsn, min_size=1, max_size=1, kwargs={"autocommit": True}, open=True) as pool:
        try:
            with pool.connection() as connection, declared(connection, purpose, authority, case):
                print("declared:", arrests(connection))
        except psycopg.errors.InsufficientPrivilege as refused:
            print("refused:", refused.diag.message_primary)
            print("remedy:", refused.diag.message_hint)
            return 1
        with pool.connection() as connection:
            try:
                print("undeclared:", arrests(connection))
            except psycopg.errors.InsufficientPrivilege as refused:
                print("undeclared: refused,", refused.diag.message_primary)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
