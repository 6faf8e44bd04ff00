"""The list of requests: a page of what an address asks for, and exports of all of it."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from recuse.model import ASSISTANCE, Repository, Verdict
from recuse.requests.desk import Desk
from recuse.requests.store import STATES, Found
from recuse.requests.table import export, listed
from recuse.server.console.assistance.work import BASE, Frame, Work, now_of, told, visitor_of
from recuse.server.console.pages import machine
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page
from recuse.server.requesting.listing import Listing, parse_listing
from recuse.server.requesting.people import no_asking, seen_agencies

PER_PAGE: Final = 50


def show_list(work: Work) -> Show:
    """A page of the list."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        with work.desks.reading() as desk:
            asked = _asked(desk, request, frame)
            found = None if asked.problems else desk.store.page(asked.wanted, now_of(frame), asked.after, PER_PAGE)
            options = _options(desk.assisting.repository)
        rows = [listed(each, now_of(frame)) | {"at": each.request} for each in found.found] if found else []
        may_ask = no_asking(visitor_of(frame), now_of(frame)) is None
        older = asked.address(found.after) if found and found.after else None
        shown = {"asked": asked, "rows": rows, "older": older, "options": options, "may_ask": may_ask, "base": BASE}
        return page("requests.html", frame, 400 if asked.problems else 200, **shown)

    return told(show)


def export_as(work: Work, extension: str) -> Show:
    """All that an address asks for, as `csv` or `json`; nothing that was sealed is in it."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        now = now_of(frame)
        with work.desks.reading() as desk:
            asked = _asked(desk, request, frame)
            if asked.problems:
                raise HTTPException(400, " ".join(asked.problems.values()))
            every = _every(desk, asked, frame)
        name = f'attachment; filename="recuse-requests-{now:%Y-%m-%dT%H%M%SZ}.{extension}"'
        if extension == "csv":
            return Response(export(every, now), media_type="text/csv", headers={"Content-Disposition": name})
        document = {"at": machine(now), "search": asked.address(), "requests": [listed(each, now) for each in every]}
        return JSONResponse(document, headers={"Content-Disposition": name})

    return told(show)


def _asked(desk: Desk, request: Request, frame: Frame) -> Listing:
    repository = desk.assisting.repository
    return parse_listing(request.query_params, repository, seen_agencies(repository, visitor_of(frame)))


def _every(desk: Desk, asked: Listing, frame: Frame) -> list[Found]:
    found, after = list[Found](), None
    while True:
        part = desk.store.page(asked.wanted, now_of(frame), after)
        found += part.found
        if part.after is None:
            return found
        after = part.after


def _options(repository: Repository) -> dict[str, list[tuple[str, str]]]:
    def words(names: Any) -> list[tuple[str, str]]:
        return [(each, each.replace("_", " ")) for each in names]

    agencies = sorted((each.name, each.id) for each in repository.agencies.values())
    return {
        "agency": [*((name, words) for words, name in agencies), ("unlisted", "Not in agencies.toml")],
        "kind": words(ASSISTANCE), "state": words(STATES), "verdict": words(get_args(Verdict)),
        "purpose": [(each, each) for each in repository.purposes],
        "authority": [(each, each) for each in repository.authorities],
    }  # fmt: skip
