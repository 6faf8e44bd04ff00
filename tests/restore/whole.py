"""What takes longer: an upgrade to another major version, and a subscriber of all tables. `make restore` runs it."""

import shutil
from pathlib import Path

import psycopg

from recuse.targets.postgres.throwaway import Server, copied, throwaway
from tests.conftest import binaries_of
from tests.context.world import PASSWORD, Enforced, enforced, rows
from tests.restore.copies import CLOSED, OPEN, REPLICATING, moved, seen, settle, wait_for


def upgraded(old: Server, new: Server) -> Path:
    """The old server's data folder as `pg_upgrade` makes one for the new version; both are stopped."""
    for server in (old, new):
        server.control("stop", "--mode", "fast")
    old.run("pg_checksums", "--enable", "--pgdata", old.folder)
    target = new.folder.parent / "upgraded"
    secret = new.folder / "superuser.password"
    new.run(
        "initdb", "--pgdata", target, "--username", "postgres", "--pwfile", secret, "--auth", "trust",
        "--encoding", "UTF8", "--locale", "C", "--no-sync",
    )  # fmt: skip
    trust = old.folder / "pg_hba.conf"
    trust.write_text("local all all trust\n")
    done = new.identity.run(
        "env", f"--chdir={new.folder.parent}", new.programs / "pg_upgrade", "--old-bindir", old.programs,
        "--new-bindir", new.programs, "--old-datadir", old.folder, "--new-datadir", target, "--username", "postgres",
        "--socketdir", new.folder.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1000:]
    (target / "superuser.password").write_text(old.password)
    (target / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\nlocal all all scram-sha-256\n")
    return target


def test_an_upgraded_server_shows_nothing_until_it_is_resumed() -> None:
    with throwaway(binaries=binaries_of(15)) as old, enforced(old) as world:
        world.permit("p", "analyst", seconds=7200)
        assert settle(old.dsn(world.database))
        world.admin.close()
        with throwaway(binaries=binaries_of(18)) as new:
            target = upgraded(old, new)
            with copied(new, lambda data: shutil.copytree(target, data, symlinks=True)) as server:
                assert moved(server.dsn(world.database)) == "system"
                assert seen(server, world.database) == CLOSED
                assert settle(server.dsn(world.database), resuming=True)
                assert seen(server, world.database)[0] == OPEN[0]


def subscribed(world: Enforced, server: Server) -> None:
    """The schema as dumped, roles that somebody made by hand, and the rows by a subscription to all tables."""
    file = world.server.folder.parent / "schema"
    world.server.run("pg_dump", "--format", "custom", "--schema-only", "--file", file, world.server.dsn(world.database))
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(b"CREATE DATABASE " + world.database.encode())
        admin.execute(b"CREATE ROLE app LOGIN PASSWORD 'x'; CREATE ROLE recuse_owner; CREATE ROLE records_owner")
    server.identity.run(
        server.programs / "pg_restore", "--dbname", server.dsn(world.database), file, PGPASSWORD=server.password
    )
    world.admin.execute("CREATE PUBLICATION everything FOR ALL TABLES")
    with psycopg.connect(server.dsn(world.database), autocommit=True) as admin:
        admin.execute("GRANT USAGE ON SCHEMA records TO app; GRANT SELECT ON ALL TABLES IN SCHEMA records TO app")
        source = world.server.dsn(world.database).replace("'", "")
        admin.execute(
            f"CREATE SUBSCRIPTION all_rows CONNECTION '{source}' PUBLICATION everything WITH (run_as_owner)".encode()
        )


def test_a_subscriber_of_all_tables_shows_nothing() -> None:
    """It has the gates and even their row; what wrote that row there is the subscription."""
    with (
        throwaway(binaries=binaries_of(18), settings=REPLICATING) as first,
        enforced(first) as world,
        throwaway(binaries=binaries_of(18), settings=REPLICATING) as second,
    ):
        subscribed(world, second)
        wait_for(second, "(SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel)", world.database)
        with psycopg.connect(second.dsn(world.database), autocommit=True) as admin:
            assert admin.execute("SELECT count(*) FROM recuse.identity").fetchone() == (1,)
            assert rows(admin) == [1, 2, 3]
            assert moved(second.dsn(world.database)) == "dump"
        with psycopg.connect(second.dsn(world.database, "app", PASSWORD), autocommit=True) as connection:
            assert rows(connection) == []
        with psycopg.connect(second.dsn(world.database), autocommit=True) as admin:
            admin.execute("ALTER SUBSCRIPTION all_rows DISABLE")
            admin.execute("ALTER SUBSCRIPTION all_rows SET (slot_name = NONE); DROP SUBSCRIPTION all_rows")
