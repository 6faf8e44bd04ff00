"""Desks for requests at a server process: the policy as its follower knows it, the state, and the ledger for one act.

The ledger's lock is taken before anything is kept, so that an act that cannot be recorded leaves nothing half done; who
finds it taken waits a little, since other acts are short, and is told then: an apply can hold it for minutes.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Final

from anyio import from_thread

from recuse import clock
from recuse.errors import LedgerBusyError, TargetError
from recuse.ledger import JSON, Entry, Ledger, encode, open_ledger
from recuse.operations import record
from recuse.requests.desk import Desk
from recuse.server.grounds import Loaded
from recuse.server.state.migrations import Connection, check_prepared
from recuse.server.state.requests import StateStore
from recuse.server.state.serving import connected
from recuse.serving.policy import Follower

PATIENCE: Final = 3.0
"""Seconds that another's act is waited for."""
_PAUSE: Final = 0.05
_Bodies = Sequence[tuple[str, Mapping[str, JSON]]]


class AssistanceDesks:
    """Desks for the threads in which a server's application works."""

    def __init__(self, ledger: Path, state: str, follower: Follower) -> None:
        self._ledger = ledger
        self._current: Callable[[], Loaded] = partial(from_thread.run, follower.current)
        self._state = _Connections(state)

    @contextmanager
    def reading(self) -> Iterator[Desk]:
        """As `Desks`."""
        with self._desk(_record_nothing) as desk:
            yield desk

    @contextmanager
    def acting(self, said: Mapping[str, JSON]) -> Iterator[Desk]:
        """As `Desks`."""
        with _opened(self._ledger) as log, self._desk(partial(_append, log, said)) as desk:
            yield desk

    def entries(self) -> tuple[Entry, ...]:
        """As `Desks`."""
        return record.entries(self._ledger)

    def close(self) -> None:
        """Give up connections."""
        self._state.close()

    @contextmanager
    def _desk(self, recording: Callable[[_Bodies], None]) -> Iterator[Desk]:
        loaded = self._current()
        if loaded.assisting is None:
            raise TargetError("no policy decides requests here", "tell the administrator")
        assisting, under = loaded.assisting
        with self._state.one() as connection:
            yield Desk(assisting, under, StateStore(lambda: connection), recording, partial(clock.random_bytes, 32))


def _record_nothing(_bodies: _Bodies) -> None:
    raise LookupError("this desk is for looking")


def _append(log: Ledger, said: Mapping[str, JSON], bodies: _Bodies) -> None:
    log.append([encode(kind, clock.now(), {**body, **said}) for kind, body in bodies])


def _opened(folder: Path) -> Ledger:
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


class _Connections:
    """Connections to the state that nobody uses now; those that may be lost are given up together."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lock = Lock()
        self._idle: list[Connection] = []

    @contextmanager
    def one(self) -> Iterator[Connection]:
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
        with self._lock:
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()
