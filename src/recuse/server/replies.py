"""What endpoints for programs share: who calls, a body of one kind and length, and replies of a sentence or of JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from recuse.errors import MalformedError
from recuse.server.callers import Headers
from recuse.server.settings import Caller

_SENT: Final = {"application/json": "JSON", "text/csv": "CSV"}


class Callers(Protocol):
    """What says which program asks."""

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        """The caller by the headers that it sent, and from where; None where it is not known."""
        ...


async def body_of(request: Request, kind: str, longest: int) -> bytes:
    """The body. MalformedError for one of another content type, or of more bytes."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != kind:
        raise MalformedError(f"the content type is not `{kind}`", f"send {_SENT[kind]}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise MalformedError(f"the body is longer than {longest} bytes", "send several requests")
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


def with_request_id(request: Request, response: Response) -> Response:
    """A reply with the `X-Request-ID` that was sent."""
    given: Iterable[tuple[bytes, bytes]] = request.scope["headers"]
    response.raw_headers += [(name, value) for name, value in given if name == b"x-request-id"][:1]
    return response
