"""Which policy is answered under, as all who serve one state agree: asked for each answer, never moved back."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg

from recuse.errors import UnreachableError
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

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """The connection. `TargetError` when there is none, the state is not prepared, or the driver fails inside.

        After `UnreachableError` it is given up, whatever the driver says of it: where a server's last word came just
        before the end of the stream, psycopg calls the connection neither broken nor closed, and libpq refuses every
        later statement ("another command is already in progress"), so that nothing would ever be answered again.
        """
        try:
            with told():
                yield self._connected()
        except UnreachableError:
            self.close()
            raise

    def close(self) -> None:
        """Give up the connection; harmless when done twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.broken or self._connection.closed:
            self.close()
            self._connection = connected(self._dsn)
            check_prepared(self._connection)
        return self._connection


class State:
    """Which policy is answered under; over one connection, for one thread."""

    def __init__(self, dsn: str) -> None:
        self._lasting = Lasting(dsn)

    def serving(self) -> Serving:
        """What is agreed now. `TargetError` when it cannot be known."""
        with self._lasting.connection() as connection:
            ((policy, place, halted),) = connection.execute(_ASK).fetchall()
        return Serving(policy, place, halted)

    def move(self, policy: str, place: int) -> None:
        """Answer under this policy from now on, unless a later place in the ledger has been heard of."""
        with self._lasting.connection() as connection:
            connection.execute(_MOVE, (policy, place, place))

    def halt(self, reason: str | None) -> None:
        """Answer nothing from now on, for this reason; None: answer again. Rights: those of the state's owner."""
        with self._lasting.connection() as connection:
            connection.execute("UPDATE recuse_state.serving SET halted = %s", (reason,))

    def close(self) -> None:
        """Give up the connection; harmless when done twice."""
        self._lasting.close()


def connected(dsn: str) -> Connection:
    """A connection to the state: names are those of the catalog, and what takes too long is given up."""
    with told():
        connection = psycopg.connect(dsn, autocommit=True, application_name="recuse serve", connect_timeout=SECONDS)
        connection.execute("SET search_path = pg_catalog, pg_temp")
        connection.execute("SELECT pg_catalog.set_config('statement_timeout', %s, false)", (f"{SECONDS}s",))
    return connection


def check_prepared_at(dsn: str) -> None:
    """Raise `TargetError` unless there is a state that is prepared for this version."""
    with closing(connected(dsn)) as connection:
        check_prepared(connection)
