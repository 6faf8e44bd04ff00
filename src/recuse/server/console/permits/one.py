"""The page of one permit, and what is done there: approve, refuse, withdraw, revoke, review a broken glass."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recuse.errors import InputError, LedgerError, RefusedError, TargetError
from recuse.permits import Narrowing, Office, approve, refuse, review_glass, revoke
from recuse.permits import withdraw as take_back
from recuse.server.console.assistance.typed import Typed, typed
from recuse.server.console.assistance.work import Frame, sentence, told, visitor_of
from recuse.server.console.permits.asking import LABELS, hours, label
from recuse.server.console.permits.looking import look
from recuse.server.console.permits.matter import Barred, Matter, barred, matter
from recuse.server.console.permits.new import status_of
from recuse.server.console.permits.people import ANSWERERS, ASKERS, ENDERS
from recuse.server.console.permits.service import BASE, Permits
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page
from recuse.server.identity import Refusal

_LONGEST: Final = 10_000
"""Characters of a reason."""
_Act = Callable[[Office, Matter, Typed], None]
_Why = Callable[[Barred, Typed], Refusal | None]
_Check = Callable[[Matter, Typed, dict[str, str]], None]


def show_one(service: Permits) -> Show:
    """The page of a request or permit."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        with service.office() as office:
            return _page(service, office, frame, request.path_params["id"])

    return told(show)


def show_glass(service: Permits) -> Show:
    """The page on which a broken glass is reviewed."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        with service.office() as office:
            return _page(service, office, frame, request.path_params["id"], template="permit_glass.html")

    return told(show)


def _doing(
    service: Permits, check: _Check, why: _Why, act: Callable[[Frame], _Act], template: str = "permit.html"
) -> Show:
    """An act on one permit: refused with its reason (403), the form again where it cannot be read, or done."""

    def show(_console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        name, found, problems = request.path_params["id"], typed(request.state.form, ()), dict[str, str]()
        with service.office() as office:
            looked = look(service, office, frame)
            of = matter(service, looked, name)
            check(of, found, problems)
            if problems:
                return _page(service, office, frame, name, 400, template=template, typed=found, problems=problems)
            no = why(barred(service, looked, frame, name), found)
            if no is not None:
                said = f"{no.sentence[:1].upper()}{no.sentence[1:]}: {no.remedy}."
                return _page(service, office, frame, name, 403, template=template, typed=found, failed=said)
            try:
                act(frame)(office, of, found)
            except (InputError, RefusedError, LedgerError, TargetError) as error:
                told_as = {"typed": found, "failed": sentence(error), "template": template}
                return _page(service, office, frame, name, status_of(error), **told_as)
        return RedirectResponse(f"{BASE}/{name}", 303)

    return told(show)


def answer(service: Permits) -> Show:
    """Approve, perhaps with an earlier end, or refuse."""

    def acting(frame: Frame) -> _Act:
        actor = service.actor(visitor_of(frame))

        def act(office: Office, of: Matter, found: Typed) -> None:
            name, note = of.row.line.id, found.text("note")
            if found.text("word") == "refuse":
                refuse(office, name, actor, note)
            else:
                approve(office, name, actor, Narrowing(found.moment("until", {}), found.one("purpose")), text=note)

        return act

    def why(no: Barred, found: Typed) -> Refusal | None:
        return no.refuse if found.text("word") == "refuse" else no.approve

    return _doing(service, _check_answer, why, acting)


def _check_answer(of: Matter, found: Typed, problems: dict[str, str]) -> None:
    word, until = found.text("word"), found.moment("until", problems)
    if word not in ("approve", "refuse"):
        problems["word"] = "Choose to approve or to refuse."
    if word == "refuse" and not found.text("note"):
        problems["note"] = "Say why it is refused."
    if word == "refuse" and found.text("until"):
        problems["until"] = "What is refused has no end of access: clear it, or approve."
    if until is not None and of.narrowed is not None and until > of.narrowed.until:
        problems["until"] = "This is later than asked for: a permit may be narrowed, never widened."
    if found.text("purpose") and (word == "refuse" or found.text("purpose") not in of.narrower):
        problems["purpose"] = "Choose one below the purpose asked for, and approve; or leave it as asked."
    _check_note(of, found, problems)


def _check_note(_of: Matter, found: Typed, problems: dict[str, str]) -> None:
    if len(found.text("note")) > _LONGEST:
        problems["note"] = f"This is longer than {_LONGEST:,} characters."


def withdraw(service: Permits) -> Show:
    """Take back what one asked for."""

    def acting(frame: Frame) -> _Act:
        actor = service.actor(visitor_of(frame))
        return lambda office, of, found: take_back(office, of.row.line.id, actor, found.text("note"))

    return _doing(service, _check_note, lambda no, _found: no.withdraw, acting)


def end(service: Permits) -> Show:
    """Revoke a permit."""

    def acting(frame: Frame) -> _Act:
        actor = service.actor(visitor_of(frame))

        def act(office: Office, of: Matter, _found: Typed) -> None:
            revoke(office, of.row.line.id, actor, system_name=of.row.line.system)

        return act

    return _doing(service, _check_end, lambda no, _found: no.end, acting)


def _check_end(of: Matter, _found: Typed, problems: dict[str, str]) -> None:
    if not of.revocable:
        problems["end"] = "There is no permit here that has not ended."


def review(service: Permits) -> Show:
    """Say whether a glass was broken for a reason that holds."""

    def acting(frame: Frame) -> _Act:
        actor = service.actor(visitor_of(frame))

        def act(office: Office, of: Matter, found: Typed) -> None:
            justified = found.text("justified") == "yes"
            review_glass(office, of.row.line.id, actor, found.text("note"), justified=justified)

        return act

    return _doing(service, _check_review, lambda no, _found: no.glass, acting, "permit_glass.html")


def _check_review(of: Matter, found: Typed, problems: dict[str, str]) -> None:
    if found.text("justified") not in ("yes", "no"):
        problems["justified"] = "Choose whether it was justified."
    if not found.text("note"):
        problems["note"] = "Say in a sentence what you found."
    _check_note(of, found, problems)


def _page(service: Permits, office: Office, frame: Frame, name: str, status: int = 200, **values: Any) -> Response:
    said: dict[str, Any] = {"typed": Typed(), "problems": {}, "failed": "", "template": "permit.html"} | values
    looked, visitor = look(service, office, frame), visitor_of(frame)
    shown = {
        "matter": matter(service, looked, name), "no": barred(service, looked, frame, name), "base": BASE,
        "label": label, "labels": LABELS | {"end": "Revoke"}, "hours": hours, "terms": office.terms,
        "asks": bool(visitor.roles & ASKERS), "answers": bool(visitor.roles & ANSWERERS),
        "ends": bool(visitor.roles & ENDERS), "oversees": bool(visitor.roles & {"counsel", "official", "auditor"}),
    }  # fmt: skip
    return page(said.pop("template"), frame, status, **shown, **said)
