"""What a login holds by the facts: through inheritance, PUBLIC, ownership, and on request through SET ROLE.

A plan calls an access *substituted* when the login already had it without SET ROLE: a smaller "already had" only moves
more into the loosening phase. What a login *loses* counts SET ROLE too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from recuse.enforcement.facts import (
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Owner,
    PolicyCommand,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
)
from recuse.enforcement.names import OTHERS, PREFIX

Right = tuple[str, tuple[str, ...], Privilege]
"""The kind and name of an object, and a privilege on it."""
Name = tuple[str, ...]
ROW_PRIVILEGES: tuple[Privilege, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")


def _enters(membership: Membership) -> bool:
    """Whether SET ROLE gives the member the role's rights; a permit class gives them to a permit, not to its member."""
    return (membership.set_ or membership.admin) and not membership.role.startswith(PREFIX)


@dataclass(slots=True)
class Holdings:
    """An index over facts that answers what a login holds; with `settable`, after any SET ROLE too."""

    facts: Iterable[Fact]
    settable: bool = False
    _closures: dict[str, frozenset[str]] = field(default_factory=dict)
    _all: dict[str, frozenset[Right]] = field(default_factory=dict)
    _parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _inherits: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _entered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _identities: dict[str, frozenset[str]] = field(default_factory=dict)
    _inherited_by: dict[str, frozenset[str]] = field(default_factory=dict)
    _held: dict[str, frozenset[Right]] = field(default_factory=dict)
    _grants: dict[str | None, set[Right]] = field(default_factory=lambda: defaultdict(set))
    _owners: dict[ObjectRef, str] = field(default_factory=dict)
    _owned: dict[str, set[Name]] = field(default_factory=lambda: defaultdict(set))
    _rows: dict[tuple[str, bool, ObjectRef, PolicyCommand], frozenset[str] | None] = field(default_factory=dict)
    _somewhere: dict[str, frozenset[Name] | None] = field(default_factory=dict)
    _roles: dict[str, Role] = field(default_factory=dict)
    _secured: dict[ObjectRef, RowSecurity] = field(default_factory=dict)
    _policies: dict[ObjectRef, list[RowPolicy]] = field(default_factory=lambda: defaultdict(list))
    _registered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for fact in self.facts:
            match fact:
                case Membership():
                    if fact.inherit:
                        self._inherits[fact.member].add(fact.role)
                        self._parents[fact.member].add(fact.role)
                    if self.settable and _enters(fact):
                        self._entered[fact.member].add(fact.role)
                        self._parents[fact.member].add(fact.role)
                case Grant():
                    self._grants[fact.grantee].add((fact.on.kind, fact.on.name, fact.privilege))
                case Owner():
                    self._owners[fact.of] = fact.role
                    self._owned[fact.role].add(fact.of.name)
                case Role():
                    self._roles[fact.name] = fact
                case RowSecurity():
                    self._secured[fact.table] = fact
                case RegisteredAccount():
                    self._registered.add(fact.login)
                case RowPolicy(restrictive=False):
                    self._policies[fact.table].append(fact)
                case _:
                    pass

    def roles(self, login: str) -> frozenset[str]:
        """The roles whose privileges `login` can use, itself included."""
        if login not in self._closures:
            self._closures[login] = _closure(login, self._parents)
        return self._closures[login]

    def anything(self, login: str, relation: ObjectRef) -> bool:
        """Whether `login` may hold some privilege on a relation or its columns; without, `has` is false of each."""
        somewhere = self.somewhere(login)
        return somewhere is None or relation.name in somewhere

    def somewhere(self, login: str) -> frozenset[Name] | None:
        """The names of objects on which, or in which, `login` may hold some privilege; None for all."""
        if login not in self._somewhere:
            roles = self.roles(login)
            every = any(self._roles[r].superuser for r in roles if r in self._roles)
            granted = {name[:2] if kind == "column" else name for kind, name, _ in self._rights(login)}
            owned = {name for role in roles for name in self._owned.get(role, ())}
            self._somewhere[login] = None if every else frozenset(granted | owned)
        return self._somewhere[login]

    def has(self, login: str, on: ObjectRef, privilege: Privilege) -> bool:
        """Whether `login` holds this privilege; a column's is also held through its table's."""
        relation = on.relation
        if not self.anything(login, relation):
            return False
        if self._somewhere[login] is None:
            return True
        return _either(on, privilege, self._rights(login)) or self._owner(relation) in self.roles(login)

    def _rights(self, login: str) -> frozenset[Right]:
        """Every grant whose right `login` can use."""
        if login not in self._all:
            self._all[login] = frozenset().union(*(self._grants.get(r, set()) for r in (*self.roles(login), None)))
        return self._all[login]

    def shares(self, login: str, role: str, facts: Iterable[Fact]) -> bool:
        """Whether `login` holds something that a role is granted by other facts."""
        granted = (f for f in facts if isinstance(f, Grant) and f.grantee == role and f.on.kind != "schema")
        return any(self.has(login, grant.on, grant.privilege) for grant in granted)

    def rows(
        self, login: str, table: ObjectRef, command: PolicyCommand, holding: ObjectRef | None = None
    ) -> frozenset[str] | None:
        """The permissive conditions under which `login` sees or changes rows; None means every row.

        With `holding`, as those roles alone that it can act as and that hold the command's privilege on that object:
        whom no row policy binds may hold nothing without SET ROLE, after which the role's policies bind it.
        """
        found: frozenset[str] = frozenset()
        for acting in self._acting(login):
            if holding is not None and not self._holds(acting, holding, command):
                continue
            key = (acting, login in self._registered, table, command)
            if key not in self._rows:
                self._rows[key] = self._conditions(*key)
            conditions = self._rows[key]
            if conditions is None:
                return None
            found = conditions if not found else found | conditions
        return found

    def _acting(self, login: str) -> frozenset[str]:
        """The roles as which `login` can act, itself included."""
        if login not in self._identities:
            self._identities[login] = _closure(login, self._entered)
        return self._identities[login]

    def _inheriting(self, role: str) -> frozenset[str]:
        """The roles whose privileges one has who acts as `role`, that one included."""
        if role not in self._inherited_by:
            self._inherited_by[role] = _closure(role, self._inherits)
        return self._inherited_by[role]

    def _holds(self, role: str, on: ObjectRef, privilege: PolicyCommand) -> bool:
        own = self._roles.get(role)
        if own is not None and own.superuser:
            return True
        roles = self._inheriting(role)
        if role not in self._held:
            self._held[role] = frozenset().union(*(self._grants.get(each, ()) for each in (*roles, None)))
        return _either(on, privilege, self._held[role]) or self._owner(on.relation) in roles

    def _conditions(
        self, role: str, registered: bool, table: ObjectRef, command: PolicyCommand
    ) -> frozenset[str] | None:
        """What binds one who acts as `role`, whose login is `registered` or not."""
        secured, own = self._secured.get(table), self._roles.get(role)
        roles = self._inheriting(role)
        if secured is None or not secured.enabled:
            return None
        if own is not None and (own.superuser or own.bypass_rls):  # attributes are not inherited
            return None
        if self._owner(table) in roles and not secured.forced:
            return None
        texts: set[str] = set()
        for policy in self._policies.get(table, ()):
            if policy.name == OTHERS:  # at the stage canary the accounts that are enforced are registered, and no other
                if not registered and (roles & set(policy.roles) or "public" in policy.roles):
                    return None
            elif policy.command in (command, "ALL") and (roles & set(policy.roles) or "public" in policy.roles):
                texts.add((policy.check if command == "INSERT" else policy.using) or policy.using or "true")
        return None if any(text.lower() == "true" for text in texts) else frozenset(texts)

    def _owner(self, relation: ObjectRef) -> str | None:
        owner = self._owners.get(relation)
        if owner is not None:
            return owner
        others = (self._owners.get(ObjectRef(kind, relation.name)) for kind in ("table", "view", "matview"))
        return next((owner for owner in others if owner is not None), None)


def _either(on: ObjectRef, privilege: Privilege | PolicyCommand, rights: frozenset[Right]) -> bool:
    """Whether a right is among these; a column's is also its table's."""
    if (on.kind, on.name, privilege) in rights:
        return True
    return on.kind == "column" and ("table", on.name[:2], privilege) in rights


def _closure(start: str, parents: Mapping[str, set[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)
