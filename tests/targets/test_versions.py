"""The versions of PostgreSQL: the main job in short on those between the ends, and what is said below the floor."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from recuse.demo.repository import write_repository
from recuse.demo.world import build
from recuse.errors import TargetError
from recuse.operations import record
from recuse.operations.apply import apply_repository
from recuse.operations.init import InitOptions, propose
from recuse.operations.reach import reach
from recuse.targets.postgres.throwaway import Server, throwaway
from recuse.targets.target import target_for
from tests.conftest import binaries_of, version_id
from tests.remembering import remembering
from tests.test_main_job import Job, make_keys, quiet

BETWEEN = (17, 16)


def small_job(stack: ExitStack, version: int, folder: Path) -> Job:
    stack.enter_context(remembering())
    server = stack.enter_context(throwaway(binaries=binaries_of(version)))
    job = Job(build(server, people=500), folder)
    write_repository(job.policy, make_keys(folder), "recuse-test", other=False)
    return job


@pytest.fixture(scope="module")
def older() -> Iterator[Server]:
    """PostgreSQL 14, which is no longer repaired."""
    with throwaway(binaries=binaries_of(14)) as server:
        yield server


@pytest.mark.parametrize("version", BETWEEN, ids=version_id)
def test_the_main_job_in_short(version: int, tmp_path: Path) -> None:
    """Found before, closed by apply, not found after; nothing left to plan. A version below the floor is said to be."""
    with ExitStack() as stack:
        job = small_job(stack, version, tmp_path)
        before = job.verify()
        assert before.verdict == "findings"
        assert len({finding.code for finding in before.findings}) >= 10
        job.sign()
        assert job.apply().changes > 100
        after = job.verify()
        assert {finding.code for finding in after.weighing} <= {"version-floor"}
        assert after.not_examined == ()
        assert len(after.attempts) > 1_000
        assert [attempt for attempt in after.attempts if not attempt.agrees] == []
        assert 0 < sum(a.allowed for a in after.attempts) < sum(a.tried for a in after.attempts)
        assert job.plan()[0].plan.changes == ()


def test_reach_reads_an_older_server_and_says_that_it_is_below_the_floor(older: Server) -> None:
    with psycopg.connect(older.dsn(), autocommit=True) as connection:
        connection.execute(
            "CREATE ROLE staff; CREATE ROLE ice LOGIN IN ROLE staff; CREATE ROLE other LOGIN;"
            "CREATE TABLE public.person (ssn text); GRANT SELECT ON public.person TO staff"
        )
    found = reach(older.dsn(), "public.person.ssn", ["ice", "other"])
    assert {a["account"]: a["reaches"] for a in found["accounts"]} == {"ice": True, "other": False}
    assert found["floor"] == {"version": "14.23", "minimum": "15.20", "holds": False, "unrepaired": ()}


def refused(job: Callable[[], object]) -> None:
    with pytest.raises(TargetError) as caught:
        job()
    assert caught.value.message == "the server is PostgreSQL 14; enforcement needs 15 or newer"
    assert caught.value.remedy == "upgrade the server"


def test_nothing_is_planned_or_applied_below_the_floor(older: Server, tmp_path: Path) -> None:
    """By name, before anything is changed or recorded; apply is given a good plan, made on a newer server."""
    with ExitStack() as stack:
        job = small_job(stack, 18, tmp_path)
        job.sign()
        _, document = job.plan()
        with psycopg.connect(older.dsn(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE clear")
        job.world = replace(job.world, server=older)
        refused(job.plan)
        refused(job.verify)
        refused(lambda: apply_repository(job.policy, document, job.ledger, lambda _: job.world.dsn(), quiet))
        with target_for("postgresql").open(job.world.dsn()) as session:
            refused(lambda: propose(session, InitOptions("clear", "city", "The city", "recuse-test")))
        assert record.entries(job.ledger) == ()
    with psycopg.connect(job.world.dsn()) as connection:
        assert connection.execute("SELECT to_regnamespace('recuse')").fetchone() == (None,)
