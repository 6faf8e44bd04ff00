"""What every endpoint for programs does with what comes and goes: who sent it, its body, the headers of an answer."""

import asyncio
import re
from collections.abc import Iterable
from typing import Final, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from recuse.errors import MalformedError
from recuse.server.callers import Headers
from recuse.server.settings import Caller

LONGEST: Final = 1 << 20
"""Bytes of a request's body."""
_REQUEST_ID: Final = re.compile(rb"[\x20-\x7e]{1,200}")
_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""Of every answer: one that is kept on the way would outlive its permit, and be told without a record."""


class Callers(Protocol):
    """What says which program asks."""

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        """The caller by the headers that it sent, and from where; None where it is not known."""
        ...


async def body_of(request: Request, patience: float, *, needed: bool = True) -> bytes:
    """The body of a request, which is JSON; one that is not `needed` may be empty. MalformedError for another.

    `patience` is in seconds, for all of it.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (needed or kind):
        raise MalformedError("the content type is not `application/json`", "send JSON")
    body = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST:
                    raise MalformedError(f"the body is longer than {LONGEST} bytes", "send several requests")
    except (TimeoutError, ClientDisconnect):
        raise MalformedError("the body did not come whole and in time", "send it at once") from None
    return bytes(body)


def finished(request: Request, response: Response) -> Response:
    """With the headers of every answer, and the request's id."""
    given: Iterable[tuple[bytes, bytes]] = request.scope["headers"]
    told = [value for name, value in given if name == b"x-request-id"][:1]
    response.headers.update(_HEADERS)
    response.raw_headers += [(b"x-request-id", value) for value in told if _REQUEST_ID.fullmatch(value)]
    return response
