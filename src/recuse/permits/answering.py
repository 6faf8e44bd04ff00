"""Answering a request: approved and so issued, refused, or withdrawn by who asked.

The last approval that a request needs issues its permit in the same act. Whatever a reviewer may say, a permit is
never later or wider than what was asked for, nor than what somebody approved before.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from recuse.errors import InputError, RecuseError, RefusedError
from recuse.ledger.entry import JSON
from recuse.model import Permit, Request
from recuse.model.effect import within
from recuse.permits.checks import check, narrowed
from recuse.permits.office import Counter, Office
from recuse.permits.people import Actor, asked_it, same_way
from recuse.permits.register import Register, permit_of
from recuse.permits.written import Act, issued_body, text_of
from recuse.policy.trees import above


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a reviewer makes narrower than it was asked for: an earlier end, a purpose below the one asked for."""

    until: datetime | None = None
    purpose: str | None = None


AS_ASKED: Final = Narrowing()


@dataclass(frozen=True, slots=True)
class Answer:
    """What approving did: the permit as it is or will be, whether it is issued, how many approved of those needed."""

    permit: Permit
    issued: bool
    approvals: int
    needed: int


def approve(office: Office, name: str, actor: Actor, narrowing: Narrowing = AS_ASKED, *, text: str = "") -> Answer:
    """Approve a request; with the last approval that it needs, issue its permit: entries first, then the database.

    Raises RefusedError when policy, request or database say no, before anything is written. Done again, it finishes
    what a crash cut short.
    """
    with office.keeper.alone(name):
        register = office.register()
        register.request(name)
        if office.keeper.mark(name, actor.identity) in register.marks(name):
            return _approved_before(office, register, name, narrowing)
        asked = check_approvable(office, register, name, actor)
        request = _narrower(office, asked, narrowing.purpose)
        needed, approvals = office.needed(request), len(register.marks(name)) + 1
        end = narrowed(request, narrowing.until, office.now(), office.terms.longest)
        permit = permit_of(request, end, -1)
        with office.counter(office.system(request.system)) as counter:
            check_opened(counter, permit)
            if request != asked:
                check_within(counter, permit, permit_of(asked, end, -1))
            if office.dry_run:
                return Answer(permit, issued=False, approvals=approvals, needed=needed)
            narrow: dict[str, JSON] = {"request": name, "until": text_of(end), "purpose": request.purpose}
            office.record.append("approved", narrow | office.said(name, "approved", actor, text))
            if approvals >= needed:
                permit = _give(office, counter, replace(request, until=end), register.commitments[name])
    return Answer(permit, approvals >= needed, approvals, needed)


def _approved_before(office: Office, register: Register, name: str, narrowing: Narrowing) -> Answer:
    """Finish what a crash left between the last approval and its permit."""
    approved, approvals = register.approved_as(name), len(register.marks(name))
    needed = office.needed(approved)
    if approvals < needed:
        raise RefusedError("you have approved this", "two persons are needed: let another approve it too")
    if narrowing.until not in (None, approved.until) or narrowing.purpose not in (None, approved.purpose):
        raise RefusedError(
            f"it is approved for `{approved.purpose}` until {text_of(approved.until)}", "change nothing to finish it"
        )
    return Answer(_issue(office, register, name), not office.dry_run, approvals, needed)


def issue(office: Office, name: str) -> Permit:
    """Issue what all who are needed have approved, or finish one that a crash cut short; gives nothing new.

    Raises RefusedError when policy, request or database say no, before anything is written.
    """
    with office.keeper.alone(name):
        return _issue(office, office.register(), name)


def _issue(office: Office, register: Register, name: str) -> Permit:
    request = register.approved_as(name)
    if name in register.revoked or name in register.closed:
        raise RefusedError(f"request `{name}` has ended", "ask again")
    check(office.repository, request, office.now().date())
    permit = register.permit(name) if name in register.issued else None
    if permit is None:
        approvals, needed = len(register.marks(name)), office.needed(request)
        if approvals < needed:
            raise RefusedError(f"{approvals} of {needed} persons have approved this", "let another approve it")
        check_time(request, office.now())
    asked = request if permit is None else replace(request, until=permit.valid_until)
    end = narrowed(asked, None, office.now(), office.terms.longest)
    with office.counter(office.system(request.system)) as counter:
        if any(each.id == name for each in counter.permits(request.system)):
            raise RefusedError(f"permit `{name}` is in the database already", "look at `recuse permit list`")
        check_opened(counter, permit or permit_of(request, end, -1))
        if office.dry_run:
            return permit or permit_of(request, end, -1)
        if permit is not None:
            counter.issue(permit)
            return permit
        return _give(office, counter, replace(request, until=end), register.commitments[name])


def _give(office: Office, counter: Counter, request: Request, commitment: str) -> Permit:
    """Record a permit, then make it."""
    body = issued_body(request, request.until, counter.login, commitment)
    permit = permit_of(request, request.until, office.record.append("issued", body))
    counter.issue(permit)
    return permit


