"""Whether a login's backup is whole: a table is dumped with its rights, restored on a server of our own, and counted.

It copies rows, so it is done only when it is asked for: into a folder that nobody else enters, beside a throw-away
server with a password of its own, and both are gone when it is counted, also after a failure. The dump is the real
`pg_dump` in the role of the login (`--role`), so that row security and grants bind it as they bind the login; the rows
that it is to have are counted in the very snapshot that it dumps.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import conninfo, sql

from recuse.errors import RecuseError
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query
from recuse.targets.postgres.throwaway import Server, embedded_binaries, throwaway
from recuse.targets.whereabouts import Restored

_LONGEST: Final = 600
"""Seconds that one dump or one restore may take."""
_WAITS: Final = "5000"
"""Milliseconds that a dump waits for a lock, and then gives up."""
_ROWS_ALONE: Final = ("--no-owner", "--no-privileges")
_WITHOUT_ROLES: Final = (*_ROWS_ALONE, "--section=pre-data", "--section=data", "--exit-on-error")


class _ProgramError(RecuseError):
    """A program of PostgreSQL's ended without success."""


def restored(connection: Connection, login: str, tables: Sequence[str]) -> Restored:
    """Dump the smallest of `tables` that has rows as `login` would, restore it and count it."""
    row = connection.execute(query("identity/smallest"), (list(tables),)).fetchone()
    if row is None:
        return Restored(login, "(none)", 0, 0, "no governed table has rows", told=False)
    table = str(row[0])
    schema, _, relation = table.partition(".")
    name = sql.Identifier(schema, relation)
    try:
        binaries = embedded_binaries()
        with tempfile.TemporaryDirectory(prefix="recuse-sample-") as folder:  # 0700
            file = Path(folder) / "dump"
            with _snapshot(connection) as snapshot:
                expected = _count(connection, name)
                try:
                    what = ("--role", login, "--table", name.as_string(connection), "--snapshot", snapshot)
                    _dump(binaries, connection, file, what)
                except _ProgramError as failed:
                    return Restored(login, table, expected, 0, failed.message)
            with throwaway(binaries=binaries) as server:
                return Restored(login, table, expected, _restore(binaries, server, file, (schema, relation)))
    except (RecuseError, psycopg.Error, OSError, subprocess.TimeoutExpired) as error:
        return Restored(login, table, 0, 0, str(error).strip().splitlines()[-1], told=False)


@contextmanager
def _snapshot(connection: Connection) -> Iterator[str]:
    """A snapshot that another session can take, as long as the block lasts."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        row = connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()
        yield str(row[0]) if row else ""
    finally:
        connection.execute("ROLLBACK")


def _count(connection: psycopg.Connection[tuple[object, ...]], name: sql.Identifier) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()
    return int(str(row[0])) if row else 0


def _dump(binaries: Path, connection: Connection, file: Path, what: Sequence[str]) -> None:
    where = conninfo.make_conninfo(**connection.info.get_parameters())
    file.touch(mode=0o600)
    _run(
        binaries / "pg_dump", "--dbname", where, *what, "--format", "custom", *_ROWS_ALONE,
        "--lock-wait-timeout", _WAITS, "--file", str(file), password=connection.info.password,
    )  # fmt: skip


def _restore(binaries: Path, server: Server, file: Path, table: tuple[str, str]) -> int:
    """Roles are not there, and what belongs to them is left away: it is the rows that are counted."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(table[0])))
        where = conninfo.make_conninfo(server.dsn(), password=None)
        _run(binaries / "pg_restore", "--dbname", where, *_WITHOUT_ROLES, str(file), password=server.password)
        return _count(connection, sql.Identifier(*table))


def _run(program: Path, *arguments: str, password: str) -> None:
    environment = {**os.environ, "LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs, no shell
        [str(program), "--no-password", *arguments],
        env=environment, cwd="/", capture_output=True, text=True, timeout=_LONGEST, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        last = [line for line in done.stderr.splitlines() if "error:" in line] or done.stderr.strip().splitlines()
        raise _ProgramError(last[0].partition("error: ")[2] or last[0] if last else f"{program.name} failed")
