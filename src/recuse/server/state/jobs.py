"""The queue of jobs in the state that servers share: `recuse.jobs.Queue` on PostgreSQL.

What a login may do is what its grants say, not what this class offers: a server's login that tried to take or end a job
is refused by the database.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from recuse import clock
from recuse.errors import TargetError
from recuse.jobs import AGAIN, GIVEN, KINDS, SILENT, Asked, Beat, Ending, Job, Kind, Note
from recuse.server.state.migrations import Connection
from recuse.server.state.migrations import told as told_as_target_errors

_JOBS: Final = (
    "SELECT j.id, j.kind, j.asked_by, j.body, j.at, j.state, j.worker, j.taken, j.ended, j.told, j.given, "
    "EXISTS (SELECT FROM recuse_state.job_document d WHERE d.job = j.id) FROM recuse_state.job j"
)
_OPEN: Final = f"{_JOBS} WHERE j.kind = %s AND j.subject = %s AND j.state IN ('queued', 'taken')"
_RECENT: Final = f"{_JOBS} WHERE %s::timestamptz IS NULL OR j.at < %s ORDER BY j.at DESC, j.id LIMIT %s"
_PUT: Final = (
    "INSERT INTO recuse_state.job (id, kind, subject, asked_by, body) VALUES (%s, %s, %s, %s, %s) "
    "ON CONFLICT (kind, subject) WHERE state IN ('queued', 'taken') DO NOTHING"
)
_NOTES: Final = (
    "SELECT step, system, done, total, sentence, place, at FROM recuse_state.job_note "
    "WHERE job = %s AND place > %s ORDER BY place LIMIT 5000"
)
_NOTE: Final = (
    "INSERT INTO recuse_state.job_note (job, step, system, done, total, sentence) SELECT id, %s, %s, %s, %s, %s "
    "FROM recuse_state.job WHERE id = %s AND state = 'taken' AND worker = %s"
)
_FINISH: Final = (
    "UPDATE recuse_state.job SET state = %s, told = %s, ended = clock_timestamp() "
    "WHERE id = %s AND state = 'taken' AND worker = %s"
)
_LEAVE: Final = "INSERT INTO recuse_state.job_document (job, data) VALUES (%s, %s) ON CONFLICT (job) DO NOTHING"
_LEFT: Final = "SELECT data FROM recuse_state.job_document WHERE job = %s"
_BEAT: Final = (
    "INSERT INTO recuse_state.beat (worker, kinds) VALUES (%s, %s) ON CONFLICT (worker) DO UPDATE "
    "SET kinds = excluded.kinds, seen = clock_timestamp(), ended = CASE WHEN %s THEN clock_timestamp() END"
)
_FORGET: Final = "DELETE FROM recuse_state.beat WHERE seen < clock_timestamp() - interval '30 days'"
_BEATS: Final = "SELECT worker, kinds, since, seen, ended FROM recuse_state.beat ORDER BY seen DESC LIMIT 50"
_GONE: Final = "job `{}` is not this worker's any more: another took it, or it was told as cut short"


class StateQueue:
    """`Queue` over a connection to a prepared state, which `connect` gives whenever it is asked; for one thread."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect

    def put(self, asked: Asked) -> Job:
        """Queue this; the job that is there already when the same waits or is at work."""
        with told_as_target_errors():
            while True:
                name = clock.random_name(16)
                values = (name, asked.kind, asked.subject, asked.asked_by, json.dumps(dict(asked.body)))
                self._connect().execute(_PUT, values)
                # The one that was there may have ended in between: then it is put again.
                found = self._rows(_OPEN, (asked.kind, asked.subject)) or self._rows(
                    f"{_JOBS} WHERE j.id = %s", (name,)
                )
                if found:
                    return _job(found[0])

    def find(self, job: str) -> Job | None:
        """A job by its id."""
        rows = self._rows(f"{_JOBS} WHERE j.id = %s", (job,))
        return _job(rows[0]) if rows else None

    def recent(self, limit: int = 50, before: datetime | None = None) -> tuple[Job, ...]:
        """The newest jobs first, of those before a moment."""
        return tuple(map(_job, self._rows(_RECENT, (before, before, limit))))

    def notes(self, job: str, after: int = 0) -> tuple[Note, ...]:
        """How far a job has come, oldest first, after a place; 5,000 at most at once."""
        return tuple(Note(*row) for row in self._rows(_NOTES, (job, after)))

    def document(self, job: str) -> bytes | None:
        """What a job left, a plan or a verdict; None while there is nothing."""
        rows = self._rows(_LEFT, (job,))
        return bytes(rows[0][0]) if rows else None

    def beats(self) -> tuple[Beat, ...]:
        """The workers heard of, the last heard of first."""
        return tuple(Beat(worker, tuple(kinds), *rest) for worker, kinds, *rest in self._rows(_BEATS, ()))

    def take(self, worker: str, kinds: Iterable[Kind]) -> Job | None:
        """The oldest job of these kinds that waits, now this worker's; None when none does."""
        wanted = {"worker": worker, "kinds": [each for each in KINDS if each in set(kinds)]}
        rows = self._rows(_text("jobs_take.sql"), wanted)
        return self.find(rows[0][0]) if rows else None

    def note(self, job: Job, note: Note) -> None:
        """Tell how far it has come. TargetError when it is this worker's no more."""
        values = (note.step, note.system, note.done, note.total, note.sentence, job.id, job.worker)
        with told_as_target_errors():
            count = self._connect().execute(_NOTE, values).rowcount
        _check_ours(job, count)

    def finish(self, job: Job, state: Ending, told: str, document: bytes | None = None) -> None:
        """End it. TargetError when it is this worker's no more."""
        connection = self._connect()
        with told_as_target_errors(), connection.transaction():
            _check_ours(job, connection.execute(_FINISH, (state, told, job.id, job.worker)).rowcount)
            if document is not None:
                connection.execute(_LEAVE, (job.id, document))

    def beat(self, worker: str, kinds: Iterable[Kind], *, ending: bool = False) -> None:
        """Say that this worker lives, or that it ends; and give back, or tell as cut short, what dead ones had."""
        connection = self._connect()
        with told_as_target_errors(), connection.transaction():
            connection.execute(_BEAT, (worker, list(kinds), ending))
            connection.execute(_FORGET)
            again = {"again": sorted(AGAIN), "given": GIVEN, "silent": SILENT}
            connection.execute(_text("jobs_dead.sql").encode(), again)

    def _rows(self, query: str, given: tuple[object, ...] | Mapping[str, object]) -> list[tuple[Any, ...]]:
        with told_as_target_errors():
            return self._connect().execute(query.encode(), given).fetchall()


def _check_ours(job: Job, count: int) -> None:
    if count != 1:
        raise TargetError(_GONE.format(job.id), "look at `/console/jobs`, and ask again where it was cut short")


def _job(row: tuple[Any, ...]) -> Job:
    name, kind, asked_by, body, *rest = row
    return Job(name, Asked(cast("Kind", kind), asked_by, body), *rest)


@cache
def _text(name: str) -> str:
    return (files("recuse.server.state") / "sql" / name).read_text(encoding="utf-8")
