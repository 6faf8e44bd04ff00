"""The HTTPS binding of AuthZEN: what comes in is authenticated, read strictly, answered, recorded, and only then sent.

A denial is an answer (200). 400 is for what cannot be read, 401 for a caller that is not known, 503 for an answer that
could not be recorded: it is not given then. Errors are one sentence of text. `X-Request-ID` comes back as it came.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, get_args

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from recuse.errors import LedgerError, MalformedError
from recuse.ledger import JSON, encode
from recuse.ledger.group import Recorder
from recuse.server import answers
from recuse.server.authzen import Batch, Evaluation, Sought, parse_batch, parse_evaluation, parse_object, parse_search
from recuse.server.deciding import DecisionPoint

LONGEST: Final = 1 << 20
"""Bytes of a request's body."""
_SHOWN: Final = 200  # characters of a name that the record keeps
_PATH: Final = "/access/v1"

Body = dict[str, JSON]


class Callers(Protocol):
    """What says which program asks."""

    def named(self, authorization: str) -> str | None:
        """The caller by the header `Authorization`; None where it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """What answers: `base` is the address that callers know, without a slash at its end; `patience` in seconds."""

    point: DecisionPoint
    recorder: Recorder
    callers: Callers
    base: str
    now: Callable[[], datetime]
    identify: Callable[[], str]
    patience: float = 5.0


@dataclass(frozen=True, slots=True)
class _Answered:
    """A document for the caller, and what the record keeps of it."""

    document: answers.Document
    kind: str
    bodies: tuple[Body, ...]


_Way = Callable[[Service, Any, datetime], _Answered]


def application(service: Service) -> Starlette:
    """The endpoints of the decision point."""
    posts: dict[str, _Way] = {"evaluation": _one, "evaluations": _several}
    posts |= {f"search/{each}": _searching(each) for each in get_args(Sought)}
    routes = [
        *(Route(f"{_PATH}/{path}", _Endpoint(service, answer), methods=["POST"]) for path, answer in posts.items()),
        Route("/.well-known/authzen-configuration", _metadata(service), methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refused, Exception: _failed})


class _Endpoint:
    """A POST of one JSON object, from its bytes to the recorded answer."""

    def __init__(self, service: Service, answer: _Way) -> None:
        self._service = service
        self._answer = answer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        response = await self._responded(request)
        await _with_request_id(request, response)(scope, receive, send)

    async def _responded(self, request: Request) -> Response:
        caller = self._service.callers.named(request.headers.get("authorization", ""))
        if caller is None:
            return _sentence(401, "the caller is not known: send a valid token", {"WWW-Authenticate": "Bearer"})
        try:
            whole = parse_object(await _body(request))
            at = self._service.now()
            answered = self._answer(self._service, whole, at)
            await self._recorded(answered, caller, at)
        except MalformedError as error:
            return _sentence(400, str(error))
        except (LedgerError, TimeoutError):
            return _sentence(
                503, "the decision could not be recorded, so it is not given: ask again", {"Retry-After": "1"}
            )
        return _json(answered.document)

    async def _recorded(self, answered: _Answered, caller: str, at: datetime) -> None:
        """Return when all of it is durable. LedgerError or TimeoutError where that is not known."""
        entries = [encode(answered.kind, at, {**body, "caller": caller}) for body in answered.bodies]
        told = [asyncio.wrap_future(self._service.recorder.submit(entry)) for entry in entries]
        async with asyncio.timeout(self._service.patience):
            await asyncio.gather(*told)


def _one(service: Service, whole: Any, at: datetime) -> _Answered:
    asked = parse_evaluation(whole)
    document = answers.one(service.point, asked, at, service.identify)
    return _Answered(document, "decided", (_decided(asked, document),))


def _several(service: Service, whole: Any, at: datetime) -> _Answered:
    batch = parse_batch(whole)
    if not isinstance(batch, Batch):
        return _one(service, whole, at)
    document = answers.many(service.point, batch, at, service.identify)
    decided = zip(batch.items, document["evaluations"], strict=False)  # a semantic may have stopped before the last
    bodies = tuple(_decided(item, each) for item, each in decided if isinstance(item, Evaluation))
    return _Answered(document, "decided", bodies)


def _searching(sought: Sought) -> _Way:
    def answer(service: Service, whole: Any, at: datetime) -> _Answered:
        search = parse_search(sought, whole)
        document = answers.search(service.point, search, at)
        body: Body = {"sought": sought, "found": len(document["results"]), **_asked(search.asked)}
        return _Answered(document, "searched", (body,))

    return answer


def _decided(asked: Evaluation, document: answers.Document) -> Body:
    context = document["context"]
    return {
        "evaluation": context["evaluation_id"], "allow": document["decision"], "reason": context["reason"],
        "rules": context["rules"], **_asked(asked),
    }  # fmt: skip


def _asked(asked: Evaluation) -> Body:
    """The question without the row, which is not the decision point's to keep."""
    said = {name: asked.context.get(name) for name in ("purpose", "authority", "agreement", "case")}
    return {
        "account": asked.subject.id[:_SHOWN], "action": asked.action.name[:_SHOWN],
        "resource": f"{asked.resource.type} {asked.resource.id}"[:_SHOWN],
        **{name: text[:_SHOWN] for name, text in said.items() if isinstance(text, str)},
    }  # fmt: skip


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise MalformedError("the content type is not `application/json`", "send JSON")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise MalformedError(f"the body is longer than {LONGEST} bytes", "send several requests")
    return bytes(body)


def _metadata(service: Service) -> Callable[[Request], Awaitable[Response]]:
    document = answers.metadata(service.base)

    async def endpoint(request: Request) -> Response:
        return _with_request_id(request, _json(document))

    return endpoint


async def _refused(request: Request, error: Exception) -> Response:
    """Another path or method."""
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    found = {
        404: "there is nothing here: /.well-known/authzen-configuration names the endpoints",
        405: "this method is not for this endpoint: send what the header `Allow` names",
    }.get(status, "refused")
    return _with_request_id(request, _sentence(status, found, dict(headers or {})))


async def _failed(request: Request, _error: Exception) -> Response:
    return _with_request_id(
        request,
        _sentence(500, "the decision point failed, and nothing was decided: tell its administrator, with the time"),
    )


def _json(document: answers.Document) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), media_type="application/json")


def _sentence(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(text, status, headers)


def _with_request_id(request: Request, response: Response) -> Response:
    given: Iterable[tuple[bytes, bytes]] = request.scope["headers"]
    response.raw_headers += [(name, value) for name, value in given if name == b"x-request-id"][:1]
    return response
