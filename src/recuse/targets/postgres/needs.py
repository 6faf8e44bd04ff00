"""What each change of a plan needs of a login that is no superuser, by version. Pure: facts in, needs out.

From PostgreSQL 16 on a role is altered, given and taken back by who has ADMIN on it, and a membership is taken back
only by who speaks as its grantor; who makes a role gets ADMIN on it. On 15 CREATEROLE does all of that to every role
that is no superuser. Objects are changed by who speaks as their owner; what another grantor gave, in that grantor's
voice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, assert_never

from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Firing,
    Grant,
    Membership,
    NewObjects,
    ObjectKind,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.names import KEEPER
from recuse.enforcement.plan import Change, Plan

ENDING: Final = ("pg_read_all_stats", "pg_signal_backend")
"""Predefined roles without which sessions are not seen, or not ended."""
_OWNERS_UNKNOWN: Final = frozenset({"foreign server", "language", "large objects", "parameter"})
"""Kinds of which no owner is among the facts, so that only a superuser is sure to speak for one."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the login itself."""

    word: Literal["CREATEROLE", "INHERIT"]


@dataclass(frozen=True, slots=True)
class OnDatabase:
    """A right on the connected database."""

    privilege: Literal["CREATE", "TEMPORARY"]


@dataclass(frozen=True, slots=True)
class Quiet:
    """A setting that keeps event triggers of others from running."""


@dataclass(frozen=True, slots=True)
class Admin:
    """To alter, give and take back a role."""

    role: str


@dataclass(frozen=True, slots=True)
class Voice:
    """To have a role's rights by inheritance; with `of`, those of an object's owner."""

    role: str
    of: ObjectRef | None = None


@dataclass(frozen=True, slots=True)
class Become:
    """To set a role: what a grantor gave who is not the owner, it takes back in its own name."""

    role: str


@dataclass(frozen=True, slots=True)
class Handover:
    """To take back a membership that somebody else gave."""

    membership: Membership


@dataclass(frozen=True, slots=True)
class Superuser:
    """What only a superuser does: the change itself."""

    change: Change


@dataclass(frozen=True, slots=True)
class Ordinary:
    """That a role whose sessions end is no superuser."""

    role: str


Need = Attribute | OnDatabase | Quiet | Admin | Voice | Become | Handover | Superuser | Ordinary


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan stands on: the server's branch, who applies, the facts found, and logins that may replicate."""

    major: int
    login: str
    facts: frozenset[Fact]
    replicating: frozenset[str] = frozenset()

    @property
    def superusers(self) -> frozenset[str]:
        """Every role that is a superuser."""
        return frozenset(fact.name for fact in self.facts if isinstance(fact, Role) and fact.superuser)


def needs(plan: Plan, ground: Ground) -> tuple[tuple[Need, str], ...]:
    """What running a plan needs, each once, with what it is for; in the order in which it is met. None for no plan."""
    if not plan.changes and not plan.severs:
        return ()
    found: dict[Need, str] = {}
    for role in ENDING:
        found[Voice(role)] = "to see and end sessions"
    for role in sorted(plan.severs & ground.superusers):
        found[Ordinary(role)] = f"to end the sessions of `{role}`"
    found[OnDatabase("TEMPORARY")] = "to ask the server for its own words, and whether all is as wanted"
    found[Quiet()] = "to make temporary tables"
    if ground.major < 16:
        found[Attribute("INHERIT")] = "to have the rights of the roles that it is a member of"
    each = _Needs(plan, ground)
    for change in plan.changes:
        for need in each.of(change):
            found.setdefault(need, _purpose(change))
    return tuple(found.items())


