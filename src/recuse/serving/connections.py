"""What acts at a server process share: connections to the state that wait for the next, and the ledger for one act."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from recuse.errors import LedgerBusyError
from recuse.ledger import Ledger, open_ledger
from recuse.server.state.migrations import Connection, check_prepared
from recuse.server.state.serving import connected

PATIENCE: Final = 3.0
"""Seconds that another's act is waited for."""
_PAUSE: Final = 0.05


def opened(folder: Path) -> Ledger:
    """The ledger, to be written to. LedgerBusyError where another process keeps it for longer than an act takes."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return open_ledger(folder)
        except LedgerBusyError as error:
            if time.monotonic() >= until:
                raise LedgerBusyError(
                    "another process writes to the ledger now, and nothing was done",
                    "try again: an apply takes minutes",
                ) from error
        time.sleep(_PAUSE)


class Connections:
    """Connections to the state that nobody uses now; those that may be lost are given up together."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lock = Lock()
        self._idle: list[Connection] = []

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """A connection of one's own, to a prepared state. TargetError when there is none."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = connected(self._dsn)
            check_prepared(connection)
        try:
            yield connection
        finally:
            if connection.closed or connection.broken:
                self.close()
            else:
                with self._lock:
                    self._idle.append(connection)

    def close(self) -> None:
        """Give up those that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()
