"""Reads a database's catalog into facts and shapes. Read-only; needs no right beyond CONNECT on the catalog itself."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, LiteralString, cast

from psycopg import sql

from recuse.enforcement.facts import (
    ColumnShape,
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Firing,
    Grant,
    Membership,
    ObjectKind,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
    TableShape,
)
from recuse.enforcement.links import ForeignKey, Links
from recuse.enforcement.names import KEEPER, PREFIX, of_another
from recuse.errors import MissingRightError
from recuse.targets.postgres.connect import Connection, server_facts
from recuse.targets.postgres.event_trigger import found_new_objects
from recuse.targets.postgres.queries import query
from recuse.targets.records import Inspection, Neighbours, ServerFacts

_KINDS: dict[str, ObjectKind] = {
    "r": "table", "p": "table", "f": "table", "v": "view", "m": "matview", "S": "sequence",
}  # fmt: skip
_SHAPES = {"r": "table", "p": "partitioned", "f": "foreign", "v": "view", "m": "matview"}
WHEN = {"O": "origin", "R": "replica", "A": "always"}  # a trigger fires
_DEFAULTS = {"r": "tables", "S": "sequences", "f": "functions", "T": "types", "n": "schemas", "L": "large objects"}
_MEMBERSHIPS = {True: "memberships", False: "memberships_15"}  # since 16 each has options of its own

_READABLE = (
    "SELECT bool_and(pg_catalog.has_table_privilege('recuse.' || name, 'SELECT')) "
    "FROM unnest(ARRAY['support', 'account', 'declaration']) t (name)"
)


def inspect(connection: Connection) -> Inspection:
    """All facts of the connected database and of the server's roles, in one snapshot."""
    server = server_facts(connection)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        roles = list(_rows(connection, "roles"))
        facts: set[Fact] = {Role(*row[:8]) for row in roles if not of_another(row[0], server.database)}
        memberships = {Membership(*row) for row in _rows(connection, _MEMBERSHIPS[server.major >= 16])}
        theirs = {each for each in memberships if of_another(each.role, server.database)}
        facts |= memberships - theirs
        facts |= {Owner(ObjectRef("schema", (name,)), owner) for name, owner in _rows(connection, "schemas")}
        facts |= {_grant(row) for row in _rows(connection, "grants")}
        facts |= {_default(row) for row in _rows(connection, "default_privileges")}
        facts |= {_row_policy(row) for row in _rows(connection, "row_policies")}
        facts |= set(_functions(_rows(connection, "functions")))
        facts |= {_firing(*row) for row in _rows(connection, "firing")}
        relations = list(_rows(connection, "relations"))
        facts |= set(_relation_facts(relations))
        if server.supported:
            facts |= _support(connection, server)
        return Inspection(
            server,
            frozenset(facts),
            _shapes(connection, relations),
            _reads(connection),
            {r[0]: r[8] for r in roles},
            _links(connection),
            _neighbours(connection, theirs),
        )


def _neighbours(connection: Connection, memberships: set[Membership]) -> Neighbours:
    """`memberships` are those in roles of other databases; on 15 a door role may stand between login and class."""
    depending = frozenset(name for (name,) in _rows(connection, "depending"))
    return Neighbours(depending, frozenset(m.member for m in memberships if not m.member.startswith(PREFIX)))


def _rows(connection: Connection, name: str) -> Iterator[tuple[Any, ...]]:
    yield from connection.execute(query(f"inspect/{name}"))


def _grant(row: tuple[Any, ...]) -> Grant:
    kind, name, privilege, grantee, grantor, grantable = row
    return Grant(ObjectRef(kind, tuple(name)), privilege, grantee, grantor, grantable)


def _default(row: tuple[Any, ...]) -> DefaultPrivilege:
    owner, schema, kind, privilege, grantee = row
    return DefaultPrivilege(owner, schema, cast("Any", _DEFAULTS[kind]), privilege, grantee)


def _row_policy(row: tuple[Any, ...]) -> RowPolicy:
    schema, table, name, restrictive, command, roles, using, check = row
    return RowPolicy(ObjectRef("table", (schema, table)), name, restrictive, command, tuple(roles), using, check)


def _relation_facts(rows: Iterable[tuple[Any, ...]]) -> Iterator[Fact]:
    for schema, name, kind, owner, enabled, forced, definition, invoker in rows:
        ref = ObjectRef(_KINDS[kind], (schema, name))
        yield Owner(ref, owner)
        if kind in ("r", "p"):
            yield RowSecurity(ref, enabled, forced)
        if kind in ("v", "m"):
            yield Definition(ref, _digest(definition), "invoker" if invoker else "definer")


