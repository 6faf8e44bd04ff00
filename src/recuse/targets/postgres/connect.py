"""Connections, and the database's errors as ours: one sentence, a remedy, never a password."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import conninfo

from recuse.errors import MissingRightError, TargetError, UnreachableError
from recuse.targets.postgres.queries import query
from recuse.targets.records import ServerFacts

Connection = psycopg.Connection[tuple[object, ...]]
MINIMUM_VERSION = 15
SUPPORT_TABLES = 4
STATEMENT_SECONDS = 60
# Only where a commit would not even wait for this server's own disk; what waits for standbys too is left as it is.
_LASTING: Final = (
    "SELECT pg_catalog.set_config('synchronous_commit', 'local', false) "
    "WHERE pg_catalog.current_setting('synchronous_commit') = 'off'"
)


@contextmanager
def connect(dsn: str, *, autocommit: bool = True) -> Iterator[Connection]:
    """A connection for the length of a `with` block; database errors inside leave as TargetError."""
    try:
        connection = psycopg.connect(dsn, autocommit=autocommit, application_name="recuse", connect_timeout=10)
    except psycopg.Error as error:
        raise _unreachable(dsn, error) from None
    with told(connection.info.user), connection:
        _setup(connection)
        yield connection


@contextmanager
def told(user: str) -> Iterator[None]:
    """What the driver raises inside, as a TargetError in one sentence."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise MissingRightError(
            f"the database refused: {first_line(error)}",
            f"connect as a superuser, or give `{user}` the right named",
        ) from error
    except psycopg.errors.LockNotAvailable as error:
        raise TargetError(
            "something that others have locked was not free in time", "see pg_locks for who holds what, and try again"
        ) from error
    except psycopg.errors.QueryCanceled as error:
        raise TargetError(
            f"a statement took longer than {STATEMENT_SECONDS} seconds", "try again when the server is less busy"
        ) from error
    except psycopg.OperationalError as error:
        raise UnreachableError(
            f"the connection to the database was lost: {first_line(error)}", "check the server and run it again"
        ) from error
    except psycopg.Error as error:
        raise TargetError(
            f"the database answered: {first_line(error)}", "look at the server's log for what led to it"
        ) from error


# How the server writes values in an expression that it gives back: without these, each session would see another text.
WORDS: Final[Mapping[str, str]] = {
    "TimeZone": "UTC", "DateStyle": "ISO, YMD", "IntervalStyle": "postgres", "extra_float_digits": "1",
    "bytea_output": "hex", "quote_all_identifiers": "off",
}  # fmt: skip


def fix_words(connection: psycopg.Connection[Any], *, local: bool = False) -> None:
    """Let the server write values as `WORDS` says, in this session, or (`local`) in this transaction."""
    for name, value in WORDS.items():
        connection.execute("SELECT pg_catalog.set_config(%s, %s, %s)", (name, value, local))


def _setup(connection: Connection) -> None:
    """Resolve names in pg_catalog only: nothing in a user's schema stands in for what we call."""
    connection.execute("SET search_path = pg_catalog, pg_temp")
    fix_words(connection)
    connection.execute("SELECT pg_catalog.set_config('statement_timeout', %s, false)", (f"{STATEMENT_SECONDS}s",))
    connection.execute("SET jit = off")  # to compile a query of the catalog takes longer than to run it
    connection.execute("SET standard_conforming_strings = on")  # a backslash in a constant is a backslash
    connection.execute(_LASTING)  # what was cut stays cut when the server crashes in the next moment
    if not connection.autocommit:
        connection.commit()


def server_facts(connection: Connection) -> ServerFacts:
    """Version, identity and whether the recuse schema is there; TargetError below PostgreSQL 15."""
    row = connection.execute(query("inspect/server")).fetchone()
    if row is None:
        raise TargetError("the server said nothing about itself")
    version, database, login, superuser, bootstrap, tables = row
    if tables not in (0, SUPPORT_TABLES):
        raise TargetError(
            "the schema `recuse` of the database has lost tables",
            "drop it as a superuser (DROP SCHEMA recuse CASCADE, which shows nothing), then plan and apply again",
        )
    facts = ServerFacts(int(str(version)), str(database), str(login), bool(superuser), str(bootstrap), bool(tables))
    if facts.major < MINIMUM_VERSION:
        raise TargetError(
            f"the server is PostgreSQL {facts.major}; enforcement needs {MINIMUM_VERSION} or newer",
            "upgrade the server",
        )
    return facts


def _unreachable(dsn: str, error: psycopg.Error) -> UnreachableError:
    try:
        parts = conninfo.conninfo_to_dict(dsn)
    except psycopg.Error:
        return UnreachableError(
            "the connection string cannot be read", "write it as `host=… dbname=… user=…` or `service=NAME`"
        )
    where = ", ".join(
        f"{key} `{parts[key]}`" for key in ("service", "host", "port", "dbname", "user") if parts.get(key)
    )
    reason = without_secret(first_line(error), str(parts.get("password") or ""))
    return UnreachableError(
        f"no connection to {where or 'the default server'}: {reason}",
        "check that the server runs, the service or address is right, and the password is in PGPASSFILE",
    )


def first_line(error: psycopg.Error) -> str:
    """The first line of what the server or the driver said: the cause; hints and further attempts come after it."""
    message = error.diag.message_primary or str(error)
    return message.strip().splitlines()[0] if message.strip() else type(error).__name__


def without_secret(text: str, secret: str) -> str:
    """A text in which a secret, should the driver quote it, is not shown."""
    return re.sub(re.escape(secret), "…", text) if secret else text
