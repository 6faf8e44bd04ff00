"""The demo world: a police records database on a server of our own, as it stood before any directive.

Every row is made by SQL from a seed, so the same seed gives the same rows on every server and version; only the logins'
passwords are random.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

import psycopg
from psycopg import sql

from recuse import clock
from recuse.demo.repository import accounts
from recuse.demo.statements import statement, statements_in
from recuse.errors import InputError, TargetError, UnreachableError
from recuse.targets.postgres.throwaway import SUPERUSER, Server

Progress = Callable[[str, int, int], None]
"""Called before each step with its name, its number from 0, and the number of steps; once more when all are done."""

SMALLEST = 500
"""Fewer people would leave some table without a sealed or a juvenile row."""


@dataclass(frozen=True, slots=True)
class World:
    """A demo database on a running server, with the password of each of its logins."""

    server: Server
    database: str
    people: int
    seed: int
    passwords: Mapping[str, str] = field(repr=False)

    @property
    def logins(self) -> tuple[str, ...]:
        """Every login but the superuser's, in the order of accounts.toml."""
        return tuple(self.passwords)

    def dsn(self, login: str = SUPERUSER) -> str:
        """A connection string as `login`. It holds a password: never for a command line."""
        if login == SUPERUSER:
            return self.server.dsn(self.database)
        return self.server.dsn(self.database, login, self.passwords[login])


def silent(step: str, done: int, total: int) -> None:
    """Progress that tells nobody."""


def build(
    server: Server, database: str = "clear", people: int = 200_000, seed: int = 2019, progress: Progress = silent
) -> World:
    """Make `database` on `server` with about `people` people (500 or more) and every login of accounts.toml.

    Raises InputError for too few people, TargetError when the database or one of its roles exists already, and
    UnreachableError when the server does not answer. All but CREATE DATABASE is one transaction.
    """
    if people < SMALLEST:
        raise InputError(f"`{people}` people are too few", f"ask for {SMALLEST} or more")
    passwords = {a.login: clock.random_bytes(24).hex() for a in accounts() if a.login != SUPERUSER}
    world = World(server, database, people, seed, MappingProxyType(passwords))
    with _explained(database):
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        with psycopg.connect(world.dsn()) as connection:
            _fill(connection, world, progress)
    return world


@contextmanager
def _explained(database: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.DuplicateDatabase as error:
        raise TargetError(f"database `{database}` exists already", "drop it, or give another name") from error
    except psycopg.errors.DuplicateObject as error:
        raise TargetError(
            f"the server already has a role of the demonstration: {error.diag.message_primary}",
            "use a server of its own",
        ) from error
    except psycopg.OperationalError as error:
        if error.sqlstate is None:
            raise UnreachableError(
                f"the server does not answer: {error}", "check that it runs, and try again"
            ) from error
        raise TargetError(f"the demonstration was not built: {error}", "drop its database, and try again") from error


def _fill(connection: psycopg.Connection, world: World, progress: Progress) -> None:
    version = connection.info.server_version // 10000
    steps = (
        *("roles", "logins", "schema", "chance"),
        *statements_in("data"),
        *("constraints", "grants", "refresh_17" if version >= 17 else "refresh_15"),
        *("side_doors", "set_only_16" if version >= 16 else "set_only_15"),
    )
    seeded = {"people": world.people, "seed": world.seed}
    for done, step in enumerate(steps):
        progress(step, done, len(steps))
        if step == "logins":
            _create_logins(connection, world.passwords)
        else:
            connection.execute(statement(step), seeded if step.startswith("data/") else None)
    connection.commit()
    connection.execute("ANALYZE")
    progress("done", len(steps), len(steps))


def _create_logins(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Passwords reach the server as SCRAM verifiers, so that no log of statements holds one."""
    for login, password in passwords.items():
        verifier = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(create.format(sql.Identifier(login), sql.Literal(verifier)))
