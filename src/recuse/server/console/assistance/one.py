"""One request: all that was asked, what the policy said and says, how it was answered, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recuse.errors import InputError, LedgerError, RecuseError, RefusedError, TargetError
from recuse.model import AssistanceRequest, Outcome
from recuse.policy.trees import above
from recuse.requests.desk import Desk
from recuse.requests.ruling import rule_on
from recuse.requests.store import Filter, Found
from recuse.requests.table import listed
from recuse.requests.written import parse_outcome, parse_request
from recuse.server.console.assistance import answering, rulings
from recuse.server.console.assistance.asking import label
from recuse.server.console.assistance.recorded import Recorded
from recuse.server.console.assistance.typed import Typed, typed
from recuse.server.console.assistance.work import BASE, Frame, Work, nothing_there, now_of, sentence, told, visitor_of
from recuse.server.console.records import catch_up
from recuse.server.console.screens import Console, Show
from recuse.server.console.showing import page
from recuse.server.identity import Refusal
from recuse.server.requesting.people import is_own, keeps_the_mailbox, no_answering, no_withdrawing, sees

PAST: Final = 10
"""Earlier requests of the same agency that are shown."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A request as it is looked at; `words` is None once they were erased."""

    found: Found
    words: AssistanceRequest | None
    outcomes: tuple[tuple[Any, Outcome | None], ...]
    now: rulings.Shown | None
    past: tuple[dict[str, Any], ...]
    no_answer: Refusal | None
    no_withdrawal: Refusal | None
    corrects: bool


def show_one(work: Work, recorded: Recorded) -> Show:
    """The page of a request."""

    def show(console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        return _page(work, recorded, (console, frame), request.path_params["id"])

    return told(show)


def answer(work: Work, recorded: Recorded) -> Show:
    """Note how it ended, or say at which field or why not."""

    def show(console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        name, visitor, now = request.path_params["id"], visitor_of(frame), now_of(frame)
        form, problems = typed(request.state.form, answering.SEVERAL), dict[str, str]()
        matter = _looked(work, name, frame)
        here = (console, frame)
        if matter.words is None or matter.no_answer is not None:
            return _page(work, recorded, here, name, 403)
        made = answering.outcome(form, matter.words, (visitor, work.identify(), now), problems)
        if made is None:
            return _page(work, recorded, here, name, 400, typed=form, problems=problems)
        return _done(work, recorded, here, (made, form, form.text("last")))

    return told(show)


def withdraw(work: Work, recorded: Recorded) -> Show:
    """Note that who asked has withdrawn it."""

    def show(console: Console, request: Request, frame: Mapping[str, Any], /) -> Response:
        name, visitor, now = request.path_params["id"], visitor_of(frame), now_of(frame)
        form, matter = typed(request.state.form, ()), _looked(work, name, frame)
        if matter.words is None or matter.no_withdrawal is not None:
            return _page(work, recorded, (console, frame), name, 403)
        made = answering.withdrawn(matter.words, (visitor, work.identify(), now), form.text("why")[:10_000])
        return _done(work, recorded, (console, frame), (made, Typed(), form.text("last")))

    return told(show)


def _done(work: Work, recorded: Recorded, here: tuple[Console, Frame], what: tuple[Outcome, Typed, str]) -> Response:
    """Keep and record an outcome; the page again, with what was typed, where that cannot be."""
    made, form, last = what
    visitor, now = visitor_of(here[1]), now_of(here[1])
    try:
        with work.desks.acting(work.said(visitor)) as desk:
            found = desk.store.find(made.request)
            if found is not None and answering.answered_meanwhile(found, last):
                raise InputError("somebody has answered it meanwhile", "look at that, and answer again")
            desk.answer(made, now)
    except (InputError, RefusedError, TargetError, LedgerError) as error:
        return _page(work, recorded, here, made.request, _status(error), typed=form, failed=sentence(error))
    return RedirectResponse(f"{BASE}/{made.request}", 303)


def _status(error: RecuseError) -> int:
    return 503 if isinstance(error, TargetError | LedgerError) else 409


def _looked(work: Work, name: str, frame: Frame) -> Matter:
    """A request that this person sees. Raises HTTPException for none."""
    visitor, now = visitor_of(frame), now_of(frame)
    with work.desks.reading() as desk:
        found = desk.store.find(name)
        repository = desk.assisting.repository
        if found is None or not sees(repository, visitor, found.request):
            raise nothing_there()
        sealed = found.request.sealed
        words = None if sealed is None else parse_request(sealed.data)
        kept = desk.store.outcomes(name)
        outcomes = tuple((each, None if each.sealed is None else parse_outcome(each.sealed.data)) for each in kept)
        ruling = None if words is None else _now(desk, words, now)
        past = _past(desk, found, now)
    own = words is not None and is_own(words, visitor)
    mailbox = "requester" in visitor.roles and keeps_the_mailbox(repository, visitor)
    return Matter(
        found, words, outcomes, ruling, past,
        None if words is None else no_answering(visitor, words, found, now),
        None if words is None else no_withdrawing(visitor, words, found, now),
        corrects=found.superseded_by is None and "requester" in visitor.roles and (own or mailbox),
    )  # fmt: skip


def _now(desk: Desk, words: AssistanceRequest, now: datetime) -> rulings.Shown | None:
    """What the policy of today says; None where it does not know a word of it any more."""
    try:
        purposes = above(desk.assisting.repository.purposes, words.purpose)
        return rulings.shown(rule_on(desk.assisting, words, now.date()), words.authority, purposes)
    except (InputError, KeyError):
        return None


def _asked(matter: Matter) -> tuple[str, ...]:
    return matter.words.categories if matter.words else ()


def _past(desk: Desk, found: Found, now: datetime) -> tuple[dict[str, Any], ...]:
    wanted = Filter(agencies=frozenset({found.request.agency}))
    page_of = desk.store.page(wanted, now, limit=PAST + 1).found
    others = [each for each in page_of if each.request.id != found.request.id]
    return tuple(dict(listed(each, now)) | {"at": each.request} for each in others[:PAST])


def _page(
    work: Work, recorded: Recorded, here: tuple[Console, Frame], name: str, status: int = 200, **values: Any
) -> Response:
    console, frame = here
    matter = _looked(work, name, frame)
    read = catch_up(console.records, ("acts",), console.patience)
    entries = recorded.about(console.index, read.readings["acts"].size, name)
    asked = next(((number, each) for number, each in entries if each.kind == "asked"), None)
    answers = {str(each.body["outcome"]): number for number, each in entries if each.kind == "answered"}
    said = {"typed": Typed(), "problems": {}, "failed": ""} | values
    custody = matter.found.request.kind in answering.CUSTODY
    shown = {
        "matter": matter, "asked": asked, "answers": answers, "read": read,
        "state": matter.found.state(now_of(frame)),
        "then": None if asked is None else rulings.recorded(asked[1].body), "label": label, "base": BASE,
        "words_of": answering.WORDS.items(), "given_of": [(each, each.replace("_", " ")) for each in _asked(matter)],
         "labels": answering.LABELS, "in_custody": custody,
        "agencies": sorted((each, text) for each, text in frame["frame"].agencies.items()),
        "oversees": bool(visitor_of(frame).roles & {"counsel", "official", "auditor"}),
        "answerer": bool(visitor_of(frame).roles & {"reviewer", "counsel"}),
    }  # fmt: skip
    return page("request.html", frame, status, **shown, **said)
