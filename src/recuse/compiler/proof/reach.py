"""What a login reaches by the facts, column by column: under which conditions rows of a table come to it.

A login acts as itself, with what it inherits, or as a role that it may set. Each of these has columns and rows of its
own, which are not mixed: what one may see of the rows of another would be more than there is. Class roles by SET are
left out; they show what a permit opens, which is proved against the rules.

What is so of one table is kept apart from what is so of roles, so that the states of a plan share what no step changes.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from recuse.compiler.proof.written import ALWAYS, NEVER, And, Or, Written
from recuse.enforcement.facts import (
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Owner,
    PolicyCommand,
    Role,
    RowPolicy,
    RowSecurity,
)
from recuse.enforcement.names import PREFIX
from recuse.model import Action

COMMANDS: Final[Mapping[Action, PolicyCommand]] = {
    "read": "SELECT", "insert": "INSERT", "update": "UPDATE", "delete": "DELETE",
}  # fmt: skip
WHOLE: Final = "*"
"""Stands for every column: deleting concerns the whole row."""

_READS_ALL: Final = "pg_read_all_data"
_WRITES_ALL: Final = "pg_write_all_data"
Name = tuple[str, ...]
Reached = Mapping[str, frozenset[Written]]
"""By column, the conditions of which one must be true of a row; a column that is not there is not reached."""
Read = Callable[[RowPolicy, str], Written]
"""Gives a row policy's condition as a tree."""


@dataclass(frozen=True, slots=True)
class _As:
    """As what one comes to a table: of the roles whose rights one has, those that its facts name; and attributes."""

    roles: frozenset[str]
    superuser: bool
    unbound: bool
    reads_all: bool
    writes_all: bool

    def has_all(self, command: PolicyCommand) -> bool:
        """Whether it may do this to every table."""
        return self.superuser or (self.reads_all if command == "SELECT" else self.writes_all)


@dataclass(slots=True, eq=False)
class _Table:
    """The facts of one table, sorted out; what was told from them is remembered."""

    facts: frozenset[Fact]
    read: Read
    named: frozenset[str | None] = frozenset()
    _owner: str | None = None
    _secured: RowSecurity | None = None
    _grants: dict[str, dict[str | None, set[str | None]]] = field(default_factory=dict)
    _policies: dict[str, list[RowPolicy]] = field(default_factory=lambda: defaultdict(list))
    _told: dict[object, Reached] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in self.facts:
            match fact:
                case Grant(on=on, privilege=privilege, grantee=grantee):
                    held = self._grants.setdefault(privilege, {}).setdefault(grantee, set())
                    held.add(on.name[2] if on.kind == "column" else None)
                case RowPolicy(roles=roles):
                    for role in roles:
                        self._policies[role].append(fact)
                case RowSecurity():
                    self._secured = fact
                case Owner(role=role):
                    self._owner = role
                case _:
                    pass
        grantees = {grantee for held in self._grants.values() for grantee in held}
        self.named = frozenset({*grantees, *self._policies, *(() if self._owner is None else (self._owner,))})

    def reached(self, acting: frozenset[_As], action: Action, columns: Sequence[str]) -> Reached:
        """What is reached by an action of who can act as each of these."""
        key = (acting, action, columns)
        if key not in self._told:
            found: dict[str, frozenset[Written]] = {}
            every = columns if action != "delete" else (WHOLE,)
            for each in acting:
                held = self._columns(each, COMMANDS[action], every)
                condition = self._rows(each, COMMANDS[action]) if held else NEVER
                if condition != NEVER:
                    rows = frozenset({condition})  # one for all columns: it is compared often
                    found |= {column: found[column] | rows if column in found else rows for column in held}
            self._told[key] = found
        return self._told[key]

    def _columns(self, acting: _As, command: PolicyCommand, every: Sequence[str]) -> Collection[str]:
        if acting.has_all(command) or self._owner in acting.roles:
            return every
        granted = self._grants.get(command, {})
        held = [columns for grantee, columns in granted.items() if grantee is None or grantee in acting.roles]
        return {each for columns in held for column in columns for each in (every if column is None else (column,))}

    def _rows(self, acting: _As, command: PolicyCommand) -> Written:
        if self._secured is None or not self._secured.enabled or acting.unbound:
            return ALWAYS
        if self._owner in acting.roles and not self._secured.forced:
            return ALWAYS
        named = {policy.name: policy for role in (*acting.roles, "public") for policy in self._policies.get(role, ())}
        applying = (named[name] for name in sorted(named) if named[name].command in (command, "ALL"))
        sides = [(policy.restrictive, self._side(policy, command)) for policy in applying]
        permissive = tuple(dict.fromkeys(side for restrictive, side in sides if not restrictive))
        restrictive = tuple(dict.fromkeys(side for restrictive, side in sides if restrictive))
        return And((Or(permissive), *restrictive)) if permissive else NEVER

    def _side(self, policy: RowPolicy, command: PolicyCommand) -> Written:
        text = (policy.check or policy.using) if command == "INSERT" else policy.using
        return ALWAYS if text is None else self.read(policy, text)


