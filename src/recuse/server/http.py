"""The HTTPS binding of AuthZEN: what comes in is authenticated, read strictly, answered, recorded, and only then sent.

A denial is an answer (200). 400 is for what cannot be read, 401 for a caller that is not known, 503 for an answer that
could not be recorded: it is not given then. Errors are one sentence of text, which tells nothing of what stands behind
this server; that is logged. `X-Request-ID` comes back as it came, where it is one line of plain text.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, get_args

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from recuse.errors import HaltedError, LedgerError, MalformedError, TargetError
from recuse.ledger import encode
from recuse.ledger.records import frame
from recuse.server import answers
from recuse.server.authzen import Sought, parse_object
from recuse.server.grounds import Grounds
from recuse.server.names import Names
from recuse.server.openapi import PATH, description
from recuse.server.receiving import Callers, as_json, body_of, finished, later, own_systems, refused, sentence
from recuse.server.rounds import Rounds
from recuse.server.settings import Caller
from recuse.server.tasks.handling import Tasks
from recuse.server.tasks.routes import routes as task_routes
from recuse.server.ways import ONE, SEVERAL, Body, Sitting, Way, searching

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
LOG: Final = logging.getLogger("recuse.server")


@dataclass(frozen=True, slots=True)
class Service:
    """What answers: `base` is the address that callers know, without a slash at its end; `patience` in seconds.

    With `marks`, a secret, entries are tied to the records that were asked about (`recuse.disclosure.marks`).
    """

    grounds: Grounds
    recorder: Rounds[bytes, int]
    callers: Callers
    base: str
    now: Callable[[], datetime]
    identify: Callable[[], str]
    patience: float = 5.0
    names: Names = field(default_factory=Names)
    tasks: Tasks | None = None
    marks: bytes | None = None


def application(service: Service, lifespan: Lifespan | None = None) -> ASGIApp:
    """The endpoints of the decision point; `lifespan` begins and ends with the server."""
    posts = {"evaluation": ONE, "evaluations": SEVERAL}
    posts |= {f"search/{each}": searching(each) for each in get_args(Sought)}
    endpoints = {f"{PATH}/{path}": _Endpoint(service, way) for path, way in posts.items()}
    tasks = service.tasks
    more = task_routes(tasks, service.callers, service.grounds, service.names) if tasks else []
    offered = answers.metadata(service.base, requests=tasks is not None)
    routes = [
        *(Route(path, endpoint, methods=["POST"]) for path, endpoint in endpoints.items()),
        *more,
        Route("/.well-known/authzen-configuration", _fixed(offered), methods=["GET"]),
        Route("/openapi.json", _fixed(description(service.base)), methods=["GET"]),
        Route("/health", _health(service), methods=["GET"]),
    ]
    handlers = {HTTPException: refused, Exception: _failed}
    rest = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    rest.router.redirect_slashes = False  # it would lead to whatever `Host` says, with the token

    async def direct(scope: Scope, receive: Receive, send: Send) -> None:
        """Questions go straight to their endpoint: what stands before it costs a fifth of an answer."""
        asked = endpoints.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        await (asked or rest)(scope, receive, send)

    return direct


class _Endpoint:
    """A POST of one JSON object, from its bytes to the recorded answer."""

    def __init__(self, service: Service, way: Way) -> None:
        self._service = service
        self._way = way

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        try:
            response = await self._responded(request)
        except Exception as error:  # whatever it is, it is answered, and then told to whoever runs the server
            await (await _failed(request, error))(scope, receive, send)
            raise
        await finished(request, response)(scope, receive, send)

    async def _responded(self, request: Request) -> Response:
        address = request.client.host if request.client else None
        caller = await self._service.callers.known(request.scope["headers"], address)
        if caller is None:
            LOG.warning("a caller at %s is not known: %s", address, request.url.path)
            return sentence(401, "the caller is not known: send a valid token", {"WWW-Authenticate": "Bearer"})
        try:
            asked = self._way.parse(parse_object(await body_of(request, patience=self._service.patience)))
            async with asyncio.timeout(self._service.patience):
                document = await self._answered(asked, caller)
        except MalformedError as error:
            LOG.warning("what `%s` sent cannot be read: %s", caller.id, error.message)
            return sentence(400, str(error))
        except (LedgerError, TimeoutError) as error:
            LOG.error("a decision could not be recorded: %s", str(error) or "it took too long")
            return later("the decision could not be recorded, so it is not given: ask again")
        except TargetError as error:
            LOG.error("nothing was decided: %s", error)
            if isinstance(error, HaltedError):
                return later(f"nothing was decided: {error.message}")
            return later("nothing was decided: what an answer rests on cannot be asked now, so ask again")
        return as_json(document)

    async def _answered(self, asked: Any, caller: Caller) -> answers.Document:
        """The answer, when all of it is durable. LedgerError or TimeoutError where that is not known."""
        service = self._service
        loaded = await service.grounds.current()
        declared = (loaded.point.declared_in(service.names.ours(each)) for each in self._way.asked(asked))
        permits = await service.grounds.confirmed(loaded, own_systems(caller, declared))
        at = service.now()
        point = loaded.point.asked_by(caller.systems, permits)
        hint = service.tasks.hint(caller) if service.tasks else None
        sitting = Sitting(point, at, service.identify, service.names, hint, service.marks)
        answered = self._way.answer(sitting, asked)
        said: Body = {"caller": caller.id, "policy": loaded.policy}
        entries = [encode(answered.kind, at, {**body, **said}) for body in answered.bodies]
        for entry in entries:
            frame(entry)  # refuses one that is too long by itself, and not with the others of its round
        await service.recorder.join(*entries)
        return answered.document


def _fixed(document: answers.Document) -> Callable[[Request], Awaitable[Response]]:
    """A document that stays the same and is for everybody."""

    async def endpoint(request: Request) -> Response:
        return finished(request, as_json(document))

    return endpoint


def _health(service: Service) -> Callable[[Request], Awaitable[Response]]:
    """Whether answers can be given now: for a load balancer, and for nobody's curiosity."""

    async def endpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(service.patience):
                await service.grounds.confirmed(await service.grounds.current(), ())
        except (TargetError, TimeoutError):
            return finished(request, later("no answers can be given now"))
        return finished(request, sentence(200, "answers can be given"))

    return endpoint


async def _failed(request: Request, _error: Exception) -> Response:
    return finished(
        request,
        sentence(500, "the decision point failed, and nothing was decided: tell its administrator, with the time"),
    )
