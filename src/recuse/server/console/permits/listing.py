"""The queue and the list of permits: what waits for whom, all of them by an address, and exports of that."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from recuse.csv_text import csv_text
from recuse.server.console.assistance.work import now_of, told, visitor_of
from recuse.server.console.pages import machine
from recuse.server.console.permits.filters import PER_PAGE, STATES, Asked, fitting, parse_asked
from recuse.server.console.permits.looking import Looked, Row, look
from recuse.server.console.permits.people import ANSWERERS, ASKERS
from recuse.server.console.permits.service import BASE, Permits
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page
from recuse.server.identity import Visitor

COLUMNS: Final = (
    "permit", "state", "system", "agency", "login", "purpose", "authority", "case", "request_lapses", "access_ends",
    "approvals", "used", "broken_glass", "mismatch", "database_not_asked",
)  # fmt: skip


def show_list(service: Permits) -> Show:
    """What waits, in sections, and a page of all that an address asks for."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        asked = parse_asked(request.query_params)
        with service.office() as office:
            looked = look(service, office, frame)
            options = _options(looked)
        found = fitting(looked, asked)
        pages = max(1, -(-len(found) // PER_PAGE))
        rows = found[(asked.page - 1) * PER_PAGE : asked.page * PER_PAGE]
        queue = [] if asked.said or asked.page > 1 or asked.problems else queued(looked, visitor_of(frame))
        shown = {
            "asked": asked, "rows": rows, "total": len(found), "pages": pages, "queue": queue, "options": options,
            "late": [each for each in looked.rows if each.line.glass == "overdue"], "looked": looked, "base": BASE,
            "may_ask": bool(visitor_of(frame).roles & ASKERS),
        }  # fmt: skip
        return page("permits.html", frame, 400 if asked.problems else 200, **shown)

    return told(show)


def queued(looked: Looked, visitor: Visitor) -> list[tuple[str, str, list[Row]]]:
    """What waits, by sections: name, heading and rows, the oldest deadline first."""
    found: list[tuple[str, str, list[Row]]] = []
    if visitor.roles & ASKERS:
        found.append(("mine", "Mine", mine(looked)))
    if visitor.roles & ANSWERERS:
        found.append(("to-approve", "To approve", to_approve(looked)))
    if visitor.roles - ASKERS:
        found.append(("to-review", "Broken glass to review", to_review(looked)))
    running = [each for each in looked.rows if each.state == "in force"]
    return [*found, ("in-force", "In force", sorted(running, key=lambda each: each.line.until))]


def mine(looked: Looked) -> list[Row]:
    """What the visitor asked for and has not ended."""
    own = [each for each in looked.rows if each.own and (each.open or each.state in ("in force", "not known"))]
    return sorted(own, key=lambda each: each.deadline)


def to_approve(looked: Looked) -> list[Row]:
    """What waits for another than who looks."""
    return sorted((each for each in looked.rows if each.open and not each.own), key=lambda each: each.deadline)


def to_review(looked: Looked) -> list[Row]:
    """Broken glass that nobody reviewed, that which is overdue first."""
    waiting = [each for each in looked.rows if each.line.glass in ("to review", "overdue")]
    return sorted(waiting, key=lambda each: looked.register.glasses[each.line.id].at)


def export_as(service: Permits, extension: str) -> Show:
    """All that an address asks for, as `csv` or `json`."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        asked, now = parse_asked(request.query_params), now_of(frame)
        if asked.problems:
            raise HTTPException(400, " ".join(asked.problems.values()))
        with service.office() as office:
            looked = look(service, office, frame)
            every = [_listed(each) for each in fitting(looked, asked)]
        name = f'attachment; filename="recuse-permits-{now:%Y-%m-%dT%H%M%SZ}.{extension}"'
        headers = {"Content-Disposition": name}
        if extension == "csv":
            rows = ([each[name] for name in COLUMNS] for each in every)
            return Response(csv_text([COLUMNS, *rows]), media_type="text/csv", headers=headers)
        return JSONResponse(_document(every, asked, looked) | {"at": machine(now)}, headers=headers)

    return told(show)


def _document(every: list[dict[str, Any]], asked: Asked, looked: Looked) -> dict[str, Any]:
    return {"search": asked.address(), "databases_not_asked": dict(looked.unasked), "permits": every}


def _listed(row: Row) -> dict[str, Any]:
    line = row.line
    return {
        "permit": line.id, "state": row.state, "system": line.system, "agency": row.agency, "login": line.login,
        "purpose": line.purpose, "authority": line.authority, "case": line.case,
        "request_lapses": None if line.lapses is None else machine(line.lapses), "access_ends": machine(line.until),
        "approvals": line.approvals, "used": line.used, "broken_glass": line.glass, "mismatch": line.mismatch,
        "database_not_asked": row.unasked or None,
    }  # fmt: skip


def _options(looked: Looked) -> dict[str, list[tuple[str, str]]]:
    repository = looked.office.repository
    names = {each.agency for each in looked.rows if each.agency}
    named = sorted((repository.agencies[each].name if each in repository.agencies else each, each) for each in names)
    return {
        "state": [(each, each) for each in STATES],
        "system": [(each, each) for each in sorted({each.line.system for each in looked.rows})],
        "agency": [(each, words) for words, each in named],
        "purpose": [(each, each) for each in repository.purposes],
    }
