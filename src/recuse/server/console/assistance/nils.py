"""Nil periods: which were certified, by whom, and which a request that came to light has broken.

Certifying needs an official's key, which no server holds: it is done at a command line, which the page shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from recuse.ledger import Entry
from recuse.model import Repository
from recuse.requests import nil
from recuse.server.console.assistance.work import BASE, Work, told
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate, and the requests that were recorded for its period since."""

    period: str
    start: str
    end: str
    kinds: tuple[str, ...]
    agencies: tuple[str, ...]
    office: str
    signed: bool
    at: datetime
    text: str
    broken_by: tuple[str, ...]


def show_nils(work: Work) -> Show:
    """Every certificate, newest first."""

    def show(_console: Console, _request: Request, frame: Mapping[str, Any], /) -> Response:
        return page("request_nil.html", frame, found=certificates(work), base=BASE)

    return told(show)


def certificates(work: Work) -> tuple[Certified, ...]:
    """Every certificate, newest first. LedgerError or TargetError where ledger or policy cannot be used."""
    entries = work.desks.entries()
    with work.desks.reading() as desk:
        repository = desk.assisting.repository
    return tuple(_certified(each, entries, repository) for each in reversed(entries) if each.kind == "certified")


def _certified(entry: Entry, entries: tuple[Entry, ...], repository: Repository) -> Certified:
    body: Mapping[str, Any] = entry.body
    scope = nil.Scope(tuple(body["kinds"]), tuple(body["agencies"]))
    broken = nil.received(nil.period(body["period"]), scope, entries, repository)
    return Certified(
        body["period"], body["from"], body["to"], scope.kinds, scope.agencies, body["office"],
        body["signature"] is not None, entry.at, body["certificate"], tuple(str(each["request"]) for each in broken),
    )  # fmt: skip
