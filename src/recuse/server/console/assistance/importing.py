"""A table of requests: tried first, with every problem by row and column or each ruling, and then all or nothing."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from recuse.errors import InputError, LedgerError, TargetError
from recuse.requests.against import asked_ids
from recuse.requests.desk import TakenIn
from recuse.requests.table import Clerk, columns, template
from recuse.server.console.assistance.typed import sent_digest, sent_file
from recuse.server.console.assistance.work import BASE, Work, now_of, sentence, told, visitor_of
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page
from recuse.server.requesting.people import no_asking, written
from recuse.server.requesting.tables import Table, tried

SHOWN: Final = 200
"""Problems, and rulings, that a page shows."""


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
            table = tried(desk, data, clerk, visitor)
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
