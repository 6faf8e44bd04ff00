"""Closings: what outside of the policy's own facts is unmade, so that a path past the policy ends.

What ends a step of a path is a fact that is unmade, or an attribute that a role loses. What was lent on the strength of
it is unmade first, by who lent it: a REVOKE would take it along unseen, and no undo would know of it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import (
    DefaultPrivilege,
    Fact,
    Firing,
    Grant,
    Hazard,
    Membership,
    ObjectRef,
    Role,
)
from recuse.enforcement.plan import Loss

Power = Literal["superuser", "create_role", "create_db", "replication"]
_WORDS: dict[Power, str] = {
    "superuser": "SUPERUSER", "create_role": "CREATEROLE", "create_db": "CREATEDB", "replication": "REPLICATION",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that a role has and would lose."""

    role: str
    power: Power

    def __str__(self) -> str:
        return f"{_WORDS[self.power]} of {self.role}"


Ended = Fact | Attribute


@dataclass(frozen=True, slots=True)
class Closing:
    """One thing unmade, for the findings of these ids.

    `also` is what was lent on the strength of it; `others` are the accounts beside those of the findings that go this
    way too; `why` says of how many steps this one was chosen; `use` is what is known of the use of it.
    """

    ended: Ended
    findings: tuple[str, ...]
    accounts: tuple[str, ...]
    others: tuple[str, ...]
    also: tuple[Fact, ...]
    why: str
    use: Hazard


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that was to be closed and that a person has to see to, and why no plan does."""

    id: str
    code: str
    account: str
    object: str
    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """What was asked for (`all`, codes, ids of findings), what a plan closes of it, what the policy closes `anyway`.

    `answered` are the words that some finding answers to, `found` the codes of all.
    """

    asked: tuple[str, ...]
    closings: tuple[Closing, ...]
    left: tuple[Left, ...]
    anyway: tuple[str, ...]
    answered: frozenset[str]
    found: tuple[str, ...]


def differences(ended: Ended, also: Iterable[Fact], facts: Collection[Fact]) -> tuple[Difference, ...]:
    """What a closing changes among `facts`, as they are when all before it is done; what was lent comes first."""
    lent = [Difference(make=False, fact=fact) for fact in also]
    match ended:
        case Attribute(role=name, power=power):
            before = next((f for f in facts if isinstance(f, Role) and f.name == name), None)
            if before is None:
                return ()
            return (*lent, Difference(make=True, fact=_without(before, power), before=before))
        case fact:
            return (*lent, Difference(make=False, fact=fact))


def _without(role: Role, power: Power) -> Role:
    match power:
        case "superuser":
            return replace(role, superuser=False)
        case "create_role":
            return replace(role, create_role=False)
        case "create_db":
            return replace(role, create_db=False)
        case "replication":
            return replace(role, replication=False)


def unmade(difference: Difference) -> Iterator[Ended]:
    """What ends by a difference: the fact that is unmade or replaced, and the attributes that a role has no more."""
    gone = difference.before if difference.make else difference.fact
    if isinstance(gone, Role):
        left = difference.fact if difference.make else None
        lost = (power for power in _WORDS if getattr(gone, power) and not getattr(left, power, False))
        yield from (Attribute(gone.name, power) for power in lost)
    elif gone is not None:
        yield gone


def lent_on(ended: Ended, known: Iterable[Fact]) -> tuple[Fact, ...]:
    """What holders of a grant option or of ADMIN lent on the strength of this, the last lent first."""
    lends = (isinstance(ended, Grant) and ended.grantable) or (isinstance(ended, Membership) and ended.admin)
    facts = sorted(known, key=repr) if lends else []
    found: dict[Fact, None] = {}
    _lent(ended, facts, found)
    return tuple(reversed(found))


def _lent(ended: Ended, facts: list[Fact], found: dict[Fact, None]) -> None:
    for fact in facts:
        if fact not in found and fact != ended and _rests_on(fact, ended):
            found[fact] = None
            _lent(fact, facts, found)


def _rests_on(fact: Fact, ended: Ended) -> bool:
    match ended, fact:
        case Grant(grantable=True) as option, Grant() as lent:
            same = lent.on == option.on or (lent.on.kind == "column" and lent.on.name[:2] == option.on.name)
            return same and lent.privilege == option.privilege and lent.grantor == option.grantee
        case Membership(admin=True) as option, Membership() as lent:
            return lent.role == option.role and lent.grantor == option.member
        case _:
            return False


def taken(ended: Ended) -> tuple[str, str]:
    """What who goes this way loses, as the effects of a plan name it: in parentheses, and the action."""
    match ended:
        case Attribute(role=role):
            return f"(role {role})", str(ended).partition(" ")[0]
        case Grant(on=on, privilege=privilege):
            return f"({_named(on)})", privilege.lower()
        case Membership(role=role):
            return f"(role {role})", "act as"
        case DefaultPrivilege(owner=owner, on=on, privilege=privilege):
            return f"(next {on} of {owner})", privilege.lower()
        case Firing(name=name):
            return f"(trigger {name})", "fire"
        case _:
            return f"({ended})", "use"


def losses(closing: Closing) -> Iterator[Loss]:
    """What the accounts that go this way lose, where the effects of a plan do not tell it by the facts of tables."""
    if isinstance(closing.ended, Grant) and closing.ended.on.kind in ("table", "view", "matview", "column"):
        return
    name, action = taken(closing.ended)
    for account in sorted({*closing.accounts, *closing.others}):
        yield Loss(account, name, action, "all")


def hazards(closing: Closing) -> Iterator[Hazard]:
    """What breaks by a closing, and how to mend it for who needs it."""
    sentence, remedy = _breaks(closing.ended)
    yield Hazard("closing", sentence, remedy)
    yield closing.use
    if closing.others:
        named = ", ".join(f"`{account}`" for account in closing.others[:5])
        more = f" and {len(closing.others) - 5} more" if len(closing.others) > 5 else ""
        yield Hazard("closing-others", f"it closes to others too: {named}{more}", "give back by name to who needs it")
    for fact in closing.also:
        yield Hazard("closing-lent", f"what was lent on it goes with it: {_lent_words(fact)}", None)


def _lent_words(fact: Fact) -> str:
    match fact:
        case Grant(on=on, privilege=privilege, grantee=grantee, grantor=grantor):
            return f"{privilege} on {_named(on)} to `{grantee or 'PUBLIC'}` by `{grantor}`"
        case Membership(role=role, member=member, grantor=grantor):
            return f"membership of `{member}` in `{role}` by `{grantor}`"
        case _:
            return str(fact)


def _breaks(ended: Ended) -> tuple[str, str]:
    match ended:
        case Attribute(role=role, power="superuser"):
            return (
                f"`{role}` is no superuser any more: what it did without grants is refused, in every database",
                "grant it what its work needs; its undo makes it a superuser again",
            )
        case Attribute(role=role, power="replication"):
            return (
                f"`{role}` can replicate no more: a standby, a backup or a feed of changes that uses it stops, and its "
                "slot keeps write-ahead log until it is dropped",
                'declare it in accounts.toml with `use = "replication"` if it is meant; drop its slot if not',
            )
        case Attribute(role=role):
            return (
                f"`{role}` loses {str(ended).partition(' ')[0]}: what makes roles or databases as it is refused",
                "let an administrator make them",
            )
        case Membership(role=role, member=member):
            return (
                f"`{member}` holds nothing through `{role}` any more, in every database of the server",
                f"grant `{member}` by name what its work needs",
            )
        case Grant() as grant:
            return _grant_breaks(grant)
        case DefaultPrivilege(owner=owner, on=on):
            return f"the next {on} of `{owner}` will be closed", "let its migrations grant what programs need"
        case Firing(table=None, name=name):
            return (
                f"the event trigger `{name}` no longer runs: what it recorded or refused is not, for anyone",
                "rewrite its function without its owner's rights, then enable it",
            )
        case Firing(table=table, name=name):
            return (
                f"the trigger `{name}` of {table} no longer runs: what it filled, checked or recorded is not, for all",
                "rewrite its function so that it shows nothing, then enable it",
            )
        case _:
            return f"{ended} is unmade", "its undo makes it again"


def _grant_breaks(grant: Grant) -> tuple[str, str]:
    who = f"`{grant.grantee}`" if grant.grantee else "PUBLIC, which is every account"
    back = f"GRANT {grant.privilege} to the roles that need it, by name"
    name = _named(grant.on)
    match grant.on.kind:
        case "function":
            return (
                f"{name} can no longer be called by {who}: programs, views and defaults that call it are refused; an "
                "extension's update may grant it anew",
                back,
            )
        case "foreign server":
            return f"{who} can make no foreign table or user mapping on {name} any more; tables there stay", back
        case "large objects":
            return f"{who} can no longer read {name}", back
        case "database" | "schema":
            return f"{who} can no longer use {grant.privilege} on {name}: programs that make objects there stop", back
        case _:
            return f"{who} loses {grant.privilege} on {name}: programs that use it are refused", back


def _named(on: ObjectRef) -> str:
    if on.kind == "large objects" and len(on.name) > 3:
        return f"{len(on.name)} large objects, from {on.name[0]}"
    return f"{on.kind} {', '.join(on.name)}" if on.kind == "large objects" else str(on)
