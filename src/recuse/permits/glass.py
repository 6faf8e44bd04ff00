"""Break-glass: a permit that who asks issues themselves, short, with a reason, and reviewed by another within a day.

Only the second person is skipped: account, declaration, case and evidence are asked for as ever, so that what is not
shown opens nothing. While the review of one is overdue, nothing more is broken for its account.
"""

from datetime import datetime

from recuse.errors import InputError, RefusedError
from recuse.ledger.entry import JSON
from recuse.model import Permit, Request
from recuse.permits.answering import check_opened
from recuse.permits.asking import enter, examine
from recuse.permits.checks import narrowed
from recuse.permits.office import Office
from recuse.permits.people import Actor, asked_it, same_way
from recuse.permits.register import Register, permit_of
from recuse.permits.survey import glass_state
from recuse.permits.terms import REVIEWED_WITHIN
from recuse.permits.written import issued_body, text_of


def break_glass(office: Office, request: Request, actor: Actor) -> Permit:
    """Ask and issue in one act; `request.glass` is the reason. Entries first, then the database.

    Raises InputError without a reason, RefusedError when terms, policy or database say no, before a permit is recorded.
    What a crash leaves between entry and database `answering.issue` finishes.
    """
    if not (request.glass or "").strip():
        raise InputError("no reason is given", "say why it cannot wait for another person")
    account = f"{request.system}/{request.login}"
    with office.keeper.alone(account):
        register = office.register()
        examine(office, request, actor)
        check_breakable(office, register, request)
        end = _end(office, request)
        with office.counter(office.system(request.system)) as counter:
            permit = permit_of(request, end, -1)
            check_opened(counter, permit)
            if office.dry_run:
                return permit
            commitment = enter(office, request, actor)
            body = issued_body(request, end, counter.login, commitment) | office.by(request.id, actor)
            body["review_by"] = text_of(office.now() + REVIEWED_WITHIN)
            permit = permit_of(request, end, office.record.append("broke_glass", body))
            counter.issue(permit)
            return permit


def check_breakable(office: Office, register: Register, request: Request) -> None:
    """Raise RefusedError where the terms open nothing to be broken, or a review for the account is overdue."""
    if not office.terms.breakable(office.repository, request.purpose):
        raise RefusedError(
            f"the directives in force do not open break-glass for `{request.purpose}`",
            "ask, and let another approve it",
        )
    late = overdue_for(register, request.system, request.login, office.now())
    if late:
        raise RefusedError(
            f"the review of `{late[0]}` is overdue", "let another person review it: `recuse permit review-glass`"
        )


def _end(office: Office, request: Request) -> datetime:
    longest = min(office.terms.break_glass, office.terms.longest)
    try:
        return narrowed(request, None, office.now(), longest)
    except RefusedError as error:
        if request.until <= office.now() + longest:
            raise
        hours = int(longest.total_seconds() // 3600)
        raise RefusedError(
            f"break-glass opens for at most {hours} hours, not until {text_of(request.until)}", "name an earlier end"
        ) from error


def review_glass(office: Office, name: str, actor: Actor, note: str, *, justified: bool) -> None:
    """Say whether a glass was broken for a reason that holds; late is recorded too. RefusedError for who broke it."""
    with office.keeper.alone(name):
        check_reviewable(office.register(), name, actor)
        if not note.strip():
            raise InputError("nothing is said of it", "say in a sentence what you found")
        if not office.dry_run:
            body: dict[str, JSON] = {"request": name, "justified": justified}
            office.record.append("glass_reviewed", body | office.said(name, "glass_reviewed", actor, note))


def check_reviewable(register: Register, name: str, actor: Actor) -> None:
    """Raise RefusedError for why this person may not review this broken glass."""
    request = register.request(name)
    glass = register.glasses.get(name)
    if glass is None:
        raise RefusedError(f"`{name}` broke no glass", "list what did with `recuse permit list`")
    if glass.justified is not None:
        raise RefusedError(f"`{name}` is reviewed already", "look at `recuse permit list`")
    if asked_it(request, actor):
        raise RefusedError("nobody reviews what they opened themselves", "let another person review it")
    if not same_way(request, actor):
        where = "at a command line" if request.person is None else "at the console"
        raise RefusedError(f"this was opened {where}", "review it there")


def overdue(register: Register, now: datetime) -> tuple[str, ...]:
    """The broken glasses that nobody reviewed within a day, oldest first."""
    late = [(glass.at, name) for name, glass in register.glasses.items() if glass_state(glass, now) == "overdue"]
    return tuple(name for _, name in sorted(late))


def overdue_for(register: Register, system: str, login: str, now: datetime) -> tuple[str, ...]:
    """Those overdue of one account; one whose request is kept no more counts for every account of its system."""
    return tuple(name for name in overdue(register, now) if _is_of(register, name, system, login))


def _is_of(register: Register, name: str, system: str, login: str) -> bool:
    request = register.requests.get(name)
    if request is None:
        return register.issued[name][1]["system"] == system
    return (request.system, request.login) == (system, login)
