"""A new request for a permit: the form, its check while it is filled in, sending it; and breaking the glass."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recuse import clock
from recuse.errors import InputError, RecuseError, RefusedError
from recuse.model import Request as Asked
from recuse.permits import ask, break_glass
from recuse.permits.glass import check_breakable
from recuse.permits.people import asked_it
from recuse.server.console.assistance.typed import Typed
from recuse.server.console.assistance.work import Frame, nothing_there, now_of, sentence, told, visitor_of
from recuse.server.console.permits.asking import Asking, from_request, hours, label, read, requested
from recuse.server.console.permits.effects import rule
from recuse.server.console.permits.looking import look
from recuse.server.console.permits.people import no_asking
from recuse.server.console.permits.service import BASE, Permits
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page

_HEX: Final = frozenset("0123456789abcdef")
_OF: Final = 16
"""Digits of an id."""
_NO_VALUES: Final = frozenset({"form_token", "act", "request", "document"})
"""What of a form is not carried to the page that asks whether the glass is really to be broken."""


def show_new(service: Permits) -> Show:
    """The form: empty, or with the values of an earlier request."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        again = request.query_params.get("from", "")
        with service.office() as office:
            asking = Asking(
                office, visitor_of(frame), service.actor(visitor_of(frame)), clock.random_name(16), now_of(frame)
            )
            found = _earlier(service, asking, frame, again) if again else Typed()
            return _page(frame, asking, found, again=again)

    return told(show)


def send(service: Permits) -> Show:
    """What was typed: checked only, sent, or first asked whether the glass is to be broken, and then broken."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        form, visitor = request.state.form, visitor_of(frame)
        found, problems = read(form)
        live = request.headers.get("hx-request") == "true"
        act = "check" if live else str(form.get("act", "check"))
        with service.office() as office:
            if no_asking(visitor, office) is not None:
                raise HTTPException(403, "You may not ask: the page of a new request says why.")
            name = _name(found.text("request")) or clock.random_name(16)
            asking = Asking(office, visitor, service.actor(visitor), name, now_of(frame))
            asked = requested(asking, found, problems, glass=act in ("glass", "break"))
            if asked is not None and act == "send":
                return _sent(service, frame, asking, found, asked)
            if asked is not None and act in ("glass", "break"):
                return _glass(service, frame, asking, (found, asked, act == "break"))
            ruling = None if asked is None else rule(service, office, asked)
            status = 400 if problems and not live and act != "check" else 200
            return _page(frame, asking, found, status, ruling=ruling, problems=problems, checked=True)

    return told(show)


def _sent(service: Permits, frame: Frame, asking: Asking, found: Typed, asked: Asked) -> Response:
    """Ask, once: the same form sent twice is one request."""
    register = asking.office.register()
    try:
        there = register.requests.get(asked.id) if asked.id in register.requested else None
        if there is None or not asked_it(there, asking.actor):
            ask(asking.office, asked, asking.actor)
    except (InputError, RefusedError) as error:
        ruling = rule(service, asking.office, asked)
        return _page(frame, asking, found, 409, failed=sentence(error), ruling=ruling, checked=True)
    return RedirectResponse(f"{BASE}/{asked.id}", 303)


def _glass(service: Permits, frame: Frame, asking: Asking, what: tuple[Typed, Asked, bool]) -> Response:
    """Ask whether the glass is really to be broken; where that was answered, break it."""
    found, asked, confirmed = what
    office = asking.office
    try:
        register = office.register()
        if asked.id in register.issued and asked_it(register.request(asked.id), asking.actor):
            return RedirectResponse(f"{BASE}/{asked.id}", 303)
        check_breakable(office, register, asked)
        ruling = rule(service, office, asked)
        if not ruling.stands:
            why = [
                *ruling.refused,
                *([ruling.opened.nothing or ruling.opened.unknown] if not ruling.opened.effect else []),
            ]
            raise RefusedError("; ".join(each.rstrip(".") for each in why), "mend the request")
        if confirmed:
            break_glass(office, asked, asking.actor)
            return RedirectResponse(f"{BASE}/{asked.id}", 303)
    except (InputError, RefusedError) as error:
        return _page(frame, asking, found, 409, failed=sentence(error), checked=True)
    carried = [(name, value) for name, value in found.values.items() if name not in _NO_VALUES and value]
    shown = {"asked": asked, "carried": carried, "ruling": ruling, "asking": asking, "hours": hours, "base": BASE}
    return page("permit_break.html", frame, 200, label=label, **shown)


def _earlier(service: Permits, asking: Asking, frame: Frame, name: str) -> Typed:
    """The values of a request that this person sees, for another."""
    row = look(service, asking.office, frame).row(name)
    if row is None or row.request is None:
        raise nothing_there()
    return from_request(row.request)


def _name(text: str) -> str | None:
    return text if len(text) == _OF and set(text) <= _HEX else None


def _page(frame: Frame, asking: Asking, found: Typed, status: int = 200, **values: Any) -> Response:
    said: dict[str, Any] = {"ruling": None, "problems": {}, "checked": False, "failed": "", "again": ""}
    repository, authority = asking.office.repository, found.text("authority")
    evidence = asking.evidence(authority)
    offered = {
        "accounts": [(each.id, each.id) for each in asking.accounts],
        "purposes": [(each, each) for each in asking.purposes],
        "authorities": [(each, each) for each in repository.authorities],
        "agreements": [(each, each) for each in repository.agreements],
    }
    shown = {
        "asking": asking, "found": found, "label": label, "offered": offered, "evidence": evidence, "hours": hours,
        "labels": {name: label(name) for name in (*_FIELDS, *evidence)}, "base": BASE,
        "instruments": asking.instruments(authority), "refused": no_asking(asking.visitor, asking.office),
        "breakable": asking.breakable(found.text("purpose")), "latest": asking.now + asking.longest,
        "openable": [each for each in asking.purposes if asking.breakable(each)],
    }  # fmt: skip
    return page("permit_new.html", frame, status, **shown, **said | values)


_FIELDS: Final = (
    "account", "purpose", "authority", "agreement", "case", "on_behalf_of", "instrument", "until", "lapses", "reason",
)  # fmt: skip


def status_of(error: RecuseError) -> int:
    """What an act is answered that was refused."""
    return 409 if isinstance(error, InputError | RefusedError) else 503
