"""Takes table locks so that nobody queues behind them for long, and says who was in the way.

A lock that is asked for and not had makes everybody wait who comes later. So all waits of one transaction share one
budget: the first table may use it up, the last has what is left, and when it is spent everything is let go. Waiting for
the second table while holding the first would otherwise add up, one budget a table. NOWAIT for all but the first would
be shorter still, and is never had on a table that is always read: only a queue lets its readers run out.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import psycopg
from psycopg import sql

from recuse import clock
from recuse.enforcement.facts import ObjectRef
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.postgres.statements import name_of
from recuse.targets.records import Holder, Patience

_OWNER: Final = (
    "SELECT pg_catalog.pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ARRAY[n.nspname, c.relname]::text[] = %s"
)
_SET: Final = (
    "SELECT pg_catalog.set_config('lock_timeout', %s, true), CASE WHEN pg_catalog.has_parameter_privilege("
    "'deadlock_timeout', 'SET') THEN pg_catalog.set_config('deadlock_timeout', %s, true) END, "
    "pg_catalog.set_config('idle_in_transaction_session_timeout', '5s', true)"
)
_KEEPALIVES: Final = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"


@dataclass(slots=True)
class Budget:
    """The waits of one transaction, together at most `patience.milliseconds`; `blocked` is what was not had."""

    connection: Connection
    patience: Patience
    blocked: ObjectRef | None = None
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.patience.milliseconds / 1000

    def spend(self) -> None:
        """Let the next waits take what is left.

        A deadlock is looked for early: then it is we who give way, and an automatic vacuum is told to; the server's own
        second is longer than the budget, and a vacuum would hold us off for as long as it runs. Who may not set it (it
        needs SET ON PARAMETER deadlock_timeout) waits at the server's own pace, and tries again.
        """
        left = max(1, round((self._ends - time.monotonic()) * 1000))
        look = max(1, min(left, self.patience.milliseconds) // 4)
        self.connection.execute(_SET, (f"{left}ms", f"{look}ms"))

    def take(self, relations: Iterable[ObjectRef]) -> None:
        """Lock tables and materialized views in this order, against everybody; psycopg's LockNotAvailable if not had.

        ONLY: what is changed is the table's own; its partitions' readers need not wait.
        """
        for ref in relations:
            self.blocked = ref
            self.spend()
            if ref.kind == "table":
                statement = sql.SQL("LOCK TABLE ONLY {} IN ACCESS EXCLUSIVE MODE").format(name_of(ref))
                self.connection.execute(statement)
            else:
                self._take_copy(ref)
        self.blocked = None
        self.spend()

    def _take_copy(self, ref: ObjectRef) -> None:
        """LOCK TABLE does not take a materialized view; naming its owner again does, and changes nothing."""
        owner = self.connection.execute(_OWNER, (list(ref.name),)).fetchone()
        if owner is not None:
            self.connection.execute(
                sql.SQL("ALTER MATERIALIZED VIEW {} OWNER TO {}").format(name_of(ref), sql.Identifier(str(owner[0])))
            )


def watch_the_client(connection: Connection) -> None:
    """Ask the server to notice soon that we are no longer there.

    Killed, while a statement runs: it looks once a second. Out of reach, so that nothing tells it, as after a loss of
    power: it asks the network; inside a transaction it waits for us as long as `_SET` says, then gives our locks back.
    """
    connection.execute(_KEEPALIVES)
    try:
        connection.execute("SET client_connection_check_interval = '1s'")
    except psycopg.errors.InvalidParameterValue:  # not every platform can; statements then end by their own timeouts
        connection.rollback()


def holders(connection: Connection, relations: Sequence[ObjectRef]) -> tuple[Holder, ...]:
    """Who holds a lock on one of these relations now, the oldest transaction first.

    Needs pg_read_all_stats to tell since when and in which state.
    """
    return holders_of(connection, [".".join(ref.name) for ref in relations])


def holders_of(connection: Connection, names: Sequence[str]) -> tuple[Holder, ...]:
    """The same for relations by name."""
    found: dict[tuple[object, ...], Holder] = {}
    for relation, pid, login, since, state, gid, wraparound in connection.execute(query("holders"), (list(names),)):
        holder = Holder(
            str(relation),
            pid if isinstance(pid, int) else None,
            None if login is None else str(login),
            since if isinstance(since, datetime) else None,
            str(state),
            None if gid is None else str(gid),
            bool(wraparound),
        )
        found.setdefault((holder.relation, holder.pid, holder.gid), holder)
    return tuple(found.values())


def in_the_way(found: Sequence[Holder]) -> tuple[str, str | None]:
    """One clause that names the oldest holder and counts the others, and the remedy."""
    if not found:
        return "who it was had gone by then", None
    first = found[0]
    since = "" if first.since is None else f" since {first.since.isoformat(timespec='seconds')}"
    seconds = "" if first.since is None else f" ({max(0, round((clock.now() - first.since).total_seconds()))} s)"
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    what, remedy = _who(first)
    return f"`{first.relation}` is held by {what}{since}{seconds}{more}", remedy


def _who(holder: Holder) -> tuple[str, str]:
    if holder.gid is not None:
        return f"the prepared transaction `{holder.gid}`", "commit or roll back the prepared transaction"
    if holder.wraparound:
        return f"a vacuum that prevents wraparound (pid {holder.pid})", "let the vacuum finish"
    if holder.login is None:
        return f"{holder.state or 'another process'} (pid {holder.pid})", "let it finish"
    return (
        f"pid {holder.pid}, login `{holder.login}`, {holder.state or 'state not known'}",
        f"let it finish, or end it (SELECT pg_terminate_backend({holder.pid}))",
    )
