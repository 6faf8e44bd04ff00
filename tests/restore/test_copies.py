"""A copy shows nothing, its origin goes on; and what cannot be told apart from inside is shown to be so."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from recuse.targets.postgres.throwaway import Server, copied, throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.context.world import Enforced, enforced
from tests.restore.copies import (
    CLOSED,
    OPEN,
    REPLICATING,
    base_backup,
    forced,
    moved,
    seen,
    settle,
    snapshot,
    wait_for,
)


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def origin(request: pytest.FixtureRequest) -> Iterator[Enforced]:
    with throwaway(binaries=binaries_of(request.param), settings=REPLICATING) as server, enforced(server) as world:
        world.permit("p", "analyst", seconds=7200)
        assert settle(server.dsn(world.database))
        yield world


def test_a_restart_closes_nothing_and_is_noted(origin: Enforced) -> None:
    """The slow way serves until the row is written anew, and shows the same."""
    server, database = origin.server, origin.database
    started = "SELECT started = pg_postmaster_start_time() FROM recuse.identity"
    for mode in ("fast", "immediate"):
        server.control("restart", "--mode", mode)
        assert moved(server.dsn(database)) is None
        assert seen(server, database) == OPEN
        with psycopg.connect(server.dsn(database), autocommit=True) as admin:
            assert admin.execute(started).fetchone() == (False,)
            assert settle(server.dsn(database))
            assert admin.execute(started).fetchone() == (True,)
        assert seen(server, database) == OPEN


def test_a_crash_of_one_process_closes_nothing(origin: Enforced) -> None:
    """Nor does it lose what was applied a moment before, on a server that does not wait for its disk."""
    with psycopg.connect(origin.server.dsn(origin.database)) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
    for _ in range(500):
        try:
            assert seen(origin.server, origin.database) == OPEN
        except psycopg.OperationalError:  # it is still recovering
            time.sleep(0.02)
        else:
            return
    pytest.fail("the server did not come back")


def test_a_base_backup_that_is_started_shows_nothing(origin: Enforced) -> None:
    """System identifier and timeline are those of its origin: that it began as a backup is what tells it."""
    with copied(origin.server, base_backup(origin.server).into) as copy:
        assert moved(copy.dsn(origin.database)) == "backup"
        assert seen(copy, origin.database) == CLOSED
        assert forced(copy, origin) is None
        assert not settle(copy.dsn(origin.database))
        copy.control("restart")
        assert seen(copy, origin.database) == CLOSED
        assert settle(copy.dsn(origin.database), resuming=True)
        assert seen(copy, origin.database) == OPEN
        copy.control("restart")
        assert seen(copy, origin.database) == OPEN
        with copied(copy, base_backup(copy).into) as second:  # and a backup of what was a backup
            assert seen(second, origin.database) == CLOSED
    assert seen(origin.server, origin.database) == OPEN
    assert forced(origin.server, origin) is True


def test_a_copy_that_recovers_to_an_end_shows_nothing(origin: Enforced) -> None:
    with copied(
        origin.server, base_backup(origin.server).into, settings=("restore_command=false",), signal="recovery"
    ) as copy:
        wait_for(copy, "NOT pg_is_in_recovery()")
        assert moved(copy.dsn(origin.database)) == "timeline"
        assert seen(copy, origin.database) == CLOSED


def test_a_recovery_to_a_moment_shows_nothing_before_and_after_its_end(origin: Enforced) -> None:
    """By default it halts at its target, open for reading: an older copy, that looks like a standby."""
    archive = origin.server.folder / "pg_wal"
    backup = base_backup(origin.server)
    with psycopg.connect(origin.server.dsn(origin.database), autocommit=True) as admin:
        admin.execute("SELECT pg_create_restore_point('here')")
        admin.execute("SELECT pg_switch_wal()")
    settings = (f"restore_command='cp {archive}/%f %p'", "recovery_target_name=here")
    with copied(origin.server, backup.into, settings=settings, signal="recovery") as copy:
        wait_for(copy, "pg_get_wal_replay_pause_state() = 'paused'")
        assert moved(copy.dsn(origin.database)) == "restoring"
        assert seen(copy, origin.database) == CLOSED
        with psycopg.connect(copy.dsn(), autocommit=True) as admin:
            admin.execute("SELECT pg_wal_replay_resume()")
        wait_for(copy, "NOT pg_is_in_recovery()")
        assert moved(copy.dsn(origin.database)) == "timeline"
        assert seen(copy, origin.database) == CLOSED


def test_a_backup_that_waits_for_a_primary_it_never_had_shows_nothing(origin: Enforced) -> None:
    with copied(origin.server, base_backup(origin.server).into, signal="standby") as copy:
        assert moved(copy.dsn(origin.database)) == "unfed"
        assert seen(copy, origin.database) == CLOSED
        copy.control("promote")
        assert moved(copy.dsn(origin.database)) == "timeline"
        assert seen(copy, origin.database) == CLOSED


def test_a_snapshot_of_the_disk_cannot_be_told(origin: Enforced) -> None:
    """It is what the server itself would be after a loss of power: only the ledger knows of a later time."""
    with snapshot(origin.server) as taken, copied(origin.server, taken.into) as copy:
        assert moved(copy.dsn(origin.database)) is None
        assert seen(copy, origin.database) == OPEN
    assert settle(origin.server.dsn(origin.database))


@pytest.mark.parametrize("strategy", ["wal_log", "file_copy"])
def test_a_database_made_from_this_one_shows_nothing(origin: Enforced, strategy: str) -> None:
    """On the same server, which has the same start: also under the name of the one that it is a copy of."""
    name, other = sql.Identifier(origin.database), sql.Identifier("aside")
    with psycopg.connect(origin.server.dsn(), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (origin.database,)
        )
        admin.execute(sql.SQL("CREATE DATABASE copy TEMPLATE {} STRATEGY {}").format(name, sql.Identifier(strategy)))
        try:
            assert moved(origin.server.dsn("copy")) == "database"
            assert seen(origin.server, "copy") == CLOSED
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, other))
            admin.execute(sql.SQL("ALTER DATABASE copy RENAME TO {}").format(name))
            assert seen(origin.server, origin.database) == CLOSED
            assert seen(origin.server, "aside") == OPEN
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO copy").format(name))
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(other, name))
        finally:
            admin.execute("DROP DATABASE copy WITH (FORCE)")
    assert seen(origin.server, origin.database) == OPEN


def dumped(server: Server, database: str, *options: str) -> Path:
    file = server.folder.parent / "dump"
    server.run("pg_dump", "--format", "custom", "--file", file, *options, server.dsn(database))
    return file


def test_a_dump_restored_on_the_same_server_shows_nothing(origin: Enforced) -> None:
    """Beside the database, in its place, or as rows alone into the tables that are there."""
    server, database = origin.server, origin.database
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE restored")
        try:
            file = dumped(server, database)
            server.run("pg_restore", "--dbname", server.dsn("restored"), file)
            assert moved(server.dsn("restored")) == "dump"
            assert seen(server, "restored") == CLOSED
            assert settle(server.dsn("restored"), resuming=True)
            assert seen(server, "restored") == OPEN
            again = dumped(server, "restored")
            server.run("pg_restore", "--clean", "--dbname", server.dsn("restored"), again)
            assert moved(server.dsn("restored")) == "dump"
            assert seen(server, "restored") == CLOSED
            assert settle(server.dsn("restored"), resuming=True)
            row = dumped(server, "restored", "--data-only", "--table", "recuse.identity")
            with psycopg.connect(server.dsn("restored"), autocommit=True) as inside:
                inside.execute("DELETE FROM recuse.identity")
                assert seen(server, "restored") == CLOSED
            server.run("pg_restore", "--data-only", "--dbname", server.dsn("restored"), row)
            assert moved(server.dsn("restored")) == "dump"
            assert seen(server, "restored") == CLOSED
        finally:
            admin.execute("DROP DATABASE restored WITH (FORCE)")


def test_where_it_is_cannot_be_written_in_a_savepoint(origin: Enforced) -> None:
    """The row's transaction is the row's own, so one written inside another would be taken for a dump's."""
    with (
        psycopg.connect(origin.server.dsn(origin.database)) as admin,
        pytest.raises(psycopg.errors.ActiveSqlTransaction),
        admin.transaction(),
        admin.transaction(),
    ):
        admin.execute("SELECT recuse.settle(NULL, true)")
    assert seen(origin.server, origin.database) == OPEN
