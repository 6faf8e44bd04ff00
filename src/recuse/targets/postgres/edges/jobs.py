"""What jobs of schedulers copy: their statements lie in tables of the schedulers' own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg

from recuse.errors import MissingRightError
from recuse.targets.postgres.edges.catalog import Connection, rows_of

_QUERIES: Final = {
    "cron.job": "jobs_cron", "pgagent.pga_jobstep": "jobs_pgagent", "timetable.task": "jobs_timetable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """The statements of a job; none where they could not be read."""

    name: str
    text: str | None


@dataclass(frozen=True, slots=True)
class _Scheduler:
    name: str


def jobs_in(connection: Connection) -> Iterator[Job]:
    """Every job of the connected database, and each scheduler whose jobs this account may not read."""
    for scheduler in rows_of(connection, "schedulers", _Scheduler):
        try:
            with connection.transaction():
                yield from rows_of(connection, _QUERIES[scheduler.name], Job)
        except (psycopg.Error, MissingRightError):
            yield Job(scheduler.name, None)
