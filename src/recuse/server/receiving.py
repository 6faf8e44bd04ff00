"""What every endpoint for programs does with what it receives: who sent it, its body, and the id that goes back."""

from collections.abc import Iterable
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response

from recuse.errors import MalformedError
from recuse.server.callers import Headers
from recuse.server.settings import Caller

LONGEST: Final = 1 << 20
"""Bytes of a request's body."""


class Callers(Protocol):
    """What says which program asks."""

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        """The caller by the headers that it sent, and from where; None where it is not known."""
        ...


async def body_of(request: Request, *, needed: bool = True) -> bytes:
    """The body of a request, which is JSON; one that is not `needed` may be empty. MalformedError for another."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (needed or kind):
        raise MalformedError("the content type is not `application/json`", "send JSON")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise MalformedError(f"the body is longer than {LONGEST} bytes", "send several requests")
    return bytes(body)


def with_request_id(request: Request, response: Response) -> Response:
    """The response, with the `X-Request-ID` that came."""
    given: Iterable[tuple[bytes, bytes]] = request.scope["headers"]
    response.raw_headers += [(name, value) for name, value in given if name == b"x-request-id"][:1]
    return response
