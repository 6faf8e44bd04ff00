"""Where permits are asked for and answered at a server process: policy applied, state, ledger, and the databases.

It holds the right to issue and no right to end sessions: who revokes ends the permit's row, and the worker the rest.
Whatever is kept or recorded is so after the ledger is this act's, so that an act that must wait leaves nothing behind.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from typing import Final

from recuse import clock
from recuse.errors import TargetError
from recuse.jobs import Asked
from recuse.ledger import JSON, Ledger, encode
from recuse.model import Effect, Permit, Repository, Request, System
from recuse.operations.apply import service_dsn
from recuse.permits import Actor, Note, Office, Placed, overdue, terms_of
from recuse.server.console.standing import Sign
from recuse.server.identity import Visitor
from recuse.server.state.jobs import StateQueue
from recuse.server.state.migrations import Connection
from recuse.server.state.permits import StateKeeper
from recuse.serving.shared import Shared
from recuse.targets.target import Desk, target_for

ASKED_BY: Final = "console"
"""Who asks the worker to end sessions; which person revoked is in the ledger."""


class PermitOffices:
    """Offices for the threads in which a server's application works."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    @contextmanager
    def office(self) -> Iterator[Office]:
        """The office for one act, or for looking: the ledger is taken at the first thing that is kept."""
        loaded = self._shared.loaded()
        with self._shared.state.one() as connection, _Record(self._shared) as log:
            yield Office(
                repository=loaded.point.repository,
                terms=terms_of(loaded.directives),
                keeper=_Keeper(connection, log),
                record=log,
                counter=_counter,
                end_sessions=partial(_handed_on, connection),
                now=clock.now,
            )

    def rows(self) -> tuple[Mapping[str, tuple[Permit, ...]], Mapping[str, str]]:
        """The permits of each live system's database, and why those of others cannot be told now."""
        found: dict[str, tuple[Permit, ...]] = {}
        silent: dict[str, str] = {}
        for system in self._repository().systems.values():
            if system.kind == "live":
                try:
                    with _counter(system) as counter:
                        found[system.name] = counter.permits(system.name)
                except TargetError as error:
                    silent[system.name] = error.message
        return found, silent

    def effect(self, permit: Permit) -> Effect:
        """What it would open, from the catalog applied. RefusedError where it opens nothing."""
        with _counter(self._repository().systems[permit.system]) as counter:
            return counter.effect(permit)

    def _repository(self) -> Repository:
        return self._shared.loaded().point.repository


class ConsoleOffices(PermitOffices):
    """Offices for people at the console; `named` gives a visitor's pseudonym."""

    def __init__(self, shared: Shared, named: Callable[[Visitor], str]) -> None:
        super().__init__(shared)
        self._named = named

    def actor(self, visitor: Visitor) -> Actor:
        """A visitor as who acts."""
        return Actor(visitor.name, f"{visitor.issuer} {visitor.subject}", self._named(visitor))

    def signs(self, now: datetime) -> Iterable[Sign]:
        """The broken glasses whose review is overdue."""
        with self.office() as office:
            late = overdue(office.register(), now)
        if not late:
            return (Sign("Break-glass", "good", "Reviewed", "No review of a broken glass is overdue.", "/permits"),)
        sentence = f"Nobody has reviewed {', '.join(late[:5])} within a day; more is not broken for its account."
        return (Sign("Break-glass", "bad", f"{len(late)} overdue", sentence, "/permits"),)


class _Record:
    """The ledger for one act: read by anybody, and taken at the first entry or thing kept, until the act is over."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._stack = ExitStack()
        self._log: Ledger | None = None

    def __enter__(self) -> "_Record":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def entries(self) -> Placed:
        """Every entry, with its place."""
        return enumerate(self._shared.follower.entries.now())

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        """Make an entry durable; its place."""
        return self.taken().append([encode(kind, clock.now(), body)])

    def taken(self) -> Ledger:
        """The ledger, from now on this act's. LedgerBusyError where another keeps it."""
        if self._log is None:
            self._log = self._stack.enter_context(self._shared.ledger())
        return self._log


class _Keeper(StateKeeper):
    """The state's keeper, which keeps nothing before the ledger is this act's."""

    def __init__(self, connection: Connection, log: _Record) -> None:
        super().__init__(lambda: connection)
        self._log = log

    def keep(self, request: Request) -> str:
        """As `Keeper`."""
        self._log.taken()
        return super().keep(request)

    def note(self, note: Note) -> str:
        """As `Keeper`."""
        self._log.taken()
        return super().note(note)


@contextmanager
def _counter(system: System) -> Iterator[Desk]:
    """The desk of a system's database. Rights: membership in `recuse_issuer`."""
    with target_for(system.engine).open(service_dsn(system)) as session:
        yield session.desk()


def _handed_on(connection: Connection, system: System, name: str) -> None:
    StateQueue(lambda: connection).put(Asked("end_sessions", ASKED_BY, {"system": system.name, "permit": name}))
