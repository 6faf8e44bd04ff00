"""The way back: which facts a database had before, which of them can be again, and the order that leads there.

Walked backwards, the order of a plan keeps what it promises forwards: the same states are passed, so that at none of
them is more shown than before or after, and an account that is substituted sees no gap. What is new since, and not
ours, stays: nobody's new table, login or row policy is undone with a plan that did not make it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from recuse.enforcement.diff import Difference, diff, identity
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
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
    TableShape,
)
from recuse.enforcement.names import PREFIX
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import STEPS, Change, Step

SCHEMA: Final = "recuse"
_PREDEFINED: Final = "pg_"
# Backwards: what the plan opened closes first, what it closed opens last.
_BACK: Final[Mapping[Step, Step]] = {
    "loosen": "cut", "leave": "enter", "shape": "shape", "enter": "leave", "prepare": "leave", "close": "loosen",
    "cut": "loosen",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Returned:
    """The facts to return to, as far as they can be again, and what cannot, a sentence each."""

    goal: frozenset[Fact]
    not_restored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _World:
    """What there is: roles by name, objects and columns by their name's parts, object ids of roles."""

    roles: frozenset[str]
    objects: frozenset[tuple[str, ...]]
    oids: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> "_World":
        every = tuple(facts)
        roles = (fact.name for fact in every if isinstance(fact, Role))
        return cls(frozenset(roles), frozenset(fact.of.name for fact in every if isinstance(fact, Owner)))

    def with_columns(self, shapes: Mapping[str, TableShape], oids: Mapping[str, int]) -> "_World":
        """The same, and the columns that relations have now, and object ids."""
        columns = ((*name.split(".", 1), c.name) for name, shape in shapes.items() for c in shape.columns)
        return replace(self, objects=self.objects | set(columns), oids=oids)

    def lacks(self, fact: Fact) -> str | None:
        """What a fact speaks of and neither is there nor is ours to make, in words."""
        for role in sorted(roles_of(fact)):
            if role not in self.roles and not role.startswith((PREFIX, _PREDEFINED)):
                return f"the role `{role}`" if role else "a grantor"
        if isinstance(fact, RegisteredAccount) and self.oids.get(fact.login) != fact.oid:
            return f"the login `{fact.login}` of then"
        on = object_of(fact)
        there = on is None or on.name in self.objects or on.name[0] == SCHEMA
        return None if there else str(on)


def roles_of(fact: Fact) -> frozenset[str]:
    """The roles that a fact speaks of; an empty name is a grantor that is gone."""
    match fact:
        case Role(name=name):
            return frozenset({name})
        case Membership(role=role, member=member, grantor=grantor):
            return frozenset({role, member, grantor})
        case Grant(grantee=grantee, grantor=grantor):
            return frozenset({grantee or grantor, grantor})
        case DefaultPrivilege(owner=owner, grantee=grantee):
            return frozenset({owner, grantee or owner})
        case Owner(role=role):
            return frozenset({role})
        case RowPolicy(roles=roles):
            return frozenset(roles) - {"public"}
        case ConflictGuard(roles=roles):
            return frozenset(roles)
        case _:
            return frozenset()


def object_of(fact: Fact) -> ObjectRef | None:
    """The object that a fact speaks of, if it speaks of one."""
    match fact:
        case Grant(on=on):
            return on
        case Owner(of=of) | Definition(of=of):
            return of
        case RowSecurity(table=table) | RowPolicy(table=table) | ConflictGuard(table=table):
            return table
        case DefaultPrivilege(schema=str(schema)):
            return ObjectRef("schema", (schema,))
        case Firing(table=table):
            return table
        case _:
            return None


def ours(fact: Fact) -> bool:
    """Whether a fact is of the kind that plans alone make: about our schema, our roles or our row policies."""
    on = object_of(fact)
    if any(role.startswith(PREFIX) for role in roles_of(fact)) or (on is not None and on.name[0] == SCHEMA):
        return True
    match fact:
        case Support() | RegisteredAccount() | Declaration() | ConflictGuard() | NewObjects():
            return True
        case RowPolicy(name=name):
            return name.startswith(PREFIX)
        case _:
            return False


def returned(
    found: Iterable[Fact], before: Iterable[Fact], shapes: Mapping[str, TableShape], oids: Mapping[str, int]
) -> Returned:
    """What the facts found become when the facts before are to hold again."""
    found_set, before_set = frozenset(found), frozenset(before)
    now, then = _World.of(found_set).with_columns(shapes, oids), _World.of(before_set)
    told: dict[str, None] = {}
    goal: set[Fact] = set(before_set & found_set)
    by_identity = {identity(fact): fact for fact in found_set}
    for fact in sorted(before_set - goal, key=repr):
        lacking = now.lacks(fact)
        if lacking is not None:
            told[f"{lacking} is gone, and what stood with it is not restored"] = None
            continue
        again = _again(fact, by_identity.get(identity(fact)))
        goal.add(again)
        if again != fact:
            told[_kept_as_it_is(again)] = None
    kept = {identity(fact) for fact in goal}
    for fact in sorted(found_set - before_set, key=repr):
        if identity(fact) not in kept and _stays(fact, then):
            goal.add(fact)
            told[f"{_newcomer(fact)} is new since, and stays as it is"] = None
    return Returned(frozenset(goal), tuple(sorted(told)))


