"""Ends sessions: signals all of them, then polls until none older than the cut is left.

A REVOKE does not stop what a session already holds (an open cursor, a role already set, a temporary copy), and none of
that can be seen from another session; so every session of an account that loses something counts.
"""

import time
from datetime import datetime

from recuse import clock
from recuse.targets.postgres.connect import Connection
from recuse.targets.records import Severed

PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.01
_OLD = (
    "SELECT pid, usename::text, coalesce(left(query, 200), '') FROM pg_catalog.pg_stat_activity "
    "WHERE usename::text = ANY (%s) AND backend_start < %s AND pid <> pg_catalog.pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
_SIGNAL = (
    "SELECT count(*) FILTER (WHERE pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity "
    "WHERE usename::text = ANY (%s) AND backend_start < %s AND pid <> pg_catalog.pg_backend_pid() "
    "AND backend_type = 'client backend'"
)


def server_moment(connection: Connection) -> datetime:
    """The server's own clock, by which sessions are dated."""
    row = connection.execute("SELECT pg_catalog.clock_timestamp()").fetchone()
    moment = row[0] if row else None
    return moment if isinstance(moment, datetime) else clock.now()


def sever(connection: Connection, logins: frozenset[str], before: datetime) -> Severed:
    """End every session of `logins` that began before this moment; needs pg_signal_backend (a superuser's: superuser).

    Returns with `left` not empty when a session did not end in `PATIENCE_SECONDS`: the caller must not call it closed.
    """
    if not logins:
        return Severed(0, 0.0, ())
    start = time.monotonic()
    names = sorted(logins)
    signalled = 0
    while True:
        row = connection.execute(_SIGNAL, (names, before)).fetchone()
        signalled = max(signalled, int(str(row[0])) if row else 0)
        old = connection.execute(_OLD, (names, before)).fetchall()
        spent = time.monotonic() - start
        if not old or spent > PATIENCE_SECONDS:
            return Severed(signalled, spent, tuple(sorted({str(login) for _, login, _ in old})))
        time.sleep(_POLL_SECONDS)
