"""Searches that people keep under a name: what one is, its limits, and what a place that keeps them does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from recuse.server.identity.acts import Person
from recuse.server.identity.roles import Role

MOST: Final = 100
"""Searches that one person keeps."""
LONGEST_NAME: Final = 200
LONGEST_ADDRESS: Final = 4000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search to be kept: its name, and its address below the console; `role` is who else sees it, None nobody."""

    name: str
    address: str
    role: Role | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A search that is kept: by whom, with the name that they had then, and since when."""

    id: int
    person: Person
    saver: str
    at: datetime
    kept: Wanted


class Searches(Protocol):
    """Where searches are kept. Every method raises `TargetError` when that place cannot be used."""

    def seen_by(self, person: Person, roles: Iterable[Role]) -> tuple[Saved, ...]:
        """A person's own, and what others keep for one of these roles; by name."""
        ...

    def save(self, person: Person, saver: str, wanted: Wanted, at: datetime) -> int:
        """Keep one more, and give its number. `InputError` for a name that the person uses already, or one too many."""
        ...

    def change(self, person: Person, number: int, wanted: Wanted) -> bool:
        """Give one of a person's own another name and other readers; False where it is not theirs. Raises as `save`."""
        ...

    def delete(self, person: Person, number: int) -> bool:
        """Keep one of a person's own no longer; False where it is not theirs."""
        ...
