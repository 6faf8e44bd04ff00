"""The ways of asking that are compared: by hand, under `recuse`, and as it is done elsewhere. All show the same rows.

By hand and under `recuse` is the very same table: the hand-written query runs as a login that row security does not
bind. The others have a copy of the same bytes. `copy` is the hand-written query on that copy: it should come out as
1.00, and says how far a figure can be trusted.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from bench.place import TOOLS
from bench.sql import statement
from bench.world import AUTHORITY, BARE, DISTRICTS, ENFORCED, PERMIT, PLAIN, PURPOSE, STANDING, Say, World, login_of

ROWSTILE: Final = "rowstile"
"""The program's name, and that of the database that it has to itself."""


@dataclass(frozen=True, slots=True)
class Side:
    """A way of asking: as which login of which database, whether the query carries the condition, and how it enters.

    `title` is how charts call it; `enter` are statements with parameters that a session begins with; `since` is the
    oldest version of PostgreSQL that it runs on.
    """

    name: str
    title: str
    database: str
    login: str
    by_hand: bool = False
    schema: str = "register"
    enter: tuple[tuple[str, tuple[str, ...]], ...] = ()
    since: int = 15


HAND: Final = Side("hand-written", "hand-written WHERE", ENFORCED, PLAIN, by_hand=True)
NO_POLICY: Final = Side("no-policy", "no policy", ENFORCED, PLAIN)
COPY: Final = Side("copy", "hand-written WHERE, on the copy", BARE, PLAIN, by_hand=True)
OURS: Final = (
    Side("standing", "recuse, standing purpose", ENFORCED, STANDING),
    Side("permit", "recuse, permit", ENFORCED, PERMIT, enter=(("declare", (PURPOSE, AUTHORITY)),)),
)
_SETTINGS: Final = (
    ("setting", ("app.purpose", PURPOSE)),
    ("setting", ("app.authority", AUTHORITY)),
    ("setting", ("app.districts", ",".join(DISTRICTS))),
)
OTHERS: Final = (
    Side("settings-in-select", "(select current_setting(…))", BARE, "settings_in_select", enter=_SETTINGS),
    Side("settings-bare", "current_setting(…)", BARE, "settings_bare", enter=_SETTINGS),
    Side("barrier-view", "security-barrier view", BARE, "barrier_view", schema="shown"),
    Side("permits-table", "EXISTS on a permits table", BARE, "permits_table"),
    Side("rowstile", "rowstile", ROWSTILE, "rowstile_app", enter=(("act-as", ("user", "1")),), since=16),
)
ROW_FUNCTION: Final = Side("row-function", "a function a row", BARE, "row_function")


def others(world: World) -> tuple[Side, ...]:
    """The other sides that run on this server."""
    return tuple(side for side in OTHERS if side.since <= world.server.version)


def set_up(world: World, say: Say) -> None:
    """Set up all the others; every login is made now, after `recuse` has planned on a server without them."""
    with psycopg.connect(world.server.dsn(), autocommit=True) as connection:
        for side in (*others(world), ROW_FUNCTION):
            login_of(connection, side.login, world.password)
    _run(world, BARE, "assignments")
    if any(side.database == ROWSTILE for side in others(world)):
        say("others: rowstile")
        _set_up_rowstile(world)
    _run(world, BARE, "row-security")
    for side in (*others(world), ROW_FUNCTION):
        if side.database == BARE:
            say(f"others: {side.name}")
            _run(world, BARE, side.name, login=sql.Identifier(side.login), **_conditions(by_hand=True))


def _run(world: World, database: str, name: str, **names: sql.Composable) -> None:
    with psycopg.connect(world.dsn(database), autocommit=True) as connection:
        connection.execute(statement(f"sides/{name}").format(**names))


def _set_up_rowstile(world: World) -> None:
    """Let rowstile apply its policy as its authors say, as a program of its own; the password is in no command line."""
    server = world.server
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(statement("world/sql/copy").format(sql.Identifier(ROWSTILE), sql.Identifier(BARE)))
    _run(world, ROWSTILE, "rowstile", login=sql.Identifier("rowstile_app"))
    environment = {
        "PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(TOOLS), "PGHOST": server.host,
        "PGPORT": str(server.port), "PGUSER": "postgres", "PGPASSWORD": server.password, "PGDATABASE": ROWSTILE,
    }  # fmt: skip
    policy = Path(__file__).parent / "sides" / "rowstile.authz"
    command = [sys.executable, "-m", "rowstile", "apply", str(policy)]
    done = subprocess.run(  # noqa: S603 - a fixed command
        command, env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=world.folder
    )
    if done.returncode != 0:
        raise RuntimeError(f"rowstile did not apply its policy (is `make bench` setting up?): {done.stderr.strip()}")


def opened(world: World, side: Side, settings: Sequence[tuple[str, str]]) -> psycopg.Connection:
    """A session of this side with these settings, inside one transaction, as it has entered."""
    connection = psycopg.connect(world.dsn(side.database, side.login))
    for pair in settings:
        connection.execute(statement("sides/setting"), pair)
    for name, parameters in side.enter:
        connection.execute(statement(f"sides/{name}"), parameters)
    return connection


def query_of(side: Side, name: str) -> sql.Composed:
    """A query of `queries/` as this side asks it."""
    conditions = _conditions(by_hand=side.by_hand)
    return statement(f"queries/{name}").format(schema=sql.Identifier(side.schema), **conditions)


def _conditions(*, by_hand: bool) -> dict[str, sql.Composable]:
    empty = sql.SQL("")
    tables = ("arrest", "person")
    return {table: statement(f"queries/by-hand-{table}") if by_hand else empty for table in tables}
