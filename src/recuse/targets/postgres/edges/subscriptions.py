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
    """Where a subscription copies from: the options of its connection without the password, and whether it has one.

    `changer` is the owner who may have it copy other publications, if that is no superuser.
    """

    name: str
    options: dict[str, str]
    password: bool
    changer: str | None


@dataclass(frozen=True, slots=True)
class Published:
    """A column that a publication sends, with its type; `schema` is not quoted."""

    publication: str
    schema: str
    relation: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Those of one database, and what it publishes; `sources` is None where this account may not see them."""

    kept: tuple[Kept, ...]
    sources: tuple[Source, ...] | None
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    name: str
    words: str = field(repr=False)
    owner: str
    changed: bool


def subscriptions_in(connection: Connection) -> Subscriptions:
    """The subscriptions of the connected database."""
    kept = tuple(rows_of(connection, "subscriptions", Kept))
    published = tuple(rows_of(connection, "published", Published))
    with connection.cursor() as cursor:
        readable = cursor.execute(
            "SELECT has_column_privilege('pg_catalog.pg_subscription', 'subconninfo', 'SELECT')"
        ).fetchone()
    if not kept or readable != (True,):
        return Subscriptions(kept, None if kept else (), published)
    return Subscriptions(kept, tuple(map(_source, rows_of(connection, "subscription_sources", _Words))), published)


def _source(found: _Words) -> Source:
    try:
        options = {word: str(value) for word, value in conninfo_to_dict(found.words).items()}
    except psycopg.Error:
        options = {"service": "unknown"}
    password = bool(options.pop("password", ""))
    return Source(found.name, options, password, found.owner if found.changed else None)
