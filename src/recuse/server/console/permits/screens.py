"""The screens of permits, each with the roles that open it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from recuse.server.console.permits import listing, new, one
from recuse.server.console.permits.people import ANSWERERS, ASKERS, ENDERS, READERS
from recuse.server.console.permits.service import Permits
from recuse.server.console.screens import Console, Screen, Show


def screens(service: Permits) -> tuple[Screen, ...]:
    """The queue and list, its exports, asking, one permit, and what is done with it."""
    both, post = ("GET", "POST"), ("POST",)
    return (
        Screen("/permits", "Permits", READERS, listing.show_list(service)),
        Screen("/permits/export.csv", None, READERS, listing.export_as(service, "csv")),
        Screen("/permits/export.json", None, READERS, listing.export_as(service, "json")),
        Screen("/permits/new", None, ASKERS, _by_method(new.show_new(service), new.send(service)), both),
        Screen("/permits/{id}", None, READERS, one.show_one(service)),
        Screen("/permits/{id}/answer", None, ANSWERERS, one.answer(service), post),
        Screen("/permits/{id}/withdrawal", None, ASKERS, one.withdraw(service), post),
        Screen("/permits/{id}/end", None, ENDERS, one.end(service), post),
        Screen("/permits/{id}/glass", None, READERS, one.show_glass(service)),
        Screen("/permits/{id}/glass/review", None, ANSWERERS, one.review(service), post),
    )


def _by_method(looking: Show, doing: Show) -> Show:
    """One address that shows a form and takes it."""

    def show(console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        return (doing if request.method == "POST" else looking)(console, request, frame)

    return show
