"""One worker process: puts a decision point together from a place and its settings, and gives it up at the end."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from recuse import clock
from recuse.disclosure.marks import secret_in
from recuse.errors import InputError
from recuse.ledger.shared import share_ledger
from recuse.model import Permit, Repository
from recuse.operations.apply import service_dsn
from recuse.server.callers import Callers
from recuse.server.grounds import SharedGrounds
from recuse.server.http import Service, application
from recuse.server.names import Names, read_names
from recuse.server.requesting import http as requesting
from recuse.server.requesting.http import Interface
from recuse.server.rounds import Rounds
from recuse.server.settings import Settings, read_settings
from recuse.server.state.serving import Serving, State
from recuse.serving.assistance import AssistanceDesks
from recuse.serving.beside import Beside
from recuse.serving.desks import PermitDesk
from recuse.serving.place import Place, bytes_of, secret_of
from recuse.serving.policy import Follower, load
from recuse.serving.shared import Shared
from recuse.serving.tasks import tasks

Permits = tuple[Permit, ...]


class _Ended(Protocol):
    """What is given up at the end."""

    def close(self) -> None:
        """Give it up."""
        ...


def application_of_worker() -> ASGIApp:
    """The application of the place that this process was told."""
    place = Place.told()
    return composed(place, settings_of(place))


def settings_of(place: Place) -> Settings:
    """The settings of a place; InputError when they cannot be read."""
    return read_settings(place.settings, bytes_of(place.settings))


def composed(place: Place, settings: Settings) -> ASGIApp:
    """The decision point of a place, and the console beside it; their connections and threads end with them."""
    shared, state, record = Shared.of(place), State(place.state), share_ledger(place.record)
    repository = load(place.repository, place.ledger).point.repository
    desks = dict(_desks(repository))
    serving = Rounds[None, Serving](_agreeing(state, shared.follower), "state")
    permits = {name: Rounds[None, Permits](desk.permits, name) for name, desk in desks.items()}
    recorder = Rounds(record.append, "record")
    callers = Callers(settings, clock.now, proxy_secret(settings))
    assistance = AssistanceDesks(shared)
    service = Service(
        grounds=SharedGrounds(shared.follower.current, serving, permits),
        recorder=recorder,
        callers=callers,
        base=settings.base,
        now=clock.now,
        identify=lambda: clock.random_name(24),
        patience=settings.patience,
        names=names_of(settings),
        tasks=tasks(shared, settings.base, settings.patience),
        marks=marks_secret(settings),
    )
    console = None if settings.console is None else Beside(shared, settings, recorder, repository)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        for waiting in (console, serving, *permits.values(), recorder):
            if waiting is not None:
                await waiting.close()
        ended: tuple[_Ended, ...] = (shared, state, *desks.values(), record)
        for each in ended:
            each.close()

    requests = requesting.application(Interface(callers, assistance, clock.now, partial(clock.random_name, 16)))
    programs = _by_path(requests, application(service, lifespan))
    return programs if console is None else console.before(programs)


def _by_path(requests: ASGIApp, decisions: ASGIApp) -> ASGIApp:
    """Requests below their own path, and all else at the decision point."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and scope["path"].startswith("/requests/")
        await (requests if own else decisions)(scope, receive, send)

    return either


def _desks(repository: Repository) -> Iterator[tuple[str, PermitDesk]]:
    for system in repository.systems.values():
        if system.kind == "live":
            yield system.name, PermitDesk(system, service_dsn(system))


def names_of(settings: Settings) -> Names:
    """The names that applications use; none of their own without a file. Raises as `read_names` does."""
    return Names() if settings.names is None else read_names(settings.names, bytes_of(settings.names))


def proxy_secret(settings: Settings) -> bytes | None:
    """What the proxy shows, from its file; InputError when it is too short to be one, or others may read it."""
    if settings.proxy is None:
        return None
    secret = secret_of(settings.proxy.secret).strip()
    if len(secret) < 32:
        raise InputError(f"`{settings.proxy.secret}` holds less than 32 characters", "put a random secret there")
    return secret


def marks_secret(settings: Settings) -> bytes | None:
    """The secret of record marks, from its file; InputError when it is too short, or others may read it."""
    return None if settings.marks is None else secret_in(secret_of(settings.marks))


def _agreeing(state: State, follower: Follower) -> Callable[[list[None]], Serving]:
    """Asks the state what is served, after telling it of a newer policy that is loaded here."""

    def ask(_: list[None]) -> Serving:
        serving, mine = state.serving(), follower.known
        if mine is None or mine.place <= serving.place:
            return serving
        state.move(mine.policy, mine.place)
        return state.serving()

    return ask
