"""Which accounts and circumstances no rule can tell apart, so that one answer serves all of them.

A rule tells them apart by ids that stand in it, above or below which something is. Where a table's rows hold ids, a
rule may compare with any id there is; then nothing is taken for alike.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from recuse.compiler.known import Principal
from recuse.compiler.residual import Residual
from recuse.model import Circumstances, Repository
from recuse.model.holdings import ENTITY_TYPES
from recuse.policy.trees import above


@dataclass(frozen=True, slots=True)
class Named:
    """The ids that stand in rules, by what they are of; `apart` where every id may matter."""

    repository: Repository
    accounts: frozenset[str]
    agencies: frozenset[str]
    purposes: frozenset[str]
    authorities: frozenset[str]
    apart: bool
    _closed: dict[tuple[str, str], Hashable] = field(default_factory=dict, compare=False, repr=False)

    def who(self, principal: Principal) -> Hashable:
        """The same for two of which every rule makes the same, in whatever circumstances."""
        if self.apart:
            return principal
        return (
            principal.account if principal.account in self.accounts else "",
            principal.agencies & self.agencies, principal.serves & self.agencies, bool(principal.serves),
            principal.personal,
        )  # fmt: skip

    def said(self, circumstances: Circumstances) -> Hashable:
        """The same for two circumstances of which every rule makes the same, whoever asks."""
        if self.apart:
            return circumstances
        purpose = self._line("purpose", circumstances.purpose)
        return purpose, self._line("authority", circumstances.authority), circumstances.agreed

    def _line(self, kind: Literal["purpose", "authority"], name: str) -> Hashable:
        """An id, if rules name it, and those above it that they name."""
        key = (kind, name)
        if key not in self._closed:
            repository = self.repository
            if kind == "purpose":
                ids, line = self.purposes, above(repository.purposes, name)
            else:
                ids, line = self.authorities, above(repository.authorities, name)
            self._closed[key] = (name if name in ids else None, line & ids)
        return self._closed[key]


def named(repository: Repository, rules: Sequence[Residual]) -> Named:
    """What these rules name. An id that is part of a longer text counts as named: more is told apart, never less."""
    text = repr(rules)
    types = {each.cedar_type for system in repository.systems.values() for table in system.tables
             for each in table.attributes.values()}  # fmt: skip
    return Named(
        repository,
        frozenset(each for each in repository.accounts if each in text),
        frozenset(each for each in repository.agencies if each in text),
        frozenset(each for each in repository.purposes if each in text),
        frozenset(each for each in repository.authorities if each in text),
        apart=not types.isdisjoint(ENTITY_TYPES),
    )
