"""Migrations of the state: numbered SQL files, done once and in order, in one transaction, and never changed after.

Rights: `prepare` needs CREATE on the database, and is run by its administrator. The server may run none of them: it
looks whether all are done, and does not start on a state that is older or newer than itself.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import psycopg
from psycopg import sql

from recuse.errors import InputError, TargetError, UnreachableError

Connection = psycopg.Connection[tuple[Any, ...]]
_SQL: Final = files("recuse.server.state") / "sql"
_LOCK: Final = 0x72656375  # `recu`: one prepares at a time
_PREPARE: Final = "let its administrator run `recuse state prepare`"
_DONE: Final = "SELECT number, name, sha256 FROM recuse_state.migration ORDER BY number"
_NOTE: Final = "INSERT INTO recuse_state.migration (number, name, sha256) VALUES (%s, %s, %s)"
_THERE: Final = "SELECT pg_catalog.to_regclass('recuse_state.migration') IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """What is kept of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """Those that this version knows, in order."""
    found = sorted(each.name for each in _SQL.iterdir() if each.name[:4].isdigit())
    return tuple(Migration(int(name[:4]), name[5:].removesuffix(".sql"), _text(name)) for name in found)


@contextmanager
def told() -> Iterator[None]:
    """What the driver raises inside, as a TargetError in one sentence."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise UnreachableError(
            f"the state cannot be reached: {_line(error)}", "check its server, and the connection string"
        ) from error
    except psycopg.Error as error:
        raise TargetError(f"the state's database answered: {_line(error)}", _PREPARE) from error


def prepare(connection: Connection, logins: Iterable[str], workers: Iterable[str] = ()) -> tuple[Migration, ...]:
    """Do what is missing, and give these logins what the server needs, and `workers` what the worker does.

    Returns what was done. InputError when one login is to be both: what asks for a job must not be able to end it.

    Raises `TargetError` for a state that a newer version made, or whose migrations are not ours.
    """
    servers, others = tuple(logins), tuple(workers)
    both = ", ".join(f"`{each}`" for each in sorted({*servers} & {*others}))
    if both:
        raise InputError(f"{both} would be a login of servers and of workers", "make a login for each")
    with told(), connection.transaction():
        connection.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(_text("first.sql").encode())
        todo = _missing(connection)
        for each in todo:
            connection.execute(each.text.encode())
            connection.execute(_NOTE, (each.number, each.name, each.sha256))
        for file, named in (("grants.sql", servers), ("worker.sql", others)):
            for login in named:
                connection.execute(sql.SQL(_text(file)).format(login=sql.Identifier(login)))
    return todo


def missing(connection: Connection) -> tuple[Migration, ...]:
    """What `prepare` would do. Raises as it does."""
    with told():
        ((there,),) = connection.execute(_THERE).fetchall()
        return _missing(connection) if there else migrations()


def check_prepared(connection: Connection) -> None:
    """Raise `TargetError` unless the state has just the migrations of this version."""
    if missing(connection):
        raise TargetError("the state is not prepared for this version", _PREPARE)


def _missing(connection: Connection) -> tuple[Migration, ...]:
    known = migrations()
    done = [(number, name, sha256) for number, name, sha256 in connection.execute(_DONE).fetchall()]
    ours = [(each.number, each.name, each.sha256) for each in known]
    if len(done) > len(ours):
        raise TargetError("the state was prepared by a newer version", "run that version, or give another state")
    if done != ours[: len(done)]:
        raise TargetError("the state's migrations are not those of this version", "give another state")
    return known[len(done) :]


def _text(name: str) -> str:
    return (_SQL / name).read_text(encoding="utf-8")


def _line(error: psycopg.Error) -> str:
    return (str(error).strip().splitlines() or ["no word"])[0]
