"""What the policy and the terms in force let be asked for and answered; and whether a permit opens a declaration.

A permit is issued within its request: never later, wider, for longer than the terms say, or by who asked for it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from recuse.errors import RefusedError
from recuse.model import Account, Permit, Repository, Request
from recuse.permits.terms import LONGEST
from recuse.permits.written import text_of
from recuse.policy.contexts import Context, contexts
from recuse.policy.instruments import recognised
from recuse.policy.trees import upwards


def opens(permit: Permit, account: Account, context: Context, case: str | None, at: datetime) -> bool:
    """Whether a permit lets the account declare this at a moment, as `recuse.declare` decides.

    Whoever names no case may use any permit; one that was issued for no case serves no other.
    """
    asked = (account.system, account.login, context.circumstances.purpose, context.circumstances.authority)
    return (
        (permit.system, permit.login, permit.purpose, permit.authority) == asked
        and permit.agreement == context.agreement
        and case in {None, permit.case}
        and permit.revoked_at is None
        and permit.valid_from <= at < permit.valid_until
    )


def check(repository: Repository, request: Request, on: date) -> None:
    """Raise RefusedError with every reason why the policy does not let this request be answered with a permit."""
    found = tuple(problems(repository, request, on))
    if found:
        raise RefusedError("\n".join(found), "mend the request and ask again")


def problems(repository: Repository, request: Request, on: date) -> Iterator[str]:
    """Why the policy of a day does not open what is asked: the account, the declaration, the case, the evidence."""
    account = repository.accounts.get(f"{request.system}/{request.login}")
    if account is None:
        yield f"`{request.system}/{request.login}` is not in accounts.toml"
        return
    if request.purpose not in repository.purposes or request.authority not in repository.authorities:
        yield f"`{request.purpose}` under `{request.authority}` is not in purposes.toml and authorities.toml"
        return
    yield from _of_declaration(repository, account, request, on)
    named = [p for p in upwards(repository.purposes, request.purpose) if repository.purposes[p].case_number]
    if named and not request.case:
        yield f"purpose `{named[0]}` needs a case number"
    yield from _of_authority(repository, request)


def _of_declaration(repository: Repository, account: Account, request: Request, on: date) -> Iterator[str]:
    if not account.active:
        yield f"`{account.id}` is not active"
    asked = (request.purpose, request.authority, request.agreement)
    open_to = {
        (c.circumstances.purpose, c.circumstances.authority, c.agreement)
        for c in contexts(repository, account, on)
        if not c.standing
    }
    if asked not in open_to and account.active:
        under = f" by agreement `{request.agreement}`" if request.agreement else ""
        yield f"`{account.id}` may not declare `{request.purpose}` under `{request.authority}`{under}"


def _of_authority(repository: Repository, request: Request) -> Iterator[str]:
    authorities = [repository.authorities[name] for name in upwards(repository.authorities, request.authority)]
    wanted = dict.fromkeys(word for authority in authorities for word in authority.evidence)
    stated = {word for word, value in request.evidence.items() if value.strip()}
    stated |= {"agreement"} if request.agreement else set()
    for word in wanted:
        if word not in stated:
            yield f"authority `{request.authority}` rests on `{word}`, which is not stated"
    instruments = {word for authority in authorities for word in authority.instruments}
    if instruments and request.instrument not in instruments:
        yield f"authority `{request.authority}` needs an instrument: {', '.join(sorted(instruments))}"
    for other in recognised(repository, request.authority, request.instrument):
        if request.authority not in upwards(repository.authorities, other):
            yield f"`{request.instrument}` is an instrument of `{other}`, not of `{request.authority}`"


def narrowed(request: Request, until: datetime | None, now: datetime, longest: timedelta = LONGEST) -> datetime:
    """When the permit is to end. RefusedError when later than asked, past, or further off than the longest there is."""
    end = request.until if until is None else until
    if end > request.until:
        raise RefusedError(
            f"the request asks for access until {text_of(request.until)}", "a permit is issued for that long or shorter"
        )
    if end <= now:
        raise RefusedError(f"access was to end at {text_of(end)}, which has passed", "ask again")
    if end > now + longest:
        hours = int(longest.total_seconds() // 3600)
        raise RefusedError(
            f"a permit runs for at most {hours} hours, not until {text_of(end)}",
            "say with --until when access is to end",
        )
    return end
