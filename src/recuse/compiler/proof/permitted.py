"""What a plan may do besides what is proved of its classes: nothing that opens anything in another way.

Every statement of a plan passes here. What is not one of the few things that plans write is refused by name, so that a
grant beside the classes, a row policy for somebody, or a login made superuser does not pass as unproved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.compiler.proof.said import (
    Future,
    Granted,
    Joined,
    MayDeclare,
    Owned,
    PolicyDropped,
    PolicyMade,
    Registered,
    RoleSet,
    Said,
    Secured,
)
from recuse.compiler.proof.state import PUBLIC
from recuse.compiler.proof.written import Not, Others, Unknown
from recuse.enforcement.names import CLASS, DOOR, ISSUER, KEEPER, OTHERS, OWNER, PREFIX, SEVERS, WORKER
from recuse.errors import RefutedError
from recuse.model import Repository, System

_SCHEMA: Final = "recuse"
_MEND: Final = "do not use this plan; if `recuse` made it, report it"


@dataclass(frozen=True, slots=True)
class Permitted:
    """What a plan of one system may do; `names` gives each derived object's name in its parts."""

    repository: Repository
    system: System
    names: Mapping[str, tuple[str, ...]]
    _tables: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tables", self.system.governed)

    def check(self, statement: Iterable[Said]) -> None:
        """Raise RefutedError for the first thing in one statement's text that no plan does."""
        said = tuple(statement)
        grants = [each for each in said if isinstance(each, Granted)]
        lent = {(each.privilege, each.on, each.grantee) for each in grants if not each.given}
        for each in said:
            if isinstance(each, Granted) and (each.privilege, each.on, each.grantee) in lent:
                continue  # lent for the length of one statement, to speak as somebody
            wrong = self._wrong(each)
            if wrong is not None:
                raise RefutedError(f"the plan {wrong}, which no rule opens", _MEND)

    def _wrong(self, said: Said) -> str | None:
        match said:
            case PolicyMade(using=Not(Unknown(Others())), check=None) if said.name == OTHERS:
                return None  # for those alone whom the stage canary leaves open
            case PolicyMade(table, name, restrictive, _, roles):
                ours = all(role.startswith(CLASS) or (role == PUBLIC and restrictive) for role in roles)
                return None if ours and name.startswith(PREFIX) else f"makes the row policy `{name}` on `{table}`"
            case PolicyDropped(table, name):
                return None if name.startswith(PREFIX) else f"drops the row policy `{name}` of `{table}`"
            case Granted(given=True):
                who = f"`{said.grantee}`" if said.grantee else "PUBLIC"
                return None if self._grant_is_ours(said) else f"grants {said.privilege} on {said.on} to {who}"
            case Joined(role, member):
                ours = self._membership_is_ours(role, member) and not said.admin
                return None if ours else f"makes `{member}` a member of `{role}`"
            case Registered(login, active=True):
                return None if self._active(login) else f"admits `{login}`"
            case MayDeclare(login, purpose, _, _, role) if role is not None:
                return None if role.startswith(CLASS) else f"lets `{login}` declare `{purpose}` as `{role}`"
            case RoleSet(name, attributes):
                given = [word for word, on in attributes if on and word != "inherit"]
                free = given == ["canlogin"] and self._active(name)
                return None if free or not given else f"gives the role `{name}` {' and '.join(given)}"
            case Secured(table, enabled, forced):
                return f"turns row security of `{table}` off" if False in (enabled, forced) else None
            case Owned(of, role):
                ours = role.startswith(OWNER) and of.name in self.names.values()
                mended = role == KEEPER and of.name[0] == _SCHEMA  # one of our own that somebody gave away
                return None if ours or mended else f"makes `{role}` the owner of {of}"
            case Future(given=True, owner=owner):
                return f"opens the next objects of `{owner}`"
            case _:
                return None

    def _grant_is_ours(self, grant: Granted) -> bool:
        grantee, on = grant.grantee or PUBLIC, grant.on
        if grant.privilege == "MAINTAIN":
            return f"{self.system.name}/{grantee}" in {
                derived.refreshed_by for derived in self.system.derived if self.names[derived.name] == on.name
            }
        if not grantee.startswith(CLASS) or grant.grantable:
            return False
        match on.kind:
            case "table":
                return ".".join(on.name) in self._tables or on.name in self.names.values()
            case "schema" | "sequence":
                return grant.privilege == "USAGE"
            case "view" | "matview" | "function":
                return on.name in self.names.values()
            case _:
                return False

    def _membership_is_ours(self, role: str, member: str) -> bool:
        if role.startswith(CLASS):
            return True  # who enters a class, and as what, is proved
        account = self.repository.accounts.get(f"{self.system.name}/{member}")
        if account is not None and account.use == "administrator" and (role == KEEPER or role.startswith(OWNER)):
            return True  # it can undo the policy, and is declared
        if role == ISSUER:
            return account is not None and account.may_issue
        if role == WORKER:
            return account is not None and account.may_end
        if (role, member) == SEVERS:
            return True  # it ends sessions and shows nothing
        if role.startswith(OWNER):
            refreshing = {(d.refreshed_by or "").partition("/")[2] for d in self.system.derived}
            return member in refreshing
        return role.startswith(DOOR) and f"{self.system.name}/{member}" in self.repository.accounts

    def _active(self, login: str) -> bool:
        account = self.repository.accounts.get(f"{self.system.name}/{login}")
        return account is not None and account.active
