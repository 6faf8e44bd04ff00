"""A table of requests: tried first, with every problem by row and column or each ruling, and then all or nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from recuse.errors import InputError, LedgerError, TargetError
from recuse.model import AssistanceRequest, Repository, Ruling
from recuse.requests.against import asked_ids
from recuse.requests.desk import Desk, TakenIn
from recuse.requests.ruling import rule_on
from recuse.requests.table import Clerk, TableProblem, columns, read_table, template
from recuse.server.console.assistance.typed import sent_digest, sent_file
from recuse.server.console.assistance.work import BASE, Work, now_of, sentence, told, visitor_of
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page
from recuse.server.identity import Visitor
from recuse.server.requesting.people import may_ask_for, no_asking, written

SHOWN: Final = 200
"""Problems, and rulings, that a page shows."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read: its requests with their rulings, or everything wrong with it."""

    requests: tuple[AssistanceRequest, ...]
    problems: tuple[TableProblem, ...]
    rulings: tuple[Ruling, ...]

    @property
    def pairs(self) -> list[tuple[AssistanceRequest, Ruling]]:
        """Each request with its ruling."""
        return list(zip(self.requests, self.rulings, strict=True))

    @property
    def verdicts(self) -> Mapping[str, int]:
        """How many are decided in each way."""
        return Counter(each.verdict for each in self.rulings)


def read(desk: Desk, data: bytes, clerk: Clerk, visitor: Visitor | None = None) -> Table:
    """A table, decided by the policy in force; for a visitor also with what they may not ask for."""
    repository = desk.assisting.repository
    requests, problems = read_table(data, repository, clerk)
    if visitor is not None and not problems:
        problems = _not_theirs(repository, visitor, requests)
    if problems:
        return Table((), problems, ())
    day = clerk.now.date()
    return Table(requests, (), tuple(rule_on(desk.assisting, each, day, explain=False) for each in requests))


def _not_theirs(
    repository: Repository, visitor: Visitor, requests: tuple[AssistanceRequest, ...]
) -> tuple[TableProblem, ...]:
    told = "is not your own agency, nor one below it"
    return tuple(
        TableProblem(row, "on_behalf_of", f"`{each.on_behalf_of}` {told}")
        for row, each in enumerate(requests, 2)
        if not may_ask_for(repository, visitor, each.on_behalf_of)
    )


def show_import(work: Work) -> Show:
    """Where a table is chosen."""

    def show(_console: Console, _request: Request, frame: Mapping[str, Any], /) -> Response:
        return _page(work, frame)

    return told(show)


def show_template(work: Work) -> Show:
    """An empty table: the header alone."""

    def show(_console: Console, _request: Request, _frame: Mapping[str, Any], /) -> Response:
        with work.desks.reading() as desk:
            text = template(desk.assisting.repository)
        headers = {"Content-Disposition": 'attachment; filename="requests.csv"'}
        return Response(text, media_type="text/csv", headers=headers)

    return told(show)


def take_in(work: Work) -> Show:
    """A table that was sent: tried, or taken in."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        visitor, now = visitor_of(frame), now_of(frame)
        if no_asking(visitor, now) is not None:
            raise HTTPException(403, "You may not ask: the page of imports says why.")
        form = request.state.form
        data, digest = sent_file(form, "table"), sent_digest(form, "table")
        if data is None:
            return _page(work, frame, 400, failed="Choose a file: nothing was sent.")
        clerk = Clerk(written(visitor), now, partial(work.identify))
        with work.desks.reading() as desk:
            table = read(desk, data, clerk, visitor)
        shown = {"table": table, "digest": digest, "name": form["table"].filename}
        if table.problems:
            return _page(work, frame, 400, **shown)
        if form.get("act") != "take":
            return _page(work, frame, **shown)
        try:
            return _page(work, frame, **shown, taken=_taken(work, frame, table))
        except (TargetError, LedgerError) as error:
            return _page(work, frame, 503, **shown, failed=sentence(error))
        except InputError as error:
            return _page(work, frame, 409, **shown, failed=sentence(error))

    return told(show)


def _taken(work: Work, frame: Mapping[str, Any], table: Table) -> TakenIn:
    with work.desks.acting(work.said(visitor_of(frame))) as desk:
        return desk.ask_all(table.requests, asked_ids(work.desks.entries()), now_of(frame), _quiet)


def _quiet(_word: str, _done: int, _of: int) -> None:
    """A page has no progress: it comes when all is done."""


def _page(work: Work, frame: Mapping[str, Any], status: int = 200, **values: Any) -> Response:
    refused = no_asking(visitor_of(frame), now_of(frame))
    with work.desks.reading() as desk:
        known = columns(desk.assisting.repository)
    said: dict[str, Any] = {"table": None, "digest": None, "name": "", "taken": None, "failed": ""} | values
    return page("request_import.html", frame, status, columns=known, refused=refused, base=BASE, most=SHOWN, **said)
