"""What one official's signature is enough for: a plan that only reduces, and ends no permit that a court stands behind.

What a plan opens is in its step *loosen* or among what its accounts gain, and both are proved with the plan: an account
that would reach more, after the plan or at any step, and is not said to gain it, has stopped the plan before this. What
could not be compared is no proof, and so not enough.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from recuse.enforcement.facts import Declaration, Fact, Grant, Membership, RegisteredAccount, Role, RowPolicy
from recuse.enforcement.plan import Change
from recuse.errors import RefusedError
from recuse.model import Permit, Repository
from recuse.operations.plan import Planned
from recuse.policy.trees import upwards

_WORDS: Final[Mapping[type, str]] = {
    Declaration: "what it may declare",
    RegisteredAccount: "the account",
    Role: "the login",
    Membership: "the way into a class",
    Grant: "a right",
    RowPolicy: "rows",
}
_CONFIRM: Final = "let a second official confirm the directive, and apply without --emergency"


def check_reduces(planned: Planned) -> None:
    """Raise RefusedError where the plan opens anything, or where it could not be proved that it does not."""
    plan = planned.plan
    for gain in plan.gains:
        raise RefusedError(
            f"an emergency only reduces, and `{gain.account}` would gain `{gain.category}` by {gain.action}", _CONFIRM
        )
    for change in plan.at("loosen"):
        raise RefusedError(f"an emergency only reduces, and the plan opens something: {_named(change.fact)}", _CONFIRM)
    for widening in planned.proved.widening:
        for table in widening.not_compared:
            raise RefusedError(
                f"an emergency only reduces, and of `{widening.account}` on `{table}` that could not be proved",
                _CONFIRM,
            )


def check_permits(planned: Planned, permits: Iterable[Permit], repository: Repository, now: datetime) -> None:
    """Raise RefusedError where the plan would end a permit in force that rests on a court's authority."""
    for permit in permits:
        running = permit.revoked_at is None and now < permit.valid_until  # its beginning is by another clock
        if running and judicial(repository, permit.authority):
            for change in _ending(planned, permit):
                raise RefusedError(
                    f"one official alone ends no permit under `{permit.authority}`, and the plan would end "
                    f"`{permit.id}` of `{permit.login}`: {_named(change.fact)}",
                    "leave the account what the permit needs, or let a second official confirm the directive",
                )


def judicial(repository: Repository, authority: str) -> bool:
    """Whether a court stands behind an authority. Where authorities.toml says so of none, any could be meant."""
    if not any(each.judicial for each in repository.authorities.values()):
        return True
    known = authority in repository.authorities
    return not known or any(
        repository.authorities[each].judicial for each in upwards(repository.authorities, authority)
    )


def _ending(planned: Planned, permit: Permit) -> Iterator[Change]:
    """The changes that take away what the permit stands on: account, declaration, way into the class, its rights."""
    asked = (permit.login, permit.purpose, permit.authority, permit.agreement)
    roles = {
        fact.class_role
        for fact in planned.found.facts
        if isinstance(fact, Declaration) and (fact.login, fact.purpose, fact.authority, fact.agreement) == asked
    }
    doors = {f.role for f in planned.found.facts if isinstance(f, Membership) and f.member == permit.login}
    for change in planned.plan.changes:
        gone = change.fact if not change.make else change.before
        match gone:
            case Declaration() if (gone.login, gone.purpose, gone.authority, gone.agreement) == asked:
                yield change
            case RegisteredAccount(login=permit.login) | Role(name=permit.login):
                yield change
            case Membership(role=role, member=member) if role in roles and member in {permit.login, *doors}:
                yield change
            case Membership(role=role, member=permit.login) if _leads(planned.found.facts, role, roles):
                yield change
            case Grant(grantee=role) if role in roles:
                yield change
            case RowPolicy(roles=bound) if roles & set(bound):
                yield change
            case _:
                pass


def _leads(facts: Iterable[Fact], door: str, roles: Iterable[str]) -> bool:
    """Whether a role is a door into one of these."""
    return any(isinstance(f, Membership) and f.member == door and f.role in roles for f in facts)


def _named(fact: Fact) -> str:
    """What a fact is, in words for a person, and what it is about."""
    about = (getattr(fact, name, None) for name in ("login", "table", "on", "role", "name"))
    return f"{_WORDS.get(type(fact), 'a fact')}, of `{next((each for each in about if each), 'the database')}`"
