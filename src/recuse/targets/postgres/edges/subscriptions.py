"""Subscriptions: tables that are kept as copies of another database's, and the passwords by which they arrive there."""

from dataclasses import dataclass, field

import psycopg
from psycopg.conninfo import conninfo_to_dict

from recuse.targets.postgres.edges.catalog import Connection, rows_of


@dataclass(frozen=True, slots=True)
class Kept:
    """A column that a subscription keeps as a copy; none while it has no relation yet."""

    name: str
    relation: str | None
    column: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a subscription copies from: the options of its connection without the password, and whether it has one."""

    name: str
    options: dict[str, str]
    password: bool


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Those of one database; `sources` is None where this account may not see them."""

    kept: tuple[Kept, ...]
    sources: tuple[Source, ...] | None


@dataclass(frozen=True, slots=True)
class _Words:
    name: str
    words: str = field(repr=False)


def subscriptions_in(connection: Connection) -> Subscriptions:
    """The subscriptions of the connected database."""
    kept = tuple(rows_of(connection, "subscriptions", Kept))
    with connection.cursor() as cursor:
        readable = cursor.execute(
            "SELECT has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')"
        ).fetchone()
    if not kept or readable != (True,):
        return Subscriptions(kept, None if kept else ())
    return Subscriptions(kept, tuple(map(_source, rows_of(connection, "subscription_sources", _Words))))


def _source(found: _Words) -> Source:
    try:
        options = {word: str(value) for word, value in conninfo_to_dict(found.words).items()}
    except psycopg.Error:
        options = {"service": "unknown"}
    password = bool(options.pop("password", ""))
    return Source(found.name, options, password)
