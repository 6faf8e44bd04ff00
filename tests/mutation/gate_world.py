"""A database with the `recuse` schema and a few accounts, for the checks of its functions: everything in transactions.

A check acts as one login after the other on one connection (SET SESSION AUTHORIZATION), so that a function can be
replaced, asked and taken back in one transaction, which takes milliseconds.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg

from recuse.enforcement.facts import Definition, Fact, Grant, Owner, Role, Support
from recuse.targets.postgres.queries import text
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import support_facts

C1, C2, C3 = (f"recuse_c_00000000000{number}" for number in (1, 2, 3))
FUNCTIONS: Final = tuple(sorted(f.of.name[1] for f in support_facts() if isinstance(f, Definition)))
WORLD: Final = f"""
CREATE ROLE {C1} NOLOGIN; CREATE ROLE {C2} NOLOGIN; CREATE ROLE {C3} NOLOGIN;
CREATE ROLE clerk LOGIN PASSWORD 'x'; CREATE ROLE agent LOGIN; CREATE ROLE analyst LOGIN PASSWORD 'x';
CREATE ROLE pool LOGIN; CREATE ROLE second LOGIN; CREATE ROLE stranger LOGIN;
CREATE ROLE issuer LOGIN IN ROLE recuse_issuer; CREATE ROLE worker LOGIN IN ROLE recuse_worker;
GRANT pg_signal_backend TO recuse_owner;
GRANT {C1} TO agent, analyst, pool, second WITH INHERIT FALSE; GRANT {C2} TO analyst, pool WITH INHERIT FALSE;
INSERT INTO recuse.account (login, login_oid, active, gateway)
  SELECT rolname, oid, rolname <> 'agent', rolname IN ('pool', 'second')
  FROM pg_roles WHERE rolname IN ('clerk', 'agent', 'analyst', 'pool', 'second', 'issuer', 'worker');
INSERT INTO recuse.declaration (login, purpose, authority, agreement, class_role) VALUES
  ('analyst', 'crime', 'judicial', '', '{C1}'), ('analyst', 'crime', 'warrant', '', '{C2}'),
  ('analyst', 'removal', 'judicial', 'mou', '{C1}'), ('analyst', 'closed', 'judicial', '', '{C3}'),
  ('agent', 'crime', 'judicial', '', '{C1}'), ('clerk', 'audit', 'duty', '', '{C1}'),
  ('pool', 'crime', 'judicial', '', '{C1}'), ('pool', 'crime', 'warrant', '', '{C2}'),
  ('second', 'crime', 'judicial', '', '{C1}');
