"""Proves that a plan shows nobody more than before, except what it lists as gains, and at no step more than both.

Compared are, for each account, table, action and column, the conditions under which rows come to it: before the plan,
after each step, and after the plan. Row policies of others are read with the same grammar; one that is not understood
stands for itself, and where a comparison depends on it, the table is told as not compared.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from recuse.compiler.proof.columns import known
from recuse.compiler.proof.prover import Prover
from recuse.compiler.proof.reach import WHOLE, Name, Reach, Reached, Way
from recuse.compiler.proof.written import (
    ALWAYS,
    NEVER,
    Admitted,
    Not,
    Or,
    Others,
    Unknown,
    Unread,
    Written,
    asked_by,
    leaves,
)
from recuse.enforcement.facts import Fact, ObjectRef, RegisteredAccount, RowPolicy, TableShape
from recuse.enforcement.plan import STEPS, Change, Plan
from recuse.errors import RefutedError
from recuse.model import ACTIONS, Action, TableMap
from recuse.targets.target import Reader

_MEND: Final = "report this with the plan"
_ADMITTED: Final = Not(Unknown(Admitted()))
Rows = frozenset[Written]
"""Conditions of which one must be true of a row."""
Gain = tuple[str, str, str]
"""An account (id), a category, and an action."""
_NONE: Final[Rows] = frozenset()
NO_MORE: Final = "after the plan it reaches nothing that it did not reach before, but its gains"
AT_NO_STEP: Final = "at no step does it reach more than before or after"


@dataclass(frozen=True, slots=True)
class Widening:
    """What was proved for one account (by id); tables whose row policies of others were not understood stand apart."""

    account: str
    proved: tuple[str, ...]
    not_compared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A table, who asks, and what is so of the session: an account that is admitted throughout, or nothing."""

    table: TableMap
    login: str
    account: str
    given: Written


