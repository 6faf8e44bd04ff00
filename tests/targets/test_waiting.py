"""Apply never queues production behind it: measured by those who would have to wait, on 18 and 15.

`HELD` is how long one session sits on the table. Where a lock request queued behind it, everybody else would wait as
long; the bound asserted lies between the budget and that, with room for a busy machine.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from recuse.cli import app
from recuse.enforcement.facts import ObjectRef, Owner, RowSecurity
from recuse.enforcement.plan import Change
from recuse.errors import ApplyError
from recuse.operations.apply import Manner
from recuse.targets.postgres import apply, waiting
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.throwaway import Server, throwaway
from recuse.targets.postgres.waiting import Budget, holders, in_the_way
from recuse.targets.records import Applied, Patience
from tests.conftest import binaries_of
from tests.targets.test_tracer import WORLD, make_plan, rows_of

verb = import_module("recuse.cli.apply")  # the package names its function alike
HELD = 3.0
BUDGET = 200


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def shared(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One server for the tests that make no role; vacuums run on their own every second."""
    settings = ("max_prepared_transactions=5", "autovacuum=on", "autovacuum_naptime=1s", "autovacuum_max_workers=1")
    with throwaway(binaries=binaries_of(request.param), settings=settings) as running:
        with psycopg.connect(running.dsn(), autocommit=True) as connection:
            connection.execute(WORLD)
            connection.execute("CREATE TABLE records.second (id int); CREATE TABLE records.third (id int)")
        yield running


@pytest.fixture
def world(own_server: Server) -> Server:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(WORLD)
    return own_server


def run(server: Server, patience: Patience, told: list[str] | None = None) -> Applied:
    def tell(step: str, *_: int) -> None:
        if told is not None:
            told.append(step)

    with connect(server.dsn()) as connection:
        plan, renderer = make_plan(connection, inspect(connection))
        return apply.run(connection, plan, renderer, tell, patience)


@contextmanager
def held(server: Server, table: str = "records.person", seconds: float = HELD) -> Iterator[int]:
    """A superuser's session, which no cut ends, sits idle in a transaction that has read the table."""
    with psycopg.connect(server.dsn(), autocommit=False) as reader:
        reader.execute(f"SELECT 1 FROM {table} LIMIT 1")
        release = threading.Timer(seconds, reader.rollback)
        release.start()
        try:
            yield reader.info.backend_pid
        finally:
            release.cancel()
            release.join()


@contextmanager
def traffic(server: Server, statements: tuple[str, ...]) -> Iterator[list[float]]:
    """Sessions of the application that say these over and over; gives how long each of their statements took."""
    spent: list[float] = []
    stop = threading.Event()

    def work(statement: str) -> None:
        while not stop.is_set():
            with (
                suppress(psycopg.errors.AdminShutdown),  # the plan ends the sessions of whoever loses rows
                psycopg.connect(server.dsn(user="app", password="x"), autocommit=True) as connection,
            ):
                while not stop.is_set():
                    began = time.monotonic()
                    try:
                        connection.execute(statement)
                    finally:  # who waited until its session was ended has waited too
                        spent.append(time.monotonic() - began)
                    time.sleep(0.002)

    threads = [threading.Thread(target=work, args=(statement,)) for statement in statements]
    for thread in threads:
        thread.start()
    try:
        yield spent
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def held_once_asked_for(server: Server) -> Iterator[int]:
    """The same, and lets go `HELD` seconds after somebody has first asked for the whole table."""
    asked = "SELECT count(*) FROM pg_locks WHERE relation = 'records.person'::regclass AND NOT granted"
    stop = threading.Event()

    def watch(reader: psycopg.Connection[tuple[object, ...]]) -> None:
        with psycopg.connect(server.dsn(), autocommit=True) as watching:
            while not stop.is_set() and watching.execute(asked).fetchone() == (0,):
                stop.wait(0.01)
        stop.wait(HELD)
        reader.rollback()

    with psycopg.connect(server.dsn()) as reader:
        reader.execute("SELECT 1 FROM records.person LIMIT 1")
        watcher = threading.Thread(target=watch, args=(reader,))
        watcher.start()
        try:
            yield reader.info.backend_pid
        finally:
            stop.set()
            watcher.join()


HAMMER = (
    "SELECT count(*) FROM records.person WHERE id < 50",
    "UPDATE records.person SET name = 'new' WHERE id = 1",
    "SELECT name FROM records.person WHERE id = 2",
)


def test_nobody_waits_behind_us_longer_than_the_budget(world: Server) -> None:
    told: list[str] = []
    with traffic(world, HAMMER) as spent, held_once_asked_for(world) as holder:
        applied = run(world, Patience(BUDGET, 100), told)
    assert applied.retries > 1
    assert 0 < applied.locked < HELD / 2
    assert len(spent) > 20, "the application was at work"
    assert max(spent) < HELD / 2
    assert f"waiting: records.person, pid {holder}" in told
    assert rows_of(world, "app") == 3000


