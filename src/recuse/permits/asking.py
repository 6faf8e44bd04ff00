"""Asking for a permit: what the policy would not let be answered is not kept, and is counted all the same."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from recuse.errors import InputError, RefusedError
from recuse.model import Request
from recuse.permits.checks import check
from recuse.permits.office import Office
from recuse.permits.people import Actor, asked_it
from recuse.permits.written import refused_body, request_body, text_of


def ask(office: Office, request: Request, actor: Actor) -> None:
    """Record a request, which is the actor's. RefusedError when the policy would not let it be answered."""
    examine(office, request, actor)
    if not office.dry_run:
        enter(office, request, actor)


def examine(office: Office, request: Request, actor: Actor) -> None:
    """Raise InputError or RefusedError for what cannot be asked for; what the policy refuses is recorded as that."""
    if not asked_it(request, actor):
        raise InputError("who asks is not who the request says", "ask in your own name")
    wrong = tuple(chain(_wrong_times(request, office.now()), _wrong_texts(request)))
    if wrong:
        raise InputError("\n".join(wrong), "mend the request and ask again")
    office.system(request.system)
    try:
        check(office.repository, request, office.now().date())
    except RefusedError:
        refused = refused_body(office.repository, request)
        if refused is not None and not office.dry_run:
            office.record.append("refused", refused)
        raise


def enter(office: Office, request: Request, actor: Actor) -> str:
    """Keep a request that was examined, then record it; gives its commitment."""
    commitment = office.keeper.keep(request)
    by = office.by(request.id, actor)
    office.record.append("requested", request_body(office.repository, request, commitment, by))
    return commitment


def _wrong_times(request: Request, now: datetime) -> Iterator[str]:
    if request.until <= request.at:
        yield "access is to end before it was asked for"
    lapses = request.lapses
    if lapses is not None and not now < lapses <= request.until:
        yield f"the request is to lapse at {text_of(lapses)}, which is not between now and the end of access"


def _wrong_texts(request: Request) -> Iterator[str]:
    texts = {"requested_by": request.requested_by, "on_behalf_of": request.on_behalf_of}
    yield from (f"`{name}` is empty" for name, text in texts.items() if not text.strip())