def _again(fact: Fact, now: Fact | None) -> Fact:
    """The fact as it can be made again: of what no plan changes, what is there now stays."""
    match fact, now:
        case Role(), Role():
            return replace(now, login=fact.login, inherit=fact.inherit)
        case ((Definition() | Support()), (Definition() | Support())):
            return now
        case _:
            return fact


def _kept_as_it_is(fact: Fact) -> str:
    match fact:
        case Role(name=name):
            return f"attributes of the role `{name}` that no plan changes stay as they are now"
        case Support():
            return "the schema `recuse` stays at its present version"
        case _:
            return f"the definition of {object_of(fact)} was changed since, and stays"


def _stays(fact: Fact, then: _World) -> bool:
    """Whether what is new since is somebody else's; a grant among what was there already is not."""
    if ours(fact):
        return False
    if isinstance(fact, Grant | Membership | DefaultPrivilege):
        on = object_of(fact)
        if isinstance(fact, Grant):
            on = fact.on.relation
        new = {role for role in roles_of(fact) - then.roles if not role.startswith(_PREDEFINED)}
        return bool(new) or (on is not None and on.name not in then.objects)
    return True


def _newcomer(fact: Fact) -> str:
    match fact:
        case Role(name=name):
            return f"the role `{name}`"
        case Membership(role=role, member=member):
            return f"the membership of `{member}` in `{role}`"
        case RowPolicy(name=name, table=table):
            return f"the row policy `{name}` of {table}"
        case DefaultPrivilege(owner=owner):
            return f"a default privilege of `{owner}`"
        case Firing(name=name):
            return f"the trigger `{name}`"
        case _:
            return str(object_of(fact))


def differences(found: Iterable[Fact], goal: Iterable[Fact], *, granular: bool) -> tuple[Difference, ...]:
    """What to make and unmake on the way back. With the support schema goes all that lies in it."""
    every = diff(found, goal, lambda fact: not isinstance(fact, Owner | RowSecurity))  # whose value is made, or stays
    if any(isinstance(each.fact, Support) and not each.make for each in every):
        every = tuple(each for each in every if isinstance(each.fact, Support) or not _inside(each.fact))
    made = {_membership(each.fact, granular): each for each in every if each.make and isinstance(each.fact, Membership)}
    found_twice = [
        each for each in every if not each.make and isinstance(each.fact, Membership)
        if _membership(each.fact, granular) in made
    ]  # fmt: skip
    gone = {id(each) for each in found_twice}
    if not granular:  # below 16 the member's own attribute says whether it inherits: no statement changes a membership
        gone |= {id(made[_membership(each.fact, granular)]) for each in found_twice}
    return tuple(each for each in every if id(each) not in gone)


def _membership(fact: Fact, granular: bool) -> object:
    """What stays the same when a membership's options change by one GRANT, or by the member's attribute."""
    if not isinstance(fact, Membership):
        return None
    return (fact.role, fact.member, fact.grantor, None if granular else fact.admin)


def _inside(fact: Fact) -> bool:
    on = object_of(fact)
    return isinstance(fact, RegisteredAccount | Declaration) or (on is not None and on.name[0] == SCHEMA)


def backwards(steps_back: Iterable[Difference], situation: Situation) -> tuple[Change, ...]:
    """The changes of the way back: those of the way there, each undone, the last first.

    `situation` is that of the way there: its holdings are those of the facts to return to.
    """
    there = order([_turned(each) for each in steps_back], situation)
    back = [_undone(change, situation) for change in reversed(there)]
    lenders = {(c.fact.role, c.fact.member): c for c in back if isinstance(c.fact, Membership) and _lends(c)}
    chains = {id(change): _chain(change, lenders) for change in back}
    placed = [(_no_earlier(change, chains[id(change)]), len(chains[id(change)])) for change in back]
    return tuple(c for c, _ in sorted(placed, key=lambda pair: (STEPS.index(pair[0].step), pair[0].batch, pair[1])))


def _no_earlier(change: Change, chain: Iterable[Change]) -> Change:
    return replace(change, step=max((each.step for each in chain), key=STEPS.index))


def _lends(change: Change) -> bool:
    return change.make and isinstance(change.fact, Membership) and change.fact.admin


def _chain(change: Change, lenders: Mapping[tuple[str, str], Change]) -> tuple[Change, ...]:
    """A change, and the memberships that let its grantor lend it on, which must come before it."""
    found = [change]
    while change.make and isinstance(last := found[-1].fact, Membership):
        lender = lenders.get((last.role, last.grantor))
        if lender is None or lender in found:
            break
        found.append(lender)
    return tuple(found)


def _turned(difference: Difference) -> Difference:
    if difference.before is not None:
        return Difference(make=True, fact=difference.before, before=difference.fact)
    return Difference(make=not difference.make, fact=difference.fact)


def _undone(change: Change, situation: Situation) -> Change:
    step, batch = _BACK[change.step], change.batch
    if isinstance(change.fact, RowPolicy) and step == "cut":  # it takes its table's lock, and shows nothing by itself
        step, batch = "shape", situation.batch(change.fact.table) or str(change.fact.table)
    if isinstance(change.fact, NewObjects) and step == "cut":  # the schema that its function is in comes after that
        step = "leave"
    if isinstance(change.fact, Grant) and change.fact.on.name[0] == "recuse" and not change.make:
        step = "enter"  # with the schema: tables and copies, made after it, ask its functions
    if change.before is not None:
        return Change(change.system, step, True, change.before, change.fact, batch)
    return Change(change.system, step, not change.make, change.fact, None, batch)
