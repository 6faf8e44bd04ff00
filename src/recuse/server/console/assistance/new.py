"""A new request: the form, its check while it is filled in, and sending it."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recuse.errors import InputError, LedgerError, TargetError
from recuse.model import ASSISTANCE, WITH_DATA, WITH_END, AssistanceRequest, Repository, Ruling
from recuse.policy.trees import above
from recuse.requests.desk import Desk
from recuse.requests.written import parse_request
from recuse.server.console.assistance.asking import LABELS, Asking, from_words, label, read, requested
from recuse.server.console.assistance.rulings import Shown, shown
from recuse.server.console.assistance.typed import Typed
from recuse.server.console.assistance.work import BASE, Frame, Work, nothing_there, now_of, sentence, told, visitor_of
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page
from recuse.server.requesting.people import is_own, keeps_the_mailbox, no_asking, sees

_HEX: Final = frozenset("0123456789abcdef")
_OF: Final = 16  # digits of an id


def show_new(work: Work) -> Show:
    """The form: empty, or filled with what a request said that is to be corrected."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        refused = no_asking(visitor_of(frame), now_of(frame))
        with work.desks.reading() as desk:
            asking = _asking(desk.assisting.repository, frame, work.identify())
            corrects = request.query_params.get("supersedes", "")
            found = from_words(_corrected(desk, corrects, frame)) if corrects else Typed()
        return _page(frame, asking, found, refused=refused)

    return told(show)


def ask(work: Work) -> Show:
    """What was typed: checked only, or checked and sent."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        if no_asking(visitor_of(frame), now_of(frame)) is not None:
            raise HTTPException(403, "You may not ask: the page of a new request says why.")
        form = request.state.form
        found, problems = read(form)
        live = request.headers.get("hx-request") == "true"
        with work.desks.reading() as desk:
            asking = _asking(desk.assisting.repository, frame, _name(found.text("request")) or work.identify())
            if found.one("supersedes"):
                _corrected(desk, found.text("supersedes"), frame)
            asked = requested(asking, found, problems)
            ruling = None if asked is None else desk.ruling(asked, asking.now)
            there = _own_already(desk, asking)
        if asked is not None and form.get("act") == "send" and not live:
            return _sent(work, frame, (asking, found, asked), there=there)
        view = None if asked is None or ruling is None else _shown(asking, asked, ruling)
        status = 400 if problems and not live else 200
        return _page(frame, asking, found, status, ruling=view, problems=problems, checked=True)

    return told(show)


def _sent(work: Work, frame: Frame, what: tuple[Asking, Typed, AssistanceRequest], *, there: bool) -> Response:
    """Keep and record it, once: the same form sent twice is one request."""
    asking, found, asked = what
    try:
        if not there:
            with work.desks.acting(work.said(asking.visitor)) as desk:
                desk.ask(asked, asking.now)
    except (TargetError, LedgerError) as error:
        return _page(frame, asking, found, 503, failed=sentence(error))
    except InputError as error:
        return _page(frame, asking, found, 409, failed=sentence(error))
    return RedirectResponse(f"{BASE}/{asking.request}", 303)


def _own_already(desk: Desk, asking: Asking) -> bool:
    found = desk.store.find(asking.request)
    if found is None or found.request.sealed is None:
        return False
    return is_own(parse_request(found.request.sealed.data), asking.visitor)


def _corrected(desk: Desk, name: str, frame: Frame) -> AssistanceRequest:
    """The request that is corrected: the visitor's own, or any where they keep the mailbox."""
    found, visitor = desk.store.find(name), visitor_of(frame)
    repository = desk.assisting.repository
    if found is None or found.request.sealed is None or not sees(repository, visitor, found.request):
        raise nothing_there()
    request = parse_request(found.request.sealed.data)
    if not is_own(request, visitor) and not keeps_the_mailbox(repository, visitor):
        raise HTTPException(403, "A request is corrected by who asked for it or took it in.")
    return request


def _asking(repository: Repository, frame: Frame, name: str) -> Asking:
    return Asking(repository, visitor_of(frame), now_of(frame), name)


def _shown(asking: Asking, asked: AssistanceRequest, ruling: Ruling) -> Shown:
    return shown(ruling, asked.authority, above(asking.repository.purposes, asked.purpose))


def _name(text: str) -> str | None:
    return text if len(text) == _OF and set(text) <= _HEX else None


def _page(frame: Frame, asking: Asking, found: Typed, status: int = 200, **values: Any) -> Response:
    repository = asking.repository
    said = {"ruling": None, "problems": {}, "checked": False, "failed": "", "refused": None} | values
    kind = found.text("kind")
    offered = {
        "purposes": [(each, each) for each in repository.purposes],
        "authorities": [(each, each) for each in repository.authorities],
        "agreements": [(each, each) for each in repository.agreements],
        "categories": [(each, each.replace("_", " ")) for each in repository.categories],
        "kinds": [(each, each.replace("_", " ")) for each in ASSISTANCE],
    }
    labels = {name: label(name) for name in (*LABELS, *asking.evidence)}
    needs = {"data": kind in WITH_DATA, "end": kind in WITH_END}
    return page("request_new.html", frame, status, asking=asking, found=found, labels=labels, offered=offered,
                needs=needs, base=BASE, with_data=sorted(WITH_DATA), with_end=sorted(WITH_END), **said)  # fmt: skip
