"""What the screens of permits work with: an office for one act, rows of databases, what permits open, who acts."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final, Protocol

from recuse.model import Effect, Permit
from recuse.permits import Actor, Office
from recuse.server.console.screens import PREFIX
from recuse.server.identity import Visitor

BASE: Final = f"{PREFIX}/permits"


class Permits(Protocol):
    """What a server process gives to these screens. Methods raise LedgerError and TargetError."""

    def office(self) -> AbstractContextManager[Office]:
        """The office for one act: the policy applied, the terms in force, what is kept, the ledger, issuing desks."""
        ...

    def rows(self) -> tuple[Mapping[str, tuple[Permit, ...]], Mapping[str, str]]:
        """The permits of each live system's database; and for systems that cannot be asked now, why, in a sentence."""
        ...

    def effect(self, permit: Permit) -> Effect:
        """What a permit would open, by the applied catalog. RefusedError where it opens nothing."""
        ...

    def actor(self, visitor: Visitor) -> Actor:
        """Who is signed in, as who acts on requests, with the pseudonym that entries have."""
        ...
