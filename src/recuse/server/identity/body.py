"""The body of a request, read for one field of its form, and then given to the page as if nobody had read it."""

from collections.abc import AsyncGenerator
from typing import Final

from starlette.datastructures import Headers
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import Message, Receive

LONGEST: Final = 32 << 20
"""Bytes of a form with what is uploaded in it."""
LONGEST_FIELDS: Final = 1 << 20
"""Bytes of a form without."""
_PARTS: Final = 1000
_FORM: Final = "application/x-www-form-urlencoded"
_UPLOAD: Final = "multipart/form-data"


class TooLongError(Exception):
    """A form of more bytes than are read."""


class Replayed:
    """What the client sends, kept so far as somebody has read it here."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._body: bytes | None = None

    async def __call__(self) -> Message:
        """The next message of the client."""
        return await self._receive()

    async def body(self, longest: int) -> bytes:
        """All of the body. `TooLongError` for one that is longer."""
        if self._body is None:
            found, more = bytearray(), True
            while more:
                message = await self._receive()
                found += message.get("body", b"")
                more = message["type"] == "http.request" and message.get("more_body", False)
                if len(found) > longest:
                    raise TooLongError
            self._body = bytes(found)
        return self._body

    def again(self) -> Receive:
        """The body from its beginning, once more; after it, what the client sends."""
        if self._body is None:
            return self._receive
        messages: list[Message] = [{"type": "http.request", "body": self._body, "more_body": False}]

        async def receive() -> Message:
            return messages.pop() if messages else await self._receive()

        return receive


async def field_of(request: Request, body: Replayed, name: str) -> str | None:
    """A field of the form that the body is; None for no such field, several, a file, or a body of another kind."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {_FORM, _UPLOAD}:
        return None
    raw = await body.body(LONGEST if kind == _UPLOAD else LONGEST_FIELDS)
    found = await _fields(request.headers, kind, raw, name)
    return found[0] if len(found) == 1 else None


async def _fields(headers: Headers, kind: str, raw: bytes, name: str) -> list[str]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw
        yield b""

    try:
        if kind == _FORM:
            form = await FormParser(headers, stream()).parse()
        else:
            form = await MultiPartParser(headers, stream(), max_files=_PARTS, max_fields=_PARTS).parse()
        found = [each for each in form.getlist(name) if isinstance(each, str)]
        await form.close()
    except (MultiPartException, KeyError, ValueError):
        return []
    return found
