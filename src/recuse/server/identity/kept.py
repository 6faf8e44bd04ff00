"""The state's tables that identity uses, over one connection a worker: sessions, logins under way, counters.

Every method waits for the database and is called in a thread. The moment is given by who calls.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from recuse.server.state.migrations import Connection, told
from recuse.server.state.serving import Lasting

Rows = list[tuple[Any, ...]]


class Kept:
    """The state, for the threads of one worker in turn; the connection is made anew after it was lost."""

    def __init__(self, dsn: str) -> None:
        self._lock = Lock()
        self._lasting = Lasting(dsn)

    def rows(self, statement: str, values: Mapping[str, Any] | Sequence[Any]) -> Rows:
        """What one statement gives. `TargetError` when the state cannot be used."""
        with self.together() as connection:
            return connection.execute(statement.encode(), values).fetchall()

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """One transaction. `TargetError` when the state cannot be used."""
        with self._lock, told():
            connection = self._lasting.connected()
            with connection.transaction():
                yield connection

    def close(self) -> None:
        """Give up the connection; harmless when done twice."""
        with self._lock:
            self._lasting.close()
