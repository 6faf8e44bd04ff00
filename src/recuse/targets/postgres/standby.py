"""How far standbys are behind their primary: what was cut there counts here when it is replayed, and not before."""

import time
from datetime import datetime

from recuse import clock
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.whereabouts import Lag, Position

_POLL_SECONDS = 0.02


def position(connection: Connection) -> Position:
    """Where this server is now: on a primary everything committed before lies before it."""
    row = connection.execute(query("identity/position")).fetchone()
    cluster, recovering, lsn, at, started, database = row if row is not None else ("", False, None, None, None, "")
    moment, since = (each if isinstance(each, datetime) else clock.now() for each in (at, started))
    return Position(str(cluster), bool(recovering), "0/0" if lsn is None else str(lsn), moment, since, str(database))


def lag(connection: Connection, lsn: str) -> Lag:
    """How far a standby is behind a position of its primary."""
    row = connection.execute(query("identity/lag"), (lsn,)).fetchone()
    behind, seconds = row if row is not None else (None, None)
    return Lag("", 0 if behind is None else int(str(behind)), None if seconds is None else float(str(seconds)))


def replayed(connection: Connection, lsn: str, patience: float) -> bool:
    """Wait until a standby has replayed everything up to a position; False when `patience` (seconds) is over."""
    start = time.monotonic()
    while lag(connection, lsn).behind > 0:
        if time.monotonic() - start > patience:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def receivers(connection: Connection) -> tuple[Lag, ...]:
    """The standbys that this primary feeds, each with how far it is behind."""
    return tuple(
        Lag(str(name), int(str(behind)), None if seconds is None else float(str(seconds)))
        for name, behind, seconds in connection.execute(query("identity/receivers")).fetchall()
    )
