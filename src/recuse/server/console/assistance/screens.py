"""The screens of requests, each with the roles that open it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from recuse.server.console.assistance import importing, listing, new, nils, one
from recuse.server.console.assistance.recorded import Recorded
from recuse.server.console.assistance.work import Work
from recuse.server.console.screens import Console, Screen, Show
from recuse.server.identity import Role
from recuse.server.requesting.people import ANSWERERS, READERS

_ASKERS: Final = frozenset[Role]({"requester"})
_OVERSIGHT: Final = READERS - _ASKERS


def screens(work: Work) -> tuple[Screen, ...]:
    """The list, its exports, asking, import, nil periods, one request, and what is done with it."""
    recorded, both = Recorded(), ("GET", "POST")
    looking, doing = one.show_one(work, recorded), one.answer(work, recorded)
    table = _by_method(importing.show_import(work), importing.take_in(work))
    return (
        Screen("/requests", "Requests", READERS, listing.show_list(work)),
        Screen("/requests/export.csv", None, READERS, listing.export_as(work, "csv")),
        Screen("/requests/export.json", None, READERS, listing.export_as(work, "json")),
        Screen("/requests/new", None, _ASKERS, _by_method(new.show_new(work), new.ask(work)), both),
        Screen("/requests/import", None, _ASKERS, table, both),
        Screen("/requests/template.csv", None, _ASKERS, importing.show_template(work)),
        Screen("/requests/nil", None, _OVERSIGHT, nils.show_nils(work)),
        Screen("/requests/{id}", None, READERS, looking),
        Screen("/requests/{id}/answer", None, ANSWERERS, doing, ("POST",)),
        Screen("/requests/{id}/withdrawal", None, _ASKERS, one.withdraw(work, recorded), ("POST",)),
    )  # fmt: skip


def _by_method(looking: Show, doing: Show) -> Show:
    """One address that shows a form and takes it."""

    def show(console: Console, request: Request, frame: object, /) -> Response:
        return (doing if request.method == "POST" else looking)(console, request, frame)  # type: ignore[arg-type]

    return show
