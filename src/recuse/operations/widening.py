"""Proves that a plan shows nobody more than before, except what it lists as gains, and at no step more than both.

Compared are, for each account, table, action and column, the conditions under which rows come to it: before the plan,
after each step, and after the plan. Row policies of others are read with the same grammar; one that is not understood
stands for itself, and where a comparison depends on it, the table is told as not compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from recuse.compiler.proof.columns import known
from recuse.compiler.proof.prover import Prover
from recuse.compiler.proof.reach import COMMANDS, WHOLE, Reach, Reached, Right
from recuse.compiler.proof.written import ALWAYS, NEVER, Admitted, Not, Or, Unknown, Unread, Written, asked_by, leaves
from recuse.enforcement.facts import Fact, ObjectRef, RegisteredAccount, RowPolicy, TableShape
from recuse.enforcement.plan import STEPS, Change, Plan
from recuse.errors import RefutedError
from recuse.model import ACTIONS, Action, TableMap
from recuse.targets.target import Reader

_MEND: Final = "report this with the plan"
_ADMITTED: Final = Not(Unknown(Admitted()))
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
    given: Written


@dataclass(slots=True)
class Comparison:
    """The states of one system while a plan runs, and what is known of its tables."""

    prover: Prover
    reader: Reader
    shapes: Mapping[str, TableShape]
    plan: Plan
    _read: dict[tuple[str, str], Written] = field(default_factory=dict)

    def accounts(self, found: frozenset[Fact], logins: Mapping[str, str]) -> Iterator[Widening]:
        """A proof for each login of the database (with its account's id). Raises RefutedError with a row."""
        states = self._states(found)
        gains = {(gain.account, gain.category, gain.action) for gain in self.plan.gains}
        admitted = _admitted(found, states[-1][1].facts)
        for login, account in sorted(logins.items()):
            apart: set[str] = set()
            given = _ADMITTED if login in admitted else ALWAYS
            for table, action in self._reached(login, states):
                asked = _Asked(table, login, given)
                columns = self._columns(table)
                reached = [state.of(login, _ref(table), action, columns) for _, state in states]
                before, after = reached[0], reached[-1]
                for column in self._wider(asked, (after,), (before,), apart):
                    of = table.categories if column == WHOLE else (table.columns.get(column, table.category),)
                    if not all((account, category, action) in gains for category in of):
                        raise self._more(account, table, action, column, "after the plan")
                for (step, _), between in zip(states[1:-1], reached[1:-1], strict=True):
                    if between in (before, after):
                        continue
                    for column in self._wider(asked, (between,), (before, after), apart):
                        raise self._more(account, table, action, column, f"after the step `{step}`")
            yield Widening(account, (NO_MORE, AT_NO_STEP), tuple(sorted(apart)))

    def _reached(self, login: str, states: Sequence[tuple[str, Reach]]) -> Iterator[tuple[TableMap, Action]]:
        """The tables and actions of which a login may reach something in some state."""
        several = [state.anywhere(login) for _, state in states]
        some = frozenset[Right]().union(*(each for each in several if each is not None))
        for table in self.prover.system.tables:
            name = _ref(table).name
            for action in ACTIONS:
                if None in several or (name, COMMANDS[action]) in some:
                    yield table, action

    def _states(self, found: frozenset[Fact]) -> list[tuple[str, Reach]]:
        """Before, after each step that changes something, and after the plan.

        Each transaction of *shape* changes its own tables alone, so that every table is as before or after the step.
        """
        facts = set(found)
        states = [("", Reach(frozenset(facts), self.condition))]
        for step in STEPS:
            changes = self.plan.at(step)
            if changes:
                _run(facts, changes)
                states.append((step, Reach(frozenset(facts), self.condition)))
        return states if len(states) > 1 else [*states, states[0]]

    def _wider(
        self, asked: "_Asked", wide: Sequence[Reached], narrow: Sequence[Reached], apart: set[str]
    ) -> Iterator[str]:
        """The columns of which rows are reached in the first that are reached in none of the second."""
        table = asked.table
        told: dict[tuple[Written, Written], bool] = {}
        for column in sorted({column for each in wide for column in each}):
            if column in table.key and len(table.categories) > 1:
                continue  # a key goes with every category and says nothing about one
            first, second = _union(wide, column), _union(narrow, column)
            if first <= second:
                continue
            pair = (asked_by(_or(first), asked.login), asked_by(_or(second), asked.login))
            if pair not in told:
                told[pair] = self.prover.beyond(table, *pair, asked.given) is not None
            if told[pair] and any(isinstance(leaf, Unread) for side in pair for leaf in leaves(side)):
                apart.add(table.name)
            elif told[pair]:
                yield column

    def condition(self, policy: RowPolicy, text: str) -> Written:
        """A row policy's condition; one that asks about what the category map does not have stands for itself."""
        name = ".".join(policy.table.name)
        if (name, text) not in self._read:
            read = self.reader.condition(text)
            table = next((t for t in self.prover.system.tables if t.name == name), None)
            self._read[name, text] = read if table is None else known(read, table)
        return self._read[name, text]

    def _columns(self, table: TableMap) -> tuple[str, ...]:
        return tuple(column.name for column in self.shapes[table.name].columns)

    def _more(self, account: str, table: TableMap, action: Action, column: str, when: str) -> RefutedError:
        return RefutedError(
            f"{when} `{account}` would reach more rows of `{table.name}.{column}` by {action} than the plan says", _MEND
        )


def _admitted(before: Iterable[Fact], after: Iterable[Fact]) -> frozenset[str]:
    """Logins that are admitted before, and after it too or not asked for that any more."""
    first, last = (frozenset(f for f in facts if isinstance(f, RegisteredAccount)) for facts in (before, after))
    changed = {account.login for account in last - first}
    return frozenset(account.login for account in first if account.active and account.login not in changed)


def _run(facts: set[Fact], changes: Sequence[Change]) -> None:
    for change in changes:
        if change.before is not None:
            facts.discard(change.before)
        if change.make:
            facts.add(change.fact)
        else:
            facts.discard(change.fact)


def _union(reached: Sequence[Reached], column: str) -> frozenset[Written]:
    return frozenset(rows for each in reached for rows in each.get(column, ()))


def _or(rows: frozenset[Written]) -> Written:
    ordered = sorted(rows, key=repr)
    return NEVER if not ordered else ordered[0] if len(ordered) == 1 else Or(tuple(ordered))


def _ref(table: TableMap) -> ObjectRef:
    schema, _, name = table.name.partition(".")
    return ObjectRef("table", (schema, name))
