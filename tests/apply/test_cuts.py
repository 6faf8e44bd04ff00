"""`apply` is cut at the end of each transaction, or killed, and run again; at every statement: `make cuts`."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
import pytest

from recuse.enforcement.facts import ObjectRef
from recuse.enforcement.plan import Change, Plan
from recuse.operations import apply as operation
from recuse.targets.postgres import apply
from tests.apply.proxy import Cut, Side, proxy
from tests.apply.trials import WORKS_ON, Bench, Trial, Undisturbed, tried
from tests.apply.world import FIRST, SECOND
from tests.conftest import ENDS

_APPLY = """
import sys
from pathlib import Path
from recuse.operations.apply import apply_repository
policy, plan, ledger = (Path(argument) for argument in sys.argv[1:4])
apply_repository(policy, plan.read_bytes(), ledger, lambda _: sys.stdin.readline())
"""


def is_newest(found: Bench) -> bool:
    return found.cluster.server.version == max(ENDS)


def test_cut_at_every_transaction_it_converges(found: Bench) -> None:
    """On one version after each COMMIT, of which nobody hears then; on the other before it. The rest: `make cuts`."""
    run = found.runs[FIRST if is_newest(found) else SECOND]
    side: Side = "after" if is_newest(found) else "before"
    numbers = run.commits()
    assert len(numbers) >= 8, "every kind of step"
    assert tried(found, run, [Cut(number, side) for number in numbers], lambda _: None) == []


@dataclass(slots=True)
class Killed(Trial):
    """The apply is a process of its own, which is killed with the connection."""

    def _started(self, dsn: str) -> None:
        with applying(self.bench, self.run, dsn) as child:
            child.wait()

    def _unless(self, holds: bool, problem: str) -> None:
        if problem != "it said that all was done":  # it said nothing
            Trial._unless(self, holds, problem)


@contextmanager
def applying(found: Bench, run: Undisturbed, dsn: str) -> Iterator[subprocess.Popen[str]]:
    """An apply in a process of its own; the connection string holds a password, so it goes in by standard input."""
    plan = found.town.folder / "plan.json"
    plan.write_bytes(run.plan)
    command = [sys.executable, "-c", _APPLY, str(found.town.policy), str(plan), str(found.town.ledger)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        (found.town.folder / "child").write_text(str(child.pid))
        child.stdin.write(f"{dsn}\n")
        child.stdin.flush()
        yield child
        child.kill()


def kill(found: Bench) -> None:
    os.kill(int((found.town.folder / "child").read_text()), 9)


def test_killed_it_converges_and_says_where_it_stopped(found: Bench) -> None:
    run = found.runs[FIRST]
    shapes = [number for number in run.commits() if "LOCK TABLE" in "".join(run.statements[number - 40 : number])]
    at = shapes[1] if is_newest(found) else next(n for n in run.boundaries() if n > run.commits()[1])
    trial = Killed(found, run, Cut(at, "before", then=lambda: kill(found)))()
    assert trial.problems == []
    where = "after batch 1 of 3" if is_newest(found) else "after step `cut`"
    (told,) = trial.told
    assert f" stopped {where} of system `north`; going on from what the database is; sessions of `app`, " in told


def test_out_of_reach_in_a_transaction_its_locks_are_given_back(found: Bench) -> None:
    """As after a loss of power: no end closes, and a reader waits as long as the server waits for us, not two hours."""
    run = found.runs[FIRST]
    found.begin(FIRST)
    (at, *_) = [
        n for n, text in enumerate(run.statements, 1) if text.startswith("ALTER TABLE") and "ENABLE ROW" in text
    ]
    with (
        proxy(found.town.dsn(), Cut(at, "before", lambda: kill(found), unnoticed=True)) as through,
        applying(found, run, through.dsn(found.town.dsn())),
        psycopg.connect(found.town.dsn(login=WORKS_ON), options="-c lock_timeout=30s") as reader,
    ):
        assert through.happened.wait(60)
        held = (
            "SELECT count(*) FROM pg_locks WHERE relation = 'files.person'::regclass AND mode = 'AccessExclusiveLock'"
        )
        assert reader.execute(held).fetchone() == (1,)
        assert reader.execute("SELECT count(*) FROM files.person").fetchone() == (30,)


# --- faults planted: each must be seen ---


@pytest.fixture
def newest(found: Bench) -> Bench:
    if not is_newest(found):
        pytest.skip("not applicable: what a trial sees is the same on each version")
    found.converged.clear()  # under the fault it may be otherwise
    return found


def test_what_is_loosened_too_early_is_seen(newest: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if what shows more were a part of step *enter*."""
    parts = Plan.parts

    def early(plan: Plan) -> tuple[Plan, Plan, Plan]:
        cut, shape, loosen = parts(plan)
        moved = tuple(replace(change, step="enter") for change in loosen.changes)
        return cut, replace(shape, changes=(*shape.changes, *moved)), replace(loosen, changes=())

    monkeypatch.setattr(Plan, "parts", early)
    newest.begin(SECOND)
    run = newest.undisturbed(SECOND)
    (shape, *_) = [number for number, text in enumerate(run.statements, 1) if text.startswith("LOCK TABLE")]
    problems = Trial(newest, run, Cut(shape, "before"))().problems
    assert any("sees more before everybody sees less" in problem for problem in problems), problems


def test_a_batch_that_is_no_transaction_is_seen(newest: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def untransacted(run: apply._Run, changes: tuple[Change, ...], step: str, relations: tuple[ObjectRef, ...]) -> None:
        try:
            for statement in run.renderer.statements(changes):
                for do in statement.do:
                    run.connection.execute(do)
        except psycopg.OperationalError as error:
            raise apply._lost(f"in step `{step}`", error) from error

    monkeypatch.setattr(apply._Run, "_transaction", untransacted)
    newest.begin(SECOND)
    run = newest.undisturbed(SECOND)
    (policy, *_) = [number for number, text in enumerate(run.statements, 1) if text.startswith('CREATE POLICY "recuse')]
    problems = Trial(newest, run, Cut(policy, "before"))().problems
    assert any("`app` is interrupted" in problem for problem in problems), problems


def test_a_severing_that_the_second_run_forgets_is_seen(newest: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operation, "_with_owed", lambda planned, _: planned)
    run = newest.runs[FIRST]
    problems = Trial(newest, run, Cut(run.commits()[-2], "after"))().problems
    assert any("a session of `app` from before reads on" in problem for problem in problems), problems
