"""What stands before every page of the console: whose session it is, whose form, how often, and the headers of answers.

A request that changes something and carries no token of our own forms is refused (403), whichever page it is for: a new
page needs to do nothing for that. What cannot be known (the state, people.toml) is refused too (503).
"""

import logging
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recuse.errors import LedgerError, RepositoryError, TargetError
from recuse.server.identity import throttle
from recuse.server.identity.acts import Visitor
from recuse.server.identity.addresses import who_asks
from recuse.server.identity.body import Replayed, TooLongError, field_of
from recuse.server.identity.cookies import BROWSER, SESSION
from recuse.server.identity.forms import FIELD, HEADER, SAFE, is_own_page, is_own_token
from recuse.server.identity.recording import about
from recuse.server.identity.service import Identity, note_end, visitor_now

LOG: Final = logging.getLogger("recuse.identity")
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # `no-referrer` would make browsers send `Origin: null` with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Set on every answer that does not set them itself."""
OPEN: Final = frozenset({"/login", "/login/local"})
"""Where a form may come from somebody who has no session."""


class Guard:
    """An application behind identity: `request.state.visitor` is a Visitor or None in all that it serves."""

    def __init__(self, application: ASGIApp, identity: Identity) -> None:
        self._application = application
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; those that are not HTTP are none of the console's."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await self._guarded(scope, receive, _with_headers(send))

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        replayed = Replayed(receive)
        request = Request(scope, replayed)
        try:
            visitor = await self._visitor(request)
            request.state.visitor = visitor
            refused = None if request.method in SAFE else await self._refused(request, replayed, visitor)
        except (TargetError, RepositoryError, LedgerError) as error:
            LOG.error("nobody can be let in: %s", error)
            refused = _sentence(503, "who you are cannot be known now: try again", {"Retry-After": "5"})
        await (refused or self._application)(scope, replayed.again(), send)

    async def _visitor(self, request: Request) -> Visitor | None:
        self._identity.register.current()
        token = request.cookies.get(SESSION)
        if not token:
            return None
        used = request.url.path not in self._identity.quiet
        visitor, gone = await run_in_threadpool(visitor_now, self._identity, token, used=used)
        if gone is not None:
            await note_end(self._identity, gone, "roles")
        return visitor

    async def _refused(self, request: Request, body: Replayed, visitor: Visitor | None) -> Response | None:
        """The refusal of a request that changes something, if it is to be refused."""
        if seconds := await run_in_threadpool(self._too_many, request, visitor):
            return _sentence(429, "too many: try again later", {"Retry-After": str(seconds)})
        secret = request.cookies.get(BROWSER if visitor is None else SESSION)
        why = await _forged(request, body, secret, self._identity.base)
        if why is None and visitor is None and request.url.path not in OPEN:
            why = "no_session"
        if why is None:
            return None
        LOG.warning("a form was refused: %s %s", why, request.url.path)
        if visitor is not None:
            key = self._identity.register.current().key
            await self._identity.record.note("form_refused", reason=why, **about(visitor, key))
        return _sentence(
            403, "this form was not sent from a page of yours here: open the page again, and send it again"
        )

    def _too_many(self, request: Request, visitor: Visitor | None) -> int:
        key, at = self._identity.register.current().key, self._identity.now()
        seconds = throttle.wait(self._identity.kept, throttle.POST_ADDRESS, (asking(request, self._identity),), key, at)
        if visitor is not None:
            whose = (visitor.issuer, visitor.subject)
            seconds = max(seconds, throttle.wait(self._identity.kept, throttle.POST_PERSON, whose, key, at))
        return seconds


def asking(request: Request, identity: Identity) -> str:
    """The address that a request comes from."""
    client = request.client.host if request.client else ""
    return who_asks(client, request.headers.get("x-forwarded-for"), identity.proxies)


async def _forged(request: Request, body: Replayed, secret: str | None, base: str) -> str | None:
    """Why this is no form of ours; None when it is."""
    if not is_own_page(request.headers, base):
        return "other_site"
    if not secret:
        return "no_cookie"
    try:
        given = request.headers.get(HEADER) or await field_of(request, body, FIELD)
    except TooLongError:
        return "too_long"
    return None if given and is_own_token(given, secret) else "no_token" if not given else "wrong_token"


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _sentence(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(text, status, headers)
