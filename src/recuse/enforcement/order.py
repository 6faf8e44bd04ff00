"""Puts differences in the order of a plan: what shows nothing first, what takes away next, what shows more last.

An account is *substituted* when it keeps a standing class and already reached governed data: it enters its class while
the class is still empty and leaves its old roles last, so its programs see no gap. Every other account is cut first.
A right that a class receives is part of the substitution when a substituted member already held it; all else loosens.
Nothing is ever shown that the signed policy does not show, nor what the old rights did not.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import assert_never

from recuse.enforcement.diff import Difference
from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Firing,
    Grant,
    Membership,
    NewObjects,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.held import Holdings
from recuse.enforcement.leaving import Leaving
from recuse.enforcement.lent import Lent
from recuse.enforcement.names import KEEPER, PREFIX
from recuse.enforcement.plan import STEPS, Change, Step


@dataclass(frozen=True, slots=True)
class Situation:
    """What the order depends on.

    `holdings` index the facts found; `standing` maps a login to the class role that it will inherit; `substituted` are
    the logins that enter early; `batches` gives the batch of every governed relation; `logins` are the registered ones.
    `administrators` are those of them that apply plans without being superusers.
    `granted` are roles that hold some grant already, `occupied` class roles through which somebody can read already,
    `secured` tables with row security on.
    """

    system: str
    holdings: Holdings
    standing: Mapping[str, str]
    substituted: frozenset[str]
    batches: Mapping[ObjectRef, str]
    logins: frozenset[str]
    granted: frozenset[str]
    occupied: frozenset[str]
    secured: frozenset[ObjectRef]
    administrators: frozenset[str] = frozenset()
    _members: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[str]] = {}
        for login in sorted(self.substituted):
            found.setdefault(self.standing.get(login, ""), []).append(login)
        object.__setattr__(self, "_members", {role: tuple(logins) for role, logins in found.items()})

    def members(self, class_role: str) -> tuple[str, ...]:
        """The substituted members of a class role."""
        return self._members.get(class_role, ())

    def batch(self, on: ObjectRef) -> str | None:
        """The batch of a governed relation or column or function; None when it is outside the category map."""
        relation = on.relation
        name = self.batches.get(relation)
        if name is not None:
            return name
        others = (self.batches.get(ObjectRef(kind, relation.name)) for kind in ("table", "view", "matview"))
        return next((name for name in others if name is not None), None)


def order(differences: Iterable[Difference], situation: Situation) -> tuple[Change, ...]:
    """The changes in the order in which they are applied."""
    every = tuple(differences)
    lent = Lent.of(difference.fact for difference in every if not difference.make)
    steps = {id(d): _make_step(d, situation) if d.make else _unmake_step(d, situation) for d in every}
    by_fact = {d.fact: steps[id(d)] for d in every if not d.make}
    changes = []
    for difference in every:
        step = steps[id(difference)]
        if isinstance(difference.fact, Grant) and not difference.make:
            step = min((by_fact[grant] for grant in lent.chain(difference.fact)), key=STEPS.index)
        changes.append(_change(difference, step, situation))
    places = {id(change): _position(change, lent) for change in changes}
    moved = list(_leaving(_ordered(changes, places), situation))
    places |= {id(change): _position(change, lent) for change in moved if id(change) not in places}
    return _ordered(moved, places)


def _ordered(changes: Iterable[Change], places: Mapping[int, tuple[object, ...]]) -> tuple[Change, ...]:
    """Sorted by position; by their text the few that have the same one."""
    placed = sorted(((places[id(change)], change) for change in changes), key=itemgetter(0))
    groups = ([change for _, change in group] for _, group in groupby(placed, key=itemgetter(0)))
    return tuple(change for group in groups for change in _by_text(group))


def _by_text(changes: list[Change]) -> list[Change]:
    return changes if len(changes) == 1 else sorted(changes, key=lambda change: repr(change.fact))


def _leaving(ordered: tuple[Change, ...], situation: Situation) -> Iterator[Change]:
    """Memberships end with the last that they lead to, where that comes sooner than when all is shaped."""
    leaving = Leaving.of(situation.holdings.facts, ordered, situation.logins)
    for change in ordered:
        last = leaving.with_the_last(change.fact) if isinstance(change.fact, Membership) else None
        yield change if last is None or change.step != "leave" else replace(change, step=last.step, batch=last.batch)


def _position(change: Change, lent: Lent) -> tuple[object, ...]:
    """By step and batch; new roles, then a new owner, since that takes the object's lock; then unmake before make.

    A database restored without its roles lacks them all: what is to own or hold something is made before it does.
    What was lent is taken back before what it was lent from, whose revocation would take the lender's voice away.
    """
    depth = len(lent.chain(change.fact)) if isinstance(change.fact, Grant) and not change.make else 0
    owner_later = not isinstance(change.fact, Owner)
    role_first = not (isinstance(change.fact, Role) and change.make)
    within = (role_first, owner_later, change.make, _rank(change), -depth, _neighbours(change))
    return (STEPS.index(change.step), change.batch, *within)


def _change(difference: Difference, step: Step, situation: Situation) -> Change:
    batch = ""
    if step == "shape":
        batch = situation.batch(_object(difference)) or str(_object(difference))
    return Change(situation.system, step, difference.make, difference.fact, difference.before, batch)


def _object(difference: Difference) -> ObjectRef:
    match difference.fact:
        case Grant(on=on):
            return on.relation
        case RowSecurity(table=table) | RowPolicy(table=table) | ConflictGuard(table=table):
            return table
        case Owner(of=of):
            return of
        case _:
            return ObjectRef("database", ())


def _unmake_step(difference: Difference, situation: Situation) -> Step:
    match difference.fact:
        case Membership(role=role, member=member):
            if role.startswith(PREFIX) and member in situation.standing:
                return "leave"
            return "leave" if member in situation.substituted or member not in situation.logins else "cut"
        case Grant(on=on, grantee=grantee):
            if on.name[0] == "recuse":
                return "prepare"
            if grantee in situation.logins - situation.substituted and on.kind != "matview":
                return "cut"  # not of a copy: without its lock, which a reader may hold, this would break a REFRESH
            if on.kind in ("schema", "sequence"):  # of no use without a table, and needed until the tables are shaped
                return "leave"
            return "close" if situation.batch(on) is None else "shape"
        case DefaultPrivilege() | Firing():
            return "close"
        case RowPolicy() | ConflictGuard():
            return "shape"
        case RegisteredAccount() | Declaration():
            return "cut"
        case NewObjects():
            return "loosen"
        case Role() | Definition() | Owner() | RowSecurity() | Support():
            return "leave"
        case _ as never:
            assert_never(never)


def _make_step(difference: Difference, situation: Situation) -> Step:
    match difference.fact:
        case Support() | Definition():
            return "prepare"
        case NewObjects(mode=mode):
            return "loosen" if mode == "report" and difference.before is not None else "close"
        case Role(name=name) if name.startswith(PREFIX):
            return "prepare"
        case Role(login=login):
            before = difference.before
            return "cut" if isinstance(before, Role) and before.login and not login else "loosen"
        case RegisteredAccount(active=active):
            if not active:
                return "cut"
            return "prepare" if difference.before is None else "loosen"
        case Membership(role=role, member=member):
            return _membership_step(role, member, situation)
        case Grant():
            return _grant_step(difference.fact, situation)
        case RowPolicy(table=table, restrictive=restrictive, roles=roles):
            mended = restrictive or difference.before is not None  # a class never changes: who changed it was not us
            visible = table in situation.secured and bool(set(roles) & situation.occupied)
            return "loosen" if visible and not mended else "shape"
        case Owner(of=of) if of.name[0] == "recuse":
            return "prepare"
        case RowSecurity() | Owner() | ConflictGuard():
            return "shape"
        case Declaration() | DefaultPrivilege() | Firing():
            return "loosen"
        case _ as never:
            assert_never(never)


def _membership_step(role: str, member: str, situation: Situation) -> Step:
    """A role that holds something already shows it to who enters: that is loosening; an empty one is entered early."""
    if member in situation.administrators:
        return "prepare"  # it speaks as these roles in what follows, and could undo all of it anyway
    if member.startswith(PREFIX):
        return "prepare" if role not in situation.granted else "enter"
    return "enter" if member in situation.substituted and role not in situation.granted else "loosen"


def _grant_step(grant: Grant, situation: Situation) -> Step:
    if grant.on.name[0] == "recuse" or grant.on.kind == "schema":
        return "prepare"
    role = grant.grantee or ""
    if not role.startswith(PREFIX):  # the right to refresh a copy, for the job that did so as its owner
        return "shape"
    if grant.on.kind == "sequence":
        return "prepare"
    members = situation.members(role)
    if not members:
        return "loosen" if role in situation.occupied else "shape"
    held = any(situation.holdings.has(login, grant.on, grant.privilege) for login in members)
    return "shape" if held else "loosen"


def _neighbours(change: Change) -> str:
    """What brings grants that differ only in the column beside each other, so that they become one statement."""
    match change.fact:
        case Grant(on=ObjectRef(kind="column") as on, privilege=privilege, grantee=grantee, grantor=grantor):
            return repr((on.relation, privilege, grantee, grantor))
        case _:
            return ""


def _rank(change: Change) -> float:
    """The order inside a step, after "unmake before make": containers before contents, or the reverse when unmaking."""
    kinds = (
        Role,
        Support,
        Definition,
        RegisteredAccount,
        Owner,
        RowSecurity,
        RowPolicy,
        ConflictGuard,
        Grant,
        Membership,
        DefaultPrivilege,
        Declaration,
        NewObjects,
        Firing,
    )
    position = kinds.index(type(change.fact))
    if change.make and isinstance(change.fact, Membership) and change.fact.role == KEEPER:
        return kinds.index(Support) - 0.5  # who makes the schema speaks as its owner
    if change.make:
        return position
    # A lender may name the schema only through a role that it is about to leave: grants go before memberships.
    return -1 if isinstance(change.fact, Grant) else len(kinds) - position