def test_the_measurement_would_notice_a_queue(world: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault planted: a lock request that waits as long as it takes."""
    monkeypatch.setattr(Budget, "spend", lambda self: None)
    with traffic(world, HAMMER) as spent, held_once_asked_for(world):
        run(world, Patience(BUDGET, 100))
    assert max(spent) > HELD / 2


def test_several_tables_share_one_budget(shared: Server) -> None:
    """What the wait for the first table took, the next one no longer has; in a deadlock it is we who give way soon."""
    refs = [ObjectRef("table", ("records", name)) for name in ("person", "second", "third")]
    with connect(shared.dsn()) as connection, held(shared, "records.second", 0.5):
        with connection.transaction():
            Budget(connection, Patience(5000)).take(refs)
            row = connection.execute(
                "SELECT setting::int, (SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout') "
                "FROM pg_settings WHERE name = 'lock_timeout'"
            ).fetchone()
        left, look = row if row is not None else (0, 0)
        assert 0 < int(str(left)) < 5000  # how much less depends on when we began to wait
        assert 0 < int(str(look)) <= 1250


def test_what_was_not_had_is_asked_for_first_the_next_time(shared: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is held while the table that is in use is waited for."""
    refs = [ObjectRef("table", ("records", name)) for name in ("person", "second")]
    changes = tuple(Change("clear", "shape", True, RowSecurity(ref, enabled=True, forced=True)) for ref in refs)
    asked: list[list[ObjectRef]] = []
    take = Budget.take

    def noted(self: Budget, relations: Sequence[ObjectRef]) -> None:
        asked.append(list(relations))
        take(self, relations)

    monkeypatch.setattr(Budget, "take", noted)
    with connect(shared.dsn()) as connection, held(shared, "records.second", 60):
        run = apply._Run(connection, Renderer(18, {}), lambda *_: None, Patience(50, 2), 1)
        with pytest.raises(ApplyError, match=r"`records\.second` is held"):
            run._retrying(changes, "shape")
    assert asked == [refs, refs[::-1]]


def test_a_copy_is_filled_for_as_long_as_that_takes(world: Server) -> None:
    """The time that any other statement may take does not end it, and holds again afterwards."""
    copy = ObjectRef("matview", ("records", "copy"))
    with connect(world.dsn()) as connection:
        connection.execute(
            "CREATE ROLE keeper; GRANT CREATE, USAGE ON SCHEMA records TO keeper; "
            "CREATE MATERIALIZED VIEW records.copy AS SELECT pg_sleep(0.5)::text AS slept WITH NO DATA; "
            "SET statement_timeout = 200"
        )
        filled = (Change("clear", "shape", True, Owner(copy, "keeper")),)
        apply._Run(connection, Renderer(18, {}), lambda *_: None, Patience(50, 2), 1)._retrying(filled, "shape")
        assert connection.execute("SELECT count(*) FROM records.copy").fetchone() == (1,)
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(0.5)")


def test_giving_up_names_who_is_in_the_way_and_leaves_the_tight_state(world: Server) -> None:
    with held(world, seconds=60) as holder:
        with pytest.raises(ApplyError) as caught:
            run(world, Patience(50, 3))
        message = caught.value.message
        assert f"`records.person` is held by pid {holder}, login `postgres`, idle in transaction since 2" in message
        assert "step `shape` stopped" in message
        assert "nothing was loosened" in message
        assert "LIMIT 1" not in message, "no query text"
        assert f"pg_terminate_backend({holder})" in str(caught.value.remedy)
        assert "permission denied" in str(rows_of(world, "barred")), "the cut stands"
        assert rows_of(world, "app") == 9000, "the application works on, and was not changed half-way"
    assert run(world, Patience()).retries == 0
    assert rows_of(world, "app") == 3000


def test_a_prepared_transaction_is_named(shared: Server) -> None:
    with psycopg.connect(shared.dsn()) as connection:
        connection.execute("LOCK TABLE records.third IN ACCESS SHARE MODE; PREPARE TRANSACTION 'nightly 7'")
    with connect(shared.dsn()) as connection:
        try:
            who, remedy = in_the_way(holders(connection, [ObjectRef("table", ("records", "third"))]))
        finally:
            connection.execute("ROLLBACK PREPARED 'nightly 7'")
        assert who.startswith("`records.third` is held by the prepared transaction `nightly 7` since 2")
        assert remedy == "commit or roll back the prepared transaction"
        assert holders(connection, [ObjectRef("table", ("records", "third"))]) == ()


@contextmanager
def vacuumed(server: Server, table: str) -> Iterator[int]:
    """An automatic vacuum of the table that would take minutes; gives its process."""
    slow = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 0"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(
            f"CREATE TABLE {table} WITH ({slow}, autovacuum_vacuum_scale_factor = 0) AS "
            "SELECT n AS id, repeat('x', 500) AS pad FROM generate_series(1, 20000) n"
        )
        connection.execute(f"DELETE FROM {table} WHERE id % 2 = 0")
        for _ in range(600):
            row = connection.execute(
                "SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.relation = %s::regclass "
                "AND a.backend_type = 'autovacuum worker'", (table,)
            ).fetchone()  # fmt: skip
            if row is not None:
                break
            time.sleep(0.1)
        else:
            pytest.fail("no automatic vacuum came")
        try:
            yield int(row[0])
        finally:
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
            connection.execute(f"DROP TABLE {table}")