def _narrower(office: Office, request: Request, purpose: str | None) -> Request:
    """The request for a purpose at or below its own; RefusedError for another, or one that the policy does not open."""
    if purpose is None or purpose == request.purpose:
        return request
    if request.purpose not in above(office.repository.purposes, purpose):
        raise RefusedError(f"`{purpose}` is not below `{request.purpose}`", "a purpose is narrowed, and never widened")
    narrow = replace(request, purpose=purpose)
    check(office.repository, narrow, office.now().date())
    return narrow


def check_within(counter: Counter, narrow: Permit, wide: Permit) -> None:
    """Raise RefusedError unless all that a narrowed permit opens is opened by the one asked for, as it is applied.

    A purpose below another may open more: rules may name it alone.
    """
    check_opened(counter, wide)
    if not within(counter.effect(narrow), counter.effect(wide)):
        raise RefusedError(
            f"`{narrow.purpose}` opens something that `{wide.purpose}` does not", "approve it as asked, or refuse it"
        )


def check_opened(counter: Counter, permit: Permit) -> None:
    """Raise RefusedError where the policy applied to the database does not open a permit."""
    refusal = counter.refusal(permit)
    if refusal is not None:
        raise RefusedError(f"the database refuses: {refusal}", "plan and apply the policy, or mend the request")


def check_approvable(office: Office, register: Register, name: str, actor: Actor) -> Request:
    """The request as it was narrowed so far; RefusedError for why this person may not approve it now."""
    request = register.request(name)
    check_open(register, name)
    if name in register.issued:
        raise RefusedError(f"permit `{name}` is recorded as issued", "finish it with `recuse permit issue`")
    if asked_it(request, actor):
        raise RefusedError("nobody approves what they asked for themselves", "let another person approve it")
    if not same_way(request, actor):
        where = "at a command line" if request.person is None else "at the console"
        raise RefusedError(f"this was asked for {where}", "answer it there, or ask again here")
    check_time(request, office.now())
    check(office.repository, request, office.now().date())
    return register.approved_as(name)


def check_open(register: Register, name: str) -> None:
    """Raise RefusedError for a request that has been refused, withdrawn or revoked."""
    if name in register.revoked:
        raise RefusedError(f"permit `{name}` was revoked", "ask again")
    if name in register.closed:
        raise RefusedError(f"request `{name}` was {register.closed[name].word}", "ask again")


def check_time(request: Request, now: datetime) -> None:
    """Raise RefusedError for a request that has lapsed."""
    lapses = request.lapses or request.until
    if lapses <= now:
        raise RefusedError(f"request `{request.id}` lapsed at {text_of(lapses)}", "ask again")


def refuse(office: Office, name: str, actor: Actor, reason: str) -> None:
    """Refuse a request, with a reason. Also of one that has lapsed, or that one of two has approved."""
    with office.keeper.alone(name):
        check_refusable(office.register(), name, actor)
        _close(office, name, actor, reason, "declined")


def withdraw(office: Office, name: str, actor: Actor, reason: str = "") -> None:
    """Take back a request of one's own that no permit answers yet."""
    with office.keeper.alone(name):
        check_withdrawable(office.register(), name, actor)
        _close(office, name, actor, reason or "withdrawn", "withdrawn")


def _close(office: Office, name: str, actor: Actor, reason: str, act: Act) -> None:
    if not reason.strip():
        raise InputError("no reason is given", "say why")
    if not office.dry_run:
        office.record.append(act, {"request": name} | office.said(name, act, actor, reason))


def check_refusable(register: Register, name: str, actor: Actor) -> None:
    """Raise RefusedError for why this person may not refuse this request now."""
    request = register.request(name)
    _check_unanswered(register, name)
    if asked_it(request, actor):
        raise RefusedError("nobody refuses what they asked for themselves", "withdraw it")


def check_withdrawable(register: Register, name: str, actor: Actor) -> None:
    """Raise RefusedError for why this person may not withdraw this request now."""
    request = register.request(name)
    _check_unanswered(register, name)
    if not asked_it(request, actor):
        raise RefusedError("only who asked withdraws a request", "refuse it instead")


def _check_unanswered(register: Register, name: str) -> None:
    check_open(register, name)
    if name in register.issued:
        raise RefusedError(f"permit `{name}` is issued", "revoke it")


def refusal(
    office: Office, name: str, act: Literal["approve", "refuse", "withdraw"], actor: Actor
) -> RecuseError | None:
    """Why this person may not do this to a request now, or None: to be said before a form is shown."""
    register = office.register()
    try:
        match act:
            case "approve":
                if name in register.approved and office.keeper.mark(name, actor.identity) in register.marks(name):
                    return RefusedError("you have approved this", "let another person approve it too")
                check_approvable(office, register, name, actor)
            case "refuse":
                check_refusable(register, name, actor)
            case "withdraw":
                check_withdrawable(register, name, actor)
    except RecuseError as error:
        return error
    return None
