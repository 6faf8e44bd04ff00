"""Who enters a class, as what, by the memberships and declarations that a plan's SQL makes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from recuse.compiler.classes import with_undeclared
from recuse.compiler.proof.cedar import Principal
from recuse.compiler.proof.said import Joined
from recuse.compiler.proof.state import State
from recuse.enforcement.names import DOOR, OWNER
from recuse.errors import RefutedError
from recuse.model import Account, Action, Circumstances, Repository, System
from recuse.policy.contexts import Context

By = Literal["inheriting", "setting", "permit", "owning"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A principal in circumstances who can act as a class.

    `by`: *inheriting* holds it always; *setting* may take its role, without a permit; *permit* has one in force for it;
    *owning* reads through a derived object, and only what is in `reads` (action, table).
    """

    principal: Principal
    circumstances: Circumstances
    by: By
    reads: frozenset[tuple[Action, str]] = frozenset()

    def __str__(self) -> str:
        account, agency = self.principal.account, self.principal.agency
        who = f"`{account}`" if account else f"a derived object for `{agency}`"
        return f"{who} for `{self.circumstances.purpose}` under `{self.circumstances.authority}`"


@dataclass(frozen=True, slots=True)
class Entries:
    """Reads who enters a class, for one system on a day; `names` gives each derived object's name in its parts."""

    repository: Repository
    system: System
    on: date
    names: Mapping[str, tuple[str, ...]]
    state: State

    def of(self, role: str) -> Iterator[Entry]:
        """Everyone who can act as a class role. Raises RefutedError for a way in that the policy repository lacks."""
        for (held, member), joined in self.state.members.items():
            if held == role:
                yield from self._through(role, member, joined)
        for (login, purpose, authority, agreement), declared in self.state.declared.items():
            if declared == role:
                yield self._declaring(login, purpose, authority, agreement)

    def _through(self, role: str, member: str, joined: Joined) -> Iterator[Entry]:
        if member.startswith(OWNER):
            yield from self._owning(member)
        elif member.startswith(DOOR):
            for held, login in self.state.members:
                if held == member:
                    yield from self._standing(role, login, "setting")
        elif joined.inherit is not False:
            yield from self._standing(role, member, "inheriting")
        elif joined.set_ is not False:
            yield from self._standing(role, member, "setting")

    def _standing(self, role: str, login: str, by: By) -> Iterator[Entry]:
        account = self._account(login, f"is a member of the class `{role}`")
        for context in self._contexts(account):
            if context.standing:
                yield Entry(Principal(account.id, account.agency), context.circumstances, by)

    def _declaring(self, login: str, purpose: str, authority: str, agreement: str) -> Entry:
        account = self._account(login, f"may declare `{purpose}`")
        for context in self._contexts(account):
            asked = (context.circumstances.purpose, context.circumstances.authority, context.agreement or "")
            if not context.standing and asked == (purpose, authority, agreement):
                return Entry(Principal(account.id, account.agency), context.circumstances, "permit")
        raise RefutedError(
            f"the plan lets `{account.id}` declare `{purpose}` under `{authority}`, and the policy repository does not",
            "do not use this plan",
        )

    def _owning(self, owner: str) -> Iterator[Entry]:
        for derived in self.system.derived:
            if self.state.owners.get(self.names[derived.name]) == owner:
                reads = derived.reads_as
                circumstances = Circumstances(reads.purpose, reads.authority)
                tables: frozenset[tuple[Action, str]] = frozenset(("read", table) for table in derived.tables)
                yield Entry(Principal("", reads.agency), circumstances, "owning", tables)

    def _account(self, login: str, what: str) -> Account:
        account = self.repository.accounts.get(f"{self.system.name}/{login}")
        if account is None:
            raise RefutedError(f"`{login}` {what}, and is no account of the policy repository", "do not use this plan")
        return account

    def _contexts(self, account: Account) -> tuple[Context, ...]:
        return with_undeclared(self.repository, account, self.on)
