"""What the directives in force say of permits, together: of each thing the strictest.

A directive that has no `[permits]` says nothing of them. Where none has, a permit runs for 72 hours at most, lapses
unused after 24, takes one person besides who asks, and nothing is broken open.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from recuse.model import Directive, PermitTerms, Repository
from recuse.policy.trees import above

LONGEST: Final = timedelta(hours=72)
ANSWERED_WITHIN: Final = timedelta(hours=24)
"""How long a request waits for an answer where it does not say."""
REVIEWED_WITHIN: Final = timedelta(hours=24)
"""How long a broken glass waits for its review."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds of permits now; purposes as `PermitTerms` has them."""

    longest: timedelta = LONGEST
    unused: timedelta = timedelta(hours=24)
    two_person: frozenset[str] | None = frozenset()
    break_glass: timedelta = timedelta(0)
    break_glass_purposes: tuple[frozenset[str] | None, ...] = ()
    """One set of each directive that speaks: a purpose is in all of them, or is not broken open."""

    def needed(self, repository: Repository, purpose: str) -> int:
        """How many persons besides who asks a permit for this purpose takes."""
        return 2 if _holds(repository, self.two_person, purpose) else 1

    def breakable(self, repository: Repository, purpose: str) -> bool:
        """Whether a permit for this purpose may be issued by who asks."""
        every = (_holds(repository, each, purpose) for each in self.break_glass_purposes)
        return self.break_glass > timedelta(0) and all(every)


def terms_of(directives: Iterable[Directive]) -> Terms:
    """The strictest of what these directives say."""
    said = [each.permits for each in directives if each.permits is not None]
    if not said:
        return Terms()
    return Terms(
        longest=min(LONGEST, *(timedelta(hours=each.longest_hours) for each in said)),
        unused=min(timedelta(hours=each.unused_hours) for each in said),
        two_person=_any_of(said),
        break_glass=min(timedelta(hours=each.break_glass_hours) for each in said),
        break_glass_purposes=tuple(
            None if each.break_glass_purposes is None else frozenset(each.break_glass_purposes) for each in said
        ),
    )


def lapses_of(at: datetime, until: datetime) -> datetime:
    """When a request lapses that does not say: a day after it was made, or when access was to end."""
    return min(at + ANSWERED_WITHIN, until)


def _any_of(said: list[PermitTerms]) -> frozenset[str] | None:
    found: set[str] = set()
    for each in said:
        if each.two_person is None:
            return None
        found.update(each.two_person)
    return frozenset(found)


def _holds(repository: Repository, purposes: frozenset[str] | None, purpose: str) -> bool:
    return purposes is None or bool(above(repository.purposes, purpose) & purposes)
