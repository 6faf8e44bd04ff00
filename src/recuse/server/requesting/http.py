"""Requests for assistance over HTTP, for programs that are let take them in (`takes_in` of their [[caller]]).

A request that the policy refuses is taken in like any other (201). 400 has every problem with its field, 401 is for a
caller that is not known, 403 for one that may not, 404 for a request that it did not take in, 409 for what does not fit
what is there, 503 for what could not be decided, kept and recorded: then nothing was.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from recuse.errors import InputError, LedgerError, MalformedError, TargetError
from recuse.server.authzen import parse_object
from recuse.server.receiving import Callers, as_json, body_of, finished, later, refused, sentence
from recuse.server.requesting.desks import Desks
from recuse.server.requesting.listing import ONE, SEVERAL, parse_listing
from recuse.server.requesting.reading import Wrong, WrongError
from recuse.server.requesting.taking import Taking

PATH: Final = "/requests/v1/assistance"
LONGEST: Final = 1 << 20
"""Bytes of one request."""
LONGEST_TABLE: Final = 32 << 20
"""Bytes of a table."""
_Work = Callable[[Request, Taking], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Interface:
    """Who may call, where desks come from, the clock, and ids."""

    callers: Callers
    desks: Desks
    now: Callable[[], datetime]
    identify: Callable[[], str]


def application(interface: Interface) -> ASGIApp:
    """The endpoints below `/requests`."""
    endpoints: tuple[tuple[str, list[str], _Work], ...] = (
        (PATH, ["GET", "POST"], _list_or_ask), (f"{PATH}/import", ["POST"], _import), (f"{PATH}/{{id}}", ["GET"], _one),
    )  # fmt: skip
    routes = [Route(path, _called(interface, work), methods=methods) for path, methods, work in endpoints]
    return Starlette(routes=routes, exception_handlers={HTTPException: refused, Exception: _failed})


def _called(interface: Interface, work: _Work) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for programs that are known and may: whatever goes wrong is a reply."""

    async def endpoint(request: Request) -> Response:
        return finished(request, await replied(request))

    async def replied(request: Request) -> Response:
        address = request.client.host if request.client else None
        caller = await interface.callers.known(request.scope["headers"], address)
        if caller is None:
            return sentence(401, "the caller is not known: send a valid token", {"WWW-Authenticate": "Bearer"})
        if not caller.takes_in:
            return sentence(403, "this program takes in no requests: let the administrator set `takes_in`")
        try:
            return await work(request, Taking(caller.id, interface.desks, interface.now(), interface.identify))
        except WrongError as error:
            return _wrong(400, *error.wrong)
        except MalformedError as error:
            return _wrong(400, Wrong("", str(error)))
        except InputError as error:
            return _wrong(409, *(Wrong("", line) for line in str(error).splitlines()))
        except (TargetError, LedgerError) as error:
            return later(f"nothing was done: {error}")

    return endpoint


async def _list_or_ask(request: Request, taking: Taking) -> Response:
    return await (_ask if request.method == "POST" else _list)(request, taking)


async def _ask(request: Request, taking: Taking) -> Response:
    check = _flag(_said(request, {"check"}), "check")
    whole = parse_object(await body_of(request, "application/json", LONGEST))
    if check:
        return as_json(await run_in_threadpool(taking.check, whole))
    done = await run_in_threadpool(taking.ask, whole)
    return as_json(done, 201 if done["recorded"] else 200, {"Location": f"{PATH}/{done['request']}"})


async def _one(request: Request, taking: Taking) -> Response:
    _said(request, set())
    found = await run_in_threadpool(_found, taking, request.path_params["id"])
    return sentence(404, "this program took in no such request") if found is None else as_json(found)


def _found(taking: Taking, name: str) -> dict[str, Any] | None:
    """A request by an id as we give them: no other is looked for."""
    return taking.one(name) if name.isascii() and name.isalnum() and len(name) <= 64 else None


async def _list(request: Request, taking: Taking) -> Response:
    _said(request, {*ONE, *SEVERAL, "after"}, several=SEVERAL)

    def page() -> dict[str, Any]:
        with taking.desks.reading() as desk:
            asked = parse_listing(request.query_params, desk.assisting.repository, None)
        if asked.problems:
            raise WrongError(tuple(Wrong(name, told) for name, told in asked.problems.items()))
        return taking.page(asked)

    return as_json(await run_in_threadpool(page))


async def _import(request: Request, taking: Taking) -> Response:
    dry_run = _flag(_said(request, {"dry_run"}), "dry_run")
    data = await body_of(request, "text/csv", LONGEST_TABLE)
    table, document = await run_in_threadpool(lambda: taking.table(data, dry_run=dry_run))
    if document is None:
        rows = [{"row": each.row, "field": each.column, "message": each.message} for each in table.problems]
        return as_json({"problems": rows}, 400)
    return as_json(document)


def _said(request: Request, known: set[str], several: tuple[str, ...] = ()) -> Mapping[str, str]:
    """The parameters of an address. WrongError for one that is not known, or that stands twice."""
    pairs = request.query_params.multi_items()
    names = [name for name, _ in pairs]
    strange = [Wrong(name[:100], "is no parameter here") for name in dict.fromkeys(names) if name not in known]
    twice = [Wrong(name, "stands twice") for name in known - {*several} if names.count(name) > 1]
    empty = [Wrong(name, "is empty") for name in known if any(key == name and not text.strip() for key, text in pairs)]
    if strange or twice or empty:
        raise WrongError((*strange, *twice, *empty))
    return dict(pairs)


def _flag(said: Mapping[str, str], name: str) -> bool:
    text = said.get(name, "false")
    if text not in ("true", "false"):
        raise WrongError((Wrong(name, "is neither `true` nor `false`"),))
    return text == "true"


def _wrong(status: int, *wrong: Wrong) -> Response:
    return as_json({"problems": [each.document() for each in wrong]}, status)


async def _failed(request: Request, _error: Exception) -> Response:
    told = "the server failed, and whether the request was taken in is not known: send it again with the same source"
    return finished(request, sentence(500, told))
