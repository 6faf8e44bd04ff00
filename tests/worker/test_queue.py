"""The queue of jobs: who may do what in it, each job once, two workers at once, and the jobs of one that died."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from recuse import clock
from recuse.errors import InputError, TargetError
from recuse.jobs import GIVEN, KINDS, Asked, Job, Kind, Note, courses
from recuse.server.state import jobs as module
from recuse.server.state.migrations import prepare
from recuse.server.state.serving import connected
from tests.worker.conftest import Kept

APPLY = Asked("apply", "Ada", {"plan_sha256": "ab" * 32})
DEAD = "UPDATE recuse_state.beat SET seen = seen - interval '11 seconds'"


def ending(permit: str = "p1") -> Asked:
    return Asked("end_sessions", "Ada", {"system": "clear", "permit": permit})


def owner(kept: Kept, statement: str) -> None:
    with connected(kept.owner) as connection:
        connection.execute(statement.encode())


def found(kept: Kept, job: Job) -> Job:
    again = kept.asking.find(job.id)
    assert again is not None
    return again


def test_a_job_from_its_asking_to_its_end(kept: Kept) -> None:
    asking, working = kept.asking, kept.working
    job = asking.put(ending())
    assert (job.state, job.asked, job.worker, job.given) == ("queued", ending(), None, 0)
    working.beat("one", KINDS)
    taken = working.take("one", ["end_sessions"])
    assert taken is not None
    assert (taken.id, taken.state, taken.worker, taken.given) == (job.id, "taken", "one", 1)
    working.note(taken, Note("end_sessions", "clear", 1, 1, "1 session ended"))
    working.finish(taken, "done", "1 session ended", b"left")
    done = found(kept, job)
    assert (done.state, done.told, done.holds) == ("done", "1 session ended", True)
    assert asking.document(job.id) == b"left"
    assert asking.recent() == (done,)
    (note,) = asking.notes(job.id)
    assert (note.step, note.system, note.done, note.total) == ("end_sessions", "clear", 1, 1)
    assert asking.notes(job.id, note.place) == ()
    (beat,) = asking.beats()
    assert beat.worker == "one"
    assert beat.kinds == KINDS
    assert beat.lives(clock.now())
    working.beat("one", KINDS, ending=True)
    assert not asking.beats()[0].lives(clock.now())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE recuse_state.job SET state = 'taken', worker = 'me'",
        "UPDATE recuse_state.job SET state = 'done', ended = now(), worker = 'me'",
        "INSERT INTO recuse_state.job (id, kind, subject, asked_by, body, state, worker, ended) "
        "VALUES ('x', 'apply', 'x', 'x', '{}', 'done', 'me', now())",
        "INSERT INTO recuse_state.job_note (job, step, system, done, total, sentence) "
        "SELECT id, 'cut', 's', 1, 1, '' FROM recuse_state.job",
        "INSERT INTO recuse_state.job_document SELECT id, 'x' FROM recuse_state.job",
        "INSERT INTO recuse_state.beat (worker, kinds) VALUES ('me', '{apply}')",
        "DELETE FROM recuse_state.job",
        "DELETE FROM recuse_state.beat",
    ],
)
def test_a_server_cannot_forge_what_a_worker_says(kept: Kept, statement: str) -> None:
    kept.asking.put(ending())
    with psycopg.connect(kept.server, autocommit=True) as server, pytest.raises(psycopg.errors.InsufficientPrivilege):
        server.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO recuse_state.job (id, kind, subject, asked_by, body) VALUES ('x', 'apply', 'x', 'x', '{}')",
        "UPDATE recuse_state.job SET body = '{}'",
        "UPDATE recuse_state.job SET asked_by = 'somebody'",
        "UPDATE recuse_state.job_note SET sentence = ''",
        "DELETE FROM recuse_state.job_note",
        "UPDATE recuse_state.job_document SET data = ''",
        "UPDATE recuse_state.serving SET halted = 'x'",
        "SELECT token FROM recuse_state.session",
    ],
)
def test_a_worker_cannot_ask_itself_nor_change_what_was_said(kept: Kept, statement: str) -> None:
    kept.asking.put(ending())
    with psycopg.connect(kept.worker, autocommit=True) as worker, pytest.raises(psycopg.errors.InsufficientPrivilege):
        worker.execute(statement.encode())


@pytest.mark.parametrize("to", ["queued", "taken", "failed"])
def test_what_has_ended_stays_so(kept: Kept, to: str) -> None:
    working, job = kept.working, kept.asking.put(ending())
    working.beat("one", KINDS)
    taken = working.take("one", KINDS)
    assert taken is not None
    working.finish(taken, "done", "")
    worker = None if to == "queued" else "'x'"
    ended = "NULL" if to != "failed" else "now()"
    with psycopg.connect(kept.worker, autocommit=True) as connection:
        statement = f"UPDATE recuse_state.job SET state = '{to}', worker = {worker or 'NULL'}, ended = {ended}"
        with pytest.raises(psycopg.errors.RaiseException, match="a job that is done is not made"):
            connection.execute(statement.encode())
    assert found(kept, job).state == "done"


def test_one_login_is_not_both(kept: Kept) -> None:
    with connected(kept.owner) as connection, pytest.raises(InputError, match="a login of servers and of workers"):
        prepare(connection, ["a", "b"], ["b"])


def test_the_same_is_in_the_queue_once(kept: Kept) -> None:
    asking, working = kept.asking, kept.working
    first = asking.put(ending())
    assert asking.put(Asked("end_sessions", "Bob", ending().body)).id == first.id
    working.beat("one", KINDS)
    taken = working.take("one", KINDS)
    assert taken is not None
    assert asking.put(ending()).id == first.id
    assert asking.put(ending("p2")).id != first.id
    working.finish(taken, "failed", "x")
    assert asking.put(ending()).id != first.id


def test_many_ask_at_once_for_the_same(kept: Kept) -> None:
    def put(number: int) -> str:
        return kept.queue(kept.server).put(Asked("end_sessions", f"person {number}", ending().body)).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(put, range(16)))) == 1


def _both(kept: Kept, count: int) -> list[str]:
    def work(name: str) -> list[str]:
        queue, had = kept.queue(kept.worker), []
        queue.beat(name, KINDS)
        while (job := queue.take(name, KINDS)) is not None:
            had.append(job.id)
            queue.finish(job, "done", "")
        return had

    for number in range(count):
        kept.asking.put(ending(f"p{number}"))
    with ThreadPoolExecutor(2) as pool:
        return [each for had in pool.map(work, ("one", "two")) for each in had]


def test_two_workers_at_once_never_get_the_same(kept: Kept) -> None:
    had = _both(kept, 60)
    assert len(had) == len(set(had)) == 60


def test_a_queue_that_gives_one_job_to_two_is_caught(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault planted: the job is chosen without a lock, in a statement of its own."""
    chosen = "SELECT id FROM recuse_state.job WHERE state IN ('queued', 'taken') AND kind = ANY (%(kinds)s) LIMIT 1"
    monkeypatch.setattr(module, "_text", lambda name: chosen if name == "jobs_take.sql" else "SELECT 1")
    asking = kept.asking
    asking.put(ending())
    one, two = (kept.queue(kept.worker).take(name, KINDS) for name in ("one", "two"))
    assert one is not None
    assert two is not None
    assert one.id == two.id


