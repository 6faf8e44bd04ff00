"""One worker process: puts a decision point together from a place and its settings, and gives it up at the end."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from recuse import clock
from recuse.errors import InputError
from recuse.ledger.shared import share_ledger
from recuse.model import Permit
from recuse.operations.apply import service_dsn
from recuse.server.callers import Callers
from recuse.server.grounds import SharedGrounds
from recuse.server.http import Service, application
from recuse.server.names import Names, read_names
from recuse.server.rounds import Rounds
from recuse.server.settings import Settings, read_settings
from recuse.server.state.serving import Serving, State
from recuse.serving.desks import PermitDesk
from recuse.serving.policy import Follower, load

Permits = tuple[Permit, ...]
NAMES: Final = ("RECUSE_SERVE_SETTINGS", "RECUSE_SERVE_REPOSITORY", "RECUSE_SERVE_LEDGER", "RECUSE_SERVE_RECORD",
                "RECUSE_SERVE_STATE")  # fmt: skip
"""By which variables a worker is told its place: paths, and a connection string without a password."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server finds what it needs: files and folders, and the state's connection string without a password.

    `record` is the ledger of decisions, apart from `ledger`, where directives and applies are: an apply may keep its
    writer's lock for minutes.
    """

    settings: Path
    repository: Path
    ledger: Path
    record: Path
    state: str

    def variables(self) -> dict[str, str]:
        """How a worker is told."""
        paths = (self.settings, self.repository, self.ledger, self.record)
        return dict(zip(NAMES, (*map(str, paths), self.state), strict=True))

    @classmethod
    def told(cls) -> "Place":
        """As this process was told."""
        settings, repository, ledger, record, state = (os.environ[name] for name in NAMES)
        return cls(Path(settings), Path(repository), Path(ledger), Path(record), state)


def application_of_worker() -> Starlette:
    """The application of the place that this process was told."""
    place = Place.told()
    return composed(place, settings_of(place))


def settings_of(place: Place) -> Settings:
    """The settings of a place; InputError when they cannot be read."""
    return read_settings(place.settings, _bytes(place.settings))


def composed(place: Place, settings: Settings) -> Starlette:
    """The decision point of a place; its connections and threads end with it."""
    follower, state, record = Follower(place.repository, place.ledger), State(place.state), share_ledger(place.record)
    desks = dict(_desks(place))
    serving = Rounds[None, Serving](_agreeing(state, follower), "state")
    permits = {name: Rounds[None, Permits](desk.permits, name) for name, desk in desks.items()}
    recorder = Rounds(record.append, "record")
    service = Service(
        grounds=SharedGrounds(follower.current, serving, permits),
        recorder=recorder,
        callers=Callers(settings, clock.now, proxy_secret(settings)),
        base=settings.base,
        now=clock.now,
        identify=lambda: clock.random_name(24),
        patience=settings.patience,
        names=names_of(settings),
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await serving.close()
        for each in permits.values():
            await each.close()
        await recorder.close()
        state.close()
        for desk in desks.values():
            desk.close()
        record.close()

    return application(service, lifespan)


def _desks(place: Place) -> Iterator[tuple[str, PermitDesk]]:
    for system in load(place.repository, place.ledger).point.repository.systems.values():
        if system.kind == "live":
            yield system.name, PermitDesk(system, service_dsn(system))


def names_of(settings: Settings) -> Names:
    """The names that applications use; none of their own without a file. Raises as `read_names` does."""
    return Names() if settings.names is None else read_names(settings.names, _bytes(settings.names))


def proxy_secret(settings: Settings) -> bytes | None:
    """What the proxy shows, from its file; InputError when it is too short to be one."""
    if settings.proxy is None:
        return None
    secret = _bytes(settings.proxy.secret).strip()
    if len(secret) < 32:
        raise InputError(f"`{settings.proxy.secret}` holds less than 32 characters", "put a random secret there")
    return secret


def _agreeing(state: State, follower: Follower) -> Callable[[list[None]], Serving]:
    """Asks the state what is served, after telling it of a newer policy that is loaded here."""

    def ask(_: list[None]) -> Serving:
        serving, mine = state.serving(), follower.known
        if mine is None or mine.place <= serving.place:
            return serving
        state.move(mine.policy, mine.place)
        return state.serving()

    return ask


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {(error.strerror or '').lower()}", "check the path") from error
