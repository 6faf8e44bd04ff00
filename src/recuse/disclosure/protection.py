"""What of a line is told, and which lines are left out: for delay, for victims and witnesses, for others in a record.

No answer says which of its lines was left out, or whether any was: every answer has the same sentence about that. What
is coarser is told as what stands above it in its tree, in every line alike, so that being coarse tells nothing either.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from recuse.disclosure.holds import Hold
from recuse.disclosure.lines import Line
from recuse.disclosure.settings import Settings, tree
from recuse.model import Repository
from recuse.policy.trees import above, upwards

Reason = Literal["held_back", "protected", "others"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that is not told, why, and by which decisions it is held back: for staff alone."""

    place: str
    reason: Reason
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Protection:
    """What decides about lines: the settings, the trees they speak of, what is held back, and the day.

    `alone`: nobody else is a subject of the records. Where somebody is, a line is told only when a person decided so
    for it, by its place (`decided`).
    """

    repository: Repository
    settings: Settings
    holds: Sequence[Hold]
    today: date
    alone: bool = True
    decided: frozenset[str] = frozenset()

    def sort(self, lines: Iterable[Line]) -> tuple[tuple[Line, ...], tuple[LeftOut, ...]]:
        """The lines to tell, as they are told, and what is left out."""
        told, out = list[Line](), list[LeftOut]()
        for line in lines:
            seen = self._told(line)
            holds = tuple(sorted(each.id for each in self.holds if each.covers(line, self.today)))
            if holds:
                out.append(LeftOut(str(line.place), "held_back", holds))
            elif seen is None:
                out.append(LeftOut(str(line.place), "protected"))
            elif not self.alone and str(line.place) not in self.decided:
                out.append(LeftOut(str(line.place), "others"))
            else:
                told.append(seen)
        return tuple(told), tuple(out)

    def _told(self, line: Line) -> Line | None:
        """The line without what is protected, coarse where the settings say so; None where it may not be told."""
        if self._protected("purpose", line.purpose) or self._protected("authority", line.authority):
            return None
        categories = [each for each in line.categories if not self._protected("category", each)]
        if line.categories and not categories:
            return None
        return replace(
            line, categories=tuple(sorted({self._as("category", each) for each in categories})),
            purpose=self._as("purpose", line.purpose), authority=self._as("authority", line.authority),
            agency=self.agency(line.agency), others=tuple(sorted({*map(self.agency, line.others)})),
        )  # fmt: skip

    def agency(self, agency: str) -> str:
        """The agency as it is told: the nearest above it that names no person."""
        *_, top = (agency, *upwards(self.repository.agencies, agency))
        found = (each for each in upwards(self.repository.agencies, agency) if not self._small(each))
        return next(found, top)

    def _small(self, agency: str) -> bool:
        accounts = [each for each in self.repository.accounts.values()
                    if agency in above(self.repository.agencies, each.agency)]  # fmt: skip
        personal = all(each.use == "personal" for each in accounts)
        return bool(accounts) and personal and len(accounts) < self.settings.small_agency

    def _protected(self, kind: str, name: str) -> bool:
        withheld: Mapping[str, frozenset[str]] = self.settings.withheld
        return bool(above(tree(self.repository, kind), name) & withheld.get(kind, frozenset()))

    def _as(self, kind: str, name: str) -> str:
        return self.settings.told_as.get(kind, {}).get(name, name)
