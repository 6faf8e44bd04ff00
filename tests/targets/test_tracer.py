"""The riskiest path alone: one table, one class role, three accounts; cut, sever, shape, on every version.

Written before there was a compiler, and kept: it shows in one page what enforcement in PostgreSQL is.
"""

from dataclasses import replace

import psycopg
import pytest

from recuse.enforcement.diff import diff
from recuse.enforcement.facts import (
    Fact,
    Grant,
    Membership,
    ObjectRef,
    Owner,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
)
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.plan import Plan, batch_names, fingerprint
from recuse.enforcement.scope import Scope
from recuse.targets.postgres import apply
from recuse.targets.postgres.canonical import canonical
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import support_facts
from recuse.targets.postgres.throwaway import Server
from recuse.targets.records import Inspection
from tests.conftest import EVERY, version_id

CLASS = "recuse_c_0123456789ab"
TABLE = ObjectRef("table", ("records", "person"))
LOGINS = ("app", "barred", "ghost")
WORLD = """
CREATE ROLE records_owner NOLOGIN; CREATE ROLE staff NOLOGIN;
CREATE ROLE app LOGIN PASSWORD 'x' IN ROLE staff; CREATE ROLE barred LOGIN PASSWORD 'x' IN ROLE staff;
CREATE ROLE ghost LOGIN PASSWORD 'x'; CREATE ROLE lender LOGIN PASSWORD 'x';
CREATE SCHEMA records AUTHORIZATION records_owner;
GRANT USAGE ON SCHEMA records TO PUBLIC;
SET ROLE records_owner;
CREATE TABLE records.person (id int PRIMARY KEY, name text NOT NULL, sealed boolean);
INSERT INTO records.person SELECT n, 'person ' || n, CASE n % 3 WHEN 0 THEN true WHEN 1 THEN false END
FROM generate_series(1, 9000) n;
GRANT SELECT, INSERT, UPDATE, DELETE ON records.person TO staff;
GRANT SELECT ON records.person TO lender WITH GRANT OPTION;
RESET ROLE;
SET ROLE lender; GRANT SELECT ON records.person TO ghost; RESET ROLE;
"""


def wanted_facts(found: Inspection) -> frozenset[Fact]:
    visible = "(sealed = false)"
    modern = found.server.major >= 16
    facts: set[Fact] = set(support_facts())
    facts |= {
        Role(CLASS, login=False, superuser=False, inherit=True, bypass_rls=False, create_role=False),
        Membership(CLASS, "app", found.server.bootstrap, admin=False, inherit=True, set_=not modern),
        RowSecurity(TABLE, enabled=True, forced=True),
        RowPolicy(TABLE, "recuse_cut", restrictive=True, command="ALL", roles=("public",),
                  using="(SELECT recuse.admitted()) IS NOT NULL", check=None),
        RowPolicy(TABLE, "recuse_0123456789ab_r", restrictive=False, command="SELECT", roles=(CLASS,),
                  using=visible, check=None),
        RowPolicy(TABLE, "recuse_0123456789ab_u", restrictive=False, command="UPDATE", roles=(CLASS,),
                  using=visible, check=visible),
        Grant(ObjectRef("schema", ("records",)), "USAGE", CLASS, "records_owner", grantable=False),
        Grant(ObjectRef("schema", ("records",)), "USAGE", None, "records_owner", grantable=False),
    }  # fmt: skip
    for column in ("id", "name", "sealed"):
        ref = ObjectRef("column", ("records", "person", column))
        facts.add(Grant(ref, "SELECT", CLASS, "records_owner", grantable=False))
    facts.add(Grant(ObjectRef("column", ("records", "person", "name")), "UPDATE", CLASS, "records_owner", False))
    facts |= {RegisteredAccount(login, found.oids[login], active=login == "app") for login in LOGINS}
    ghost = next(f for f in found.facts if isinstance(f, Role) and f.name == "ghost")
    facts.add(replace(ghost, login=False))
    return frozenset(facts)


