"""Ends sessions: signals all of them, then polls until none older than the cut is left.

A REVOKE does not stop what a session already holds (an open cursor, a role already set, a temporary copy), and none of
that can be seen from another session; so every session of a login that loses something counts, in every database of the
server and of every kind: a sender of changes reads on as a client does. A login that was dropped lost everything.

A session that was still being let in at the moment of the cut may show itself only when it is in. It has run nothing
before the cut, so it holds nothing; `verify` names it, since it is older.
"""

import time
from datetime import datetime

from recuse import clock
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.records import EndedSession, LiveSession, Severed

PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.01


def server_moment(connection: Connection) -> datetime:
    """The server's own clock, by which sessions are dated."""
    row = connection.execute("SELECT pg_catalog.clock_timestamp()").fetchone()
    moment = row[0] if row else None
    return moment if isinstance(moment, datetime) else clock.now()


def sever(connection: Connection, logins: frozenset[str], before: datetime) -> Severed:
    """End every session of `logins`, and of dropped ones, that began before this moment.

    Needs pg_signal_backend (a superuser's: superuser). Returns with `left` not empty when a session did not end in
    `PATIENCE_SECONDS`: the caller must not call it closed.
    """
    start = time.monotonic()
    ended: dict[int, EndedSession] = {}
    while True:
        old = [_ended(row) for row in connection.execute(query("sessions/end"), (sorted(logins), before))]
        for session in old:
            ended.setdefault(session.pid, session)  # as it was when it was signalled first
        spent = time.monotonic() - start
        if not old or spent > PATIENCE_SECONDS:
            left = tuple(sorted({session.login for session in old}))
            return Severed(len(ended), spent, left, tuple(ended.values()))
        time.sleep(_POLL_SECONDS)


def _ended(row: tuple[object, ...]) -> EndedSession:
    pid, login, kind, state, at, text, _ = row
    moment = at if isinstance(at, datetime) else None
    return EndedSession(str(login), int(str(pid)), str(kind), str(state), moment, str(text))


def live(connection: Connection) -> tuple[LiveSession, ...]:
    """Every session of the server by the login that began it; what it became since then, nobody else can see."""
    rows = connection.execute(query("sessions/live")).fetchall()
    return tuple(
        LiveSession(
            str(login), int(str(pid)), since if isinstance(since, datetime) else None, str(kind), dropped=bool(dropped)
        )
        for pid, login, kind, since, dropped in rows
    )
