"""What a database holds for classes once a plan has run, put together from what the plan's SQL says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Final, assert_never, get_args

from recuse.compiler.proof.columns import known
from recuse.compiler.proof.said import (
    Aside,
    DeclaresNothing,
    Future,
    Granted,
    Joined,
    MayDeclare,
    Owned,
    Parted,
    PolicyDropped,
    PolicyMade,
    Registered,
    RoleDropped,
    RoleSet,
    Said,
    Secured,
)
from recuse.compiler.proof.written import ALWAYS, NEVER, And, Or, Others, Written, asked_by, leaves
from recuse.enforcement.facts import PolicyCommand
from recuse.enforcement.names import CLASS, DOOR, PREFIX
from recuse.errors import RefutedError
from recuse.model import TableMap

PUBLIC: Final = "public"


@dataclass(slots=True)
class State:
    """Row policies with the text that made them, grants, memberships, declarations, owners, row security.

    `policies` are by table and name. `columns` holds by role, table and privilege the columns granted; None among them
    stands for the whole table.
    """

    policies: dict[str, dict[str, PolicyMade]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    columns: dict[tuple[str, str, str], set[str | None]] = field(default_factory=dict)
    objects: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    members: dict[tuple[str, str], Joined] = field(default_factory=dict)
    declared: dict[tuple[str, str, str, str], str] = field(default_factory=dict)
    owners: dict[tuple[str, ...], str] = field(default_factory=dict)
    secured: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    canaries: set[tuple[str, ...]] = field(default_factory=set)
    _by_command: dict[tuple[str, PolicyCommand], "_ByRole"] = field(default_factory=dict)
    _same: dict[Written, Written] = field(default_factory=dict)

    def hear(self, said: Said, text: str) -> None:
        """Take in what one statement says."""
        match said:
            case PolicyMade(table, name):
                self._set(table, name, self._for_canaries(said))
                self.texts[table, name] = text
            case PolicyDropped(table, name):
                self._set(table, name, None)
            case Granted():
                self._grant(said)
            case Joined(role, member):
                self.members[role, member] = said
            case Parted(role, member, grantor):
                held = self.members.get((role, member))
                if grantor is None or held is None or held.grantor in (None, grantor):
                    self.members.pop((role, member), None)
            case MayDeclare(login, purpose, authority, agreement, role):
                if role is None:
                    self.declared.pop((login, purpose, authority, agreement), None)
                else:
                    self.declared[login, purpose, authority, agreement] = role
            case DeclaresNothing(login):
                self.declared = {key: role for key, role in self.declared.items() if key[0] != login}
            case Owned(of, role):
                self.owners[of.name] = role
            case Secured(table, enabled, forced):
                before = self.secured.get(table, (False, False))
                self.secured[table] = (
                    before[0] if enabled is None else enabled,
                    before[1] if forced is None else forced,
                )
            case Registered() | RoleSet() | RoleDropped() | Future() | Aside():
                pass
            case _:
                assert_never(said)

    def _for_canaries(self, said: PolicyMade) -> PolicyMade:
        """A row policy as those meet it whom the stage canary enforces; `check_canaries` says that no other enters."""
        sides = tuple(side for side in (said.using, said.check) if side is not None)
        self.canaries |= {leaf.canaries for side in sides for leaf in leaves(side) if isinstance(leaf, Others)}
        using, check = (None if side is None else asked_by(side, None) for side in (said.using, said.check))
        return replace(said, using=using, check=check)

    def _set(self, table: str, name: str, policy: PolicyMade | None) -> None:
        """A row policy made, or (None) dropped; what was told of the table's before is told anew."""
        policies = self.policies.setdefault(table, {})
        if policy is None:
            policies.pop(name, None)
        else:
            policies[name] = policy
        for command in get_args(PolicyCommand):
            self._by_command.pop((table, command), None)

    def check_canaries(self) -> None:
        """Raise RefutedError when a login enters a class that a row policy takes for none of the canary accounts."""
        entering = {member for role, member in self.members if role.startswith((CLASS, DOOR))}
        entering |= {login for login, *_ in self.declared}
        for canaries in sorted(self.canaries):
            for login in sorted(name for name in entering if not name.startswith(PREFIX)):
                if login not in canaries:
                    raise RefutedError(f"`{login}` enters a class, and is left open by the stage canary", "plan again")

    def _grant(self, said: Granted) -> None:
        role = said.grantee or PUBLIC
        if said.on.kind == "table":
            held = self.columns.setdefault((role, ".".join(said.on.name), said.privilege), set())
            changed: set[str | None] = {None} if said.columns is None else set(said.columns)
            if said.given:
                held.update(changed)
            else:
                held.difference_update(changed)
        elif said.given:
            self.objects.add((role, said.privilege, said.on.name))
        else:
            self.objects.discard((role, said.privilege, said.on.name))

    def of_others(self, tables: Iterable[TableMap]) -> None:
        """Let row policies of others stand for themselves where they ask what the category map cannot tell."""
        by_name = {table.name: table for table in tables}
        for policy in self.every_policy():
            table = by_name.get(policy.table)
            if table is not None and not policy.name.startswith(PREFIX):
                using, check = (None if side is None else known(side, table) for side in (policy.using, policy.check))
                self._set(policy.table, policy.name, replace(policy, using=using, check=check))

    def every_policy(self) -> tuple[PolicyMade, ...]:
        """The row policies of all tables."""
        return tuple(policy for of_table in self.policies.values() for policy in of_table.values())

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class role that shows something, or that somebody enters."""
        named = {role for role, *_ in self.columns} | {role for role, *_ in self.objects}
        named |= {role for policy in self.every_policy() for role in policy.roles}
        named |= {role for role, _ in self.members} | set(self.declared.values())
        return tuple(sorted(role for role in named if role.startswith(CLASS)))

    def shown(self, role: str, table: str, command: PolicyCommand, *, checking: bool) -> Written:
        """The most that a class's row policies let through: others' permissive ones count, whoever they are for."""
        policies = self._policies(role, table, command)
        permissive = [_side(p, checking) for p in policies if not p.restrictive]
        restrictive = [_side(p, checking) for p in policies if p.restrictive and {role, PUBLIC} & set(p.roles)]
        return self._met(And((Or(tuple(permissive)), *restrictive))) if permissive else NEVER

    def opened(self, role: str, table: str, command: PolicyCommand, *, checking: bool) -> Written:
        """What our own row policies show a class; what others hide beside them is a hazard of the plan."""
        policies = [p for p in self._policies(role, table, command) if p.name.startswith(PREFIX)]
        own = [_side(p, checking) for p in policies if role in p.roles]
        around = [_side(p, checking) for p in policies if PUBLIC in p.roles and p.restrictive]
        if not own:
            return NEVER
        permissive = any(not p.restrictive for p in policies if role in p.roles)
        return self._met(And((Or(tuple(own)) if permissive else And(tuple(own)), *around)))

    def _met(self, written: Written) -> Written:
        """The condition as it was met before, if it was: classes and tables have few that differ."""
        return self._same.setdefault(written, written)

    def made_by(self, role: str, table: str, command: PolicyCommand) -> tuple[str, ...]:
        """The statements of a class's own row policies for a command."""
        return tuple(self.texts[table, p.name] for p in self._policies(role, table, command) if role in p.roles)

    def _policies(self, role: str, table: str, command: PolicyCommand) -> tuple[PolicyMade, ...]:
        """The row policies of a table for a command, but those for other classes alone: nobody has two classes."""
        if (table, command) not in self._by_command:
            every = self.policies.get(table, {}).values()
            self._by_command[table, command] = _ByRole.of(p for p in every if p.command in (command, "ALL"))
        return self._by_command[table, command].concerning(role)


