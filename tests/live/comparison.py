"""Compares: each login, on its own connection, reaches by each try exactly the rows that Cedar allows.

A row reached that Cedar denies (`over`) is reported apart and first. The decision point is asked the same questions as
the oracle, and must give the same answers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

import psycopg

from recuse.compiler.classes import ClassMap
from recuse.errors import UnsupportedRuleError
from recuse.model import Circumstances
from tests.live.oracle import NOTHING, Asked, Key, Oracle, Reached, Requests, decision_point
from tests.live.rows import KINDS, Rows, Try, rows_of, tries_of
from tests.live.rules import RuleSet, random_rules
from tests.live.server import Connection, Live

REFUSAL: Final = "and a table has one row condition"
NO_PERMIT: Final = "no permit in force lets"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Rows reached though denied (`over`) or not reached though allowed, by one try or at the decision point."""

    where: Key | Asked
    over: frozenset[int]
    under: frozenset[int]
    permit: str  # with which permit: `standing`, `declared`, or one that opens nothing


@dataclass(frozen=True, slots=True)
class Case:
    """One rule set on one table of rows: all that a comparison needs, and what a reduction makes smaller."""

    rules: RuleSet
    rows: Rows


@dataclass(slots=True)
class Tally:
    """What was counted over a run, and the mismatches, the first of each direction with its case."""

    counts: Counter[str] = field(default_factory=Counter)
    mismatches: list[Mismatch] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.counts += other.counts
        self.mismatches += other.mismatches
        self.cases += other.cases
        self.reports += other.reports

    def group(self, prefix: str) -> dict[str, int]:
        """The counts under a prefix, by what follows it."""
        return {k.removeprefix(f"{prefix} "): n for k, n in self.counts.items() if k.startswith(f"{prefix} ")}

    def sentence(self) -> str:
        c = self.counts
        return (
            f"{c['decisions']} decisions, {c['decided']} of them by the decision point too, {len(self.mismatches)} "
            f"mismatches; {c['sets']} sets ({c['refused']} refused by name), {c['accounts']} accounts, {c['permits']} "
            f"by permit, {c['tries']} tries; oracles {self.group('oracle')}, rows reached {self.group('rows')}, "
            f"closed doors {self.group('closed')}"
        )

    def wrong(self) -> str:
        """What is wrong, over-grants before anything else; empty when nothing is."""
        over = [m for m in self.mismatches if m.over]
        found, kind = (over, "over-grants") if over else (self.mismatches, "under-grants")
        shown = "\n".join(self.reports) or "not reduced"
        return f"{len(found)} {kind}; the first: {found[0]}\n{shown}" if found else ""


def reached(connection: Connection, login: str, tries: Iterable[tuple[Try, bytes]]) -> Reached:
    """What a login's own connection reaches, in the transaction and role that it is in; undone at once."""
    found: dict[Key, set[int]] = {(login, *kind): set() for kind in KINDS}
    for each, message in tries:
        rows = found[login, *each.key]
        try:
            cursor = connection.execute(message)
            cursor.nextset()
            if each.row is None:
                rows |= {int(str(row[0])) for row in cursor}
            elif cursor.rowcount:
                rows.add(each.row)
        except psycopg.errors.InsufficientPrivilege:
            connection.execute("ROLLBACK TO t")
    return {key: frozenset(rows) for key, rows in found.items()}


