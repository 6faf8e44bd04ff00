"""Opens a database to look at it: read-only, with limits on time, and errors that never show a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from recuse.errors import InputError, MissingRightError, TargetError, UnreachableError
from recuse.targets.postgres.connect import first_line, fix_words, without_secret

OLDEST: Final = 14
"""The oldest PostgreSQL version whose catalogs are understood. It is below the floor: to look at, not to enforce."""

_CONNECT_SECONDS: Final = 10
_STATEMENT_SECONDS: Final = 60


def holds_password(dsn: str) -> bool:
    """Whether a connection string or URL carries a password; `service=` and PGPASSFILE keep it out of sight."""
    return "password" in _parameters(dsn)


def service_of(dsn: str) -> str | None:
    """The entry of the connection service file that a connection string names, if it names one."""
    service = _parameters(dsn).get("service")
    return None if service is None else str(service)


@contextmanager
def read_only(dsn: str, *, statement_seconds: int = _STATEMENT_SECONDS) -> Iterator[psycopg.Connection[Any]]:
    """A connection with one read-only transaction and one view of the catalogs, rolled back at the end.

    Names are looked up in pg_catalog alone, so that no object of anyone else is run. Raises InputError for a connection
    string that cannot be read, UnreachableError without a connection, TargetError for a version that is too old or a
    statement that took too long, MissingRightError when the account lacks a right.
    """
    connection = _connect(dsn)
    with connection:
        version = connection.info.server_version // 10000
        if version < OLDEST:
            raise TargetError(f"PostgreSQL {version} is too old to be read", f"use PostgreSQL {OLDEST} or later")
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        try:
            connection.execute(
                "SELECT set_config('search_path', 'pg_catalog', true), set_config('statement_timeout', %s, true),"
                " set_config('lock_timeout', '5s', true)",
                (f"{statement_seconds}s",),
            )
            fix_words(connection, local=True)
            yield connection
        except psycopg.errors.QueryCanceled as error:
            raise TargetError(
                f"a catalog query took longer than {statement_seconds} seconds",
                "try again when the server is less busy",
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise MissingRightError(
                f"the account `{connection.info.user}` lacks a right: {error.diag.message_primary}",
                "connect as an account that has it",
            ) from error
        except psycopg.OperationalError as error:
            raise UnreachableError(
                f"the connection to {_where(dsn)} was lost", "look at the server's log, then try again"
            ) from error
        finally:
            if not connection.closed:
                connection.rollback()


def _connect(dsn: str) -> psycopg.Connection[Any]:
    parameters = {"connect_timeout": _CONNECT_SECONDS, "application_name": "recuse", **_parameters(dsn)}
    try:
        return psycopg.connect(prepare_threshold=None, **parameters)
    except psycopg.OperationalError as error:
        shown = without_secret(first_line(error), str(parameters.get("password") or ""))
        raise UnreachableError(
            f"no connection to {_where(dsn)}: {shown}", "check the address, the account and its password file"
        ) from None


def _parameters(dsn: str) -> dict[str, Any]:
    """The parts of a connection string. What libpq says of a broken one may quote a password: it is not passed on."""
    try:
        return conninfo_to_dict(dsn)
    except psycopg.Error:
        raise InputError(
            "the connection string cannot be read",
            "write `service=NAME`, `host=… dbname=… user=…` or `postgresql://user@host/database`",
        ) from None


def _where(dsn: str) -> str:
    parameters = _parameters(dsn)
    if "service" in parameters:
        return f"the service `{parameters['service']}`"
    host, port = parameters.get("host", "the local socket"), parameters.get("port", "5432")
    return f"`{host}:{port}`"
