"""The pages where people log in and out, and where sessions are seen and ended.

A refusal after an identity provider was asked is recorded in the ledger. One that anybody can cause from anywhere (an
answer to no login) is logged and counted: else a stranger could fill the ledger.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from recuse.errors import LedgerError, LoginError, RepositoryError, TargetError
from recuse.server.identity import arriving, logins, sessions, throttle
from recuse.server.identity.acts import Visitor, refusal
from recuse.server.identity.addresses import HOME, origin, own_path
from recuse.server.identity.asking import CALLBACK, Metadata, address, new_login, random_text
from recuse.server.identity.cookies import BROWSER, SESSION, give, take_away
from recuse.server.identity.forms import form_token
from recuse.server.identity.guard import LOG, POLICY, asking
from recuse.server.identity.pages import page
from recuse.server.identity.service import Identity, note_end

_SEE_OTHER: Final = 303
_TIMES: Final = {"throttled": 429, "unreachable": 503, "provider_answer": 502}
_Endpoint = Callable[[Request], Awaitable[Response]]


def routes(identity: Identity) -> list[Route]:
    """All pages of identity."""
    pages = _Pages(identity)
    return [
        Route("/login", pages.offer, methods=["GET"]),
        Route("/login", pages.begin, methods=["POST"]),
        Route("/login/local", pages.local, methods=["POST"]),
        Route(f"{CALLBACK}/{{provider}}", pages.callback, methods=["GET"]),
        Route("/logout", pages.leave, methods=["POST"]),
        Route("/sessions", pages.listed, methods=["GET"]),
        Route("/sessions/end", pages.end, methods=["POST"]),
    ]


def _told(
    endpoint: "Callable[[_Pages, Request], Awaitable[Response]]",
) -> "Callable[[_Pages, Request], Awaitable[Response]]":
    """Failures as pages: nobody is let in by one."""

    @wraps(endpoint)
    async def telling(pages: "_Pages", request: Request) -> Response:
        try:
            return await endpoint(pages, request)
        except LoginError as error:
            LOG.warning("a login was refused: %s", error.code)
            response: Response = page("refused", _TIMES.get(error.code, 403), sentence=str(error))
            if error.wait:
                response.headers["Retry-After"] = str(error.wait)
        except (TargetError, RepositoryError, LedgerError) as error:
            LOG.error("a login failed: %s", error)
            response = page("refused", 503, sentence="this cannot be done and recorded now: try again")
        return response

    return telling


class _Pages:
    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @_told
    async def offer(self, request: Request) -> Response:
        """The ways to log in; a session begins by a button, never by a link."""
        people = self._identity.register.current()
        browser = request.cookies.get(BROWSER) or random_text()
        visitor: Visitor | None = request.state.visitor
        secret = browser if visitor is None else request.cookies[SESSION]
        response = page(
            "login", providers=[*people.providers.values()], local=people.any_local(self._identity.now()),
            next=own_path(request.query_params.get("next", HOME)), fresh=bool(request.query_params.get("fresh")),
            form_token=form_token(secret),
        )  # fmt: skip
        response.headers["Content-Security-Policy"] = await self._policy()
        give(response, BROWSER, browser)
        return response

    @_told
    async def begin(self, request: Request) -> Response:
        """Go to an identity provider."""
        await self._count(request)
        form = await request.form()
        people, at = self._identity.register.current(), self._identity.now()
        provider = people.providers.get(str(form.get("provider")))
        browser = request.cookies.get(BROWSER)
        if provider is None or not browser:
            raise LoginError("provider", "no identity provider of this name is known here")
        metadata = await self._identity.providers.metadata(provider)
        login = new_login(provider, browser, own_path(str(form.get("next"))), fresh=bool(form.get("fresh")), at=at)
        await run_in_threadpool(logins.note, self._identity.kept, login)
        to = address(provider, metadata, login, self._identity.base, people.claims_wanted(provider))
        return RedirectResponse(to, _SEE_OTHER)

    @_told
    async def callback(self, request: Request) -> Response:
        """The browser comes back from the identity provider."""
        await self._count(request)
        answer = {name: value for name, value in request.query_params.multi_items() if name}
        if len(answer) != len(request.query_params.multi_items()):
            raise LoginError("twice", "the answer says something twice")
        provider, login = await arriving.taken(self._identity, answer, request.path_params["provider"])
        try:
            browser = request.cookies.get(BROWSER, "")
            arrival = await arriving.by_provider(self._identity, answer, browser, provider, login)
        except LoginError as error:
            await self._identity.record.note("session_refused", reason=error.code, provider=provider.name)
            raise
        return await self._let_in(request, arrival, provider.name, login.next)

    @_told
    async def local(self, request: Request) -> Response:
        """A local account and its password."""
        await self._count(request)
        form = await request.form()
        name, password, where = str(form.get("name")), str(form.get("password")), asking(request, self._identity)
        try:
            arrival = await arriving.by_password(self._identity, name, password, where)
        except LoginError as error:
            if error.code != "throttled":
                await self._identity.record.note("session_refused", reason=error.code, provider="local")
            raise
        return await self._let_in(request, arrival, "local", own_path(str(form.get("next"))))

    @_told
    async def leave(self, request: Request) -> Response:
        """Log out, here or everywhere."""
        visitor: Visitor = request.state.visitor
        everywhere, at = bool((await request.form()).get("everywhere")), self._identity.now()
        if everywhere:
            await run_in_threadpool(sessions.end_all, self._identity.kept, visitor.person, "logout everywhere", at)
        else:
            await run_in_threadpool(sessions.end, self._identity.kept, visitor.session, "logout", at)
        await note_end(self._identity, visitor, "logout everywhere" if everywhere else "logout")
        response = page("left")
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        take_away(response, request, SESSION, BROWSER)
        return response

    @_told
    async def listed(self, request: Request) -> Response:
        """One's own sessions; an administrator sees all of them, and those that were ended."""
        visitor: Visitor | None = request.state.visitor
        if visitor is None:
            return RedirectResponse("/login?next=/sessions", _SEE_OTHER)
        everyone = "administrator" in visitor.roles
        whose = None if everyone else visitor.person
        found = await run_in_threadpool(sessions.listed, self._identity.kept, whose, self._identity.now())
        return page("sessions", visitor=visitor, listed=found, all=everyone)

    @_told
    async def end(self, request: Request) -> Response:
        """End a session: one's own, or as an administrator any; freshly authenticated."""
        visitor: Visitor = request.state.visitor
        number = str((await request.form()).get("session"))
        at, limits = self._identity.now(), self._identity.register.current().limits
        own = await run_in_threadpool(sessions.listed, self._identity.kept, visitor.person, at)
        if number not in {str(each.id) for each in own}:
            refused = refusal(visitor, "administer", (), at, limits.fresh)
            if refused is not None and refused.code == "not_fresh":
                return RedirectResponse("/login?fresh=1&next=/sessions", _SEE_OTHER)
            if refused is not None or not number.isdecimal():
                raise LoginError("session", "this is no session of yours", "choose one of the list")
        if await run_in_threadpool(sessions.end, self._identity.kept, int(number), "ended by hand", at):
            await self._identity.record.note(
                "session_ended", session=int(number), why="ended by hand", by=visitor.session
            )
        return RedirectResponse("/sessions", _SEE_OTHER)

    async def _let_in(self, request: Request, arrival: sessions.Arrival, provider: str, then: str) -> Response:
        begun = await arriving.begin(self._identity, arrival, request.cookies.get(SESSION), provider)
        response = RedirectResponse(then, _SEE_OTHER)
        give(response, SESSION, begun.token)
        take_away(response, request, BROWSER)
        return response

    async def _count(self, request: Request) -> None:
        key, at = self._identity.register.current().key, self._identity.now()
        whose = (asking(request, self._identity),)
        if wait := await run_in_threadpool(throttle.wait, self._identity.kept, throttle.LOGIN, whose, key, at):
            raise LoginError("throttled", "too many logins from this address", "try again later", wait)

    async def _policy(self) -> str:
        """The page's security policy: its forms lead to the identity providers, since browsers follow a redirect."""
        providers = self._identity.register.current().providers.values()
        answers = await asyncio.gather(*map(self._identity.providers.metadata, providers), return_exceptions=True)
        found = {origin(each.authorization) for each in answers if isinstance(each, Metadata)}
        if missing := [each for each in answers if isinstance(each, BaseException)]:
            LOG.warning("%s of %s identity providers do not answer as they should", len(missing), len(answers))
        return POLICY.replace("form-action 'self'", " ".join(("form-action 'self'", *sorted(found))))