@dataclass(slots=True)
class _Needs:
    """The needs of one plan's changes."""

    plan: Plan
    ground: Ground

    def of(self, change: Change) -> Iterator[Need]:
        """What one change needs, beyond what changes before it give."""
        match change.fact:
            case Role() as role:
                yield from self._role(change, role)
            case Membership() as membership:
                yield from self._membership(change, membership)
            case Grant() as grant:
                yield from self._grant(change, grant)
            case Owner(of=of, role=role):
                yield from self._owned(of, role, made=change.before is None)
            case RowSecurity(table=table) | RowPolicy(table=table) | ConflictGuard(table=table):
                yield from self._owners(table)
            case DefaultPrivilege(owner=owner):
                yield Superuser(change) if owner in self.ground.superusers else Voice(owner)
            case Support():
                yield OnDatabase("CREATE") if change.before is None else Voice(KEEPER)
            case Definition() | RegisteredAccount() | Declaration():
                yield Voice(KEEPER)
            case Firing(table=table) if table is not None:
                yield from self._owners(table)
            case Firing() | NewObjects():  # event triggers are a superuser's
                yield Superuser(change)
            case _ as never:
                assert_never(never)

    def _role(self, change: Change, role: Role) -> Iterator[Need]:
        before = change.before
        if isinstance(before, Role) and (
            before.superuser
            or (before.superuser, before.bypass_rls) != (role.superuser, role.bypass_rls)
            or (self.ground.major < 16 and role.name in self.ground.replicating)
        ):
            yield Superuser(change)
            return
        yield Attribute("CREATEROLE")
        if before is not None or not change.make:
            yield from self._administers(role.name)

    def _membership(self, change: Change, membership: Membership) -> Iterator[Need]:
        if membership.role in self.ground.superusers:
            yield Superuser(change)
        elif self.ground.major < 16:
            yield Attribute("CREATEROLE")
        elif not change.make and membership.grantor != self.ground.login:
            yield Handover(membership)
        else:
            yield from self._administers(membership.role)

    def _administers(self, role: str) -> Iterator[Need]:
        """ADMIN on a role that is there already; whoever makes one has it."""
        if any(isinstance(fact, Role) and fact.name == role for fact in self.ground.facts) or role.startswith("pg_"):
            yield Admin(role) if self.ground.major >= 16 else Attribute("CREATEROLE")

    def _grant(self, change: Change, grant: Grant) -> Iterator[Need]:
        owners = {owner.role: owner.of for owner in self._owning(grant.on)}
        if grant.grantor not in owners and owners:
            if grant.grantor in self.ground.superusers:
                yield Superuser(change)
                return
            yield Become(grant.grantor)
            schema = ObjectRef("schema", grant.on.name[:1])
            named = Grant(schema, "USAGE", grant.grantor, "", grantable=False)
            if not any(_same_right(fact, named) for fact in self.ground.facts):
                yield from self._owners(schema)
        if not owners and grant.on.kind in _OWNERS_UNKNOWN:
            yield Superuser(change)
            return
        yield from self._owners(grant.on)
        if any(isinstance(f, Grant) and f.grantable and f.on.relation == grant.on.relation for f in self.ground.facts):
            yield from (Become(owner) for owner in owners)  # or the server finds another that it speaks for

    def _owned(self, of: ObjectRef, role: str, *, made: bool) -> Iterator[Need]:
        if of.name[0] == "recuse":
            if not made:
                yield from self._owners(of)
            return
        yield from self._owners(of)
        yield Voice(role)
        yield from self._owners(ObjectRef("schema", of.name[:1]))

    def _owners(self, of: ObjectRef) -> Iterator[Voice]:
        for owner in self._owning(of):
            if not (isinstance(owner.of, ObjectRef) and owner.of.name[0] == "recuse" and owner.role == KEEPER):
                yield Voice(owner.role, owner.of)
            else:
                yield Voice(KEEPER)

    def _owning(self, of: ObjectRef) -> tuple[Owner, ...]:
        """Who owns an object before, and who by the plan; of a column, its table."""
        kinds: tuple[ObjectKind, ...] = (of.relation.kind, "table", "view", "matview")
        for kind in kinds:
            ref = ObjectRef(kind, of.relation.name)
            before = [fact for fact in self.ground.facts if isinstance(fact, Owner) and fact.of == ref]
            after = [c.fact for c in self.plan.changes if c.make and isinstance(c.fact, Owner) and c.fact.of == ref]
            if before or after:
                return tuple(dict.fromkeys((*before, *after)))
        return ()


def _same_right(fact: Fact, wanted: Grant) -> bool:
    return isinstance(fact, Grant) and (fact.on, fact.privilege, fact.grantee) == (
        wanted.on,
        wanted.privilege,
        wanted.grantee,
    )


def _purpose(change: Change) -> str:
    """What a change does, in words."""
    match change.fact:
        case Role(name=name):
            word = "make" if change.make and change.before is None else "alter" if change.make else "drop"
            return f"to {word} the role `{name}`"
        case Membership(role=role, member=member):
            return f"to make `{member}` a member of `{role}`" if change.make else f"to take `{member}` out of `{role}`"
        case Grant(on=on, grantee=grantee):
            return (
                f"to {'grant to' if change.make else 'revoke from'} {f'`{grantee}`' if grantee else 'PUBLIC'} on {on}"
            )
        case Owner(of=of, role=role):
            return f"to make `{role}` the owner of {of}"
        case RowSecurity(table=table) | RowPolicy(table=table) | ConflictGuard(table=table):
            return f"to secure {table}"
        case DefaultPrivilege(owner=owner):
            return f"to close the next objects of `{owner}`"
        case Support() | Definition() | RegisteredAccount() | Declaration():
            return "to keep the schema `recuse`"
        case Firing(name=name) | NewObjects(mode=name):
            return f"to set the trigger `{name}`"
        case _ as never:
            assert_never(never)


def joined(changes: Iterable[Change], login: str) -> frozenset[str]:
    """The roles that a plan makes its own login a member of, before it speaks as them."""
    return frozenset(
        change.fact.role
        for change in changes
        if change.make and isinstance(change.fact, Membership) and change.fact.member == login and change.fact.inherit
    )
