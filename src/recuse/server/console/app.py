"""The console as an application: who comes is recognised, a role must open the screen, and everything else is refused.

Pages work without scripts; htmx asks for the same addresses and puts a part of the same page in place.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from recuse.errors import LedgerError
from recuse.server.console import reaching, showing
from recuse.server.console.assets import Assets, read_assets
from recuse.server.console.headers import Headers
from recuse.server.console.pages import render
from recuse.server.console.screens import OVERSIGHT, PREFIX, Console, Screen, opened_to
from recuse.server.identity import ROLES, Role, Visitor

LOG: Final = logging.getLogger("recuse.console")
_OPERATION: Final = OVERSIGHT | frozenset[Role]({"reviewer", "administrator"})
SCREENS: Final = (
    Screen("", None, frozenset(ROLES), showing.home),
    Screen("/health", "Health", _OPERATION, showing.show_health),
    Screen("/access", "Access", _OPERATION, reaching.show_access),
    Screen("/access/cell", None, _OPERATION, reaching.show_cell),
    Screen("/record", "Record", OVERSIGHT, showing.show_record),
    Screen("/record/export.csv", None, OVERSIGHT, showing.export_csv),
    Screen("/record/export.json", None, OVERSIGHT, showing.export_json),
    Screen("/record/decisions/{number}", None, OVERSIGHT, showing.show_decision),
    Screen("/record/{number}", None, OVERSIGHT, showing.show_act),
)
"""The screens that look; the record names people's accounts and cases, so it is for those who oversee."""
_HEADINGS: Final[Mapping[int, str]] = {
    400: "This cannot be read",
    401: "You are not signed in",
    403: "Your roles do not open this page",
    404: "There is nothing here",
    405: "This cannot be done here",
    503: "The record cannot be shown",
}


def application(console: Console, work: Sequence[Screen] = ()) -> ASGIApp:
    """Everything below `/console`: the screens that look, and those of the work that is done here."""
    assets = read_assets()
    screens = (*SCREENS[:1], *work, *SCREENS[1:])
    frame = _Frame(console, assets, screens)
    routes = [
        Route(f"{PREFIX}/static/{{release}}/{{path:path}}", _static(assets), methods=["GET"]),
        *(Route(PREFIX + each.path, _guarded(frame, each), methods=[*each.methods]) for each in screens),
    ]
    handlers: dict[Any, Any] = {
        HTTPException: frame.refused,
        LedgerError: frame.unreadable,
        Exception: frame.failed,
    }
    return Headers(Starlette(routes=routes, exception_handlers=handlers))


class _Frame:
    """What stands around every page, and the pages that say no."""

    def __init__(self, console: Console, assets: Assets, screens: Sequence[Screen]) -> None:
        self.console = console
        self._assets = assets
        self._screens = screens

    def of(self, visitor: Visitor | None, path: str) -> dict[str, Any]:
        """The frame of a page at this path, for this visitor."""
        opens = [s for s in self._screens if visitor is not None and opened_to(visitor, s.roles)]
        return {
            "console": self.console,
            "frame": self.console.known(),
            "here": path,
            "now": self.console.now(),
            "prefix": PREFIX,
            "opens": frozenset(each.path for each in opens),
            "screens": [each for each in opens if each.name],
            "static": f"{PREFIX}/static/{self._assets.release}",
            "visitor": visitor,
        }

    def unsigned(self, request: Request) -> Response:
        """Nobody is signed in: to where that is done, or a page that says so."""
        if self.console.sign_in is None:
            sentence = "Sign in as your institution does it, and open this page again."
            return self._said(request, 401, sentence, None)
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        to = f"{self.console.sign_in}?next={quote(asked, safe='')}"
        if request.headers.get("hx-request") == "true":  # a part of a page is no place to sign in
            return Response(status_code=401, headers={"HX-Redirect": to})
        return RedirectResponse(to, 303)

    def forbidden(self, request: Request, screen: Screen, visitor: Visitor) -> Response:
        """Who may open it, and which roles the visitor has."""
        LOG.warning("session %s may not open `%s`", visitor.session, PREFIX + screen.path)
        wanted, own = (", ".join(sorted(each)) for each in (screen.roles, visitor.roles))
        return self._said(request, 403, f"It is for: {wanted}. Your roles: {own or 'none'}.", visitor)

    def refused(self, request: Request, error: Exception) -> Response:
        """Another path or method, or an address that cannot be read."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = str(getattr(error, "detail", ""))
        told = detail if detail.endswith(".") else "Check the address, or go on from the screens above."
        response = self._said(request, status, told, self.console.recognise(request))
        response.headers.update((isinstance(error, HTTPException) and error.headers) or {})
        return response

    def unreadable(self, request: Request, error: Exception) -> Response:
        """The ledger is damaged or not there: nothing of it is shown."""
        told = f"{str(error)[:1].upper()}{str(error)[1:]}. Nothing is shown: what does not verify proves nothing."
        return self._said(request, 503, told, self.console.recognise(request))

    def failed(self, _request: Request, _error: Exception) -> Response:
        """A fault of ours: it happened, and no more is told; the page needs nothing that may be at fault."""
        values = {"now": self.console.now(), "static": f"{PREFIX}/static/{self._assets.release}"}
        return HTMLResponse(render("failed.html", values), 500)

    def _said(self, request: Request, status: int, told: str, visitor: Visitor | None) -> Response:
        heading = _HEADINGS.get(status, "This is refused")
        frame = self.of(visitor, request.url.path)
        return showing.page("refused.html", frame, status, heading=heading, told=told, code=status)


def _guarded(frame: _Frame, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
    """A screen behind its roles; it runs in a thread, since it reads files, with the form that was sent read before."""

    async def endpoint(request: Request) -> Response:
        visitor = frame.console.recognise(request)
        if visitor is None:
            return frame.unsigned(request)
        if not opened_to(visitor, screen.roles):
            return frame.forbidden(request, screen, visitor)
        if request.method != "POST":
            return await _shown(frame, screen, request, visitor)
        async with request.form(max_files=1, max_fields=1000) as form:
            request.state.form = form
            return await _shown(frame, screen, request, visitor)

    return endpoint


async def _shown(frame: _Frame, screen: Screen, request: Request, visitor: Visitor) -> Response:
    around = frame.of(visitor, request.url.path)
    return await run_in_threadpool(screen.show, frame.console, request, around)


def _static(assets: Assets) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        found = assets.respond(request)
        if found is None:
            raise HTTPException(404)
        return found

    return endpoint
