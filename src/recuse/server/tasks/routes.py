"""The endpoints of the access request service, behind the same callers as the decision point."""

import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from recuse.errors import HaltedError, LedgerError, MalformedError, TargetError
from recuse.server.authzen import parse_object
from recuse.server.grounds import Grounds
from recuse.server.names import Names
from recuse.server.receiving import Callers, body_of, finished, own_systems
from recuse.server.settings import Caller
from recuse.server.tasks.handling import Tasks, meant
from recuse.server.tasks.problems import ProblemError, malformed
from recuse.server.tasks.submission import parse_submission, schema

LOG: Final = logging.getLogger("recuse.server")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
Acted = Callable[[Request, Caller], Awaitable[Response]]


def routes(tasks: Tasks, callers: Callers, grounds: Grounds, names: Names) -> list[Route]:
    """All of them; the public key and the schema are for everybody."""

    async def submit(request: Request, caller: Caller) -> Response:
        raw = parse_object(await body_of(request, patience=tasks.patience))
        submission, key = parse_submission(raw), _key(request)
        loaded = await grounds.current()
        declared = loaded.point.declared_in(names.ours(submission.asked))
        permits = await grounds.confirmed(loaded, own_systems(caller, (declared,)))
        point = loaded.point.asked_by(caller.systems, permits)
        meaning = partial(meant, point, names, submission.asked, tasks.now())
        document = await run_in_threadpool(tasks.submit, submission, raw, caller, key, meaning)
        return JSONResponse(document, 202, {"Location": document["task"]["status_endpoint"]})

    async def status(request: Request, caller: Caller) -> Response:
        document = await run_in_threadpool(tasks.status, request.path_params["name"], caller)
        later = {"Retry-After": "5"} if document["task"]["status"] == "pending" else None
        return JSONResponse(document, headers=later)

    async def cancel(request: Request, caller: Caller) -> Response:
        if raw := await body_of(request, patience=tasks.patience, needed=False):
            parse_object(raw)
        return JSONResponse(await run_in_threadpool(tasks.cancel, request.path_params["name"], caller))

    path = "/access/v1/requests"
    return [
        Route(path, _known(callers, submit), methods=["POST"]),
        Route(f"{path}/{{name}}", _known(callers, status), methods=["GET"]),
        Route(f"{path}/{{name}}/cancel", _known(callers, cancel), methods=["POST"]),
        Route("/access/v1/jwks", _fixed(tasks.binder.keys()), methods=["GET"]),
        Route("/access/v1/request-schema", _fixed(schema(tasks.base)), methods=["GET"]),
    ]


def _known(callers: Callers, act: Acted) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        caller = await callers.known(request.scope["headers"], request.client.host if request.client else None)
        if caller is None:
            LOG.warning("a caller at %s is not known: %s", request.client and request.client.host, request.url.path)
            told = {"type": "about:blank", "title": "The caller is not known", "status": 401, "detail": "send a token"}
            return finished(request, _problem(told, {"WWW-Authenticate": "Bearer"}))
        try:
            response = await act(request, caller)
        except ProblemError as error:
            response = _problem(error.document())
        except MalformedError as error:
            LOG.warning("what `%s` sent cannot be read: %s", caller.id, error.message)
            response = _problem(malformed(str(error)))
        except (LedgerError, TargetError) as error:
            LOG.error("nothing was done for `%s`: %s", caller.id, error)
            detail = (
                error.message if isinstance(error, HaltedError) else "what this rests on cannot be asked now: ask again"
            )
            told = {"type": "about:blank", "title": "Nothing was done", "status": 503, "detail": detail}
            response = _problem(told, {"Retry-After": "1"})
        return finished(request, response)

    return endpoint


def _fixed(document: dict[str, Any]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return finished(request, JSONResponse(document))

    return endpoint


def _key(request: Request) -> str | None:
    """The key under which a program may send the same again."""
    found = request.headers.getlist("idempotency-key")
    if not found:
        return None
    if len(found) > 1 or not _KEY.fullmatch(found[0]):
        raise MalformedError("`Idempotency-Key` is not one key of 1 to 255 visible characters", "send another")
    return found[0]


def _problem(document: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(document, document["status"], headers, media_type="application/problem+json")