@dataclass(slots=True)
class Comparison:
    """Cases one after the other on one server, compared with the oracle."""

    live: Live
    random: Random
    stop_at_first: bool = False
    tally: Tally = field(default_factory=Tally)
    _rows: Rows | None = None
    _tries: tuple[tuple[Try, bytes], ...] = ()
    _asked: Requests = field(default_factory=dict)

    def run(self, sets: int) -> Tally:
        """So many generated sets on one generated table; in the end the catalog must hold what was made."""
        rows = rows_of(self.random)
        self._count_values(rows)
        for _ in range(sets):
            if self.stop_at_first and self.tally.mismatches:
                break
            self.case(Case(random_rules(self.random), rows))
        self.live.compare_facts()
        return self.tally

    def case(self, case: Case) -> None:
        """Enforce one rule set and try everything, unless it is refused by name."""
        self._lay(case.rows)
        self.tally.counts["sets"] += 1
        try:
            classes = self.live.classes(case.rules)
        except UnsupportedRuleError as refusal:
            if REFUSAL not in refusal.message:
                raise
            self.tally.counts["refused"] += 1
            return
        self.live.enforce(self.live.wanted(classes))
        self.live.issue(classes.declared)
        oracle = Oracle(case.rules, case.rows, self._asked)
        self.tally.counts["decisions"] += oracle.decisions
        before = len(self.tally.mismatches)
        for login in case.rules.contexts:
            self.tally.counts["accounts"] += 1
            with self.live.logins[login].transaction(force_rollback=True):
                self._account(login, oracle, classes)
        self._decide(oracle)
        self._count_parts(oracle)
        if len(self.tally.mismatches) > before and len(self.tally.cases) < 2:
            self.tally.cases.append(case)

    def _lay(self, rows: Rows) -> None:
        if rows is not self._rows:
            self._rows, self._asked = rows, {}
            self._tries = tuple((each, each.message) for each in tries_of(rows))
            self.live.fill(rows)

    def _account(self, login: str, oracle: Oracle, classes: ClassMap) -> None:
        connection, context = self.live.logins[login], oracle.rules.contexts[login]
        first = oracle.rules.asked_in(login)[0].circumstances
        self._compare(oracle.reached(login, first), reached(connection, login, self._tries), "standing", oracle.rows)
        if context.standing:
            return
        roles = {each.login: each.role for each in classes.declared}
        if login in roles:
            self._without_permit(login, roles, oracle.rows)
        entered = self._declare(connection, context.circumstances)
        assert entered == (login in roles), f"{login} in {context}\n{oracle.rules.text}"
        self.tally.counts["permits"] += entered
        after = reached(connection, login, self._tries) if entered else NOTHING[login]
        self._compare(oracle.reached(login, context.circumstances), after, "declared", oracle.rows)

    def _without_permit(self, login: str, roles: Mapping[str, str], rows: Rows) -> None:
        """In the class role, but with no permit, or one that is not in force or not this login's: nothing."""
        connection = self.live.logins[login]
        others = [f"{other}" for other in roles if other != login]
        permit = self.random.choice(("", f"expired {login}", f"revoked {login}", *others))
        connection.execute("SAVEPOINT p")
        connection.execute(
            "SELECT set_config('recuse.permit', %s, true), set_config('role', %s, true), "
            "set_config('recuse.declared', extract(epoch FROM now())::text, true)",
            (permit, roles[login]),
        )
        shown = reached(connection, login, self._tries)
        connection.execute("ROLLBACK TO p")
        kind = permit.partition(" ")[0] if " " in permit else "another's" if permit else "none"
        self.tally.counts[f"closed {kind}"] += 1
        self._compare(NOTHING[login], shown, f"permit `{permit}`", rows)

    def _declare(self, connection: Connection, circumstances: Circumstances) -> bool:
        try:
            connection.execute("SAVEPOINT d")
            connection.execute("SELECT recuse.declare(%s, %s)", (circumstances.purpose, circumstances.authority))
        except psycopg.errors.InsufficientPrivilege as refusal:
            if NO_PERMIT not in str(refusal):
                raise
            connection.execute("ROLLBACK TO d")
            return False
        return True

    def _compare(self, expected: Reached, found: Reached, permit: str, rows: Rows) -> None:
        assert expected.keys() == found.keys()
        for key, wants in expected.items():
            got, kind = found[key], key[1]
            self.tally.counts["tries"] += 1
            self.tally.counts[f"rows {kind}"] += len(got)
            if kind in ("read", "update", "delete") and expected is not NOTHING[key[0]]:
                much = "none" if not wants else "all" if len(wants) == len(rows.stored) else "some"
                self.tally.counts[f"oracle {kind} {much}"] += 1
            if got != wants:
                self.tally.mismatches.append(Mismatch(key, got - wants, wants - got, permit))

    def _decide(self, oracle: Oracle) -> None:
        """The decision point on the same questions, for one of the logins: it takes as long as all else for a set."""
        login = self.random.choice(list(oracle.rules.contexts))
        for asked, got in decision_point(oracle.rules, oracle.rows, {login}).items():
            wants = oracle.allowed[asked]
            self.tally.counts["decided"] += len(oracle.rows.asked(asked.action))
            if got != wants:
                self.tally.mismatches.append(Mismatch(asked, got - wants, wants - got, "at the decision point"))

    def _count_parts(self, oracle: Oracle) -> None:
        """What the rules of a set that shows some rows to a reader and hides others are made of."""
        stored = len(oracle.rows.stored)
        mixed = any(
            0 < len({row for row in rows if row < stored}) < stored
            for asked, rows in oracle.allowed.items()
            if asked.action == "read"
        )
        if mixed:
            self.tally.counts["mixed"] += 1
            self.tally.counts.update(f"mixed {part}" for part in oracle.rules.made_of())

    def _count_values(self, rows: Rows) -> None:
        values = [value for row in rows.stored for value in row.values()]
        self.tally.counts["values"] += len(values)
        self.tally.counts["nulls"] += sum(value is None for value in values)