@dataclass(slots=True)
class _Roles:
    """Roles with their attributes, and who can act as whom."""

    facts: frozenset[Fact]
    _roles: dict[str, Role] = field(default_factory=dict)
    _inherited: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _settable: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _acting: dict[str, tuple[tuple[str, frozenset[str]], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in self.facts:
            match fact:
                case Role(name=name):
                    self._roles[name] = fact
                case Membership(role=role, member=member, inherit=inherit, set_=set_):
                    if inherit:
                        self._inherited[member].add(role)
                    if set_ and not role.startswith(PREFIX):
                        self._settable[member].add(role)
                case _:
                    pass

    def acting(self, login: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """The roles that a login can act as, each with those whose rights it then has, itself included."""
        if login not in self._acting:
            acting = _closure(login, self._settable)
            self._acting[login] = tuple((role, _closure(role, self._inherited)) for role in sorted(acting))
        return self._acting[login]

    def everywhere(self, login: str) -> bool:
        """Whether a login may reach every table, whatever is said of it."""
        return any(each.superuser or each.reads_all or each.writes_all for each in self.coming(login, frozenset()))

    def coming(self, login: str, named: frozenset[str | None]) -> frozenset[_As]:
        """As what a login can come to a table whose facts name these."""
        return frozenset(self._coming(identity, roles, named) for identity, roles in self.acting(login))

    def _coming(self, identity: str, roles: frozenset[str], named: frozenset[str | None]) -> _As:
        own = self._roles.get(identity)
        superuser = own is not None and own.superuser
        unbound = superuser or (own is not None and own.bypass_rls)
        return _As(roles & named, superuser, unbound, _READS_ALL in roles, _WRITES_ALL in roles)


@dataclass(frozen=True, slots=True)
class Way:
    """A table, and as what one comes to it: where two are equal, so is what is reached."""

    table: _Table
    acting: frozenset[_As]

    def reached(self, action: Action, columns: Sequence[str]) -> Reached:
        """What is reached of the table by an action."""
        return self.table.reached(self.acting, action, columns)


@dataclass(slots=True)
class Reach:
    """An index over the facts of one moment."""

    read: Read
    tables: Mapping[Name, _Table]
    roles: _Roles
    _named: dict[str | None, set[Name]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for name, table in self.tables.items():
            for role in table.named:
                self._named[role].add(name)

    @classmethod
    def of_facts(cls, facts: Iterable[Fact], read: Read) -> "Reach":
        """What is reached by these facts."""
        nothing = cls(read, {}, _Roles(frozenset()))
        return nothing.after((fact, True) for fact in facts)

    def after(self, changes: Iterable[tuple[Fact, bool]]) -> "Reach":
        """What is reached once facts are made (true) or unmade, one after the other; what none concerns is shared."""
        touched: dict[Name | None, set[Fact]] = {}
        for fact, made in changes:
            about = _about(fact)
            if about is not None or isinstance(fact, Role | Membership):
                if about not in touched:
                    touched[about] = set(self._facts(about))
                touched[about].add(fact) if made else touched[about].discard(fact)
        roles = _Roles(frozenset(touched.pop(None))) if None in touched else self.roles
        fresh = {name: _Table(frozenset(facts), self.read) for name, facts in touched.items() if name is not None}
        return Reach(self.read, {**self.tables, **fresh}, roles)

    def _facts(self, about: Name | None) -> frozenset[Fact]:
        if about is None:
            return self.roles.facts
        return self.tables[about].facts if about in self.tables else frozenset()

    def anywhere(self, login: str) -> frozenset[Name] | None:
        """The tables outside which a login reaches nothing; None where it may reach all of them."""
        if self.roles.everywhere(login):
            return None
        roles = {role for _, several in self.roles.acting(login) for role in several}
        return frozenset[Name]().union(*(self._named.get(role, ()) for role in (*roles, None)))

    def alike(self, other: "Reach", table: ObjectRef) -> bool:
        """Whether nothing that is known of a table and of roles is another there."""
        return self.roles is other.roles and self.tables.get(table.name) is other.tables.get(table.name)

    def way(self, login: str, table: ObjectRef) -> Way:
        """How a login comes to a table."""
        found = self.tables.get(table.name) or _Table(frozenset(), self.read)
        return Way(found, self.roles.coming(login, found.named))

    def of(self, login: str, table: ObjectRef, action: Action, columns: Iterable[str]) -> Reached:
        """What a login reaches of a table by an action."""
        return self.way(login, table).reached(action, tuple(columns))


def _about(fact: Fact) -> Name | None:
    """The table that a fact is about, if that decides who reaches its rows."""
    match fact:
        case Grant(on=on) if on.kind in ("table", "column"):
            return on.name[:2]
        case RowPolicy(table=table) | RowSecurity(table=table):
            return table.name
        case Owner(of=of) if of.kind == "table":
            return of.name
        case _:
            return None


def _closure(start: str, parents: Mapping[str, set[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)
