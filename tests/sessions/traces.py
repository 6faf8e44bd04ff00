"""Everything in which a server could differ after somebody looked: what `verify` leaves must be none of it."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import psycopg

from recuse.targets.postgres.throwaway import SUPERUSER, Server
from tests.conftest import binaries_of
from tests.statements.world import DATABASE, Lab

ALLOWED: Final[Mapping[str, str]] = {
    "rows of recuse.permit, recuse.used and recuse.gateway_key that were undone": "an attempt declares on a permit "
    "of its own transaction; nobody else ever sees it, and the space is used again",
    "xmax of rows that an attempt locked": "the number of a transaction that was undone, which means nothing",
    "counters of reads (pg_stat_user_tables.seq_scan, idx_scan, …)": "that somebody read is true",
    "the server's log, and pg_stat_statements": "an administrator wants to see there that `verify` ran",
    "pages of the system catalogs": "a temporary table of ours was entered and undone; the space is used again",
}
"""What may differ, with the reason. Nothing below looks at these, and at nothing else is there an exception."""

_SEQUENCES: Final = (
    "SELECT format('SELECT %L, last_value, log_cnt, is_called FROM %s', c.oid::regclass, c.oid::regclass) "
    "FROM pg_class c WHERE c.relkind = 'S' ORDER BY c.oid::regclass::text"
)
_QUERIES: Final[Mapping[str, str]] = {
    "slots": "SELECT slot_name, plugin, active, xmin, restart_lsn, confirmed_flush_lsn FROM pg_replication_slots "
    "ORDER BY 1",
    "prepared": "SELECT gid FROM pg_prepared_xacts ORDER BY 1",
    "queue": "SELECT pg_notification_queue_usage()",
    "advisory": "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
    "written": "SELECT relid::regclass::text, n_tup_ins, n_tup_upd, n_tup_del, n_dead_tup FROM pg_stat_all_tables "
    "WHERE schemaname IN ('lab', 'audit') ORDER BY 1",
    "sizes": "SELECT c.oid::regclass::text, pg_relation_size(c.oid), pg_relation_size(c.oid, 'fsm') FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'i', 'm', 'S', 't') "
    "AND n.nspname IN ('lab', 'audit', 'pg_toast') ORDER BY c.oid",
    "places": "SELECT 'lab.person', id, ctid::text, xmin::text FROM lab.person UNION ALL "
    "SELECT 'lab.event', id, ctid::text, xmin::text FROM lab.event ORDER BY 1, 2, 3",
    "triggers": "SELECT evtname, evtenabled FROM pg_event_trigger ORDER BY 1",
    "roles": "SELECT rolname FROM pg_roles ORDER BY 1",
}
_FOLDERS: Final = ("base", "global", "pg_replslot", "pg_twophase", "pg_tblspc", "pg_snapshots")


@dataclass(frozen=True, slots=True)
class Traces:
    """The whole cluster at one moment, as far as it could tell that somebody looked."""

    parts: Mapping[str, Any]

    def differing(self, after: "Traces") -> set[str]:
        """The names of the parts that are not as they were."""
        return {name for name, part in self.parts.items() if after.parts[name] != part}


def traces(lab: Lab, *, dumped: bool = True) -> Traces:
    """Look at everything; `dumped` also dumps the cluster, with its own version's program."""
    with psycopg.connect(lab.dsn(), autocommit=True) as admin:
        admin.execute("SELECT pg_stat_clear_snapshot()")
        parts: dict[str, Any] = {name: admin.execute(text.encode()).fetchall() for name, text in _QUERIES.items()}
        reads = [str(row[0]) for row in admin.execute(_SEQUENCES)]
        parts["sequences"] = [admin.execute(each.encode()).fetchone() for each in reads]
    parts["files"] = _files(lab.server)
    parts["dump"] = dump(lab.server) if dumped else ""
    return Traces(parts)


def _files(server: Server) -> list[str]:
    found = [path for folder in _FOLDERS for path in (server.folder / folder).rglob("*")]
    return sorted(str(path.relative_to(server.folder)) for path in found if path.name != "pg_internal.init")


def dump(server: Server) -> str:
    """The whole cluster as text, without a key that the program makes up each time."""
    version: Literal[15, 18] = 18 if server.version == 18 else 15
    command = [str(binaries_of(version) / "pg_dumpall"), "--restrict-key=recuse"]
    where = {"PGHOST": server.host, "PGPORT": str(server.port), "PGUSER": SUPERUSER, "PGPASSWORD": server.password}
    made = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **where})
    assert made.returncode == 0, made.stderr
    assert f"\\connect {DATABASE}" in made.stdout
    return made.stdout
