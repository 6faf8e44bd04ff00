"""What each screen answers: the page, or the export, that an address asks for."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from recuse.ledger import JSON
from recuse.server.console import record
from recuse.server.console.asking import Search, parse_search
from recuse.server.console.health import health, last_days
from recuse.server.console.pages import machine, render
from recuse.server.console.record import Part
from recuse.server.console.records import NAMES, Name, Read, catch_up
from recuse.server.console.screens import Console, Known
from recuse.server.console.standing import of_access, signs, standing

Frame = Mapping[str, Any]
_CHOSEN: Final = ("agency", "system", "purpose")


def home(_console: Console, _request: Request, frame: Frame) -> Response:
    """The screens that this visitor may open."""
    return page("home.html", frame)


def show_health(console: Console, _request: Request, frame: Frame) -> Response:
    """How each system stands, and the record itself."""
    records = console.records
    read = catch_up(records, NAMES, console.patience)
    for error in [read.damaged[name] for name in read.damaged if name == "acts"]:
        raise error  # verdicts are in this one
    systems = health(console.index, console.known().systems, frame["now"], console.stale)
    days = last_days([records[name] for name in read.readings], frame["now"].date())
    told = signs((*console.signs, of_access(console.access, console.stale)), frame["now"])
    standings = [standing(name, records[name], of) for name, of in read.readings.items()]
    shown: dict[str, Any] = {"systems": systems, "days": days, "read": read, "standings": standings, "signs": told}
    return page("health.html", frame, stale=console.stale, **shown)


def show_record(console: Console, request: Request, frame: Frame) -> Response:
    """A page of a search of the records."""
    search, problems = parse_search(request.query_params)
    read, known = catch_up(console.records, search.records, console.patience), console.known()
    parts = () if problems else record.look(console.records, read, search, known.accounts)
    found = None if problems else record.page_of(parts, search, known.accounts)
    shown = {"search": search, "problems": problems, "said": request.query_params, "found": found, "read": read}
    return page("record.html", frame, 400 if problems else 200, known=known, options=_options(console, known), **shown)


def show_act(console: Console, request: Request, frame: Frame) -> Response:
    """One entry of the ledger, with its exact bytes."""
    return _entry(console, request, frame, "acts")


def show_decision(console: Console, request: Request, frame: Frame) -> Response:
    """One entry of the record of decisions, with its exact bytes."""
    return _entry(console, request, frame, "decisions")


def export_csv(console: Console, request: Request, frame: Frame) -> Response:
    """All that a search finds, as CSV."""
    search, parts = _asked(console, request)
    rows = record.as_csv(parts, search.order, console.known().accounts)
    return StreamingResponse(rows, media_type="text/csv", headers=_attached(frame, "csv"))


def export_json(console: Console, request: Request, frame: Frame) -> Response:
    """All that a search finds, word for word, as JSON."""
    search, parts = _asked(console, request)
    known = console.known()
    head: dict[str, JSON] = {
        "institution": known.institution,
        "policy_sha256": known.policy_sha256,
        "search": search.address(page=1),
        "at": machine(frame["now"]),
    }
    rows = record.as_json(parts, search.order, head)
    return StreamingResponse(rows, media_type="application/json", headers=_attached(frame, "json"))


def page(template: str, frame: Frame, status: int = 200, **values: Any) -> HTMLResponse:
    """A page, in its frame."""
    return HTMLResponse(render(template, {**frame, **values}), status)


def _entry(console: Console, request: Request, frame: Frame, name: Name) -> Response:
    index, known, text = console.records.get(name), console.known(), request.path_params["number"]
    if index is None:
        raise HTTPException(404, "No record of decisions is shown here.")
    reading = index.catch_up(console.patience)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < reading.size):
        raise HTTPException(404, f"The record holds no entry {text[:20]}: it was read up to {reading.size:,}.")
    line = record.line(name, index, int(text), known.accounts)
    return page("entry.html", frame, line=line, read=Read({name: reading}, {}), known=known, size=reading.size)


def _asked(console: Console, request: Request) -> tuple[Search, tuple[Part, ...]]:
    """What an export is asked for, and what that finds; refused where a page would show a part only."""
    search, problems = parse_search(request.query_params)
    if problems:
        raise HTTPException(400, " ".join(problems.values()))
    read = catch_up(console.records, search.records, console.patience)
    for error in read.damaged.values():
        raise error
    if not read.whole:
        raise HTTPException(503, "The record is still being read, and an export would be a part of it: ask again.")
    return search, record.look(console.records, read, search, console.known().accounts)


def _options(console: Console, known: Known) -> dict[str, list[Any]]:
    """What there is in the records to choose from, with the words for it."""
    indexes = console.records.values()
    texts = {name: {text for index in indexes for text in index.words[name].texts[1:]} for name in _CHOSEN}
    agencies = {*texts["agency"], *known.accounts.values()} - {""}
    named = sorted(((each, known.agencies.get(each, each)) for each in agencies), key=lambda pair: pair[1])
    chosen = {name: [(each, each) for each in sorted(texts[name])] for name in ("system", "purpose")}
    kinds = sorted({kind for index in indexes for kind in index.seen_kinds()})
    records = [name for name in NAMES if name in console.records]
    return {"kind": [*kinds], "agency": named, "record": [*records], **chosen}


def _attached(frame: Frame, extension: str) -> dict[str, str]:
    name = f"recuse-record-{frame['now']:%Y-%m-%dT%H%M%SZ}.{extension}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
