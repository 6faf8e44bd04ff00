"""How long a session reads on after its login was cut: from the first REVOKE to the last byte that it receives.

A hundred sessions of one login each hold something that a REVOKE does not stop (an open cursor, a role already set, a
temporary copy) and read it on and on. Then the login is cut and severed by the product's own code. A session's figure
is the time until its last answer; every session must have been there to be ended, or the run stops.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from bench import place
from bench.measure import median, percentile
from bench.result import Place, Result
from bench.stage import FULL, Stage
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.sever import server_moment, sever
from recuse.targets.postgres.throwaway import throwaway
from recuse.targets.records import Severed

LOGIN: Final = "bench_cut"
SESSIONS: Final = 100
_FEW: Final = 12
PAUSE: Final = 0.02
"""Seconds between two reads of a session: a hundred of them without a pause would measure the client."""
_WORLD: Final = """
CREATE ROLE bench_held NOLOGIN; CREATE ROLE bench_cut LOGIN PASSWORD 'bench';
CREATE SCHEMA bench; GRANT USAGE ON SCHEMA bench TO PUBLIC;
CREATE TABLE bench.held (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO bench.held SELECT n, 'person ' || n FROM generate_series(1, 100000) n;
GRANT SELECT ON bench.held TO bench_held, bench_cut; GRANT bench_held TO bench_cut; ANALYZE bench.held;
"""
_CUT: Final = (
    "REVOKE SELECT ON bench.held FROM bench_cut; REVOKE bench_held FROM bench_cut; ALTER ROLE bench_cut NOLOGIN"
)
_BACK: Final = "GRANT SELECT ON bench.held TO bench_cut; GRANT bench_held TO bench_cut; ALTER ROLE bench_cut LOGIN"
HOLDING: Final = (
    (("BEGIN", "DECLARE c CURSOR FOR SELECT name FROM bench.held"), "FETCH 1 FROM c"),
    (("SET ROLE bench_held",), "SELECT name FROM bench.held LIMIT 1"),
    (("CREATE TEMPORARY TABLE copy AS SELECT name FROM bench.held LIMIT 100",), "SELECT name FROM copy LIMIT 1"),
)


class NothingReadError(Exception):
    """A session received nothing after the cut had begun or before it, so that there was nothing to end."""


@dataclass(slots=True)
class Reader:
    """A session that reads until it is ended; `last` is when an answer last came."""

    connection: psycopg.Connection
    read: bytes
    last: float = 0.0

    def __call__(self) -> None:
        """Read until the session is ended."""
        try:
            while self.connection.execute(self.read).fetchone() is not None:
                self.last = time.perf_counter()
                time.sleep(PAUSE)
        except psycopg.Error:
            return


def run(on: Stage) -> Iterator[Result]:
    """The figures: 99 of 100 sessions, and how long the severing itself takes."""
    on.say("sever: sessions that read on after a cut")
    count = SESSIONS if on.rows >= FULL else _FEW
    times: list[float] = []
    spent: list[float] = []
    with throwaway(binaries=on.binaries) as server, connect(server.dsn()) as admin:
        admin.execute(_WORLD)
        for _ in range(on.rounds):
            found, severed = _round(admin, server.dsn(user=LOGIN, password="bench"), count)  # noqa: S106 - invented
            times += found
            spent.append(severed.seconds)
        release = admin.execute("SHOW server_version").fetchone()
    here = f"{place.machine()}; {count} sessions that read every {PAUSE * 1000:.0f} ms; {on.rounds} rounds"
    where = Place(here, place.versions(str(release[0]) if release else "unknown"))
    last = percentile(times, 0.99, 1000)
    yield where.result("sever/last-byte/p99", last, "ms", "the first REVOKE", 1000.0)
    yield where.result("sever/severing/took", median(spent, 1000), "ms", None)


def _round(admin: Connection, dsn: str, count: int) -> tuple[list[float], Severed]:
    """Seconds from the first REVOKE to each session's last byte."""
    with ExitStack() as stack:
        readers = [_opened(stack, dsn, number) for number in range(count)]
        threads = [threading.Thread(target=reader) for reader in readers]
        for thread in threads:
            thread.start()
        time.sleep(10 * PAUSE)
        start = time.perf_counter()
        with admin.transaction():
            admin.execute(_CUT)
        severed = sever(admin, frozenset({LOGIN}), server_moment(admin))
        for thread in threads:
            thread.join()
        admin.execute(_BACK)
    if severed.signalled != count or severed.left or any(reader.last == 0.0 for reader in readers):
        raise NothingReadError(f"{severed.signalled} of {count} sessions were there to be ended")
    return [max(0.0, reader.last - start) for reader in readers], severed


def _opened(stack: ExitStack, dsn: str, number: int) -> Reader:
    connection = stack.enter_context(psycopg.connect(dsn, autocommit=True))
    opened, read = HOLDING[number % len(HOLDING)]
    for each in opened:
        connection.execute(sql.SQL(each))
    return Reader(connection, read.encode())
