"""`apply` cut at one statement, and run again: what must hold in between and in the end. All of them: `make cuts`.

A trial begins at a saved state of the whole server, applies through a proxy that cuts, looks at what every account
sees, plans and applies again, and compares with an apply that nobody disturbed.
"""

import argparse
import logging
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from recuse.compiler.proof.claims import Proof
from recuse.compiler.proof.prover import Prover
from recuse.errors import RecuseError
from recuse.ledger import verify_ledger
from recuse.operations import plan, proofs, record
from recuse.operations.journal import read_journal, stopped
from recuse.operations.policy import Policy
from recuse.operations.proofs import Texts
from recuse.targets.postgres.throwaway import throwaway
from recuse.targets.target import Reader
from tests.apply.cluster import Cluster
from tests.apply.proxy import SIDES, Cut, Proxy, proxy
from tests.apply.world import CUT, FIRST, SECOND, Seen, Town, direct, town
from tests.conftest import binaries_of

PERMIT: Final = "SELECT recuse.issue('p', 'student', 'study', 'official_duty', NULL, '1', now() + '70 hours', 0)"
HELD: Final = """
DECLARE held CURSOR WITH HOLD FOR SELECT '{relation}', 'graded', id, graded::text FROM files.{relation} ORDER BY id DESC
"""
WORKS_ON: Final = "app"
"""The account that both directives let work on: a gap in what it sees is an interruption."""


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """The apply that nobody cuts: its statements in order, what is seen before and after, and the facts of both."""

    state: str
    plan: bytes
    statements: tuple[str, ...]
    old: Mapping[str, Seen]
    new: Mapping[str, Seen]
    facts_before: str
    facts_after: str

    def commits(self) -> tuple[int, ...]:
        """The statements that end a transaction of the plan."""
        return tuple(number for number in self.boundaries() if self.statements[number - 1] == "COMMIT")

    def boundaries(self) -> tuple[int, ...]:
        """The statements that make something lasting: the COMMIT of each transaction that writes, and each severing."""
        found, writes = [], False
        for number, text in enumerate(self.statements, 1):
            if text == "BEGIN":
                writes = False
            writes = (
                writes or re.match(r"(GRANT|REVOKE|CREATE (ROLE|POLICY)|INSERT|DELETE|ALTER|DROP) ", text) is not None
            )
            if (text == "COMMIT" and writes) or "pg_terminate_backend" in text:
                found.append(number)
        return tuple(found)


@dataclass(slots=True)
class Bench:
    """The town on one server, with the states that trials begin at."""

    town: Town
    cluster: Cluster
    runs: dict[str, Undisturbed] = field(default_factory=dict)
    untouched: str | None = None
    converged: set[Hashable] = field(default_factory=set)
    """States in between from which running again was seen to converge: it depends on nothing else."""

    def begin(self, state: str) -> None:
        """Take up a saved state: of the server (unless it is in it still), of the ledger, and of the directives."""
        if self.untouched != state:
            self.cluster.reset(state)
        self.untouched = None
        shutil.rmtree(self.town.policy)
        shutil.copytree(self._saved(state), self.town.policy)

    def save(self, state: str) -> None:
        self.cluster.save(state)
        shutil.copytree(self.town.policy, self._saved(state))

    def undisturbed(self, state: str) -> Undisturbed:
        """Apply once from a state, through a proxy that cuts nothing."""
        old, facts, given = self.town.sees(), self.town.facts(), self.town.plan()
        with proxy(self.town.dsn()) as through:
            self.town.apply(given, lambda _: through.dsn(self.town.dsn()))
        new, after = self.town.sees(), self.town.facts()
        assert self.town.planned()[0].plan.changes == ()
        return Undisturbed(state, given, tuple(through.statements), old, new, facts, after)

    def _saved(self, state: str) -> Path:
        return self.town.folder / f"saved-{state}"


