"""What a login reaches by the facts, column by column: under which conditions rows of a table come to it.

A login acts as itself, with what it inherits, or as a role that it may set. Each of these has columns and rows of its
own, which are not mixed: what one may see of the rows of another would be more than there is. Class roles by SET are
left out; they show what a permit opens, which is proved against the rules.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
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

_ALL_DATA: Final = {"SELECT": "pg_read_all_data"}
_EVERYTHING: Final = frozenset({"pg_read_all_data", "pg_write_all_data"})
Right = tuple[tuple[str, ...], str]
"""A relation by its name, and a privilege on it or on columns of it."""
Reached = Mapping[str, frozenset[Written]]
"""By column, the conditions of which one must be true of a row; a column that is not there is not reached."""


@dataclass(slots=True)
class Reach:
    """An index over facts; `read` gives a row policy's condition as a tree."""

    facts: Iterable[Fact]
    read: Callable[[RowPolicy, str], Written]
    _grants: dict[Right, dict[str | None, set[str | None]]] = field(default_factory=dict)
    _granted: dict[str | None, set[Right]] = field(default_factory=lambda: defaultdict(set))
    _owned: dict[str, set[ObjectRef]] = field(default_factory=lambda: defaultdict(set))
    _policies: dict[ObjectRef, list[RowPolicy]] = field(default_factory=lambda: defaultdict(list))
    _secured: dict[ObjectRef, RowSecurity] = field(default_factory=dict)
    _owners: dict[ObjectRef, str] = field(default_factory=dict)
    _roles: dict[str, Role] = field(default_factory=dict)
    _inherited: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _settable: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _identities: dict[str, tuple[tuple[str, frozenset[str]], ...]] = field(default_factory=dict)
    _anywhere: dict[str, frozenset[Right] | None] = field(default_factory=dict)
    _rows: dict[tuple[str, frozenset[str], ObjectRef, PolicyCommand], Written] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for fact in self.facts:
            match fact:
                case Grant(on=on, privilege=privilege, grantee=grantee) if on.kind in ("table", "column"):
                    held = self._grants.setdefault((on.name[:2], privilege), {}).setdefault(grantee, set())
                    held.add(on.name[2] if on.kind == "column" else None)
                    self._granted[grantee].add((on.name[:2], privilege))
                case RowPolicy(table=table):
                    self._policies[table].append(fact)
                case RowSecurity(table=table):
                    self._secured[table] = fact
                case Owner(of=of, role=role):
                    self._owners[of] = role
                    self._owned[role].add(of)
                case Role(name=name):
                    self._roles[name] = fact
                case Membership(role=role, member=member, inherit=inherit, set_=set_):
                    if inherit:
                        self._inherited[member].add(role)
                    if set_ and not role.startswith(PREFIX):
                        self._settable[member].add(role)
                case _:
                    pass

    def anywhere(self, login: str) -> frozenset[Right] | None:
        """The tables and commands outside which a login reaches nothing; None where it may reach all of them."""
        if login not in self._anywhere:
            self._anywhere[login] = self._rights(login)
        return self._anywhere[login]

    def _rights(self, login: str) -> frozenset[Right] | None:
        found = set(self._granted.get(None, ()))
        for identity, roles in self._acting(login):
            acting = self._roles.get(identity)
            if (acting is not None and acting.superuser) or not roles.isdisjoint(_EVERYTHING):
                return None
            for role in roles:
                found |= self._granted.get(role, set())
                found |= {(of.name, command) for of in self._owned.get(role, ()) for command in COMMANDS.values()}
        return frozenset(found)

    def of(self, login: str, table: ObjectRef, action: Action, columns: Iterable[str]) -> Reached:
        """What a login reaches of a table by an action."""
        found: dict[str, set[Written]] = defaultdict(set)
        every = tuple(columns) if action != "delete" else (WHOLE,)
        for identity, roles in self._acting(login):
            held = set(self._columns(identity, roles, table, COMMANDS[action], every))
            if held:
                rows = self._of_rows(identity, roles, table, COMMANDS[action])
                if rows != NEVER:
                    for column in held:
                        found[column].add(rows)
        return {column: frozenset(rows) for column, rows in found.items()}

    def _acting(self, login: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """The roles that a login can act as, each with those whose rights it then has, itself included."""
        if login not in self._identities:
            acting = _closure(login, self._settable)
            self._identities[login] = tuple((role, _closure(role, self._inherited)) for role in sorted(acting))
        return self._identities[login]

    def _columns(
        self, identity: str, roles: frozenset[str], table: ObjectRef, privilege: str, every: tuple[str, ...]
    ) -> Iterator[str]:
        role = self._roles.get(identity)
        whole = (role is not None and role.superuser) or self._owners.get(table) in roles
        if whole or _ALL_DATA.get(privilege, "pg_write_all_data") in roles:
            yield from every
            return
        for grantee, columns in self._grants.get((table.name, privilege), {}).items():
            if grantee is None or grantee in roles:
                for column in columns:
                    yield from every if column is None else (column,)

    def _of_rows(self, identity: str, roles: frozenset[str], table: ObjectRef, command: PolicyCommand) -> Written:
        key = (identity, roles, table, command)
        if key not in self._rows:
            self._rows[key] = self._let_through(identity, roles, table, command)
        return self._rows[key]

    def _let_through(self, identity: str, roles: frozenset[str], table: ObjectRef, command: PolicyCommand) -> Written:
        secured, role = self._secured.get(table), self._roles.get(identity)
        if secured is None or not secured.enabled or (role is not None and (role.superuser or role.bypass_rls)):
            return ALWAYS
        if self._owners.get(table) in roles and not secured.forced:
            return ALWAYS
        applying = sorted(
            (p for p in self._policies[table] if p.command in (command, "ALL") and {*roles, "public"} & set(p.roles)),
            key=lambda policy: policy.name,
        )
        sides = [(policy.restrictive, self._side(policy, command)) for policy in applying]
        permissive = tuple(dict.fromkeys(side for restrictive, side in sides if not restrictive))
        restrictive = tuple(dict.fromkeys(side for restrictive, side in sides if restrictive))
        return And((Or(permissive), *restrictive)) if permissive else NEVER

    def _side(self, policy: RowPolicy, command: PolicyCommand) -> Written:
        text = (policy.check or policy.using) if command == "INSERT" else policy.using
        return ALWAYS if text is None else self.read(policy, text)


def _closure(start: str, parents: Mapping[str, set[str]]) -> frozenset[str]:
    found, waiting = {start}, [start]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)