ALTER ROLE second BYPASSRLS; CREATE ROLE admin SUPERUSER; CREATE ROLE maker LOGIN;
GRANT CREATE, TEMPORARY ON DATABASE postgres TO maker;
CREATE FOREIGN DATA WRAPPER none; CREATE SERVER elsewhere FOREIGN DATA WRAPPER none;
GRANT USAGE ON FOREIGN SERVER elsewhere TO maker;
CREATE SCHEMA e AUTHORIZATION maker; SET ROLE maker;
CREATE TABLE e.person (id int, ssn text); CREATE TABLE e.other (id int); CREATE SEQUENCE e.numbers;
ALTER TABLE e.person ENABLE ROW LEVEL SECURITY; ALTER TABLE e.person FORCE ROW LEVEL SECURITY;
CREATE POLICY recuse_cut ON e.person AS RESTRICTIVE USING (true);
CREATE POLICY another ON e.other USING (true);
CREATE POLICY recuse_2_r ON e.person FOR SELECT TO {C1}, {C2} USING (true);
GRANT SELECT (id) ON e.person TO {C1};
CREATE FUNCTION e.old() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION e.plain() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION e.old_definer() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
ALTER DEFAULT PRIVILEGES FOR ROLE admin GRANT SELECT ON TABLES TO pool; CREATE PUBLICATION standing FOR TABLE e.person;
"""


def make_world(connection: psycopg.Connection) -> None:
    """The schema as the renderer makes it, and the world, committed."""
    kinds = (Role, Support, Definition, Owner, Grant)
    writer = Renderer(connection.info.server_version // 10000, {})
    with connection.transaction():
        for fact in sorted(support_facts(), key=lambda f: (kinds.index(type(f)), repr(f))):
            for statement in writer.make((fact,), None):
                connection.execute(statement)
        connection.execute(WORLD.encode())


@dataclass(frozen=True, slots=True)
class World:
    """One transaction in that database."""

    connection: psycopg.Connection

    @contextmanager
    def as_(self, login: str | None) -> Iterator[None]:
        """Act as a login; None is the administrator."""
        self.connection.execute("RESET SESSION AUTHORIZATION")
        if login is not None:
            self.connection.execute(f'SET SESSION AUTHORIZATION "{login}"'.encode())
        yield  # after an error the transaction is rolled back, and this with it
        self.connection.execute("RESET SESSION AUTHORIZATION")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is done inside is taken back, settings too."""
        with self.connection.transaction(force_rollback=True):
            yield

    def admin(self, statement: str, *values: object) -> None:
        with self.as_(None):
            self.connection.execute(statement.encode(), values or None)

    def one(self, statement: str, *values: object) -> object:
        """The only column of the only row."""
        rows = self.rows(statement, *values)
        assert len(rows) == 1
        assert len(rows[0]) == 1
        return rows[0][0]

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        return self.connection.execute(statement.encode(), values or None).fetchall()

    def rows_as_admin(self, statement: str) -> list[tuple[object, ...]]:
        """What the administrator reads, in the middle of what a login does."""
        (login,) = self.rows("SELECT session_user::text")[0]
        with self.as_(None):
            found = self.rows(statement)
        self.connection.execute(f'SET SESSION AUTHORIZATION "{login}"'.encode())
        return found

    def refused(self, statement: str, *values: object) -> tuple[str, str | None, str | None]:
        """The message, hint and state of the error; a statement that succeeds fails the check."""
        try:
            with self.connection.transaction():
                found = self.rows(statement, *values)
        except psycopg.Error as error:
            return str(error.diag.message_primary), error.diag.message_hint, error.diag.sqlstate
        raise AssertionError(found)

    def permit(self, name: str = "p1", login: str = "analyst", **fields: object) -> str:
        """A permit in force for the crime purpose, but for `fields`; times are SQL."""
        given = {
            "purpose": "crime", "authority": "judicial", "agreement": "", "case_number": "7", "valid_from": "-1 hour",
            "valid_until": "1 day", "revoked_at": None, "login_oid": None, "ledger_index": 7,
        } | fields  # fmt: skip
        self.admin(
            "INSERT INTO recuse.permit (permit_id, login, login_oid, purpose, authority, agreement, case_number, "
            "valid_from, valid_until, ledger_index, revoked_at) "
            "SELECT %s, %s, coalesce(%s::oid, (SELECT oid FROM pg_roles WHERE rolname = %s)), %s, %s, %s, %s, "
            "clock_timestamp() + %s::interval, clock_timestamp() + %s::interval, %s, "
            "clock_timestamp() + %s::interval",
            name, login, given["login_oid"], login, given["purpose"], given["authority"], given["agreement"],
            given["case_number"], given["valid_from"], given["valid_until"], given["ledger_index"], given["revoked_at"],
        )  # fmt: skip
        return name

    def choose(self, permit: str, token: str | None = None) -> None:
        """What `declare` sets, set by hand: the gate must not believe it."""
        self.rows(
            "SELECT set_config('recuse.permit', %s, true), "
            "set_config('recuse.declared', extract(epoch FROM now())::text, true)",
            permit,
        )
        if token is not None:
            self.rows("SELECT set_config('recuse.token', %s, true)", token)

    def gate(self, class_role: str | None = C1) -> object:
        return self.one("SELECT recuse.gate(%s::name)", class_role)

    def key(self, login: str = "pool") -> bytes:
        with self.as_(None):
            found = self.one("SELECT recuse.new_key(%s)", login)
        assert isinstance(found, bytes)
        return found

    def token(self, key: bytes, permit: str, *, challenge: str | None = None, seconds: int = 60) -> str:
        """A gateway's token, by Python's own HMAC; the session must be the gateway's."""
        asked = self.one("SELECT recuse.challenge()") if challenge is None else challenge
        until = int(str(self.one("SELECT extract(epoch FROM clock_timestamp())::bigint"))) + seconds
        message = f"recuse-token.v1.{asked}.{permit}.{until}"
        return f"v1.{permit}.{until}.{hmac.new(key, message.encode(), hashlib.sha256).hexdigest()}"


def replace_function(connection: psycopg.Connection, source: str) -> None:
    """In this transaction the function is this text."""
    if "recuse.new_objects()" not in source:  # which is a superuser's
        connection.execute("SET LOCAL ROLE recuse_owner")
    connection.execute(source.rstrip().removesuffix(";").encode())
    connection.execute("RESET ROLE")


def source_of(function: str) -> str:
    """The text of a function's file."""
    return text(f"support/{function}")


__all__ = ["C1", "C2", "C3", "FUNCTIONS", "Fact", "World", "make_world", "replace_function", "source_of"]