@contextmanager
def proved_once() -> Iterator[None]:
    """The same statements are proved the first time only: trials make a few plans some thousand times."""
    known: dict[Hashable, tuple[Proof, ...]] = {}
    original = proofs.prove

    def prove(prover: Prover, policy: Policy, reader: Reader, texts: Texts) -> tuple[Proof, ...]:
        key = (policy.directives, texts)
        if key not in known:
            known[key] = original(prover, policy, reader, texts)
        return known[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan, "prove", prove)
        yield


@contextmanager
def bench(version: int, folder: Path) -> Iterator[Bench]:
    """Both states: before the first directive was applied, and before the second was."""
    with (
        proved_once(), throwaway(binaries=binaries_of(version)) as server, town(folder, {"north": server}) as made,
    ):  # fmt: skip
        found = Bench(made, Cluster(server))
        found.save(FIRST)
        found.runs[FIRST] = found.undisturbed(FIRST)
        made.run(PERMIT)
        direct(folder, SECOND, supersedes=FIRST)
        found.save(SECOND)
        found.runs[SECOND] = found.undisturbed(SECOND)
        yield found


@dataclass(slots=True)
class Trial:
    """One cut; `problems` is what was wrong, in words, and `kept` what those who keep nothing saw in between."""

    bench: Bench
    run: Undisturbed
    cut: Cut
    told: tuple[str, ...] = ()
    again: bool = False
    problems: list[str] = field(default_factory=list)
    kept: int = 0

    def __call__(self) -> "Trial":
        self.bench.begin(self.run.state)
        with self._held() as sessions:
            with proxy(self.bench.town.dsn(), self.cut) as through:
                self._apply(through)
            state = self._in_between(sessions)
            if state not in self.bench.converged:
                self._again(sessions)
                self.again = True
                if not self.problems:
                    self.bench.converged.add(state)
            elif self.run.facts_before in state:
                self.bench.untouched = self.run.state
        return self

    @contextmanager
    def _held(self) -> Iterator[dict[str, psycopg.Connection[Any]]]:
        """A session of each account that loses something, with a cursor from before; the student's under its permit."""
        found = {}
        for login in (*CUT[self.run.state], WORKS_ON, "student"):
            found[login] = psycopg.connect(self.bench.town.dsn(login=login), autocommit=True)
            declares = (self.run.state, login) == (SECOND, "student")
            relation = "person_list" if login == "student" and not declares else "person"
            with found[login].transaction():
                if declares:
                    found[login].execute("SELECT recuse.declare('study', 'official_duty')")
                found[login].execute(HELD.format(relation=relation).encode())
                found[login].execute("FETCH 1 FROM held")
        try:
            yield found
        finally:
            for connection in found.values():
                connection.close()

    def _apply(self, through: Proxy) -> None:
        try:
            self._started(through.dsn(self.bench.town.dsn()))
        except RecuseError as error:
            self._unless("\n" not in error.message, f"not one sentence: {error.message}")
        else:
            last = self.cut.at == len(self.run.statements)  # it gives up a lock that goes with the connection anyway
            self._unless(last, "it said that all was done")
        self._unless(through.happened.wait(10), "nothing was cut")
        with psycopg.connect(self.bench.town.dsn(), autocommit=True) as watching:
            while watching.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'recuse'").fetchone():
                time.sleep(0.002)

    def _started(self, dsn: str) -> None:
        self.bench.town.apply(self.run.plan, lambda _: dsn)

    def _in_between(self, sessions: Mapping[str, psycopg.Connection[Any]]) -> tuple[Hashable, ...]:
        """Judge what is seen while the work lies half done; gives all that running again depends on."""
        where = self.bench.town
        old, new, seen = self.run.old, self.run.new, where.sees()
        for login, rows in seen.items():
            self._unless(rows <= old[login] | new[login], f"`{login}` sees what neither policy shows")
            loosened = rows - old[login]
            tight = all(seen[other] <= new[other] for other in seen)
            self._unless(tight or not loosened, f"`{login}` sees more before everybody sees less")
        self._unless(seen[WORKS_ON] >= old[WORKS_ON] & new[WORKS_ON], f"`{WORKS_ON}` is interrupted")
        self.kept = sum(len(seen[login]) for login in CUT[self.run.state])
        more = {login: fetched(connection) for login, connection in sessions.items()}
        for login, found in more.items():
            self._unless(found <= old[login], f"a session of `{login}` reads what was never shown to it")
        entries = record.entries(where.ledger)
        if entries:
            verify_ledger(where.ledger)
        pending = record.pending(entries, "north")
        self.told = stopped(where.ledger)
        self._unless(bool(self.told) == (pending is not None), f"it was told {self.told}")
        alive = tuple(login for login, found in more.items() if found)
        kinds = tuple(entry.kind for entry in entries)
        return (self.run.state, where.facts(), tuple(seen.items()), alive, kinds, record.owed(entries, "north"))

    def _again(self, sessions: Mapping[str, psycopg.Connection[Any]]) -> None:
        """Plan and apply again, and compare with the apply that nobody cut."""
        where = self.bench.town
        where.apply()
        self._unless(where.facts() == self.run.facts_after, "the facts are not those of an undisturbed apply")
        self._unless(where.sees() == self.run.new, "it does not show what the new policy shows")
        for login, connection in sessions.items():
            self._unless(not fetched(connection), f"a session of `{login}` from before reads on")
        verify_ledger(where.ledger)
        self._unless(record.pending(record.entries(where.ledger), "north") is None, "an apply is still open")
        self._unless(read_journal(where.ledger)[-1].outcome == "ended", "the journal does not end")

    def _unless(self, holds: bool, problem: str) -> None:
        if not holds:
            self.problems.append(f"{self.run.state}, cut {self.cut.side} statement {self.cut.at}: {problem}")


