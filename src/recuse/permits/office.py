"""The office: all that an act on a request needs, each behind a protocol, so that a command line and a server share it.

What this keeps:

- What takes access away happens first and is recorded after; what gives it is recorded first and happens after. So a
  crash leaves a record of access that never was, or an end that is not recorded; both are told, and the same act
  finishes what it began.
- What is kept beside the ledger is kept before the entry that binds it; without an entry it counts for nothing.
- One act at a time on a request, among all processes that share what keeps it.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from recuse.errors import InputError, LedgerError
from recuse.ledger.entry import JSON
from recuse.model import Effect, Permit, Repository, Request, System
from recuse.permits.people import Actor
from recuse.permits.register import Placed, Register
from recuse.permits.terms import Terms
from recuse.permits.written import Act, Note, by_body


class Keeper(Protocol):
    """What keeps whole requests and what people said of them. Methods raise LedgerError or TargetError."""

    def keep(self, request: Request) -> str:
        """Keep a request, durably, with a salt of its own; gives the commitment for its entry.

        One that is kept already is left as it is. InputError where its id is another's.
        """
        ...

    def kept(self) -> Mapping[str, tuple[str, Request]]:
        """Every kept request with its commitment; one that cannot be read is left out, and so told as missing."""
        ...

    def mark(self, name: str, who: str) -> str:
        """How entries about a request name an identity (`people.mark_of`). LedgerError where it is not kept."""
        ...

    def note(self, note: Note) -> str:
        """Keep what somebody said, durably, with a salt of its own; gives the commitment for its entry.

        InputError where the request is not kept.
        """
        ...

    def notes(self, name: str) -> Mapping[str, Note]:
        """What was said of a request, by commitment; those that no entry has were never recorded."""
        ...

    def erase(self, name: str) -> bool:
        """Take away a request and all that was said of it, for good; False when there was none."""
        ...

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Hold a name, against every process that shares what is kept, until the block is left."""
        ...


class Record(Protocol):
    """The ledger, as acts on requests need it."""

    def entries(self) -> Placed:
        """The entries about permits (`written.KINDS`) with their places, in order; others may be among them."""
        ...

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        """Make an entry durable; its place in the ledger."""
        ...


class Counter(Protocol):
    """The narrow functions of one database, with the right to issue and no other."""

    @property
    def login(self) -> str:
        """Who issues, as the database knows them."""
        ...

    def refusal(self, permit: Permit) -> str | None:
        """Why the policy applied does not open it, in the database's words; None when it does."""
        ...

    def effect(self, permit: Permit) -> Effect:
        """What a permit opens by the policy applied. RefusedError where it opens nothing."""
        ...

    def issue(self, permit: Permit) -> None:
        """Make the permit. RefusedError in the database's words when it will not."""
        ...

    def permits(self, system: str) -> tuple[Permit, ...]:
        """Every permit of the database, as this system's."""
        ...

    def revoke(self, permit_id: str) -> bool:
        """End a permit at once; whether there is one."""
        ...


EndSessions = Callable[[System, str], int | None]
"""Ends the sessions of a revoked permit's login: how many, or None where that was handed on to be done.

Raises ApplyError when a session did not end.
"""


@dataclass(frozen=True, slots=True)
class Office:
    """Where permits are asked for, answered and ended: the policy and the terms in force, and what acts need.

    In a `dry_run` acts say what they would do, raise what they would raise, and write nothing.
    """

    repository: Repository
    terms: Terms
    keeper: Keeper
    record: Record
    counter: Callable[[System], AbstractContextManager[Counter]]
    end_sessions: EndSessions
    now: Callable[[], datetime]
    dry_run: bool = False

    def register(self) -> Register:
        """What is recorded and kept now."""
        return Register.placed(self.keeper.kept(), self.record.entries())

    def system(self, name: str) -> System:
        """A live system by name; InputError for another."""
        found = self.repository.systems.get(name)
        if found is None or found.kind != "live":
            raise InputError(f"`{name}` is no live system of recuse.toml", "name one that is")
        return found

    def needed(self, request: Request) -> int:
        """How many persons besides who asks this takes."""
        return self.terms.needed(self.repository, request.purpose)

    def by(self, name: str, actor: Actor | None) -> dict[str, JSON]:
        """How an entry about a request names who acted: without the mark where the request is kept no more."""
        if actor is None:
            return {}
        try:
            return by_body(actor, self.keeper.mark(name, actor.identity))
        except LedgerError:
            return {} if actor.pseudonym is None else {"person": actor.pseudonym}

    def said(self, name: str, act: Act, actor: Actor, text: str) -> dict[str, JSON]:
        """Keep who did this and what they said; how its entry names both."""
        note = Note(name, act, self.now(), actor.name, actor.person, text)
        return by_body(actor, self.keeper.mark(name, actor.identity)) | {"note": self.keeper.note(note)}