@dataclass(slots=True)
class Comparison:
    """The states of one system while a plan runs, and what is known of its tables."""

    prover: Prover
    reader: Reader
    shapes: Mapping[str, TableShape]
    plan: Plan
    _tables: dict[str, TableMap] = field(default_factory=dict)
    _texts: dict[str, Written] = field(default_factory=dict)
    _read: dict[tuple[str, str], Written] = field(default_factory=dict)
    _any: dict[Rows, tuple[Written, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tables = {table.name: table for table in self.prover.system.tables}

    def accounts(self, found: frozenset[Fact], logins: Mapping[str, str]) -> Iterator[Widening]:
        """A proof for each login of the database (with its account's id). Raises RefutedError with a row."""
        states = self._states(found)
        gains = {(gain.account, gain.category, gain.action) for gain in self.plan.gains}
        admitted = _admitted(found, [change for step in STEPS for change in self.plan.at(step)])
        for login, account in sorted(logins.items()):
            apart: set[str] = set()
            given = _ADMITTED if login in admitted else ALWAYS
            for table in self._reached(login, states):
                asked = _Asked(table, login, account, given)
                ways = _ways(states, login, _ref(table))
                for action in ACTIONS:
                    self._compare(asked, action, ways, gains, apart)
            yield Widening(account, (NO_MORE, AT_NO_STEP), tuple(sorted(apart)))

    def _compare(
        self, asked: _Asked, action: Action, ways: Sequence[tuple[str, Way]], gains: Container[Gain], apart: set[str]
    ) -> None:
        """Raise RefutedError when more of a table is reached after the plan than its gains say, or on the way there."""
        table, account = asked.table, asked.account
        (_, first), *between, (_, last) = ways
        columns = self._columns(table)
        before, after = (way.reached(action, columns) for way in (first, last))
        for column in self._wider(asked, after, (before,), apart):
            of = table.categories if column == WHOLE else (table.columns.get(column, table.category),)
            if not all((account, category, action) in gains for category in of):
                raise self._more(asked, action, column, "after the plan")
        done = {first, last}
        for step, way in between:
            if way in done:
                continue
            done.add(way)
            reached = way.reached(action, columns)
            if reached not in (before, after):
                for column in self._wider(asked, reached, (before, after), apart):
                    raise self._more(asked, action, column, f"after the step `{step}`")

    def _reached(self, login: str, states: Sequence[tuple[str, Reach]]) -> Iterator[TableMap]:
        """The tables of which a login may reach something in some state."""
        several = [state.anywhere(login) for _, state in states]
        some = frozenset[Name]().union(*(each for each in several if each is not None))
        return (t for t in self.prover.system.tables if None in several or _ref(t).name in some)

    def _states(self, found: frozenset[Fact]) -> list[tuple[str, Reach]]:
        """Before, after each step that changes something, and after the plan.

        Each transaction of *shape* changes its own tables alone, so that every table is as before or after the step.
        """
        states = [("", Reach.of_facts(found, self.condition))]
        for step in STEPS:
            changes = self.plan.at(step)
            if changes:
                states.append((step, states[-1][1].after(_made(changes))))
        return states if len(states) > 1 else [*states, states[0]]

    def _wider(self, asked: _Asked, wide: Reached, narrow: Sequence[Reached], apart: set[str]) -> Iterator[str]:
        """The columns of which rows are reached in the first that are reached in none of the second."""
        table = asked.table
        told: dict[tuple[Rows, Rows], bool] = {}
        for column in sorted(wide):
            if column in table.key and len(table.categories) > 1:
                continue  # a key goes with every category and says nothing about one
            first, second = wide[column], _union(narrow, column)
            if first <= second:
                continue
            sides = self._condition_of(first, asked.login), self._condition_of(second, asked.login)
            if (first, second) not in told:
                told[first, second] = self.prover.beyond(table, *sides, asked.given) is not None
            if told[first, second] and any(isinstance(leaf, Unread) for side in sides for leaf in leaves(side)):
                apart.add(table.name)
            elif told[first, second]:
                yield column

    def _condition_of(self, rows: Rows, login: str) -> Written:
        """Any of these conditions, as a login meets them."""
        if rows not in self._any:
            written = _or(rows)
            self._any[rows] = written, any(isinstance(leaf, Others) for leaf in leaves(written))
        written, telling = self._any[rows]
        return asked_by(written, login) if telling else written

    def condition(self, policy: RowPolicy, text: str) -> Written:
        """A row policy's condition; one that asks about what the category map does not have stands for itself."""
        name = ".".join(policy.table.name)
        if (name, text) not in self._read:
            if text not in self._texts:
                self._texts[text] = self.reader.condition(text)
            read, table = self._texts[text], self._tables.get(name)
            self._read[name, text] = read if table is None else known(read, table)
        return self._read[name, text]

    def _columns(self, table: TableMap) -> tuple[str, ...]:
        return tuple(column.name for column in self.shapes[table.name].columns)

    def _more(self, asked: _Asked, action: Action, column: str, when: str) -> RefutedError:
        rows = f"rows of `{asked.table.name}.{column}`"
        return RefutedError(f"{when} `{asked.account}` would reach more {rows} by {action} than the plan says", _MEND)


def _admitted(before: Iterable[Fact], changes: Sequence[Change]) -> frozenset[str]:
    """Logins that are admitted before, and after the changes too or not asked for that any more."""
    first = frozenset(fact for fact in before if isinstance(fact, RegisteredAccount))
    last = set[Fact](first)
    for fact, made in _made(changes):
        if isinstance(fact, RegisteredAccount):
            last.add(fact) if made else last.discard(fact)
    changed = {account.login for account in last - first if isinstance(account, RegisteredAccount)}
    return frozenset(account.login for account in first if account.active and account.login not in changed)


def _ways(states: Sequence[tuple[str, Reach]], login: str, table: ObjectRef) -> list[tuple[str, Way]]:
    """How a login comes to a table in each state: as in the one before where neither it nor the roles are others."""
    found: list[tuple[str, Way]] = []
    before: Reach | None = None
    for step, state in states:
        same = before is not None and state.alike(before, table)
        found.append((step, found[-1][1] if same else state.way(login, table)))
        before = state
    return found


def _made(changes: Sequence[Change]) -> Iterator[tuple[Fact, bool]]:
    """The facts that changes make and unmake, in their order."""
    for change in changes:
        if change.before is not None:
            yield change.before, False
        yield change.fact, change.make


def _union(reached: Sequence[Reached], column: str) -> Rows:
    several = [each.get(column, _NONE) for each in reached]
    return several[0] if len(several) == 1 else _NONE.union(*several)


def _or(rows: Rows) -> Written:
    ordered = sorted(rows, key=repr)
    return NEVER if not ordered else ordered[0] if len(ordered) == 1 else Or(tuple(ordered))


def _ref(table: TableMap) -> ObjectRef:
    schema, _, name = table.name.partition(".")
    return ObjectRef("table", (schema, name))
