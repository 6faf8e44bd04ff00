"""What each screen answers: the page, or the export, that an address asks for."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from recuse.errors import InputError
from recuse.ledger import JSON
from recuse.server.console import record
from recuse.server.console.access import WIDER, Matrices
from recuse.server.console.asking import Search, find, parse_search
from recuse.server.console.health import health, last_days
from recuse.server.console.index import Reading
from recuse.server.console.pages import machine, render
from recuse.server.console.screens import Console, Known

Frame = Mapping[str, Any]


def home(_console: Console, _request: Request, frame: Frame) -> Response:
    """The screens that this visitor may open."""
    return page("home.html", frame)


def show_health(console: Console, _request: Request, frame: Frame) -> Response:
    """How each system stands, and the record itself."""
    reading = console.index.catch_up(console.patience)
    systems = health(console.index, console.known().systems, frame["now"], console.stale)
    days = last_days(console.index, frame["now"].date())
    newest = console.index.entry(reading.size - 1)[1] if reading.size else None
    shown: dict[str, Any] = {
        "systems": systems,
        "days": days,
        "reading": reading,
        "newest": newest,
        "stale": console.stale,
    }
    return page("health.html", frame, **shown)


def show_access(console: Console, request: Request, frame: Frame) -> Response:
    """Agency by category."""
    problem: InputError | None = None
    matrices: Matrices | None = None
    try:
        matrices = console.access.matrices()
    except InputError as error:
        problem = error
    said = request.query_params
    asked = {"agency": said.get("agency", "")[:200].strip(), "changed": said.get("changed", "") == "yes"}
    status = 503 if problem else 200
    shown = {"matrices": matrices, "problem": problem, "asked": asked, "shown": _rows(matrices, asked), "wider": WIDER}
    return page("access.html", frame, status, **shown)


def show_record(console: Console, request: Request, frame: Frame) -> Response:
    """A page of a search of the record."""
    search, problems = parse_search(request.query_params)
    reading, known = console.index.catch_up(console.patience), console.known()
    found = None if problems else record.page_of(console.index, reading, search, known.accounts)
    shown = {"search": search, "problems": problems, "said": request.query_params, "found": found, "reading": reading}
    return page("record.html", frame, 400 if problems else 200, known=known, options=_options(console, known), **shown)


def show_entry(console: Console, request: Request, frame: Frame) -> Response:
    """One entry, with its exact bytes."""
    reading, known = console.index.catch_up(console.patience), console.known()
    text = request.path_params["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < reading.size):
        raise HTTPException(404, f"The record holds no entry {text[:20]}: it was read up to {reading.size:,}.")
    line = record.line(console.index, int(text), known.accounts)
    return page("entry.html", frame, line=line, reading=reading, known=known)


def export_csv(console: Console, request: Request, frame: Frame) -> Response:
    """All that a search finds, as CSV."""
    search, reading = _asked(console, request)
    accounts = console.known().accounts
    numbers = find(console.index, reading.size, search, accounts)
    rows = record.as_csv(console.index, numbers, accounts)
    return StreamingResponse(rows, media_type="text/csv", headers=_attached(frame, "csv"))


def export_json(console: Console, request: Request, frame: Frame) -> Response:
    """All that a search finds, word for word, as JSON."""
    search, reading = _asked(console, request)
    known = console.known()
    numbers = find(console.index, reading.size, search, known.accounts)
    head: dict[str, JSON] = {
        "institution": known.institution,
        "policy_sha256": known.policy_sha256,
        "search": search.address(page=1),
        "at": machine(frame["now"]),
        "size": reading.size if search.upto is None else min(search.upto, reading.size),
        "checkpoint": reading.checkpoint,
    }
    rows = record.as_json(console.index, numbers, head)
    return StreamingResponse(rows, media_type="application/json", headers=_attached(frame, "json"))


def page(template: str, frame: Frame, status: int = 200, **values: Any) -> HTMLResponse:
    """A page, in its frame."""
    return HTMLResponse(render(template, {**frame, **values}), status)


def _asked(console: Console, request: Request) -> tuple[Search, Reading]:
    """What an export is asked for; refused where a page would show a part only."""
    search, problems = parse_search(request.query_params)
    if problems:
        raise HTTPException(400, " ".join(problems.values()))
    reading = console.index.catch_up(console.patience)
    if not reading.whole:
        raise HTTPException(503, "The record is still being read, and an export would be a part of it: ask again.")
    return search, reading


def _options(console: Console, known: Known) -> dict[str, list[Any]]:
    """What there is in the record to choose from, with the words for it."""
    words = console.index.words
    agencies = {*words["agency"].texts, *known.accounts.values()} - {""}
    named = sorted(((each, known.agencies.get(each, each)) for each in agencies), key=lambda pair: pair[1])
    chosen = {name: [(each, each) for each in sorted(words[name].texts[1:])] for name in ("system", "purpose")}
    return {"kind": [*console.index.seen_kinds()], "agency": named, **chosen}


def _rows(matrices: Matrices | None, asked: Mapping[str, Any]) -> dict[str, list[Any]]:
    """By system, the rows of agencies whose name holds the text, and that a plan changes where that is asked."""
    part = asked["agency"].casefold()
    return {
        each.system: [
            row
            for row in each.rows
            if part in row.agency.casefold() and (not asked["changed"] or any(cell.changes for cell in row.cells))
        ]
        for each in (matrices.systems if matrices else ())
    }


def _attached(frame: Frame, extension: str) -> dict[str, str]:
    name = f"recuse-record-{frame['now']:%Y-%m-%dT%H%M%SZ}.{extension}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
