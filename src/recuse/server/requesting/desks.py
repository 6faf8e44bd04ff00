"""Where a server gets a desk from: over the policy that is applied, the shared state, and the ledger for one act."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from recuse.ledger import JSON, Entry
from recuse.requests.desk import Desk


class Desks(Protocol):
    """Gives desks, for the threads of one server process; each is one thread's while its block lasts."""

    def reading(self) -> AbstractContextManager[Desk]:
        """A desk that records nothing, for rulings and looking. TargetError where policy or state cannot be used."""
        ...

    def acting(self, said: Mapping[str, JSON]) -> AbstractContextManager[Desk]:
        """A desk that holds the ledger's lock from before anything is kept; each entry also says who acts (`said`).

        LedgerError where the ledger cannot be written to, and then nothing was kept; TargetError as in `reading`.
        """
        ...

    def entries(self) -> tuple[Entry, ...]:
        """Every entry of the ledger. LedgerError where it does not verify."""
        ...
