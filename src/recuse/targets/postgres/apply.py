"""Runs a plan: cut, sever, shape, sever again; what shows more comes last.

One advisory lock keeps two applies apart. Each step is one transaction, but *shape* is one for each batch of tables, in
a fixed order, under a short `lock_timeout` with retries: policy DDL never queues production behind a reader. A failure
leaves the tight state (all that was taken away stays taken away) and says so; a new plan goes on from there.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg

from recuse.enforcement.plan import Change, Plan, Step
from recuse.errors import ApplyError, TargetError
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.sever import server_moment, sever
from recuse.targets.records import Applied, Progress, Severed

ADVISORY_LOCK: Final = 0x7265637573650001 & 0x7FFFFFFFFFFFFFFF
LOCK_TIMEOUT: Final = "500ms"
ATTEMPTS: Final = 40
_PAUSE_SECONDS: Final = 0.25


@dataclass(slots=True)
class _Run:
    """One run of a plan over one connection."""

    connection: Connection
    renderer: Renderer
    progress: Progress
    total: int
    done: int = 0
    retries: int = 0

    def step(self, plan: Plan, step: Step) -> None:
        if plan.at(step):
            self._transaction(plan.at(step), step)

    def batches(self, plan: Plan) -> None:
        for batch in plan.batches:
            self._retrying(batch)

    def _retrying(self, batch: tuple[Change, ...]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._transaction(batch, "shape")
            except psycopg.errors.LockNotAvailable as error:
                self.retries += 1
                if attempt == ATTEMPTS:
                    raise _failed("shape", batch, "a reader held the table through every attempt") from error
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def _transaction(self, changes: Iterable[Change], step: Step) -> None:
        statements = self.renderer.statements(changes)
        count = 0
        current: tuple[Change, ...] = ()
        try:
            with self.connection.transaction():
                self.connection.execute("SELECT pg_catalog.set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
                for statement in statements:
                    current = statement.changes
                    for do in statement.do:
                        self.connection.execute(do)
                        count += 1
        except psycopg.errors.LockNotAvailable:
            raise
        except psycopg.Error as error:
            raise _failed(step, current, error.diag.message_primary or str(error)) from error
        self.done += len(statements)
        self.progress(step, self.done, self.total)


def run(connection: Connection, plan: Plan, renderer: Renderer, progress: Progress) -> Applied:
    """Apply `plan`; the caller has compared its fingerprint. ApplyError names the step where a statement fails."""
    row = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (ADVISORY_LOCK,)).fetchone()
    if row is None or not row[0]:
        raise TargetError("another `recuse apply` is at work on this database", "wait for it to end and plan again")
    try:
        total = len(renderer.statements(plan.changes))
        work = _Run(connection, renderer, progress, total)
        work.step(plan, "prepare")
        work.step(plan, "cut")
        cut = _severed(connection, plan.severs - plan.substituted, server_moment(connection))
        work.step(plan, "close")
        work.step(plan, "enter")
        work.batches(plan)
        work.step(plan, "leave")
        moment = server_moment(connection)
        shaped = _severed(connection, plan.severs, moment)
        work.step(plan, "loosen")
        return Applied(work.done, work.retries, cut, shaped, moment)
    finally:
        connection.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", (ADVISORY_LOCK,))


def _severed(connection: Connection, logins: frozenset[str], before: datetime) -> Severed:
    result = sever(connection, logins, before)
    if result.left:
        raise ApplyError(
            f"sessions of {', '.join(f'`{name}`' for name in result.left)} did not end; what was revoked stays revoked",
            "end them on the server, then run `recuse plan` and `recuse apply` again",
        )
    return result


def _failed(step: str, changes: Iterable[Change], reason: str) -> ApplyError:
    about = next((str(getattr(c.fact, "on", getattr(c.fact, "table", c.fact))) for c in changes), "a statement")
    return ApplyError(
        f"step `{step}` stopped at {about}: {reason}; everything before it stands, and nothing was loosened",
        "mend the cause, then run `recuse plan` and `recuse apply` again",
    )
