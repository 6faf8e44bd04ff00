"""What the rules let an agency read, circumstances by circumstances: every row of a category, some rows, or none.

It is asked of every account that the agency has, and of those that it could have: a person's and one that is none. The
widest answer counts. What cannot be lowered exactly is `unknown`, which is no answer of `no`.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Generic, Literal, TypeVar

from recuse.compiler.alike import Named, named
from recuse.compiler.condition import ALWAYS, NEVER, Condition
from recuse.compiler.known import attributes_of
from recuse.compiler.lower import lower
from recuse.compiler.residual import (
    HasTemplate,
    Hierarchy,
    Principal,
    Residual,
    ResourceKind,
    Specialised,
    conditions,
    hierarchy_of,
    narrowed,
    residuals,
)
from recuse.errors import UnsupportedRuleError
from recuse.model import UNDECLARED_CIRCUMSTANCES, Circumstances, Repository, System, TableMap
from recuse.policy.contexts import Context, contexts, possible
from recuse.policy.schema import row_type
from recuse.policy.trees import principal_agencies, serves

T = TypeVar("T", bound=Hashable)
Extent = Literal["none", "some", "all", "unknown"]
WIDER: Final[tuple[Extent, ...]] = ("none", "some", "all", "unknown")
"""Extents, each wider than those before it; what is not known may be anything."""


class _Numbered(Generic[T]):
    """Values in the order in which they came; equal ones are one."""

    def __init__(self) -> None:
        self._numbers: dict[T, int] = {}
        self._values: list[T] = []

    def number(self, value: T) -> int:
        if value not in self._numbers:
            self._numbers[value] = len(self._values)
            self._values.append(value)
        return self._numbers[value]

    def __getitem__(self, number: int) -> T:
        return self._values[number]


@dataclass(slots=True, eq=False)
class Openings:
    """Answers about one repository under one set of rules on one day; it remembers what it has worked out.

    Raises UnsupportedRuleError for a rule that is a template.
    """

    repository: Repository
    rules: tuple[HasTemplate, ...]
    on: date
    _hierarchy: Hierarchy = field(init=False)
    _conditions: tuple[Residual, ...] = field(init=False)
    _extents: dict[tuple[int, str, str], Extent] = field(default_factory=dict)
    _lowered: dict[Hashable, Extent] = field(default_factory=dict)
    _named: Named = field(init=False)
    _holding: dict[str, tuple[System, ...]] = field(default_factory=dict)
    _who: dict[str, tuple[Principal, ...]] = field(default_factory=dict)
    # By number, since the hash of what is left takes a walk through all of it: `_left` are those of `_sets`, each of
    # which is the numbers of its rules. Few rules are in many sets: what they leave of a table is kept for each alone.
    _left: dict[Hashable, int] = field(default_factory=dict)
    _rules: _Numbered[Residual] = field(default_factory=_Numbered)
    _sets: _Numbered[tuple[int, ...]] = field(default_factory=_Numbered)
    _there: dict[tuple[int, str, str, str], tuple[int, ...]] = field(default_factory=dict)
    # By circumstances first, and then by who asks: many circumstances leave a rule alike.
    _in: dict[Hashable, tuple[int, ...]] = field(default_factory=dict)
    _for: dict[tuple[int, Hashable], tuple[int, ...]] = field(default_factory=dict)
    _asked: dict[tuple[str, Circumstances], frozenset[int]] = field(default_factory=dict)
    _said: dict[tuple[frozenset[int], str], Mapping[str, Extent]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._hierarchy = hierarchy_of(self.repository)
        self._conditions = conditions(self.rules)
        self._named = named(self.repository, self._conditions)

    def circumstances(self, agency: str, purposes: Iterable[str]) -> tuple[Context, ...]:
        """The circumstances an account of the agency could be in for these purposes, and those of having said none."""
        return (Context(UNDECLARED_CIRCUMSTANCES, None, standing=True), *self._possible(agency, purposes))

    def extents(self, agency: str, circumstances: Circumstances, category: str) -> Mapping[str, Extent]:
        """How much of a category an agency may read in these circumstances, by the system that holds it."""
        return self.extents_of(self.alike(agency, circumstances), category)

    def extents_of(self, left: frozenset[int], category: str) -> Mapping[str, Extent]:
        """As `extents`, for all circumstances of all agencies that are `alike`."""
        key = (left, category)
        if key not in self._said:
            self._said[key] = {
                system.name: max((self._extent(each, system, category) for each in left), key=WIDER.index)
                for system in self._systems(category)
            }
        return self._said[key]

    def alike(self, agency: str, circumstances: Circumstances) -> frozenset[int]:
        """What is left of the rules for each kind of account that the agency could have, by number.

        Where it is the same, so much may be read of every category.
        """
        key = (agency, circumstances)
        if key not in self._asked:
            those = self._principals(agency)
            self._asked[key] = frozenset(self._narrowed(each, circumstances) for each in those)
        return self._asked[key]

    def _systems(self, category: str) -> tuple[System, ...]:
        if category not in self._holding:
            every = self.repository.systems.values()
            holding = (each for each in every if any(category in table.categories for table in each.tables))
            self._holding[category] = tuple(holding)
        return self._holding[category]

    def _possible(self, agency: str, purposes: Iterable[str]) -> Iterator[Context]:
        """What may be declared, and what an account of the agency has without declaring."""
        wanted = tuple(purposes)
        yield from possible(self.repository, agency, wanted, self.on)
        for account in self.repository.accounts.values():
            if account.agency == agency:
                held = contexts(self.repository, account, self.on)
                yield from (each for each in held if each.standing and each.circumstances.purpose in wanted)

    def _narrowed(self, principal: Principal, circumstances: Circumstances) -> int:
        """The number of what is left; equal rules have one number."""
        who, said = self._named.who(principal), self._named.said(circumstances)
        if (who, said) not in self._left:
            if said not in self._in:
                self._in[said] = self._kept(self._conditions, None, circumstances)
            left = (each for rule in self._in[said] for each in self._of_rule(rule, principal, who))
            self._left[who, said] = self._sets.number(tuple(left))
        return self._left[who, said]

    def _of_rule(self, rule: int, principal: Principal, who: Hashable) -> tuple[int, ...]:
        """What is left of a rule for who asks, in whatever circumstances left that rule: itself narrowed, or nothing.

        Circumstances are not known here again: should a rule still ask about them, it cannot be lowered.
        """
        if (rule, who) not in self._for:
            self._for[rule, who] = self._kept((self._rules[rule],), principal, None)
        return self._for[rule, who]

    def _kept(
        self, rules: tuple[Residual, ...], principal: Principal | None, circumstances: Circumstances | None
    ) -> tuple[int, ...]:
        left = narrowed(rules, principal, circumstances, self._hierarchy)
        return tuple(map(self._rules.number, left.rules))

    def _principals(self, agency: str) -> tuple[Principal, ...]:
        if agency not in self._who:
            above, served = principal_agencies(self.repository, agency), serves(self.repository, agency)
            those = [("", True), ("", False)]
            for account in self.repository.accounts.values():
                if account.agency == agency and account.active and account.id in self._named.accounts:
                    those.append((account.id, account.use == "personal"))
            self._who[agency] = tuple(Principal(account, above, served, personal) for account, personal in those)
        return self._who[agency]

    def _extent(self, left: int, system: System, category: str) -> Extent:
        key = (left, system.name, category)
        if key not in self._extents:
            tables = [table for table in system.tables if category in table.categories]
            found = {self._rows(left, system.name, table, category) for table in tables}
            partly = len(found) > 1 and "unknown" not in found
            self._extents[key] = "some" if partly else max(found, key=WIDER.index)
        return self._extents[key]

    def _rows(self, left: int, system: str, table: TableMap, category: str) -> Extent:
        rules = tuple(each for rule in self._sets[left] for each in self._of_table(rule, system, table, category))
        key = (rules, system, table.name)
        if key not in self._lowered:
            try:
                self._lowered[key] = _extent(lower([self._rules[each] for each in rules], attributes_of(table)))
            except UnsupportedRuleError:
                self._lowered[key] = "unknown"
        return self._lowered[key]

    def _of_table(self, rule: int, system: str, table: TableMap, category: str) -> tuple[int, ...]:
        """What is left of a rule for the rows of a table that are of a category: itself narrowed, or nothing.

        Without its name, since rules that say the same of a table are told apart for nothing.
        """
        key = (rule, system, table.name, category)
        if key not in self._there:
            public = table.public or self.repository.categories[category].public
            resource = ResourceKind(system, table.name, category, public, attributes_of(table))
            rows = Specialised((self._rules[rule],)).of_rows(row_type(system, table.name), self._hierarchy)
            left = residuals(rows, "read", resource, self._hierarchy)
            self._there[key] = tuple(self._rules.number(replace(each, rule="")) for each in left)
        return self._there[key]


def _extent(rows: Condition) -> Extent:
    return "none" if rows == NEVER else "all" if rows == ALWAYS else "some"
