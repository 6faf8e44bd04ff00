"""A small database under a policy, with the accounts these tests need: an application, two that declare, a gateway.

One hostile table of three rows. The application sees rows that are not sealed (1 and 3) without declaring; the other
accounts see rows of a grade over 1 (2 and 3) once they have declared `crime` under `judicial`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import psycopg
from psycopg import sql

from recuse import clock
from recuse.model import Account, Circumstances, Repository, Standing, Use
from recuse.operations.plan import Planned, plan_system
from recuse.operations.policy import Policy
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.target import PostgresSession
from recuse.targets.postgres.throwaway import Server
from tests.conformance.world import definitions
from tests.conftest import create_database
from tests.unit.enforcement.small import DAY, SYSTEM, TABLE, repository, rules, superuser, system_of, table_map

PASSWORD: Final = "x"
LOGINS: Final = ("app", "analyst", "second", "portal", "desk", "ender")
RULES: Final = """
permit (principal in Agency::"city", action, resource) when { !resource.sealed };
permit (principal in Agency::"centre", action == Action::"read", resource)
when { context.purpose == Purpose::"crime" && context.authority in Authority::"judicial" && resource.grade > 1 };
"""
OBJECTS: Final = """
CREATE ROLE records_owner NOLOGIN; CREATE ROLE staff NOLOGIN;
CREATE SCHEMA records AUTHORIZATION records_owner;
GRANT USAGE ON SCHEMA records TO staff;
SET ROLE records_owner;
CREATE TABLE records.arrest (id serial PRIMARY KEY, {columns});
INSERT INTO records.arrest (is_sealed, district, grade) VALUES (false, 'a', 1), (true, 'a', 2), (false, 'b', 3);
GRANT SELECT, INSERT, UPDATE, DELETE ON records.arrest TO staff;
GRANT USAGE ON SEQUENCE records.arrest_id_seq TO staff;
RESET ROLE;
GRANT staff TO app;
"""


def accounts() -> tuple[Account, ...]:
    standing = Standing(Circumstances("own.records", "official_duty"), None, date(2099, 1, 1))

    def declaring(login: str, use: Use) -> Account:
        return Account(SYSTEM, login, "centre", use, True, None, frozenset({"crime"}))

    return (
        Account(SYSTEM, "app", "city.police", "shared", True, standing, frozenset()),
        declaring("analyst", "personal"),
        declaring("second", "personal"),
        declaring("portal", "gateway"),
        Account(SYSTEM, "desk", "city", "personal", True, None, frozenset(), may_issue=True),
        Account(SYSTEM, "ender", "city", "job", True, None, frozenset(), may_end=True),
        superuser("postgres"),
    )


@dataclass(frozen=True, slots=True)
class Enforced:
    """The database, its administrator's connection, and what was applied."""

    server: Server
    database: str
    admin: Connection
    planned: Planned

    @property
    def class_role(self) -> str:
        """The permit class of the accounts that declare."""
        return next(each.role for each in self.planned.classes.declared if each.login == "analyst")

    def dsn(self, login: str) -> str:
        return self.server.dsn(self.database, login, PASSWORD)

    def login(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.dsn(name), autocommit=True)

    def permit(self, name: str, login: str, case: str = "26-CR-1", seconds: float = 3600) -> None:
        self.admin.execute(
            "SELECT recuse.issue(%s, %s, 'crime', 'judicial', NULL, %s, now() + %s * interval '1 second', 0)",
            (name, login, case, seconds),
        )


def policy(whole: Repository | None = None) -> Policy:
    found = whole or repository(system_of(replace(table_map(), name=TABLE)), accounts())
    return Policy(found, rules(RULES), ("2026-01-15-context",), DAY)


def rows(connection: psycopg.Connection) -> list[int]:
    return [int(row[0]) for row in connection.execute("SELECT id FROM records.arrest ORDER BY id").fetchall()]


def plan(admin: Connection) -> Planned:
    return plan_system(PostgresSession(admin), policy(), system_of(table_map()))


def apply(admin: Connection) -> Planned:
    planned = plan(admin)
    PostgresSession(admin).apply(planned.plan, planned.found, lambda *_: None)
    return planned


@contextmanager
def unenforced(server: Server) -> Iterator[tuple[str, Connection]]:
    """The database before any policy; the server must be this test's own, since roles are its."""
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(server.dsn(), autocommit=True) as outside:
        create_database(outside, name)
        for login in LOGINS:
            outside.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(sql.Identifier(login)))
    with connect(server.dsn(name)) as admin:
        admin.execute(sql.SQL(OBJECTS).format(columns=definitions(constrained=True)))
        yield name, admin


@contextmanager
def enforced(server: Server) -> Iterator[Enforced]:
    """The database with the policy applied; `desk` may issue permits, and `ender` end them."""
    with unenforced(server) as (name, admin):
        planned = apply(admin)
        yield Enforced(server, name, admin, planned)
