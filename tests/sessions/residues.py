"""What a session can hold from before a cut: each opened for real, and read on from afterwards."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from tests.context.bouncer import bouncer
from tests.statements.world import DATABASE, Lab

Client = psycopg.Connection[tuple[Any, ...]]
READ: Final = "SELECT remark FROM lab.person"

BEFORE: Final = """
REVOKE SELECT ON ALL TABLES IN SCHEMA lab FROM PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA lab TO visitor;
GRANT readers TO visitor, night;
GRANT visitor TO box;
ALTER ROLE visitor REPLICATION;
CREATE ROLE gone LOGIN PASSWORD 'gone';
GRANT SELECT ON lab.person TO gone;
GRANT USAGE ON SCHEMA lab TO gone, readers;
CREATE SCHEMA scratch; GRANT ALL ON SCHEMA scratch TO PUBLIC;
"""
"""How the world stood: the visitor reads everything by grants of its own, and by a role that it may become."""

CLOSED_ALREADY: Final[Mapping[str, str]] = {
    "DROP ROLE": "REVOKE ALL ON lab.person FROM gone; REVOKE USAGE ON SCHEMA lab FROM gone; DROP ROLE gone",
    "NOLOGIN": "ALTER ROLE night NOLOGIN",
}
"""What somebody had done before the cut, and thought that it was enough."""


@dataclass(frozen=True, slots=True)
class Residue:
    """Whose session, how it is opened, what reads on, and whether it does so after a REVOKE without severing."""

    name: str
    login: str
    opened: tuple[str, ...]
    read: str
    stays_open: bool
    way: str = "direct"


SUPERUSERS: Final = "superuser's pool that became the login"
RESIDUES: Final = (
    Residue("cursor", "visitor", ("BEGIN", f"DECLARE c CURSOR FOR {READ}"), "FETCH 1 FROM c", stays_open=True),
    Residue("holdable cursor", "visitor", (f"DECLARE c CURSOR WITH HOLD FOR {READ}",), "FETCH 1 FROM c",
            stays_open=True),
    Residue("role already set", "visitor", ("SET ROLE readers",), READ, stays_open=True),
    Residue("temporary copy", "visitor", (f"CREATE TEMPORARY TABLE copy AS {READ}",), "TABLE copy", stays_open=True),
    Residue("custom plan", "visitor",
            ("SET plan_cache_mode = force_custom_plan", f"PREPARE p AS {READ}"), "EXECUTE p", stays_open=False),
    Residue("generic plan", "visitor",
            ("SET plan_cache_mode = force_generic_plan", f"PREPARE p AS {READ}"), "EXECUTE p", stays_open=False),
    Residue("generic plan of a role already set", "visitor",
            ("SET ROLE readers", "SET plan_cache_mode = force_generic_plan", f"PREPARE p AS {READ}"), "EXECUTE p",
            stays_open=True),
    Residue("open snapshot", "visitor", ("BEGIN ISOLATION LEVEL REPEATABLE READ",), READ, stays_open=False),
    Residue("idle transaction that holds a lock", "visitor", ("BEGIN", "LOCK TABLE lab.person IN ACCESS SHARE MODE"),
            READ, stays_open=False),
    Residue("pooled login that becomes a role for each request", "box", ("SET ROLE visitor", "RESET ROLE"),
            f"SET ROLE visitor; {READ}", stays_open=False),
    Residue("cursor of a pooled login that became a role", "box",
            ("SET ROLE visitor", f"DECLARE c CURSOR WITH HOLD FOR {READ}", "RESET ROLE"), "FETCH 1 FROM c",
            stays_open=True),
    Residue(SUPERUSERS, "postgres", ("SET SESSION AUTHORIZATION visitor",), READ,
            stays_open=False),
    Residue("listener", "visitor", ("LISTEN news",), "", stays_open=True),
    Residue("session of a dropped login", "gone", (f"DECLARE c CURSOR WITH HOLD FOR {READ}",), "FETCH 1 FROM c",
            stays_open=True),
    Residue("session of a login that may not log in", "night", ("SET ROLE readers",), READ, stays_open=True),
    Residue("session through PgBouncer", "visitor", (f"DECLARE c CURSOR WITH HOLD FOR {READ}",), "FETCH 1 FROM c",
            stays_open=True, way="bouncer"),
    Residue("sender of changes", "visitor", (f"DECLARE c CURSOR WITH HOLD FOR {READ}",), "FETCH 1 FROM c",
            stays_open=True, way="replication"),
)  # fmt: skip


@dataclass
class Held:
    """A residue in an open session; `pid` is its process on the server."""

    residue: Residue
    connection: Client
    admin: Client
    pid: int = field(init=False)

    def __post_init__(self) -> None:
        (pid,) = self._say("SELECT pg_backend_pid()")
        self.pid = int(pid)
        for each in self.residue.opened:
            self._say(each)

    def read_on(self) -> int:
        """How many bytes it receives now; a refusal, or a session that is gone, is none."""
        try:
            if not self.residue.read:
                return self._heard()
            return sum(len(value) for value in self._say(self.residue.read))
        except (psycopg.Error, OSError):
            with suppress(psycopg.Error):
                self._say("ROLLBACK" if self.residue.opened[0].startswith("BEGIN") else "SELECT 1")
            return 0

    def _heard(self) -> int:
        self.admin.execute("NOTIFY news, 'SECRET-news'")
        return sum(len(each.payload) for each in self.connection.notifies(timeout=2, stop_after=1))

    def _say(self, text: str) -> list[str]:
        """Every value of the last answer, over the simple protocol, which is all that a sender of changes speaks."""
        result = self.connection.pgconn.exec_(text.encode())
        if result.status not in (psycopg.pq.ExecStatus.TUPLES_OK, psycopg.pq.ExecStatus.COMMAND_OK):
            raise psycopg.OperationalError(result.error_message.decode())
        cells = ((row, column) for row in range(result.ntuples) for column in range(result.nfields))
        return [(result.get_value(row, column) or b"").decode() for row, column in cells]


@contextmanager
def held(lab: Lab) -> Iterator[dict[str, Held]]:
    """Every residue, opened before the cut."""
    lab.run(BEFORE)
    with ExitStack() as stack:
        port = stack.enter_context(bouncer(lab.server, {"visitor": "visitor"}, "session"))
        found: dict[str, Held] = {}
        for residue in RESIDUES:
            dsn = lab.dsn() if residue.login == "postgres" else lab.dsn(residue.login)
            if residue.way == "bouncer":
                dsn = f"host=127.0.0.1 port={port} dbname={DATABASE} user=visitor password=visitor"
            if residue.way == "replication":
                dsn += " replication=database"
            connection = psycopg.connect(dsn, autocommit=True)
            stack.callback(connection.close)
            found[residue.name] = Held(residue, connection, lab.admin)
        yield found
