"""The stage canary: which facts enforce a few accounts, while all others keep what they have.

The others keep every grant and membership. Row security must be on for the canary accounts; so that it hides nothing
from anybody else, a permissive row policy lets every row through to sessions of a login that is none of them. What
decides is the session's login: a canary account meets its class's row policies through every view and function, too.
What PUBLIC may do a canary account may do as well; where row security does not make that nothing, the plan is refused.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from recuse.compiler.classes import ClassMap
from recuse.compiler.rights import TableRights
from recuse.compiler.wanted import CUT, plain_name
from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    Definition,
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
    TableShape,
)
from recuse.enforcement.names import OTHERS, PREFIX, SEVERS, SHARED
from recuse.enforcement.scope import Scope
from recuse.errors import PlanError
from recuse.model import Derived

_SCHEMA: Final = "recuse"
_CLASS_NAME: Final = re.compile(r"\b(recuse_(?:c_[0-9a-f]{8}_)?)([0-9a-f]{12})(?![0-9a-f])")
_ADMITTED: Final = "(SELECT recuse.admitted()) IS NOT NULL"


def apart(wanted: Iterable[Fact], classes: ClassMap) -> tuple[frozenset[Fact], ClassMap]:
    """Wanted facts and classes under names of this stage alone.

    A class is entered early only while it is empty: who moves on to the whole policy enters one that nobody is in yet.
    """
    named = replace(
        classes,
        contents={_apart(role): content for role, content in classes.contents.items()},
        standing={login: _apart(role) for login, role in classes.standing.items()},
        declared=tuple(replace(declared, role=_apart(declared.role)) for declared in classes.declared),
        labels={_apart(role): label for role, label in classes.labels.items()},
    )
    return frozenset(_renamed(fact) for fact in wanted), named


def _renamed(fact: Fact) -> Fact:
    changed: dict[str, Any] = {}
    for name, value in ((each.name, getattr(fact, each.name)) for each in fields(fact)):
        if isinstance(value, str):
            changed[name] = _apart(value)
        elif name == "roles":
            changed[name] = tuple(sorted(map(_apart, value)))
    return replace(fact, **changed)


def _apart(text: str) -> str:
    """Names of classes, and of their row policies, in a name or a condition."""
    return _CLASS_NAME.sub(
        lambda found: found[1] + hashlib.sha256(f"canary {found[2]}".encode()).hexdigest()[:12], text
    )


@dataclass(frozen=True, slots=True)
class Canary:
    """The accounts that are enforced (by login), on top of which facts, and what the policy wants of everybody.

    `scope` is the closed world over the base; `classes` are those of the whole policy.
    """

    logins: frozenset[str]
    base: frozenset[Fact]
    wanted: frozenset[Fact]
    classes: ClassMap
    scope: Scope

    def used(self) -> frozenset[str]:
        """The class and door roles that a canary account is in, or may enter."""
        entered = {f.role for f in self.wanted if isinstance(f, Membership) and f.member in self.logins}
        entered |= {f.role for f in self.wanted if isinstance(f, Membership) and f.member in entered}
        return frozenset(role for role in entered if role.startswith(PREFIX) and role not in SHARED)

    def closed(self) -> frozenset[str]:
        """Every login that row security is to hide rows from: also those of a canary stage that stands already."""
        if not any(isinstance(f, RowPolicy) and f.name == OTHERS for f in self.base):
            return self.logins
        return self.logins | {f.login for f in self.base if isinstance(f, RegisteredAccount)}

    def own_classes(self) -> ClassMap:
        """The classes of the canary accounts alone."""
        used = self.used()
        return replace(
            self.classes,
            contents={role: content for role, content in self.classes.contents.items() if role in used},
            standing={login: role for login, role in self.classes.standing.items() if login in self.logins},
            declared=tuple(declared for declared in self.classes.declared if declared.login in self.logins),
            owners={},
        )

    def facts(self) -> frozenset[Fact]:
        """What a database holds at this stage."""
        used, found = self.used(), {f for f in self.base if not self._leaves(f)}
        found |= {fact for fact in self.wanted if self._enters(fact, used)}
        for table in sorted({f.table for f in self.wanted if isinstance(f, RowPolicy) and f.name == CUT}):
            self._secure(table, found)
        return frozenset(found)

    def _leaves(self, fact: Fact) -> bool:
        """Whether a canary account gives this up."""
        match fact:
            case Membership(member=login) | Grant(grantee=str(login)):
                return login in self.logins and self.scope.governs(fact)
            case RegisteredAccount(login=login) | Declaration(login=login):
                return login in self.logins
            case Role(name=login):
                return login in self.logins and any(isinstance(f, Role) and f.name == login for f in self.wanted)
            case Support():
                return True
            case Owner(of=of) | Definition(of=of) | Grant(on=of):
                return of.name[0] == _SCHEMA
            case _:
                return False

    def _enters(self, fact: Fact, used: frozenset[str]) -> bool:
        """Whether a canary account, or our schema, needs this fact that the policy wants."""
        match fact:
            case Support() | Definition():
                return True
            case Owner(of=of):
                return of.name[0] == _SCHEMA
            case Role(name=name):
                return name in used | self.logins | {*SHARED}
            case Membership(role=role, member=member):
                return (role, member) == SEVERS or member in self.logins or {role, member} <= used
            case Grant(on=on, grantee=grantee):
                return on.name[0] == _SCHEMA or (
                    grantee in used and on.kind in ("table", "column", "sequence", "schema")
                )
            case RowPolicy(roles=roles):
                return set(roles) <= used
            case RegisteredAccount(login=login) | Declaration(login=login):
                return login in self.logins
            case _:
                return False

    def _secure(self, table: ObjectRef, found: set[Fact]) -> None:
        """Row security on a table, from which only canary accounts lose rows."""
        before = next((f for f in found if isinstance(f, RowSecurity) and f.table == table), None)
        if before is None:
            return  # no table of rows
        guard = next((f for f in self.wanted if isinstance(f, ConflictGuard) and f.table == table), None)
        if guard is not None and (roles := tuple(role for role in guard.roles if role in self.used())):
            found.add(ConflictGuard(table, roles))
        others = f"(SELECT recuse.others({_array(self.closed())})) IS NOT NULL"
        cut = RowPolicy(table, CUT, True, "ALL", ("public",), f"({_ADMITTED}) OR ({others})", None)
        whole = RowPolicy(table, OTHERS, False, "ALL", (), others, None)
        standing = {f.name: f for f in found if isinstance(f, RowPolicy) and f.table == table}
        if CUT in standing:  # by an earlier policy, or by a canary stage of other accounts
            if OTHERS in standing:
                found -= {standing[CUT], standing[OTHERS]}
                found |= {cut, replace(whole, roles=standing[OTHERS].roles)}
            return
        found.add(cut)
        if before.enabled and before.forced:
            return
        found.discard(before)
        found.add(RowSecurity(table, enabled=True, forced=True))
        who = (self._owner(table, found),) if before.enabled else ("public",)  # its owner, whom nothing bound so far
        found.add(replace(whole, roles=who))

    def _owner(self, table: ObjectRef, found: Iterable[Fact]) -> str:
        return next(fact.role for fact in found if isinstance(fact, Owner) and fact.of == table)


def _array(logins: Iterable[str]) -> str:
    """Names as a constant of PostgreSQL's: sorted, each quoted inside the array, the whole quoted once more."""
    items = ",".join('"' + login.replace("\\", "\\\\").replace('"', '\\"') + '"' for login in sorted(logins))
    return "'{" + items.replace("'", "''") + "}'::name[]"


