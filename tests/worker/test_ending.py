"""Ending sessions by a real worker: of revoked permits at once, of those that ran out unasked, with few rights."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recuse import clock
from recuse.jobs import KINDS, Asked
from recuse.ledger import open_ledger
from recuse.model import Request
from recuse.operations import permit as permits
from recuse.operations import record
from recuse.operations.permit import Office
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.target import PostgresSession
from tests.context.test_permit_verb import ACCOUNT, EVIDENCE, ISSUER
from tests.test_main_job import Job, job_on
from tests.worker.conftest import Kept
from tests.worker.running import ended, services, until, working

COUNT = "FETCH 1 FROM held"
pytestmark = pytest.mark.parametrize("kept", [18], indirect=True)


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def job(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """The demonstration's policy, applied; one clerk may issue, and the worker's login sees sessions too."""
    with ExitStack() as stack:
        made = job_on(stack, request.param, tmp_path_factory.mktemp("ending"))
        made.give({ISSUER: "may_issue"})
        made.give({ISSUER: "may_end"})
        made.sign()
        made.apply()
        with psycopg.connect(made.world.dsn(), autocommit=True) as admin:
            admin.execute(f"GRANT pg_read_all_stats TO {ISSUER}".encode())
        yield made


def few_rights(job: Job, kept: Kept) -> Path:
    return services(job.folder, {"recuse-test": job.world.dsn(ISSUER), "state": kept.worker})


def office(job: Job) -> Office:
    return Office.open(job.policy, job.ledger, lambda _: job.world.dsn(ISSUER), giving=True)


def issued(job: Job, seconds: float = 7200) -> str:
    """A permit of the account, until then."""
    now = clock.now()
    evidence = dict(each.split("=", 1) for each in EVIDENCE)
    asked = Request(
        id=clock.random_name(16), at=now, requested_by="Desk 4", on_behalf_of="HSI", system="clear", login=ACCOUNT,
        purpose="crim.investigation", authority="judicial.warrant", agreement=None, case="26-CR-1", instrument=None,
        evidence=evidence, until=now + timedelta(hours=3),
    )  # fmt: skip
    permits.ask(office(job), asked, dry_run=False)
    permits.issue(office(job), asked.id, "Desk 9", now + timedelta(seconds=seconds), dry_run=False)
    return asked.id


@contextmanager
def reading(job: Job) -> Iterator[psycopg.Connection[Any]]:
    """A session in a transaction at REPEATABLE READ, with a cursor open on what the permit opens."""
    with psycopg.connect(job.world.dsn(ACCOUNT)) as held:
        held.execute("SELECT recuse.declare('crim.investigation', 'judicial.warrant', '26-CR-1')")
        held.commit()  # that it is used is known once this is
        held.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        held.execute("SELECT recuse.declare('crim.investigation', 'judicial.warrant', '26-CR-1')")
        held.execute("DECLARE held CURSOR FOR SELECT 1 FROM records.person")
        assert held.execute(COUNT).fetchone() is not None
        yield held


def gone(held: psycopg.Connection[Any]) -> bool:
    try:
        held.execute(COUNT)
    except psycopg.OperationalError:
        return True
    return False


def revoked(job: Job, name: str) -> list[dict[str, Any]]:
    found = [each for each in record.entries(job.ledger) if each.kind == "revoked"]
    return [dict(each.body) for each in found if each.body["request"] == name]


def ending(name: str) -> Asked:
    return Asked("end_sessions", "Rita Reviewer", {"system": "clear", "permit": name})


def test_a_revoked_permits_open_cursor_ends_within_seconds(job: Job, kept: Kept) -> None:
    name = issued(job)
    with (
        working(job.policy, few_rights(job, kept), "--kinds", "end_sessions"),
        psycopg.connect(job.world.dsn("detective_211")) as other,
        reading(job) as held,
    ):
        with psycopg.connect(job.world.dsn(ISSUER), autocommit=True) as issuer:
            issuer.execute("SELECT recuse.revoke(%s)", (name,))
        assert not gone(held), "the trap is real: the snapshot reads on"
        asked = kept.asking.put(ending(name))
        assert until("the session is gone", lambda: gone(held), 10) < 5
        done = ended(kept, asked)
        other.execute("SELECT 1")
    assert (done.state, done.told) == ("done", "1 session ended")
    assert revoked(job, name) == [{"request": name, "system": "clear", "sessions_ended": 1}]


def test_an_apply_that_holds_the_ledger_delays_the_record_and_not_the_end(job: Job, kept: Kept) -> None:
    name, second = issued(job), issued(job)
    with working(job.policy, few_rights(job, kept), "--kinds", "end_sessions"):
        with reading(job) as held, open_ledger(job.ledger):
            asked = kept.asking.put(ending(name))
            until("the session is gone", lambda: gone(held), 10)
            until("it waits", lambda: [n.step for n in kept.asking.notes(asked.id)][-1] == "record")
            other = kept.asking.put(ending(second))  # the next one is not kept waiting
            until("it waits too", lambda: "record" in [n.step for n in kept.asking.notes(other.id)])
            assert revoked(job, name) == []
        for each in (asked, other):
            assert ended(kept, each).state == "done"
    assert [each["sessions_ended"] for each in revoked(job, name)] == [1]
    assert len(revoked(job, second)) == 1


def test_a_permit_that_ran_out_ends_its_session_unasked(job: Job, kept: Kept) -> None:
    name = issued(job, seconds=4)
    with reading(job) as held, working(job.policy, few_rights(job, kept), "--every", "1"):
        assert not gone(held)
        until("the session is gone", lambda: gone(held), 15)
        until("it is recorded", lambda: bool(revoked(job, name)))
    entry = next(each for each in record.entries(job.ledger) if each.kind == "revoked" and each.body["request"] == name)
    assert entry.at > _end_of(job, name)


def _end_of(job: Job, name: str) -> datetime:
    issued_ = next(e for e in record.entries(job.ledger) if e.kind == "issued" and e.body["request"] == name)
    return datetime.fromisoformat(str(issued_.body["until"]))


def test_what_a_dead_worker_did_half_is_finished_by_another(job: Job, kept: Kept) -> None:
    """Ended and not recorded: the job of a worker that is gone is given again, and doing it twice does no harm."""
    name = issued(job)
    asked = kept.asking.put(ending(name))
    kept.working.beat("dead", KINDS)
    assert kept.working.take("dead", KINDS) is not None
    with connect(job.world.dsn(ISSUER)) as connection:
        desk = PostgresSession(connection).desk()
        assert desk.revoke(name)
        desk.sever(name)
    kept.working.beat("dead", KINDS, ending=True)
    with working(job.policy, few_rights(job, kept), "--kinds", "end_sessions"):
        done = ended(kept, asked)
    assert (done.state, done.given) == ("done", 2)
    assert len(revoked(job, name)) == 1


def test_what_nobody_knows_is_refused(job: Job, kept: Kept) -> None:
    asked = kept.asking.put(ending("no such permit"))
    with working(job.policy, few_rights(job, kept), "--kinds", "end_sessions"):
        refused = ended(kept, asked)
    assert refused.state == "refused"
    assert "there is no permit `no such permit`" in refused.told


def test_a_database_that_cannot_be_reached_is_tried_again(job: Job, kept: Kept) -> None:
    """The login may not connect for a while: what was asked waits, and is done then."""
    name = issued(job)
    with psycopg.connect(job.world.dsn(), autocommit=True) as admin, reading(job) as held:
        admin.execute(f"ALTER ROLE {ISSUER} NOLOGIN".encode())
        try:
            with working(job.policy, few_rights(job, kept), "--kinds", "end_sessions", "--every", "1"):
                asked = kept.asking.put(ending(name))
                until("it is tried again", lambda: [n.step for n in kept.asking.notes(asked.id)][-1:] == ["again"])
                assert not gone(held)
                admin.execute(f"ALTER ROLE {ISSUER} LOGIN".encode())
                until("the session is gone", lambda: gone(held), 10)
                assert ended(kept, asked).state == "done"
        finally:
            admin.execute(f"ALTER ROLE {ISSUER} LOGIN".encode())


def test_a_servers_login_ends_no_session(job: Job, kept: Kept) -> None:
    """Who may issue and not end, as a server process: it can ask for the end, and not do it."""
    name = issued(job)
    with psycopg.connect(job.world.dsn(), autocommit=True) as admin, reading(job) as held:
        admin.execute(f"REVOKE recuse_worker FROM {ISSUER}".encode())
        try:
            with (
                psycopg.connect(job.world.dsn(ISSUER), autocommit=True) as server,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                server.execute("SELECT recuse.sever(%s)", (name,))
            assert not gone(held)
        finally:
            admin.execute(f"GRANT recuse_worker TO {ISSUER}".encode())
    assert kept.asking.recent() == ()