def make_plan(connection: Connection, found: Inspection) -> tuple[Plan, Renderer]:
    wanted = wanted_facts(found)
    if found.server.supported:
        wanted = canonical(connection, wanted)
    scope = Scope.of(found.facts, frozenset(LOGINS), frozenset({"postgres"}))
    owners = {f.of: frozenset({f.role}) for f in wanted | found.facts if isinstance(f, Owner)}
    situation = Situation(
        "clear", Holdings(found.facts), {"app": CLASS}, frozenset({"app"}), batch_names([TABLE], []),
        frozenset(LOGINS), frozenset(), frozenset(), frozenset(),
    )  # fmt: skip
    changes = order(diff(found.facts, wanted, scope.governs), situation)
    severs = frozenset(LOGINS) if changes else frozenset[str]()
    plan = Plan("clear", fingerprint(found.facts), (), changes, (), (), severs, frozenset({"app"}))
    return plan, Renderer(found.server.major, owners)


@pytest.fixture
def world(own_server: Server) -> Server:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(WORLD)
    return own_server


def rows_of(server: Server, login: str) -> int | str:
    try:
        with psycopg.connect(server.dsn(user=login, password="x")) as connection:
            row = connection.execute("SELECT count(*) FROM records.person").fetchone()
            return int(row[0]) if row else 0
    except psycopg.Error as error:
        return str(error).splitlines()[0]


@pytest.mark.parametrize("own_server", EVERY, ids=version_id, indirect=True)
def test_cut_sever_shape(world: Server) -> None:
    assert [rows_of(world, login) for login in LOGINS] == [9000, 9000, 9000]
    held = psycopg.connect(world.dsn(user="barred", password="x"))
    cursor = held.cursor(name="open")
    cursor.execute("SELECT name FROM records.person")
    assert cursor.fetchone() is not None

    with connect(world.dsn()) as connection:
        plan, renderer = make_plan(connection, inspect(connection))
        applied = apply.run(connection, plan, renderer, lambda *_: None)
        assert applied.cut.signalled == 1
        again, _ = make_plan(connection, inspect(connection))
        assert again.changes == ()

    with pytest.raises(psycopg.OperationalError):
        cursor.fetchall()
    assert rows_of(world, "app") == 3000
    assert "permission denied" in str(rows_of(world, "barred"))
    assert "not permitted to log in" in str(rows_of(world, "ghost"))
    with psycopg.connect(world.dsn(user="app", password="x"), autocommit=True) as app:
        assert app.execute("UPDATE records.person SET name = 'new' WHERE id = 1").rowcount == 1
        assert app.execute("UPDATE records.person SET name = 'new' WHERE id = 3").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DELETE FROM records.person")


def test_an_open_cursor_cannot_delay_the_cut(world: Server) -> None:
    """The barred session holds a lock on the table; it is gone before any statement needs that table's lock."""
    held = psycopg.connect(world.dsn(user="barred", password="x"))
    held.execute("SELECT name FROM records.person LIMIT 1")
    with connect(world.dsn()) as connection:
        plan, renderer = make_plan(connection, inspect(connection))
        applied = apply.run(connection, plan, renderer, lambda *_: None)
    assert applied.cut.signalled == 1
    assert applied.retries == 0
    with pytest.raises(psycopg.OperationalError):
        held.execute("SELECT name FROM records.person LIMIT 1")


def test_a_login_made_again_is_another_login(world: Server) -> None:
    with connect(world.dsn()) as connection:
        plan, renderer = make_plan(connection, inspect(connection))
        apply.run(connection, plan, renderer, lambda *_: None)
        connection.execute(
            f"DROP OWNED BY app; DROP ROLE app; CREATE ROLE app LOGIN PASSWORD 'x'; GRANT {CLASS} TO app"
        )
    assert rows_of(world, "app") == 0
