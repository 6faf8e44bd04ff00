"""What the services of a server process share: the policy it follows, its connections to the state, the ledger."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from anyio import from_thread

from recuse.errors import LedgerBusyError
from recuse.ledger import Ledger, open_ledger
from recuse.server.grounds import Loaded
from recuse.server.state.migrations import Connection, check_prepared
from recuse.server.state.serving import connected
from recuse.serving.place import Place
from recuse.serving.policy import Follower

PATIENCE: Final = 3.0
"""Seconds that another's act is waited for."""
_PAUSE: Final = 0.05


def opened(folder: Path) -> Ledger:
    """A ledger, to be written to. LedgerBusyError where another process keeps it for longer than an act takes."""
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


@dataclass(frozen=True, slots=True)
class Shared:
    """Where a server process works, the policy as it follows it, and its connections to the state."""

    place: Place
    follower: Follower
    state: "Connections"

    @classmethod
    def of(cls, place: Place) -> "Shared":
        """What the services of one process share; `close` gives it up."""
        return cls(place, Follower(place.repository, place.ledger), Connections(place.state))

    def loaded(self) -> Loaded:
        """The policy of this moment, for a thread of the process. TargetError when there is none."""
        return from_thread.run(self.follower.current)

    def ledger(self) -> Ledger:
        """The ledger, to be written to. LedgerBusyError where another process keeps it for longer than an act takes."""
        return opened(self.place.ledger)

    def close(self) -> None:
        """Give up connections."""
        self.state.close()


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
