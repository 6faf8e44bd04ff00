"""A database with the `recuse` schema, its event trigger, a governed table and its owner, on a shared server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

import psycopg
from psycopg import sql

from recuse import clock
from recuse.enforcement.facts import Definition, Fact, Grant, NewObjects, Owner, Role, Support
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import support_facts
from recuse.targets.postgres.throwaway import Server

Mode = Literal["report", "close"]
CLASS: Final = "recuse_c_0123456789ab"
ROLES: Final = f"""
CREATE ROLE recuse_owner; CREATE ROLE recuse_issuer; CREATE ROLE recuse_worker; CREATE ROLE {CLASS};
CREATE ROLE app LOGIN PASSWORD 'x' CREATEROLE; CREATE ROLE bob LOGIN PASSWORD 'x';
CREATE ROLE "b'ob ""ж""\n--" LOGIN PASSWORD 'x'; CREATE ROLE copier LOGIN PASSWORD 'x' BYPASSRLS;
"""
WORLD: Final = f"""
CREATE SCHEMA records AUTHORIZATION app;
CREATE TABLE records.person (id int PRIMARY KEY, name text, ssn text);
INSERT INTO records.person VALUES (1, 'one', 'secret');
ALTER TABLE records.person ENABLE ROW LEVEL SECURITY; ALTER TABLE records.person FORCE ROW LEVEL SECURITY;
CREATE POLICY recuse_cut ON records.person AS RESTRICTIVE USING ((SELECT recuse.admitted()) IS NOT NULL);
CREATE POLICY recuse_0123456789ab_r ON records.person FOR SELECT TO {CLASS} USING (true);
ALTER TABLE records.person OWNER TO app;
GRANT SELECT (id, name) ON records.person TO {CLASS};
INSERT INTO recuse.account (login, login_oid, active)
  SELECT rolname, oid, true FROM pg_roles WHERE rolname IN ('app', 'copier');
"""
SEEN: Final = "SELECT code, object, detail, done FROM recuse.seen ORDER BY at, object"


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the server, and the superuser's connection to it."""

    server: Server
    name: str
    admin: psycopg.Connection

    @contextmanager
    def as_(self, login: str = "app") -> Iterator[psycopg.Connection]:
        """A session of this login."""
        dsn = self.server.dsn(self.name, user=login, password="x")
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield connection

    def mode(self, mode: Mode | None) -> None:
        """Make the event trigger of this mode, or none, by the renderer's own statements."""
        writer = Renderer(self.server.version, {})
        fact = NewObjects(mode or "report")
        for statement in writer.make((fact,), None) if mode else writer.unmake((fact,)):
            self.admin.execute(statement)

    def seen(self) -> list[tuple[str, ...]]:
        """What the event trigger wrote down: code, object, detail, what was done."""
        return [tuple(map(str, row)) for row in self.admin.execute(SEEN)]

    def forget(self) -> None:
        """Let it have seen nothing."""
        self.admin.execute("TRUNCATE recuse.seen")

    def open_to(self, login: str, object_: str, privilege: str = "SELECT", kind: str = "table") -> bool:
        """Whether a login holds a privilege, as the server says."""
        asked = sql.SQL("SELECT pg_catalog.{}({}, {}, {})").format(
            sql.Identifier(f"has_{kind}_privilege"), login, object_, privilege
        )
        row = self.admin.execute(asked).fetchone()
        return row is not None and bool(row[0])


def make_support(connection: psycopg.Connection, version: int) -> None:
    """The schema as the renderer makes it."""
    kinds = (Support, Definition, Owner, Grant)
    facts: list[Fact] = [fact for fact in support_facts() if not isinstance(fact, Role)]
    with connection.transaction():
        for fact in sorted(facts, key=lambda f: (kinds.index(type(f)), repr(f))):
            for statement in Renderer(version, {}).make((fact,), None):
                connection.execute(statement)


@contextmanager
def database(server: Server) -> Iterator[Database]:
    """A fresh one with the world in it and no event trigger yet."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE world").format(sql.Identifier(name)))
        connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO app").format(sql.Identifier(name)))
        with psycopg.connect(server.dsn(name), autocommit=True) as admin:
            yield Database(server, name, admin)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def make_world(server: Server) -> None:
    """The roles, and the database that every test's is a copy of."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(ROLES.encode())
        connection.execute("CREATE DATABASE world")
    with psycopg.connect(server.dsn("world"), autocommit=True) as connection:
        make_support(connection, server.version)
        connection.execute(WORLD.encode())