def fetched(connection: psycopg.Connection[Any]) -> Seen:
    """Two rows more of the cursor from before; none when the session is gone."""
    with suppress(psycopg.Error):
        return frozenset(connection.execute("FETCH 2 FROM held").fetchall())
    return frozenset()


def tried(bench: Bench, run: Undisturbed, cuts: Sequence[Cut], say: Callable[[Trial], object] = print) -> list[str]:
    """Every problem of these trials, in the order of their cuts; who was cut once must stay so in all later ones."""
    problems, kept = [], None
    for cut in cuts:
        trial = Trial(bench, run, cut)()
        if kept is not None and trial.kept > kept:
            trial._unless(holds=False, problem="who was cut sees again")
        kept = trial.kept
        problems += trial.problems
        say(trial)
    return problems


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.apply.trials", description=__doc__)
    parser.add_argument("--version", type=int, default=18)
    parser.add_argument("--state", choices=[FIRST, SECOND], default=None)
    parser.add_argument("--first", type=int, default=1, help="the statement to begin at")
    options = parser.parse_args(arguments)
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # it comments on each connection that is cut
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder, bench(options.version, Path(folder)) as found:
        for run in (each for name, each in found.runs.items() if options.state in (None, name)):
            counts: Counter[str] = Counter()

            def say(trial: Trial, counts: Counter[str] = counts) -> None:
                counts["wrong" if trial.problems else "right"] += 1
                counts["with the cut done"] += not trial.kept
                counts["run again"] += trial.again
                lines = [*trial.problems, *([f"at {trial.cut.at}: {dict(counts)}"] if trial.cut.at % 50 == 0 else [])]
                sys.stdout.write("".join(f"{line}\n" for line in lines))
                sys.stdout.flush()

            numbers = range(options.first, len(run.statements) + 1)
            began = time.monotonic()
            problems += tried(found, run, [Cut(number, side) for number in numbers for side in SIDES], say)
            what = f"PostgreSQL {options.version}, {run.state}"
            sys.stdout.write(
                f"{what}: {len(run.statements)} statements, {2 * len(numbers)} cuts, "
                f"{dict(counts)}, {time.monotonic() - began:.0f} s\n"
            )
            sys.stdout.flush()
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
