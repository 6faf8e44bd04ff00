"""Desks for requests at a server process: the policy as its follower knows it, the state, and the ledger for one act.

The ledger's lock is taken before anything is kept, so that an act that cannot be recorded leaves nothing half done; who
finds it taken waits a little, since other acts are short, and is told then: an apply can hold it for minutes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from recuse import clock
from recuse.errors import TargetError
from recuse.ledger import JSON, Entry, Ledger, encode
from recuse.requests.desk import Desk
from recuse.server.state.requests import StateStore
from recuse.serving.shared import Shared

_Bodies = Sequence[tuple[str, Mapping[str, JSON]]]


class AssistanceDesks:
    """Desks for the threads in which a server's application works."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    @contextmanager
    def reading(self) -> Iterator[Desk]:
        """As `Desks`."""
        with self._desk(_record_nothing) as desk:
            yield desk

    @contextmanager
    def acting(self, said: Mapping[str, JSON]) -> Iterator[Desk]:
        """As `Desks`."""
        with self._shared.ledger() as log, self._desk(partial(_append, log, said)) as desk:
            yield desk

    def entries(self) -> tuple[Entry, ...]:
        """As `Desks`."""
        return tuple(self._shared.follower.entries.now())

    @contextmanager
    def _desk(self, recording: Callable[[_Bodies], None]) -> Iterator[Desk]:
        loaded = self._shared.loaded()
        if loaded.assisting is None:
            raise TargetError("no policy decides requests here", "tell the administrator")
        assisting, under = loaded.assisting
        with self._shared.state.one() as connection:
            yield Desk(assisting, under, StateStore(lambda: connection), recording, partial(clock.random_bytes, 32))


def _record_nothing(_bodies: _Bodies) -> None:
    raise LookupError("this desk is for looking")


def _append(log: Ledger, said: Mapping[str, JSON], bodies: _Bodies) -> None:
    log.append([encode(kind, clock.now(), {**body, **said}) for kind, body in bodies])
