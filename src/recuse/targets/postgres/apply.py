"""Runs a plan: cut, sever, shape, sever again; what shows more comes last.

One advisory lock keeps two applies apart. Each step is one transaction, but *shape* is one for each batch of tables, in
a fixed order, under a short `lock_timeout` with retries: policy DDL never queues production behind a reader. A failure
leaves the tight state (all that was taken away stays taken away) and says so; a new plan goes on from there.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from psycopg import sql

from recuse.enforcement.facts import ObjectRef
from recuse.enforcement.plan import Change, Plan, Step
from recuse.errors import ApplyError, MissingRightError, TargetError
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.sever import server_moment, sever
from recuse.targets.postgres.statements import name_of
from recuse.targets.records import Applied, Progress, Severed

ADVISORY_LOCK: Final = 0x7265637573650001 & 0x7FFFFFFFFFFFFFFF
LOCK_TIMEOUT: Final = "500ms"
ATTEMPTS: Final = 40
_PAUSE_SECONDS: Final = 0.25
_OWNER: Final = (
    "SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ARRAY[n.nspname, c.relname]::text[] = %s"
)


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
            self._retrying(plan.at(step), step)

    def batches(self, plan: Plan) -> None:
        for batch in plan.batches:
            self._retrying(batch, "shape")

    def _retrying(self, changes: tuple[Change, ...], step: Step) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._transaction(changes, step)
            except _Busy as error:
                self.retries += 1
                if attempt == ATTEMPTS:
                    raise _failed(step, changes, f"others were in the way at every attempt ({error})") from error
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def _transaction(self, changes: tuple[Change, ...], step: Step) -> None:
        statements = self.renderer.statements(changes)
        current: tuple[Change, ...] = changes
        try:
            with self.connection.transaction():
                self.connection.execute("SELECT pg_catalog.set_config('lock_timeout', %s, true)", (LOCK_TIMEOUT,))
                _lock(self.connection, changes, tables=step in ("shape", "close"))
                for statement in statements:
                    current = statement.changes
                    for do in statement.do:
                        self.connection.execute(do)
        except psycopg.Error as error:
            if _is_busy(error):
                raise _Busy(error.diag.message_primary) from error
            raise _failed(step, current, error.diag.message_primary or str(error)) from error
        self.done += len(statements)
        self.progress(step, self.done, self.total)


class _Busy(Exception):  # noqa: N818 - not an error: the reason to try the same transaction again
    pass


def _is_busy(error: psycopg.Error) -> bool:
    """A lock not had in time, a deadlock, or a catalog row that a REFRESH or the like changed under a GRANT."""
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
        return True
    return isinstance(error, psycopg.errors.InternalError_) and "concurrently" in (error.diag.message_primary or "")


def _lock(connection: Connection, changes: Iterable[Change], *, tables: bool) -> None:
    """Take copies, and where asked for tables, first and in one order.

    A GRANT takes no lock, and on a materialized view it would break a REFRESH under way.
    """
    refs = {getattr(c.fact, "table", None) or getattr(c.fact, "on", None) for c in changes}
    named = {ref.relation for ref in refs if isinstance(ref, ObjectRef)}
    relations = sorted(ref for ref in named if ref.kind in ("table", "matview"))
    names = [name_of(ref) for ref in relations if ref.kind == "table"]
    if tables and names:
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.SQL(", ").join(names)))
    for ref in relations:
        if ref.kind == "matview":  # LOCK TABLE does not take one; naming its owner again does, and changes nothing
            owner = connection.execute(_OWNER, (list(ref.name),)).fetchone()
            if owner is not None:
                connection.execute(
                    sql.SQL("ALTER MATERIALIZED VIEW {} OWNER TO {}").format(
                        name_of(ref), sql.Identifier(str(owner[0]))
                    )
                )


@contextmanager
def exclusive(connection: Connection) -> Iterator[None]:
    """Keep other applies out of this database.

    Raises TargetError when one is at work, MissingRightError for a login that may not change roles and owners.
    """
    row = connection.execute("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user").fetchone()
    if row is None or not row[0]:
        raise MissingRightError(
            "applying changes roles and owners, which only a superuser can", "connect as a superuser"
        )
    row = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (ADVISORY_LOCK,)).fetchone()
    if row is None or not row[0]:
        raise TargetError("another `recuse apply` is at work on this database", "wait for it to end and plan again")
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError):  # a connection that is gone has given up its lock
            connection.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", (ADVISORY_LOCK,))


def run(connection: Connection, plan: Plan, renderer: Renderer, progress: Progress) -> Applied:
    """Apply `plan`; the caller has compared its fingerprint. ApplyError names the step where a statement fails."""
    work = _Run(connection, renderer, progress, len(renderer.statements(plan.changes)))
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
