"""Runs a plan: cut, sever, shape, sever again; what shows more comes last.

One advisory lock keeps two applies apart. Each step is one transaction, but *shape* is one for each batch of tables, in
a fixed order, under one short budget of waiting, with retries: policy DDL never queues production. A failure
leaves the tight state (all that was taken away stays taken away) and says so; a new plan goes on from there.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import psycopg

from recuse.enforcement.facts import ObjectRef, Role, Support
from recuse.enforcement.names import SHARED
from recuse.enforcement.plan import Change, Plan, Step
from recuse.errors import ApplyError, TargetError
from recuse.targets.postgres.connect import Connection, first_line
from recuse.targets.postgres.locks import locked
from recuse.targets.postgres.render import Renderer, filled
from recuse.targets.postgres.sever import server_moment, sever
from recuse.targets.postgres.waiting import Budget, holders, in_the_way, watch_the_client
from recuse.targets.records import PATIENCE, Applied, EndedSession, Holder, Patience, Progress, Severed

AGAIN: Final = "run `recuse plan` and `recuse apply` again"
ADVISORY_LOCK: Final = 0x7265637573650001 & 0x7FFFFFFFFFFFFFFF


@dataclass(slots=True)
class _Run:
    """One run of a plan over one connection."""

    connection: Connection
    renderer: Renderer
    progress: Progress
    patience: Patience
    total: int
    done: int = 0
    retries: int = 0
    locked: float = 0.0
    ended: list[EndedSession] = field(default_factory=list)

    def step(self, plan: Plan, step: Step) -> None:
        for changes in _transactions(plan.at(step)):
            self._retrying(changes, step)

    def batches(self, plan: Plan) -> None:
        for batch in plan.batches:
            self._retrying(batch, "shape")

    def sever(self, logins: frozenset[str], before: datetime | None = None) -> Severed:
        """End the sessions of `logins` that are older than a moment, or than now; ApplyError when one does not end."""
        result = sever(self.connection, logins, before or server_moment(self.connection))
        self.ended += result.ended
        if result.left:
            raise ApplyError(
                f"sessions of {', '.join(f'`{name}`' for name in result.left)} did not end; what was revoked stays "
                "revoked",
                f"end them on the server, then {AGAIN}",
            )
        return result

    def _retrying(self, changes: tuple[Change, ...], step: Step) -> None:
        relations = locked(changes, step)
        for attempt in range(1, self.patience.attempts + 1):
            try:
                self._transaction(changes, step, relations)
            except _Busy as busy:
                self.retries += 1
                found = holders(self.connection, relations)
                if attempt == self.patience.attempts:
                    raise _gave_up(step, changes, busy, found) from busy
                if busy.blocked is not None:  # asked for first next time: nothing is held while it is waited for
                    relations = (busy.blocked, *(ref for ref in relations if ref != busy.blocked))
                self._wait(found, attempt)
            else:
                return

    def _wait(self, found: Sequence[Holder], attempt: int) -> None:
        """As long as others waited behind us: at worst they have half of the time for themselves."""
        who = f"waiting: {found[0].relation}, pid {found[0].pid}" if found else "waiting"
        self.progress(who, attempt, self.patience.attempts)
        time.sleep(self.patience.milliseconds / 1000)

    def _made_beside(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """The changes without the roles of the whole server that an apply in another database has made meanwhile."""
        ours = {change.fact.name: change for change in changes if isinstance(change.fact, Role) and _is_shared(change)}
        if not ours:
            return changes
        query = "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname = ANY(%s)"
        made = {ours[str(name)] for (name,) in self.connection.execute(query, ([*ours],)).fetchall()}
        return tuple(change for change in changes if change not in made)

    def _transaction(self, changes: tuple[Change, ...], step: Step, relations: Sequence[ObjectRef]) -> None:
        statements = self.renderer.statements(self._made_beside(changes))
        current: tuple[Change, ...] = changes
        budget = Budget(self.connection, self.patience)
        began = time.monotonic()
        try:
            with self.connection.transaction():
                budget.take(relations)
                if any(filled(change) is not None for change in changes):  # which no time would be right for
                    self.connection.execute("SELECT pg_catalog.set_config('statement_timeout', '0', true)")
                for statement in statements:
                    current = statement.changes
                    for do in statement.do:
                        self.connection.execute(do)
        except psycopg.Error as error:
            if _is_busy(error):
                raise _Busy(error.diag.message_primary, budget.blocked) from error
            if _is_lost(error):
                raise _lost(f"in step `{step}`", error) from error
            raise _failed(step, current, first_line(error)) from error
        if relations:
            self.locked = max(self.locked, time.monotonic() - began)
        self.done += len(statements)
        self.progress(step, self.done, self.total)


def _transactions(changes: tuple[Change, ...]) -> Iterator[tuple[Change, ...]]:
    """One transaction, but for an older schema of ours, whose tables come first.

    A query looks up functions as they are, and rows as they were when it began: it would not find the row that the new
    gate asks for, and show nothing.
    """
    tables = next((number for number, each in enumerate(changes, 1) if isinstance(each.before, Support)), 0)
    yield from (part for part in (changes[:tables], changes[tables:]) if part)


class _Busy(Exception):  # noqa: N818 - not an error: the reason to try the same transaction again
    def __init__(self, reason: str | None, blocked: ObjectRef | None) -> None:
        super().__init__(reason)
        self.blocked = blocked


def _is_shared(change: Change) -> bool:
    """Whether this makes a role that all databases of the server have in common."""
    role = change.fact
    return change.make and change.before is None and isinstance(role, Role) and role.name in SHARED


def _is_busy(error: psycopg.Error) -> bool:
    """A lock not had in time, a deadlock, or a catalog row that another changed: by a REFRESH, an apply beside this."""
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
        return True
    if isinstance(error, psycopg.errors.UniqueViolation):
        return (error.diag.table_name or "").startswith("pg_auth")
    if isinstance(error, psycopg.errors.DuplicateObject):
        return any(f'"{name}"' in (error.diag.message_primary or "") for name in SHARED)
    return isinstance(error, psycopg.errors.InternalError_) and "concurrently" in (error.diag.message_primary or "")


def _is_lost(error: psycopg.Error) -> bool:
    """Whether the session is gone: without an answer, or as its last one (operator intervention, connection)."""
    return error.sqlstate is None or error.sqlstate.startswith(("57P", "08"))


@contextmanager
def exclusive(connection: Connection) -> Iterator[None]:
    """Keep other applies out of this database; TargetError when one is at work."""
    row = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s)", (ADVISORY_LOCK,)).fetchone()
    if row is None or not row[0]:
        raise TargetError("another `recuse apply` is at work on this database", "wait for it to end and plan again")
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError):  # a connection that is gone has given up its lock
            connection.execute("SELECT pg_catalog.pg_advisory_unlock(%s)", (ADVISORY_LOCK,))


def run(
    connection: Connection, plan: Plan, renderer: Renderer, progress: Progress, patience: Patience = PATIENCE
) -> Applied:
    """Apply `plan`; the caller has compared its fingerprint. ApplyError names the step where a statement fails."""
    work = _Run(connection, renderer, progress, patience, len(renderer.statements(plan.changes)))
    watch_the_client(connection)
    try:
        return _run(work, plan)
    except ApplyError as error:
        error.ended = tuple(work.ended)
        raise
    except psycopg.Error as error:
        if not _is_lost(error):
            raise
        failed = _lost("between two steps", error)
        failed.ended = tuple(work.ended)
        raise failed from error


def _run(work: _Run, plan: Plan) -> Applied:
    work.step(plan, "prepare")
    work.step(plan, "cut")
    cut = work.sever(plan.severs - plan.substituted)
    work.step(plan, "close")
    work.step(plan, "enter")
    work.batches(plan)
    work.step(plan, "leave")
    moment = server_moment(work.connection)
    shaped = work.sever(plan.severs, moment)
    work.step(plan, "loosen")
    return Applied(work.done, work.retries, cut, shaped, moment, work.locked)


def _gave_up(step: str, changes: Iterable[Change], busy: _Busy, found: Sequence[Holder]) -> ApplyError:
    who, remedy = in_the_way(found)
    failed = _failed(step, changes, f"others were in the way at every attempt ({busy}): {who}")
    return ApplyError(failed.message, f"{remedy}, then {AGAIN}" if remedy else AGAIN)


def _lost(where: str, error: psycopg.Error) -> ApplyError:
    """Nobody answers: whether what was asked last was done, the database alone knows."""
    failed = ApplyError(
        f"the connection was lost {where} ({first_line(error)}); a transaction counts whole or not at all, and what "
        "was tightened before it stands",
        f"{AGAIN}, which go on from what the database is",
    )
    failed.lost = True
    return failed


def _failed(step: str, changes: Iterable[Change], reason: str) -> ApplyError:
    about = next((str(getattr(c.fact, "on", getattr(c.fact, "table", c.fact))) for c in changes), "a statement")
    return ApplyError(
        f"step `{step}` stopped at {about}: {reason}; everything before it stands, and nothing was loosened",
        f"mend the cause, then {AGAIN}",
    )