def test_an_automatic_vacuum_gives_way(shared: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server tells a vacuum to go after `deadlock_timeout`; its usual second would be longer than our budget."""
    ref = ObjectRef("table", ("records", "vacuumed"))
    with vacuumed(shared, "records.vacuumed") as worker, connect(shared.dsn()) as connection:
        who, _ = in_the_way(holders(connection, [ref]))
        assert f"autovacuum worker (pid {worker})" in who
        with monkeypatch.context() as patch:  # the fault planted: deadlocks are looked for when it is too late
            patch.setattr(waiting, "_SET", "SELECT set_config('lock_timeout', %s, true), %s")
            with pytest.raises(psycopg.errors.LockNotAvailable), connection.transaction():
                Budget(connection, Patience(500)).take([ref])
        for _ in range(10):
            try:
                with connection.transaction():
                    Budget(connection, Patience(500)).take([ref])
                break
            except psycopg.errors.LockNotAvailable:
                continue
        else:
            pytest.fail("the vacuum did not give way")


def test_a_vacuum_that_prevents_wraparound_is_named() -> None:
    """It gives way to nobody, so waiting for it is all there is; on 18, where making one takes some seconds."""
    settings = (
        "autovacuum=on",
        "autovacuum_naptime=1s",
        "autovacuum_freeze_max_age=100000",
        "autovacuum_max_workers=3",
    )
    slow = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"
    ref = ObjectRef("table", ("public", "old"))
    with throwaway(binaries=binaries_of(18), settings=settings) as server, connect(server.dsn()) as connection:
        connection.execute(
            f"CREATE TABLE public.old WITH ({slow}) AS SELECT repeat('x', 900) FROM generate_series(1, 9000)"
        )
        connection.execute("DO $$ BEGIN FOR n IN 1..101000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")
        for _ in range(300):
            who, remedy = in_the_way(holders(connection, [ref]))
            if "wraparound" in who:
                break
            time.sleep(0.1)
        assert "held by a vacuum that prevents wraparound (pid " in who
        assert remedy == "let the vacuum finish"
        with pytest.raises(psycopg.errors.LockNotAvailable), connection.transaction():
            Budget(connection, Patience(500)).take([ref])


_KILLED = """
import sys
from recuse.enforcement.facts import ObjectRef, RowSecurity
from recuse.enforcement.plan import Change
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.waiting import Budget, watch_the_client
from recuse.targets.records import Patience
with connect(sys.argv[1]) as connection:
    watch_the_client(connection)
    with connection.transaction():
        Budget(connection, Patience(60000)).take([ObjectRef("table", ("records", "second"))])
"""


def test_killed_while_waiting_it_leaves_no_lock(shared: Server) -> None:
    """With a budget of a minute, so that what ends the wait is the server's look at the client."""
    waits = "SELECT count(*) FROM pg_locks l WHERE l.relation = 'records.second'::regclass AND NOT l.granted"
    with held(shared, "records.second", 120), psycopg.connect(shared.dsn(), autocommit=True) as watching:
        child = subprocess.Popen([sys.executable, "-c", _KILLED, shared.dsn()])
        assert seen(watching, waits, 1)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert seen(watching, waits, 0)
        watching.execute("SET lock_timeout = '10s'")
        watching.execute("SELECT 1 FROM records.second")


def seen(connection: psycopg.Connection[tuple[object, ...]], query: str, count: int) -> bool:
    """Whether a count is met within 20 seconds."""
    for _ in range(200):
        row = connection.execute(query).fetchone()
        if row is not None and row[0] == count:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("options", "patience"),
    [
        ([], Patience(500, 40)),
        (["--lock-timeout", "250", "--retries", "0"], Patience(250, 1)),
    ],
)
def test_the_options_of_apply_reach_the_target(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str], patience: Patience
) -> None:
    seen: list[Manner] = []

    def noted(manner: Manner, *_: object, emergency: bool) -> tuple[()]:
        assert not emergency
        seen.append(manner)
        return ()

    monkeypatch.setattr(verb, "read_plan", lambda _: {"changes": [], "severs": [], "emergencies": []})
    monkeypatch.setattr(verb, "apply_in", noted)
    (tmp_path / "plan.json").write_text("{}")
    CliRunner().invoke(app, ["apply", str(tmp_path / "plan.json"), "-r", str(tmp_path), "--yes", *options])
    assert [manner.patience for manner in seen] == [patience]
