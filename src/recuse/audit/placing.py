"""From a line of the log to the questions that today's policy is asked, or the reason why it cannot be asked.

Three readings are fixed here:

- A line without a purpose, or with `undeclared`, is judged in undeclared circumstances, whatever authority it names.
- An authority that the account's agency cannot have today counts as `none`: official duty of another body, and an
  agreement that is unknown, not in force today, or does not cover the agency and the purpose.
- Where the log does not say what a rule asks about the row, every row that it may have been is asked about.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Literal

from recuse.audit.accesslog import Cell, Line
from recuse.model import (
    ACTIONS,
    AGREEMENT,
    NO_AUTHORITY,
    UNDECLARED,
    UNDECLARED_CIRCUMSTANCES,
    Account,
    AttributeType,
    Circumstances,
    Purpose,
    Repository,
    RowAttribute,
    System,
    TableMap,
)
from recuse.policy.asked import attributes_asked
from recuse.policy.contexts import OFFICIAL_DUTY, covers, in_force, owns
from recuse.policy.decide import Question
from recuse.policy.validate import RuleSet
from recuse.policy.values import ORDINARY

Untold = Literal["account", "action", "object", "derived", "category", "purpose", "authority", "decision", "row"]
"""Why a line has no answer: the part of it that the repository does not know. `derived` is a view or a copy, about
which no decision is made; `decision` is neither `allow` nor `deny`; `row` is a row of which too little is told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as a value that can be compared: the row's attributes are sorted by name."""

    account: str
    action: str
    table: str
    category: str
    row: tuple[tuple[str, Cell], ...]
    circumstances: Circumstances

    def question(self, system: str) -> Question:
        """The question, as the decision point takes it."""
        action = next(action for action in ACTIONS if action == self.action)
        return Question(self.account, action, system, self.table, self.category, dict(self.row), self.circumstances)


Row = tuple[Asked, ...]
"""What must be allowed on one row for a line to be let through."""


@dataclass(slots=True)
class Placing:
    """Places the lines of one system's log in a repository, as it is on the day `on`."""

    repository: Repository
    rules: RuleSet
    system: System
    on: date
    _tables: Mapping[str, TableMap] = field(init=False)
    _derived: frozenset[str] = field(init=False)
    _named: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Note what lines may name, and which attributes the rules ask for."""
        self._tables = {table.name: table for table in self.system.tables}
        self._derived = frozenset(derived.name for derived in self.system.derived)
        self._named = attributes_asked(self.rules.rules)

    @property
    def attributes(self) -> dict[str, AttributeType]:
        """What the log is asked about a row; not where tables have one name for two types: no column can hold both."""
        kinds: dict[str, set[AttributeType]] = {}
        for table in self.system.tables:
            for name, attribute in table.attributes.items():
                kinds.setdefault(name, set()).add(attribute.type)
        return {name: min(found) for name, found in kinds.items() if name in self._named and len(found) == 1}

    def account(self, line: Line) -> Account | None:
        """Whose line it is."""
        return self.repository.accounts.get(f"{self.system.name}/{line.login}")

    def purpose(self, line: Line) -> Purpose | None:
        """What it was for, as far as the tree of purposes knows."""
        return self.repository.purposes.get(line.purpose or UNDECLARED)

    def place(self, line: Line) -> tuple[Row, ...] | Untold:
        """The rows that the line may have been about, each with the questions that must all be answered by yes."""
        account, table = self.account(line), self._tables.get(line.object or "")
        if account is None:
            return "account"
        if line.action not in ACTIONS:
            return "action"
        if table is None:
            return "derived" if line.object in self._derived else "object"
        if line.category not in table.categories:
            return "category"
        if line.decision not in (None, "allow", "deny"):
            return "decision"
        circumstances = self._circumstances(account, line)
        if not isinstance(circumstances, Circumstances):
            return circumstances
        rows = self._rows(table, line.row)
        if rows is None:
            return "row"
        # A database changes only rows that it may read.
        actions = ("read", line.action) if line.action in ("update", "delete") else (line.action,)
        return tuple(
            tuple(Asked(account.id, action, table.name, line.category, row, circumstances) for action in actions)
            for row in rows
        )

    def _circumstances(self, account: Account, line: Line) -> Circumstances | Literal["purpose", "authority"]:
        purpose, authority = line.purpose or UNDECLARED, line.authority or NO_AUTHORITY
        if purpose not in self.repository.purposes:
            return "purpose"
        if authority not in self.repository.authorities:
            return "authority"
        if purpose == UNDECLARED:
            return UNDECLARED_CIRCUMSTANCES
        if authority == OFFICIAL_DUTY and not owns(self.repository, account.agency):
            return Circumstances(purpose, NO_AUTHORITY)
        if authority == AGREEMENT:
            agreement = self.repository.agreements.get(line.agreement or "")
            holds = agreement is not None and in_force(agreement, self.on)
            if agreement is None or not holds or not covers(self.repository, agreement, account.agency, purpose):
                return Circumstances(purpose, NO_AUTHORITY)
            return Circumstances(purpose, AGREEMENT, agreement.categories)
        return Circumstances(purpose, authority)

    def _rows(self, table: TableMap, told: Mapping[str, Cell]) -> Iterator[tuple[tuple[str, Cell], ...]] | None:
        """Every row of a table that agrees with what is told of it; None when they cannot be listed."""
        names = sorted(table.attributes)
        choices = [self._values(name, table.attributes[name], told) for name in names]
        if not all(choices):
            return None
        return (tuple(zip(names, values, strict=True)) for values in product(*choices))

    def _values(self, name: str, attribute: RowAttribute, told: Mapping[str, Cell]) -> tuple[Cell, ...]:
        """What the attribute may have been; empty when that cannot be listed."""
        if name not in self._named:
            return (ORDINARY[attribute.type],)
        value = told.get(name)
        if value is not None or (name in told and attribute.optional):
            return (value,)
        if attribute.type != "Bool":
            return ()
        return (False, True, None) if attribute.optional else (False, True)