def _functions(rows: Iterable[tuple[Any, ...]]) -> Iterator[Fact]:
    for schema, name, arguments, owner, definer, source, language, volatility, parallel, settings, body in rows:
        ref = ObjectRef("function", (schema, name, arguments))
        yield Owner(ref, owner)
        digest = function_digest(source or body, language, volatility, parallel, tuple(settings))
        yield Definition(ref, digest, "definer" if definer else "invoker")


def function_digest(source: str, language: str, volatility: str, parallel: str, settings: tuple[str, ...]) -> str:
    """Everything that decides what a function does, as one SHA-256 in hex."""
    return _digest("\0".join((source, language, volatility, parallel, *sorted(settings))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _support(connection: Connection, server: ServerFacts) -> set[Fact]:
    row = connection.execute(_READABLE).fetchone()
    if row is None or not row[0]:
        options: LiteralString = " WITH INHERIT TRUE, SET TRUE" if server.major >= 16 else ""
        names = (sql.Identifier(KEEPER), sql.Identifier(server.login))
        member = sql.SQL("GRANT {} TO {}" + options).format(*names).as_string(None)
        raise MissingRightError(
            f"`{server.login}` may not read the tables of the schema `recuse`, where the policy that is applied stands",
            f"let a superuser run `{member}` for a login that applies plans, or grant SELECT on them to one that looks",
        )
    found: set[Fact] = {
        Support(int(str(row[0]))) for row in connection.execute("SELECT max(version) FROM recuse.support") if row[0]
    }
    found |= {RegisteredAccount(*row) for row in _rows(connection, "registered")}
    found |= {_guard(*row) for row in _rows(connection, "guards")}
    found |= found_new_objects(_rows(connection, "event_triggers"))
    return found | {Declaration(*row) for row in _rows(connection, "declarations")}


def _shapes(connection: Connection, relations: list[tuple[Any, ...]]) -> dict[str, TableShape]:
    columns: dict[str, list[ColumnShape]] = {}
    for schema, table, *column in _rows(connection, "columns"):
        columns.setdefault(f"{schema}.{table}", []).append(ColumnShape(*column))
    sequences: dict[str, list[str]] = {}
    for schema, table, sequence_schema, sequence in _rows(connection, "sequences"):
        sequences.setdefault(f"{schema}.{table}", []).append(f"{sequence_schema}.{sequence}")
    return {
        f"{schema}.{name}": TableShape(
            f"{schema}.{name}",
            cast("Any", _SHAPES[kind]),
            tuple(columns.get(f"{schema}.{name}", ())),
            tuple(sorted(sequences.get(f"{schema}.{name}", ()))),
        )
        for schema, name, kind, *_ in relations
        if kind in _SHAPES
    }


def _reads(connection: Connection) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for schema, view, _, table_schema, table in _rows(connection, "dependencies"):
        found.setdefault(f"{schema}.{view}", set()).add(f"{table_schema}.{table}")
    return {view: frozenset(tables) for view, tables in found.items()}


def _links(connection: Connection) -> Links:
    return Links(
        parts=frozenset((whole, part) for whole, part in _rows(connection, "parts")),
        keys=tuple(sorted(_key(row) for row in _rows(connection, "keys"))),
        unique=frozenset(name for (name,) in _rows(connection, "unique")),
        computed=frozenset((table, column, source) for table, column, source in _rows(connection, "computed")),
        triggers=frozenset((table, name) for table, name in _rows(connection, "triggers")),
        published=frozenset((publication, table) for publication, table in _rows(connection, "published")),
        replicating=frozenset(name for (name,) in _rows(connection, "replicating")),
        slots=frozenset(name for (name,) in _rows(connection, "slots")),
    )


def _key(row: tuple[Any, ...]) -> ForeignKey:
    table, name, references, columns, on_delete, on_update = row
    return ForeignKey(table, name, references, tuple(columns), on_delete, on_update)


def _firing(schema: str | None, table: str | None, name: str, when: str) -> Firing:
    on = None if schema is None or table is None else ObjectRef("table", (schema, table))
    return Firing(on, name, cast("Any", WHEN[when]))


def _guard(schema: str, table: str, arguments: list[str]) -> ConflictGuard:
    return ConflictGuard(ObjectRef("table", (schema, table)), tuple(sorted(filter(None, arguments))))
