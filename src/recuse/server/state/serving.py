"""Which policy is answered under, as all who serve one state agree: asked for each answer, never moved back."""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.pq import TransactionStatus

from recuse.server.state.migrations import Connection, check_prepared, told

SECONDS: Final = 5
"""How long an answer of the state is waited for."""
_ASK: Final = "SELECT policy, place, halted FROM recuse_state.serving"
_MOVE: Final = "UPDATE recuse_state.serving SET policy = %s, place = %s, since = now() WHERE place < %s"


@dataclass(frozen=True, slots=True)
class Serving:
    """The policy that is answered under, and the place in the ledger that made it so; `halted` says why nothing is."""

    policy: str
    place: int
    halted: str | None = None


class Lasting:
    """One connection to the state, made when it is asked for and made anew after it was lost; for one thread."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None

    def connected(self) -> Connection:
        """The connection, made anew after it was lost. TargetError when there is none, or the state is not prepared."""
        if self._connection is None or _lost(self._connection):
            self.close()
            self._connection = _prepared(self._dsn)
        return self._connection

    def close(self) -> None:
        """Give up the connection; harmless when done twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _lost(connection: Connection) -> bool:
    """Whether nothing more can be asked of it, as one thread sees it between two statements.

    Where a server's last word came just before the end of the stream, psycopg calls a connection neither broken nor
    closed, and libpq takes the statement to be under way for ever ("another command is already in progress").
    """
    waiting = connection.info.transaction_status is TransactionStatus.ACTIVE
    return connection.closed or connection.broken or waiting


class State(Lasting):
    """Which policy is answered under; for one thread."""

    def serving(self) -> Serving:
        """What is agreed now. `TargetError` when it cannot be known."""
        with told():
            ((policy, place, halted),) = self.connected().execute(_ASK).fetchall()
        return Serving(policy, place, halted)

    def move(self, policy: str, place: int) -> None:
        """Answer under this policy from now on, unless a later place in the ledger has been heard of."""
        with told():
            self.connected().execute(_MOVE, (policy, place, place))

    def halt(self, reason: str | None) -> None:
        """Answer nothing from now on, for this reason; None: answer again. Rights: those of the state's owner."""
        with told():
            self.connected().execute("UPDATE recuse_state.serving SET halted = %s", (reason,))


def connected(dsn: str) -> Connection:
    """A connection to the state: names are those of the catalog, and what takes too long is given up."""
    with told():
        connection = psycopg.connect(dsn, autocommit=True, application_name="recuse serve", connect_timeout=SECONDS)
        connection.execute("SET search_path = pg_catalog, pg_temp")
        connection.execute("SELECT pg_catalog.set_config('statement_timeout', %s, false)", (f"{SECONDS}s",))
    return connection


def check_prepared_at(dsn: str) -> None:
    """Raise `TargetError` unless there is a state that is prepared for this version."""
    _prepared(dsn).close()


def _prepared(dsn: str) -> Connection:
    """A connection to a state prepared for this version; of any other none is kept, so that it is told each time."""
    connection = connected(dsn)
    try:
        check_prepared(connection)
    except BaseException:
        connection.close()
        raise
    return connection