def test_kinds_that_a_worker_does_not_take_wait(kept: Kept) -> None:
    kept.asking.put(APPLY)
    kept.working.beat("one", ["end_sessions"])
    assert kept.working.take("one", ["end_sessions"]) is None
    assert kept.working.take("one", ["apply"]) is not None


def test_a_dead_workers_job_is_given_again_where_that_is_harmless(kept: Kept) -> None:
    job = kept.asking.put(ending())
    for count in range(1, GIVEN + 1):
        working, name = kept.working, f"worker {count}"
        working.beat(name, KINDS)
        taken = working.take(name, KINDS)
        assert taken is not None
        assert (taken.id, taken.given) == (job.id, count)
        kept.working.beat("other", KINDS)  # while it beats, nobody takes it away
        assert found(kept, job).worker == name
        owner(kept, DEAD)
        kept.working.beat("other", KINDS)
        with pytest.raises(TargetError, match="not this worker's any more"):
            working.note(taken, Note("x"))
        with pytest.raises(TargetError, match="not this worker's any more"):
            working.finish(taken, "done", "")
    assert (found(kept, job).state, found(kept, job).told) == (
        "failed",
        "it was given 3 times, and each worker died of it",
    )


def test_a_dead_workers_apply_is_cut_short_and_given_to_nobody(kept: Kept) -> None:
    job = kept.asking.put(APPLY)
    kept.working.beat("one", KINDS)
    assert kept.working.take("one", KINDS) is not None
    kept.working.beat("one", KINDS, ending=True)
    kept.working.beat("two", KINDS)
    after = found(kept, job)
    assert after.state == "cut_short"
    assert "the tight state stands" in after.told
    assert kept.working.take("two", KINDS) is None
    assert kept.asking.put(APPLY).id != job.id  # a person decides


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("apply", {}),
        ("apply", {"plan_sha256": ""}),
        ("apply", {"plan_sha256": "a", "sql": "DROP TABLE x"}),
        ("end_sessions", {"system": "clear"}),
        ("drop", {}),
    ],
)
def test_what_is_no_job_is_refused(kind: Kind, body: dict[str, str]) -> None:
    with pytest.raises(InputError):
        Asked(kind, "Ada", body)


def test_where_an_apply_is(kept: Kept) -> None:
    at, job = clock.now(), Job("j", APPLY, clock.now(), "taken", "one")
    notes = [Note("cut", "a", 1, 4, at=at), Note("sever", "a", 2, 2), Note("shape", "a", 2, 4), Note("cut", "b", 1, 2)]
    first, second = courses(notes, job)
    assert [(each.name, each.state) for each in first.phases] == [
        ("cut", "done"), ("sever", "done"), ("shape", "at work"), ("sever again", "waits"), ("loosen", "waits"),
    ]  # fmt: skip
    assert [each.state for each in second.phases] == ["at work", "waits", "waits", "waits", "waits"]
    assert job.seconds(at + timedelta(seconds=3)) is None
