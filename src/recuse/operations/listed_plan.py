"""Plans a listing: what a person makes and unmakes so that its grants say what the policy says; what stays open.

Classes are roles here too, and hold every grant on governed tables. All other grants on them end; so does, login by
login, the first membership or grant of every path that still leads past the policy. The answer to that is asked of the
export as it would then be, by the same search that `reach` uses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from recuse.enforcement.names import CLASS
from recuse.enforcement.plan import Loss
from recuse.errors import PlanError
from recuse.model import System
from recuse.operations.listed_effects import effects, excess
from recuse.operations.listed_wanted import Wanted, table_name, wanted_of
from recuse.operations.policy import Policy
from recuse.paths import Path
from recuse.targets.listing import nodes
from recuse.targets.listing.access import Access
from recuse.targets.listing.changes import STEPS, ListedChange, Step, changed, unsigned
from recuse.targets.listing.denials import WORD
from recuse.targets.listing.nodes import Verb
from recuse.targets.listing.records import Granted, Listing, Member, Name, Principal, Scope

_DATABASE: Final = "database:"
_ROUNDS: Final = 50


@dataclass(frozen=True, slots=True)
class Open:
    """What a login still reaches past the policy once the script has run, and by which path."""

    login: str
    name: Name
    verb: Verb
    path: Path


@dataclass(frozen=True, slots=True)
class ListedPlan:
    """The changes, in order, with their effects; what stays open; what the policy opens and still is not reached."""

    system: str
    listing: Listing
    wanted: Wanted
    changes: tuple[ListedChange, ...]
    loses: tuple[Loss, ...]
    gains: tuple[Loss, ...]
    stays: tuple[Open, ...]
    missing: tuple[str, ...]
    reached: tuple[Open, ...]


def plan_listing(policy: Policy, system: System, listing: Listing) -> ListedPlan:
    """The plan of one listing. Pure: the same inputs give the same plan. Raises PlanError for what it cannot say."""
    return _Planning(system, listing, wanted_of(policy, system, listing)).plan()


@dataclass(frozen=True)
class _Planning:
    system: System
    listing: Listing
    wanted: Wanted

    def plan(self) -> ListedPlan:
        before = Access.of(self.listing)
        changes = [*self._locks(), *self._made(before), *self._unmade()]
        after, left = self._closed(changes)
        missing = tuple(self._missing(after))
        loses, gains = effects(self.system, self.wanted, before, after)
        ordered = sorted(changes, key=_position)
        reached = tuple(self._excess(before))
        return ListedPlan(
            self.system.name, self.listing, self.wanted, tuple(ordered), loses, gains, left, missing, reached
        )  # fmt: skip

    def _closed(self, changes: list[ListedChange]) -> tuple[Access, tuple[Open, ...]]:
        """Adds what closes the paths that are left, until none is that a script could close."""
        for _ in range(_ROUNDS):
            access = Access.of(changed(self.listing, changes))
            found = tuple(self._excess(access))
            lines = {line: each for each in found if (line := self._first(access, each.path)) is not None}
            fresh = [self._ends(line, each) for line, each in lines.items()]
            if not fresh:
                return access, found
            changes += fresh
        raise PlanError(f"the paths of system `{self.system.name}` do not come to an end", "export it again")

    def _excess(self, access: Access) -> Iterator[Open]:
        """What logins that the policy binds reach of governed relations and may not: one path a login and relation."""
        for login in self.wanted.bound():
            if login in access.logins:
                for name, verb, node in excess(self.system, self.wanted, access, login):
                    yield Open(login, name, verb, access.reached(login).shortest(node))

    def _first(self, access: Access, path: Path) -> Granted | Member | None:
        """The line nearest to the login that a script can take away: a right is taken from one before from all."""
        for edge in path:
            line = access.lines.get(edge)
            if isinstance(line, Granted) or (isinstance(line, Member) and self._can_leave(line)):
                holder = line.grantee if isinstance(line, Granted) else line.member
                if holder not in self._exempt and not holder.startswith((CLASS, _DATABASE + CLASS)):
                    return line
        return None

    def _can_leave(self, line: Member) -> bool:
        """A login is not taken from its user, nor anyone from a class role that the policy wants it in."""
        return self.listing.principal.get(
            line.role, Principal(line.role, "role", False, False)
        ).kind == "role" and not (line.role.removeprefix(_DATABASE).startswith(CLASS))

    @property
    def _exempt(self) -> frozenset[str]:
        """Logins that the policy does not bind, their users, and owners of what is governed."""
        unbound = set(self.wanted.accounts) - set(self.wanted.bound())
        users = {m.role for m in self.listing.members if m.member in unbound and m.role.startswith(_DATABASE)}
        roles = {each.name for each in self.listing.principals if each.kind == "role"}
        return frozenset((unbound | users) - roles)

    def _locks(self) -> Iterator[ListedChange]:
        for login, account in sorted(self.wanted.accounts.items()):
            principal = self.listing.principal.get(login)
            if principal is not None and principal.active and not account.active:
                yield ListedChange("cut", False, principal, f"{account.id} is no longer active in accounts.toml")

    def _made(self, before: Access) -> Iterator[ListedChange]:
        """Class roles, what they hold, and who is in them; what is there already is not made again."""
        held = {unsigned(line) for line in self.listing.grants}
        for role in sorted(self.wanted.classes):
            name = self._role(role)
            fresh = name not in self.listing.principal
            if fresh:
                yield ListedChange("prepare", True, Principal(name, "role", False, False), "a class of the policy")
            step: Step = "prepare" if fresh else "loosen"
            for grant in self._grants(role):
                if grant not in held:
                    yield ListedChange(step, True, grant, "what the policy opens to this class")
        for login, role in sorted(self.wanted.standing.items()):
            if login not in before.logins or role not in self.wanted.classes:
                continue
            member = Member(self._role(role), self._member(login), None, admin=False, inherit=True, set=self._sets)
            if not any((m.role, m.member) == (member.role, member.member) for m in self.listing.members):
                whole = all(self._had(before, login, *each) for each in self.wanted.of(login).items())
                reason = "it keeps what it had" if whole else "the policy opens more to it than it had"
                yield ListedChange("enter" if whole else "loosen", True, member, f"{login}: {reason}")

    def _had(self, before: Access, login: str, what: tuple[Name, Verb], columns: frozenset[str]) -> bool:
        name, verb = what
        return (columns or frozenset(self.listing.columns_of.get(name, ()))) <= before.columns(login, name, verb)

    def _grants(self, role: str) -> Iterator[Granted]:
        for (name, verb), columns in sorted(self.wanted.classes[role].items(), key=repr):
            every = frozenset(self.listing.columns_of.get(name, ()))
            by_column = bool(columns) and verb != "delete" and (columns != every or self._always_by_column)
            for column in sorted(columns) if by_column else (None,):
                on: Scope = "column" if column else "object"
                yield Granted(on, *name, column, WORD[verb], self._role(role), None, grantable=False, denied=False)

    def _unmade(self) -> Iterator[ListedChange]:
        """Every grant on what is governed but those of the class roles, and class roles' grants that are not wanted."""
        governed = {table_name(table.name) for table in self.system.tables}
        governed |= {table_name(derived.name) for derived in self.system.derived}
        wanted = {grant for role in self.wanted.classes for grant in self._grants(role)}
        for grant in self.listing.grants:
            if grant.on in ("object", "column") and (grant.schema, grant.object) in governed and not grant.denied:
                owner = self.listing.relations[grant.schema or "", grant.object or ""].owner
                if unsigned(grant) not in wanted and grant.grantee not in {owner, *self._exempt}:
                    yield self._end(grant, "the class roles hold every grant on it")
        for member in self.listing.members:
            if member.role.removeprefix(_DATABASE).startswith(CLASS) and not self._wants(member):
                yield self._end(member, "the policy gives it another class, or none")

    def _wants(self, member: Member) -> bool:
        logins = [login for login in self.wanted.standing if self._member(login) == member.member]
        return any(self._role(self.wanted.standing[login]) == member.role for login in logins)

    def _end(self, line: Granted | Member, reason: str) -> ListedChange:
        holder = line.grantee if isinstance(line, Granted) else line.member
        logins = {login for login in self.wanted.bound() if self._member(login) == holder or login == holder}
        nothing = bool(logins) and not any(self.wanted.of(login) for login in logins)
        return ListedChange("cut" if nothing else "close", False, line, reason)

    def _ends(self, line: Granted | Member, each: Open) -> ListedChange:
        what = f"by it {each.login} would {each.verb} {nodes.dotted(*each.name)}, which the policy does not open to it"
        return self._end(line, what)

    def _missing(self, after: Access) -> Iterator[str]:
        """What the policy opens and the script cannot bring about, so that a person looks for the reason."""
        for login in self.wanted.bound():
            lacking = [what for what in self.wanted.of(login).items() if not self._had(after, login, *what)]
            if login in after.logins and lacking:
                names = ", ".join(sorted({nodes.dotted(*name) for (name, _), _ in lacking}))
                yield f"`{login}` would still not reach {names}: it cannot log in, is denied it, or is no user here"

    def _role(self, role: str) -> str:
        return f"{_DATABASE}{role}" if self.listing.about.engine == "sqlserver" else role

    def _member(self, login: str) -> str:
        """Who becomes a member for a login: in SQL Server its user, where it has one."""
        users = [m.role for m in self.listing.members if m.member == login and m.role.startswith(_DATABASE)]
        return users[0] if users else login

    @property
    def _sets(self) -> bool:
        return self.listing.about.engine == "oracle"

    @property
    def _always_by_column(self) -> bool:
        """Whether grants name the columns even where they name them all, so that the next column is not shown."""
        return self.listing.about.engine != "oracle"


def _position(change: ListedChange) -> tuple[object, ...]:
    """By step; a role before what is granted to it, what ends before what begins, and columns of one grant together."""
    line = change.line
    made = change.make and isinstance(line, Principal)
    column = line.column if isinstance(line, Granted) else None
    alike = replace(line, column=None) if isinstance(line, Granted) else line
    return (
        STEPS.index(change.step),
        not made,
        change.make,
        type(line).__name__,
        repr(alike),
        change.reason,
        column or "",
    )
