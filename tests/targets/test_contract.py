"""What every target promises, kept by PostgreSQL 18 and 15: what is made is found, what is unmade is gone.

Each fact is made and unmade by the renderer's own statements and read back from the catalog, under plain names and under
names that need quoting everywhere. Plans converge, survive damage by hand, and can be undone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.compiler.condition import (
    ALWAYS, Condition, Flag, Like, Null, OneOf, Ordered, all_of, any_of,
)  # fmt: skip
from recuse.enforcement.facts import (
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    ObjectKind,
    ObjectRef,
    Owner,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.plan import Change
from recuse.errors import PlanError
from recuse.targets.postgres.canonical import canonical
from recuse.targets.postgres.condition_sql import condition_text
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import support_facts
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of

BUILT_IN: Final = "postgres"


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server for this module, whose roles each test takes away again."""
    with throwaway(binaries=binaries_of(request.param)) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Place:
    """A fresh database with an administrator's connection; no role but the first on the server."""

    server: Server
    database: str
    admin: Connection

    def dsn(self, login: str = BUILT_IN, password: str | None = None) -> str:
        return self.server.dsn(self.database, login, password)

    def execute(self, text: str, *names: str) -> None:
        """Run statements; each `{}` is an identifier."""
        self.admin.execute(sql.SQL(text).format(*map(sql.Identifier, names)))

    def facts(self) -> frozenset[Fact]:
        return inspect(self.admin).facts

    def renderer(self, *others: Fact) -> Renderer:
        owners: dict[ObjectRef, frozenset[str]] = {}
        for fact in (*self.facts(), *others):
            if isinstance(fact, Owner):
                owners[fact.of] = owners.get(fact.of, frozenset()) | {fact.role}
        return Renderer(self.server.version, owners)

    def make(self, *facts: Fact, before: Fact | None = None) -> None:
        self._run(self.renderer(*facts).make(facts, before))

    def unmake(self, *facts: Fact) -> None:
        self._run(self.renderer(*facts).unmake(facts))

    def _run(self, statements: Iterable[sql.SQL | sql.Composed]) -> None:
        with self.admin.transaction():
            for statement in statements:
                self.admin.execute(statement)


@pytest.fixture
def place(running: Server) -> Iterator[Place]:
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(running.dsn(), autocommit=True) as outside:
        outside.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with connect(running.dsn(name)) as admin:
                yield Place(running, name, admin)
        finally:
            outside.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            drop_roles(outside)


def drop_roles(connection: psycopg.Connection) -> None:
    """All roles made since the server was; those that granted to others go after them."""
    found = connection.execute("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND oid <> 10").fetchall()
    left = [str(name) for (name,) in found]
    for _ in range(len(left) + 1):
        for role in list(left):
            try:
                connection.execute(sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(sql.Identifier(role)))
            except psycopg.errors.DependentObjectsStillExist:
                continue
            left.remove(role)
    assert not left


@dataclass(frozen=True, slots=True)
class Names:
    """Names of everything in a small database."""

    schema: str
    table: str
    column: str
    flag: str
    type: str
    owner: str
    lender: str
    reader: str

    @property
    def relation(self) -> ObjectRef:
        return ObjectRef("table", (self.schema, self.table))

    def ref(self, kind: ObjectKind, *parts: str) -> ObjectRef:
        return ObjectRef(kind, (self.schema, *parts))


NAMES: Final = {
    "plain": Names("records", "person", "phone", "sealed", "contact", "records_owner", "lender", "reader"),
    "hostile": Names(
        'se"l e\\ct', "table", "{Ün%s} \"'", "é" * 31 + "x", "do main", "user", 'le n"der; --', "ж" * 31 + "y"
    ),
}
OBJECTS: Final = """
CREATE ROLE {owner}; CREATE ROLE {lender} LOGIN; CREATE ROLE {reader};
CREATE SCHEMA {schema} AUTHORIZATION {owner};
GRANT USAGE ON SCHEMA {schema} TO {lender} WITH GRANT OPTION;
SET ROLE {owner};
CREATE DOMAIN {schema}.{type} AS text;
CREATE TABLE {schema}.{table} (id serial PRIMARY KEY, {column} text, {flag} boolean);
CREATE VIEW {schema}.{view} AS SELECT * FROM {schema}.{table};
CREATE MATERIALIZED VIEW {schema}.{matview} AS SELECT * FROM {schema}.{table};
CREATE FUNCTION {schema}.{function}({schema}.{type}, int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE {schema}.{procedure}({schema}.{type}) LANGUAGE sql AS '';
RESET ROLE;
"""


@pytest.fixture(params=NAMES)
def named(request: pytest.FixtureRequest, place: Place) -> tuple[Place, Names]:
    """The objects of a small database under these names."""
    names: Names = NAMES[request.param]
    parts = {
        each: sql.Identifier(getattr(names, each))
        for each in ("schema", "table", "column", "flag", "type", "owner", "lender", "reader")
    }
    made = {each: sql.Identifier(f"{names.table} {each}") for each in ("view", "matview", "function", "procedure")}
    place.admin.execute(sql.SQL(OBJECTS).format(**parts, **made))
    return place, names


def function_ref(place: Place, names: Names, kind: str) -> ObjectRef:
    """The function or procedure, with its argument types as the server writes them."""
    (found,) = (
        f.of
        for f in place.facts()
        if isinstance(f, Owner) and f.of.kind == "function" and f.of.name[:2] == (names.schema, f"{names.table} {kind}")
    )
    return found


def objects(place: Place, names: Names) -> dict[str, tuple[ObjectRef, tuple[Privilege, ...]]]:
    """An object of each kind that can be granted, and its privileges."""
    table: tuple[Privilege, ...] = (
        "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER",
        *(("MAINTAIN",) if place.server.version >= 17 else ()),
    )  # type: ignore[assignment]  # fmt: skip
    column: tuple[Privilege, ...] = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
    view, matview = f"{names.table} view", f"{names.table} matview"
    return {
        "schema": (names.ref("schema"), ("USAGE", "CREATE")),
        "table": (names.relation, table),
        "column": (names.ref("column", names.table, names.column), column),
        "view": (names.ref("view", view), table),
        "view column": (names.ref("column", view, names.column), column),
        "matview": (names.ref("matview", matview), table),
        "sequence": (names.ref("sequence", f"{names.table}_id_seq"), ("USAGE", "SELECT", "UPDATE")),
        "function": (function_ref(place, names, "function"), ("EXECUTE",)),
        "procedure": (function_ref(place, names, "procedure"), ("EXECUTE",)),
    }


KINDS: Final = ("schema", "table", "column", "view", "view column", "matview", "sequence", "function", "procedure")


@pytest.mark.parametrize("kind", KINDS)
def test_a_grant_is_made_and_unmade(named: tuple[Place, Names], kind: str) -> None:
    """Every privilege, to a role and to PUBLIC, by the owner and by another grantor, with and without grant option."""
    place, names = named
    on, privileges = objects(place, names)[kind]
    for privilege in privileges:
        lent = Grant(on, privilege, names.lender, names.owner, grantable=True)
        grants = (
            lent,
            Grant(on, privilege, names.reader, names.owner, grantable=False),
            Grant(on, privilege, None, names.owner, grantable=False),
            Grant(on, privilege, names.reader, names.lender, grantable=False),
        )
        for grant in grants:
            if grant not in place.facts():
                place.make(grant)
            assert grant in place.facts()
        for grant in reversed(grants):
            before = place.facts()
            place.unmake(grant)
            assert before - place.facts() == {grant}
