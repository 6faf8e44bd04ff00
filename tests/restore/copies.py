"""Copies of an enforced database, each made as people make them, and what is seen in it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from recuse.targets.postgres.throwaway import Server, copied
from tests.context.world import PASSWORD, Enforced, rows

OPEN: Final[tuple[list[int], list[int] | str]] = (
    [1, 3],
    [2, 3],
)  # what the application sees, and the analyst under a permit
CLOSED: Final[tuple[list[int], list[int] | str]] = (
    [],
    "this database is a copy, or was promoted, and nothing is open in it",
)
REPLICATING: Final = ("wal_level=logical", "max_wal_senders=8", "full_page_writes=on")


def moved(dsn: str) -> object:
    """Why the gates are shut, in the schema's own word."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("SELECT recuse.moved()").fetchone()
        return row and row[0]


def seen(server: Server, database: str) -> tuple[list[int], list[int] | str]:
    """What the application sees, and the analyst under the permit `p`, or how the declaration is refused."""
    with psycopg.connect(server.dsn(database, "app", PASSWORD), autocommit=True) as connection:
        standing = rows(connection)
    with psycopg.connect(server.dsn(database, "analyst", PASSWORD), autocommit=True) as connection:
        try:
            with connection.transaction():
                connection.execute("SELECT recuse.declare('crime', 'judicial')")
                return standing, rows(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            return standing, str(error.diag.message_primary)


def forced(server: Server, world: Enforced) -> object:
    """The gate of the analyst's class, asked past `declare` by writing the settings that it writes."""
    with psycopg.connect(server.dsn(world.database, "analyst", PASSWORD)) as connection:
        connection.execute(
            "SELECT set_config('recuse.permit', 'p', true), "
            "set_config('recuse.declared', extract(epoch FROM now())::text, true)"
        )
        row = connection.execute("SELECT recuse.gate(%s)", (world.class_role,)).fetchone()
        return row and row[0]


def settle(dsn: str, *, resuming: bool = False) -> bool:
    """Write down where the database is."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("SELECT recuse.settle(NULL, %s)", (resuming,)).fetchone()
        return bool(row and row[0])


@dataclass(frozen=True, slots=True)
class Backup:
    """A base backup of a running server, in a folder."""

    folder: Path

    def into(self, data: Path) -> None:
        shutil.copytree(self.folder, data, symlinks=True)


def base_backup(server: Server, *options: str) -> Backup:
    """As `pg_basebackup` takes one, beside the server's own folder."""
    folder = server.folder.parent / f"backup-{len(list(server.folder.parent.iterdir()))}"
    server.run("pg_basebackup", "--pgdata", folder, "--dbname", server.dsn(), "--checkpoint", "fast", *options)
    return Backup(folder)


@contextmanager
def snapshot(server: Server) -> Iterator[Backup]:
    """What a disk would hold if power failed now; the server comes back on its own folder."""
    server.control("stop", "--mode", "immediate")
    folder = server.folder.parent / "snapshot"
    shutil.copytree(server.folder, folder, ignore=shutil.ignore_patterns("postmaster.pid"), symlinks=True)
    server.control("start")
    yield Backup(folder)
    shutil.rmtree(folder)


@contextmanager
def standby(origin: Server, *, settings: tuple[str, ...] = (), backup: Backup | None = None) -> Iterator[Server]:
    """A streaming standby of a server."""
    follows = f"primary_conninfo='host={origin.host} port={origin.port} user=postgres password={origin.password}'"
    taken = backup or base_backup(origin)
    with copied(origin, taken.into, settings=(follows, *settings), signal="standby") as server:
        yield server


def wait_for(server: Server, condition: str, database: str = "postgres") -> None:
    """Until the server says that a condition is true; the statement's own timeout is the limit."""
    with psycopg.connect(server.dsn(database), autocommit=True) as connection:
        connection.execute("SET statement_timeout = '30s'")
        connection.execute(
            b"DO $$ BEGIN WHILE NOT coalesce((" + condition.encode() + b"), false) "
            b"LOOP PERFORM pg_sleep(0.02); END LOOP; END $$"
        )


def followed(origin: Server, server: Server) -> None:
    """Until a standby has replayed what its primary has written up to now."""
    with psycopg.connect(origin.dsn(), autocommit=True) as connection:
        row = connection.execute("SELECT pg_current_wal_lsn()::text").fetchone()
    assert row is not None
    wait_for(server, f"pg_last_wal_replay_lsn() >= '{row[0]}'")


Copying = Callable[[Path], None]
