"""The closed world: which facts found in a database are ours to unmake when the policy does not want them.

Every grant on a relation, column, sequence or definer function of users, every default privilege to others, every row
policy named `recuse_…`, and every membership in a role that reaches governed data. Other people's row policies,
invoker functions, schema USAGE and memberships that lead nowhere are left alone (and fingerprinted).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

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
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.names import KEEPER, PREFIX, SEVERS

PREDEFINED_DATA_ROLES: Final = frozenset(
    {
        "pg_read_all_data",
        "pg_write_all_data",
        "pg_read_server_files",
        "pg_write_server_files",
        "pg_execute_server_program",
    }
)
_CLOSED_KINDS: Final = frozenset({"table", "view", "matview", "sequence", "column", "function"})


@dataclass(frozen=True, slots=True)
class Scope:
    """The closed world of one database, computed from what was found.

    `reaching` are roles a membership in which yields governed data; `definer` the definer functions (schema, name);
    `exempt` logins whose grants and memberships are declared and signed (superusers, backup, replication); `shared`
    roles of ours that another database of the server depends on, so that they cannot go.
    """

    reaching: frozenset[str]
    definer: frozenset[tuple[str, ...]]
    exempt: frozenset[str]
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        found: Iterable[Fact],
        logins: frozenset[str],
        exempt: frozenset[str],
        shared: frozenset[str] = frozenset(),
    ) -> "Scope":
        """The closed world over these facts; `logins` are the registered ones."""
        facts = tuple(found)
        definer = frozenset(f.of.name for f in facts if isinstance(f, Definition) and f.security == "definer")
        scope = cls(frozenset(), definer, exempt)
        reaching = set(PREDEFINED_DATA_ROLES) | set(logins)
        for fact in facts:
            match fact:
                case Grant() if fact.grantee is not None and scope.governs(fact):
                    reaching.add(fact.grantee)
                case Owner():
                    reaching.add(fact.role)
                case Role() if fact.superuser or fact.bypass_rls or fact.name.startswith(PREFIX):
                    reaching.add(fact.name)
                case _:
                    pass
        return cls(_with_members(reaching, facts), definer, exempt, shared)

    def governs(self, fact: Fact) -> bool:
        """Whether this fact, when found and not wanted, is unmade."""
        match fact:
            case Grant(grantee=grantee) if grantee in self.exempt:
                return False
            case Grant():
                if fact.on.kind == "function":
                    return fact.on.name in self.definer or fact.on.name[0] == "recuse"
                if fact.on.kind == "schema":
                    return fact.on.name == ("recuse",) or (fact.grantee or "").startswith(PREFIX)
                return fact.on.kind in _CLOSED_KINDS
            case Membership() if (fact.role, fact.member) == SEVERS and KEEPER in self.shared:
                return False
            case Membership():
                return fact.role in self.reaching and fact.member not in self.exempt
            case RowPolicy():
                return fact.name.startswith(PREFIX)
            case Role():
                return fact.name.startswith(PREFIX) and fact.name not in self.shared
            case DefaultPrivilege():
                return fact.on in ("tables", "sequences", "functions")
            case RegisteredAccount() | Declaration() | ConflictGuard() | NewObjects():
                return True
            case Definition():
                return fact.of.name[0] == "recuse"
            case Owner() | RowSecurity() | Support() | Firing():
                return False


def _with_members(roles: set[str], facts: tuple[Fact, ...]) -> frozenset[str]:
    """`roles` and all roles that are members of one of them, however far; logins are not passed through."""
    members: dict[str, set[str]] = {}
    for fact in facts:
        if isinstance(fact, Membership):
            members.setdefault(fact.role, set()).add(fact.member)
    waiting = list(roles)
    while waiting:
        for member in members.get(waiting.pop(), ()):
            if member not in roles:
                roles.add(member)
                waiting.append(member)
    return frozenset(roles)
