"""Drift, fact by fact: what is not as it was last applied, in words for a person. Pure."""

from collections.abc import Iterator
from typing import Final

from recuse.enforcement.diff import identity
from recuse.enforcement.facts import (
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    NewObjects,
    ObjectRef,
    Owner,
    Role,
    RowPolicy,
    RowSecurity,
)
from recuse.operations.conditions import Condition, Severity

PLAN: Final = "run `recuse plan` and `recuse apply`; if it is to stay, write it into the policy and direct it"


def drifted(system: str, before: frozenset[Fact], now: frozenset[Fact]) -> Iterator[Condition]:
    """Facts that are not as they were last applied, each one a condition: made, gone, or another value."""
    known = {identity(fact): fact for fact in before - now}
    fresh = {fact.of for fact in now - before if isinstance(fact, Owner) and identity(fact) not in known}
    gone = {fact.of for fact in before - now if isinstance(fact, Owner)} - {f.of for f in now if isinstance(f, Owner)}
    for fact in sorted(now - before, key=repr):
        old = known.pop(identity(fact), None)
        if _about(fact) not in fresh or isinstance(fact, Owner | Grant | RowPolicy):
            word = "is new" if old is None else f"is changed; it was: {_words(old)}"
            yield _drift(system, fact, f"{_words(fact)} ({word})", new=old is None)
    for fact in sorted(known.values(), key=repr):
        if _about(fact) not in gone or isinstance(fact, Owner):
            yield _drift(system, fact, f"{_words(fact)} (is gone)", new=False)


def _drift(system: str, fact: Fact, sentence: str, *, new: bool) -> Condition:
    code, severity = "drift", _severity(fact)
    if isinstance(fact, Role) and fact.login and new:
        code = "new-login"
    elif isinstance(fact, Membership):
        code = "membership"
    elif isinstance(fact, NewObjects):
        code, severity = "event-trigger", "critical"
    return Condition(system, code, repr(identity(fact)), sentence, PLAN, severity)


def _severity(fact: Fact) -> Severity:
    match fact:
        case Owner() | Definition():
            return "high" if fact.of.name[0] == "recuse" else "low"
        case Role(login=False, superuser=False, bypass_rls=False):
            return "low"
        case _:
            return "high"


def _about(fact: Fact) -> ObjectRef | None:
    match fact:
        case Owner(of=of) | Definition(of=of):
            return of
        case RowSecurity(table=table) | RowPolicy(table=table):
            return table
        case Grant(on=on):
            return on.relation
        case _:
            return None


def _words(fact: Fact) -> str:
    match fact:
        case Role():
            flags = ("login", "superuser", "bypass_rls", "create_role")
            return f"role `{fact.name}`: {', '.join(flag for flag in flags if getattr(fact, flag)) or 'no attributes'}"
        case Membership():
            return f"`{fact.member}` is a member of `{fact.role}`, by `{fact.grantor}`"
        case Grant():
            return f"{fact.privilege} on {fact.on} is granted to {_named(fact.grantee)}, by `{fact.grantor}`"
        case DefaultPrivilege():
            return f"{fact.privilege} on the next {fact.on} of `{fact.owner}` will be granted to {_named(fact.grantee)}"
        case Owner():
            return f"`{fact.role}` owns {fact.of}"
        case NewObjects():
            return f"the event trigger for new objects, mode {fact.mode}"
        case _:
            return repr(fact)


def _named(grantee: str | None) -> str:
    return "PUBLIC" if grantee is None else f"`{grantee}`"
