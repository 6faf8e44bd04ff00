"""What every endpoint for programs does with what comes and goes: who sent it, its body, the headers of an answer."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from recuse.errors import MalformedError
from recuse.server.callers import Headers
from recuse.server.settings import Caller

LONGEST: Final = 1 << 20
"""Bytes of a request's body."""
_SENT: Final = {"application/json": "JSON", "text/csv": "CSV"}
_REQUEST_ID: Final = re.compile(rb"[\x20-\x7e]{1,200}")
_HEADERS: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""Of every answer: one that is kept on the way would outlive its permit, and be told without a record."""


class Callers(Protocol):
    """What says which program asks."""

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        """The caller by the headers that it sent, and from where; None where it is not known."""
        ...


async def body_of(
    request: Request,
    kind: str = "application/json",
    longest: int | None = None,
    *,
    patience: float = 5.0,
    needed: bool = True,
) -> bytes:
    """The body of a request; one that is not `needed` may be empty. MalformedError for another kind, and a longer one.

    `patience` is in seconds, for all of it.
    """
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != kind and (needed or given):
        raise MalformedError(f"the content type is not `{kind}`", f"send {_SENT[kind]}")
    body, most = bytearray(), LONGEST if longest is None else longest
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise MalformedError(f"the body is longer than {most} bytes", "send several requests")
    except (TimeoutError, ClientDisconnect):
        raise MalformedError("the body did not come whole and in time", "send it at once") from None
    return bytes(body)


def later(text: str) -> Response:
    """Nothing was done, and may be asked again."""
    return sentence(503, text, {"Retry-After": "1"})


def as_json(document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document."""
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, status, dict(headers or {}), media_type="application/json")


def sentence(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    """One sentence of text."""
    return PlainTextResponse(text, status, dict(headers or {}))


def finished(request: Request, response: Response) -> Response:
    """With the headers of every answer, and the request's id."""
    given: Iterable[tuple[bytes, bytes]] = request.scope["headers"]
    told = [value for name, value in given if name == b"x-request-id"][:1]
    named = [(b"x-request-id", value) for value in told if _REQUEST_ID.fullmatch(value)]
    response.raw_headers += [*_HEADERS, *named]
    return response


async def refused(request: Request, error: Exception) -> Response:
    """Another path or method than there is."""
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
    found = {
        404: "there is nothing here: /openapi.json names the endpoints",
        405: "this method is not for this endpoint: send what the header `Allow` names",
    }.get(status, "refused")
    return finished(request, sentence(status, found, dict(headers or {})))


def own_systems(caller: Caller, systems: Iterable[str | None]) -> set[str]:
    """Of these systems the caller's: were others' databases asked, it would learn from the time that they take."""
    return {each for each in systems if each is not None and (caller.systems is None or each in caller.systems)}
