"""The event trigger where rows and objects come from elsewhere: a restore, an apply worker of logical replication."""

import os
import subprocess
import time
from pathlib import Path
from typing import Final

import psycopg
import pytest

from recuse.enforcement.facts import NewObjects
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.throwaway import Server
from tests.conftest import binaries_of
from tests.downtime.place import Database, Mode, database

DEFAULT: Final = "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO bob"


def run(server: Server, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A program of the server's own version, as the superuser; the password by the environment."""
    where = ("--host", server.host, "--port", str(server.port), "--username", "postgres")
    environment = {**os.environ, "PGPASSWORD": server.password}
    command = [str(binaries_of(server.version) / program), *where, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def dumped(place: Database, tmp_path: Path) -> Path:
    """A dump of a database in *close*, with a table whose owner opened it before."""
    with place.as_() as app:
        app.execute("CREATE TABLE records.open (id int); INSERT INTO records.open VALUES (7)")
        app.execute("GRANT SELECT ON records.open TO bob")
    place.mode("close")
    found = tmp_path / "dump"
    done = run(place.server, "pg_dump", "--format=custom", f"--file={found}", place.name)
    assert (done.returncode, done.stderr) == (0, "")
    return found


def test_a_whole_database_is_restored_with_its_trigger(place: Database, dumped: Path) -> None:
    place.admin.execute(f"CREATE DATABASE {place.name}_new TEMPLATE template0".encode())
    done = run(place.server, "pg_restore", "--exit-on-error", f"--dbname={place.name}_new", str(dumped))
    assert (done.returncode, done.stderr) == (0, "")
    with connect(place.server.dsn(f"{place.name}_new")) as connection:
        assert NewObjects("close") in inspect(connection).facts
    with psycopg.connect(place.server.dsn(f"{place.name}_new"), autocommit=True) as restored:
        assert restored.execute("SELECT count(*) FROM recuse.seen").fetchone() == (0,)  # it is made last
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="refused by the policy"):
            restored.execute("GRANT INSERT ON records.open TO bob")
    place.admin.execute(f"DROP DATABASE {place.name}_new WITH (FORCE)".encode())


@pytest.mark.parametrize("mode", ["report", "close"])
def test_a_schema_is_restored_into_an_enforced_database(place: Database, dumped: Path, mode: Mode) -> None:
    with database(place.server) as other:
        other.admin.execute("DROP SCHEMA records CASCADE; CREATE SCHEMA records AUTHORIZATION app")
        other.mode(mode)
        arguments = ("--schema=records", f"--dbname={other.name}", str(dumped))
        if mode == "report":
            done = run(place.server, "pg_restore", "--exit-on-error", *arguments)
            assert (done.returncode, done.stderr) == (0, "")
            assert other.open_to("bob", "records.open")
            assert ("grant", "records.open", "SELECT is granted to bob", "reported") in other.seen()
        else:
            done = run(place.server, "pg_restore", *arguments)  # its rows are there, its grants are refused
            assert "refused by the policy: records.open: SELECT is granted to bob" in done.stderr
            assert not other.open_to("bob", "records.open")
        assert other.admin.execute("SELECT id FROM records.open").fetchone() == (7,)


def test_an_apply_worker_goes_on(place: Database) -> None:
    with database(place.server) as source:
        slot = f"slot_{place.name}"
        with psycopg.connect(place.server.dsn(source.name), autocommit=True) as admin:
            admin.execute("CREATE TABLE records.sent (id int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE records.sent")
            admin.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", (slot,))
            place.mode("close")
            place.admin.execute("CREATE TABLE records.sent (id int PRIMARY KEY)")
            connection = place.server.dsn(source.name).replace("'", "''")
            place.admin.execute(
                f"CREATE SUBSCRIPTION s CONNECTION '{connection}' PUBLICATION p "
                f"WITH (create_slot = false, copy_data = false, slot_name = '{slot}')".encode()
            )
            admin.execute("INSERT INTO records.sent VALUES (1)")
            for _ in range(200):
                if place.admin.execute("SELECT count(*) FROM records.sent").fetchone() == (1,):
                    break
                time.sleep(0.1)
            else:
                pytest.fail("the row did not arrive")
            assert [row[1] for row in place.seen()] == ["table records.sent", "subscription s"]
            place.admin.execute("ALTER SUBSCRIPTION s DISABLE; ALTER SUBSCRIPTION s SET (slot_name = NONE)")
            place.admin.execute("DROP SUBSCRIPTION s")
            for _ in range(100):
                try:
                    admin.execute("SELECT pg_drop_replication_slot(%s)", (slot,))
                    break
                except psycopg.errors.ObjectInUse:
                    time.sleep(0.1)