@dataclass(frozen=True, slots=True)
class Open:
    """What PUBLIC may do at the stage canary, looked at for what it leaves to a canary account."""

    canary: Canary
    facts: frozenset[Fact]
    shapes: Mapping[str, TableShape]
    reads: Mapping[str, frozenset[str]]
    derived: tuple[Derived, ...]

    def check(self) -> None:
        """Raise PlanError with the first thing by which a canary account would go on past its class."""
        for fact in sorted(self.facts, key=repr):
            if isinstance(fact, Grant) and fact.grantee is None and fact.on.name[0] != _SCHEMA:
                why = self._why(fact)
                if why is not None:
                    raise PlanError(
                        f"at stage canary PUBLIC keeps {fact.privilege} on {fact.on}, and {why}",
                        f"grant it to the roles that need it, and revoke it from PUBLIC; canary: {self._names()}",
                    )
        for policy in sorted((f for f in self.facts if isinstance(f, RowPolicy)), key=repr):
            was_off = (policy.table, OTHERS, ("public",)) in {
                (f.table, f.name, f.roles) for f in self.facts if isinstance(f, RowPolicy)
            }
            if was_off and policy.restrictive and not policy.name.startswith(PREFIX):
                raise PlanError(
                    f"the row policy `{policy.name}` of {policy.table} would begin to hide rows from everybody",
                    "drop it, or turn row security of the table on by yourself first",
                )

    def _names(self) -> str:
        return ", ".join(f"`{login}`" for login in sorted(self.canary.logins))

    def _why(self, grant: Grant) -> str | None:
        """Why a grant to PUBLIC lets a canary account go on past its class; None where it does not."""
        match grant.on.kind:
            case "schema" | "sequence" | "database":
                return None
            case "foreign server" | "language" | "large objects" | "parameter":
                return None  # of no governed table; a path through it is a finding
            case "table" | "column":
                return self._of_table(grant)
            case "view":
                return self._of_view(plain_name(grant.on))
            case "matview":
                return "a copy has no row security"
            case "function":
                return self._of_function(grant.on)

    def _of_table(self, grant: Grant) -> str | None:
        name = ".".join(grant.on.relation.name)
        if not self._secured(name):
            return "no row security is on there"
        if grant.privilege in ("TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"):
            return "row security does not bind that"
        columns = {grant.on.name[2]} if grant.on.kind == "column" else {c.name for c in self.shapes[name].columns}
        for content in self.canary.own_classes().contents.values():
            rights = content.of(name)
            beyond = columns - _columns(rights, grant.privilege) if rights is not None else set()
            if beyond and grant.privilege != "DELETE":
                return f"the class of a canary account has rows of it without the column `{min(beyond)}`"
        return None

    def _of_view(self, name: str) -> str | None:
        """A view of governed tables shows a canary session no row, unless its owner passes row security by."""
        owner = next((f.role for f in self.facts if isinstance(f, Owner) and plain_name(f.of) == name), "")
        if self._passes(owner):
            return f"its owner `{owner}` passes row security by"
        for read in sorted(self.reads.get(name, frozenset())):
            under = self._of_view(read) if read in self.reads else None if self._secured(read) else "it is not governed"
            if under is not None:
                return f"it reads `{read}`: {under}"
        return None

    def _of_function(self, function: ObjectRef) -> str | None:
        security = next((f for f in self.facts if isinstance(f, Definition) and f.of == function), None)
        if security is None or security.security == "invoker":
            return None
        owner = next((f.role for f in self.facts if isinstance(f, Owner) and f.of == function), "")
        if self._passes(owner):
            return f"it runs as `{owner}`, which passes row security by"
        named = next((d for d in self.derived if d.name == plain_name(function)), None)
        if named is None or not all(self._secured(table) for table in named.tables):
            return "it runs with its owner's rights, and what it reads is not told by the category map"
        return None

    def _secured(self, table: str) -> bool:
        ref = ObjectRef("table", tuple(table.split(".", 1)))
        return RowSecurity(ref, enabled=True, forced=True) in self.facts

    def _passes(self, owner: str) -> bool:
        return any(isinstance(f, Role) and f.name == owner and (f.superuser or f.bypass_rls) for f in self.facts)

    def notes(self) -> Iterator[str]:
        """What a canary account has less of than the policy will give it."""
        closed = sorted({name for content in self.canary.own_classes().contents.values() for name in content.derived})
        for name in closed:
            yield f"`{name}` stays as it is for the others; canary accounts see nothing in it yet"


def _columns(rights: TableRights, privilege: str) -> set[str]:
    found = {"SELECT": rights.read, "INSERT": rights.insert, "UPDATE": rights.update}
    return set(found.get(privilege, ()))