@dataclass(frozen=True, slots=True)
class _ByRole:
    """Row policies with their places in order: those of each class alone, and those that concern everybody."""

    own: Mapping[str, Sequence[tuple[int, PolicyMade]]]
    others: Sequence[tuple[int, PolicyMade]]

    @classmethod
    def of(cls, policies: Iterable[PolicyMade]) -> "_ByRole":
        """Sorted out once for all classes."""
        own: dict[str, list[tuple[int, PolicyMade]]] = {}
        others: list[tuple[int, PolicyMade]] = []
        for place, policy in enumerate(policies):
            if all(role.startswith(CLASS) for role in policy.roles):
                for role in policy.roles:
                    own.setdefault(role, []).append((place, policy))
            else:
                others.append((place, policy))
        return cls(own, others)

    def concerning(self, role: str) -> tuple[PolicyMade, ...]:
        """Those for a class, or for others than classes, in their order."""
        found = sorted((*self.own.get(role, ()), *self.others), key=itemgetter(0))
        return tuple(policy for _, policy in found)


def _side(policy: PolicyMade, checking: bool) -> Written:
    """The condition asked of a row as it is, or as it is to be; without WITH CHECK, USING serves both."""
    found = (policy.check or policy.using) if checking else policy.using
    return ALWAYS if found is None else found
