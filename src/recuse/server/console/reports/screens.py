"""The page of a report and its exports. Nothing sealed is in them: requests are named by their ids alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from recuse.csv_text import csv_text
from recuse.server.console.assistance.nils import Certified, certificates
from recuse.server.console.assistance.work import Work, now_of, told
from recuse.server.console.pages import machine
from recuse.server.console.records import Read, catch_up
from recuse.server.console.reports.asked import ABOUT, PARTICULARS, Asked, parse_asked
from recuse.server.console.reports.figures import Counted, count
from recuse.server.console.screens import PREFIX, Console, Screen, Show
from recuse.server.console.showing import Frame, page
from recuse.server.identity import Role
from recuse.server.requesting.people import READERS

BASE: Final = f"{PREFIX}/reports"
SHOWN: Final = 100
"""Requests behind a figure that a page lists; an export has all of them."""
_OPENED: Final = READERS - frozenset[Role]({"requester"})


def screens(work: Work) -> tuple[Screen, ...]:
    """The page of reports and its exports."""
    return (
        Screen("/reports", "Reports", _OPENED, told(_show(work))),
        Screen("/reports/export.csv", None, _OPENED, told(_export_csv(work))),
        Screen("/reports/export.json", None, _OPENED, told(_export_json(work))),
    )


def _show(work: Work) -> Show:
    def show(console: Console, request: Request, frame: Frame, /) -> Response:
        asked, now = parse_asked(request.query_params), now_of(frame)
        shown: dict[str, Any] = {
            "asked": asked, "base": BASE, "about": ABOUT, "particulars": PARTICULARS[asked.about],
            "periods": list(_periods(now)), "read": Read({}, {}), "counted": None, "most": SHOWN,
        }  # fmt: skip
        if asked.problems or not asked.period:
            return page("report.html", frame, 400 if asked.problems else 200, **shown)
        read = catch_up(console.records, asked.records, console.patience)
        counted = count(console, asked, read, work.desks.entries, now)
        shown |= {"counted": counted, "read": read, "nils": _nils(work, asked), "pinned": counted.pinned(asked)}
        return page("report.html", frame, **shown)

    return show


def _export_csv(work: Work) -> Show:
    def show(console: Console, request: Request, frame: Frame, /) -> Response:
        asked, counted, _ = _whole(console, request, frame, work)
        return Response(csv_text(counted.report.table()), media_type="text/csv", headers=_attached(asked, "csv"))

    return show


def _export_json(work: Work) -> Show:
    def show(console: Console, request: Request, frame: Frame, /) -> Response:
        asked, counted, read = _whole(console, request, frame, work)
        known, now = console.known(), now_of(frame)
        sizes = counted.upto.items()
        document = {
            "institution": known.institution, "policy_sha256": known.policy_sha256, "at": machine(now),
            **counted.report.document(now.date()),
            "records": [
                {"record": name, "entries": size, "checkpoint": read.readings[name].checkpoint} for name, size in sizes
            ],
        }  # fmt: skip
        return JSONResponse(document, headers=_attached(asked, "json"))

    return show


def _nils(work: Work, asked: Asked) -> list[Certified]:
    """The certificates of exactly this period."""
    return [] if asked.about == "decisions" else [each for each in certificates(work) if each.period == asked.period]


def _whole(console: Console, request: Request, frame: Frame, work: Work) -> tuple[Asked, Counted, Read]:
    """What an export is asked for; refused where a page would show a part only."""
    asked = parse_asked(request.query_params)
    if asked.problems or not asked.period:
        raise HTTPException(400, " ".join(asked.problems.values()) or "Name a period, such as 2026-Q1.")
    read = catch_up(console.records, asked.records, console.patience)
    for error in read.damaged.values():
        raise error
    if not read.whole:
        raise HTTPException(503, "The record is still being read, and a report would be of a part of it: ask again.")
    return asked, count(console, asked, read, work.desks.entries, now_of(frame)), read


def _periods(now: datetime) -> Iterator[str]:
    """Periods to choose from: this month and two before, this quarter and the one before, this year and the last."""
    months = [divmod(now.year * 12 + now.month - 1 - back, 12) for back in range(3)]
    yield from (f"{year}-{month + 1:02}" for year, month in months)
    quarters = [divmod(now.year * 4 + (now.month - 1) // 3 - back, 4) for back in range(2)]
    yield from (f"{year}-Q{quarter + 1}" for year, quarter in quarters)
    yield from (f"{now.year}", f"{now.year - 1}")


def _attached(asked: Asked, extension: str) -> dict[str, str]:
    name = f"recuse-{asked.about}-{asked.period}-{asked.rows}-{asked.columns}.{extension}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
