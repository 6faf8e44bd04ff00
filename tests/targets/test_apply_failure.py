"""When apply cannot go on: the tight state stands, nothing was loosened, and planning again converges."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from recuse.errors import ApplyError
from recuse.operations.apply import Manner, apply_in
from recuse.targets.postgres import apply
from recuse.targets.records import Patience
from tests.conftest import ENDS, version_id
from tests.test_main_job import Job, job_on, quiet


@pytest.fixture(params=ENDS, ids=version_id)
def job(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Job]:
    with ExitStack() as stack:
        job = job_on(stack, request.param, tmp_path)
        job.sign()
        yield job


def reads(job: Job, login: str, table: str) -> bool:
    try:
        with psycopg.connect(job.world.dsn(login)) as connection:
            return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None
    except psycopg.Error:
        return False


def test_a_reader_that_never_lets_go_stops_the_shape_and_not_the_cut(job: Job) -> None:
    """A superuser's session is never ended by the cut; its lock outlasts every attempt."""
    manner = Manner(lambda _: job.world.dsn(), quiet, Patience(200, 2))
    assert reads(job, "ice_ero_017", "records.arrest")
    assert not reads(job, "records_clerk_01", "analysis.gang_extract")
    with psycopg.connect(job.world.dsn()) as reader:
        reader.execute("SELECT count(*) FROM records.person")
        with pytest.raises(ApplyError, match=r"step `shape` stopped .* nothing was loosened") as caught:
            apply_in(manner, job.policy, job.plan()[1], job.ledger)
        assert f"pid {reader.info.backend_pid}, login `postgres`, idle in transaction" in caught.value.message
        assert f"pg_terminate_backend({reader.info.backend_pid})" in str(caught.value.remedy)
        assert not reads(job, "ice_ero_017", "records.arrest"), "the cut stands"
        assert reads(job, "records_app", "records.person"), "the application works on"
        assert not reads(job, "records_clerk_01", "analysis.gang_extract"), "nothing was loosened"
    assert job.apply().changes > 0
    assert job.plan()[0].plan.changes == ()
    assert reads(job, "records_clerk_01", "analysis.gang_extract")
    assert [finding.code for finding in job.verify().weighing if finding.code != "version-floor"] == []


def test_a_dropped_connection_in_the_middle_converges(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server ends our own session after the cut; running the job again finishes it."""
    original = apply._Run.batches

    def killed(self: apply._Run, plan: object) -> None:
        with psycopg.connect(job.world.dsn(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (self.connection.info.backend_pid,))
        original(self, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(apply._Run, "batches", killed)
    with pytest.raises(ApplyError):
        job.apply()
    monkeypatch.undo()
    assert not reads(job, "ice_ero_017", "records.arrest")
    job.apply()
    assert job.plan()[0].plan.changes == ()
    assert [finding.code for finding in job.verify().weighing if finding.code != "version-floor"] == []
