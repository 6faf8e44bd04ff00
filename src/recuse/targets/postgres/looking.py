"""A quick look at a database: what changed on it that is no fact. Read-only, and short enough for every minute."""

from datetime import datetime
from typing import Any, Final

import psycopg

from recuse.targets.looks import LogFile, Look, Seen
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.postgres.sever import live

_EXISTS: Final = "SELECT pg_catalog.to_regclass('recuse.seen') IS NOT NULL"


def look(connection: Connection, since: datetime) -> Look:
    """What there is to see now; of what the event trigger saw, what is younger than `since`.

    From then on nothing in this session waits long for a lock: what is locked is told, and other systems wait for us.
    """
    connection.execute("SELECT pg_catalog.set_config('lock_timeout', '5s', false)")
    now, databases, active, applying = _rows(connection, "server")[0]
    seen = connection.execute(query("watch/seen"), (since,)).fetchall() if _has(connection) else []
    return Look(
        at=now,
        seen=tuple(Seen(*row) for row in seen),  # type: ignore[arg-type]
        sessions=live(connection),
        settings=dict(_rows(connection, "settings")),
        databases=tuple(databases or ()),
        active=active,
        log=_log(connection),
        applying=applying,
    )


def _has(connection: Connection) -> bool:
    return connection.execute(_EXISTS).fetchone() == (True,)


def _log(connection: Connection) -> LogFile | None:
    """None where the server writes no file, or this account may not know of it."""
    try:
        with connection.transaction():
            found = _rows(connection, "log")
    except psycopg.errors.InsufficientPrivilege:
        return None
    return LogFile(*found[0]) if found and found[0][1] is not None else None


def _rows(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    return connection.execute(query(f"watch/{name}")).fetchall()
