"""The cut's gate alone, on 18 and 15: which sessions it admits, whatever the login is called. It raises for none."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from recuse.enforcement.facts import ObjectRef
from recuse.targets.postgres.support import function_statements, tables_statements
from recuse.targets.postgres.throwaway import Server

HOSTILE = ("plain", "UPPER", "a.b", 'quo"te', "it's", "-", "16384", "select", " ", "ümläut", "x" * 63, "back\\slash")
ASKED = tuple(ObjectRef("function", ("recuse", name, "")) for name in ("here", "moved", "admitted"))


@pytest.fixture
def superuser(own_server: Server) -> Iterator[psycopg.Connection]:
    """A session on a server that holds our schema and nothing else."""
    with psycopg.connect(own_server.dsn()) as connection:
        connection.execute("CREATE ROLE recuse_owner NOLOGIN")
        connection.execute("GRANT CREATE ON DATABASE postgres TO recuse_owner")
        for statement in tables_statements(0):
            connection.execute(statement)
        for function in ASKED:
            for statement in function_statements(function, fresh=True):
                connection.execute(statement)
        connection.execute("GRANT USAGE ON SCHEMA recuse TO PUBLIC")
        connection.execute("GRANT EXECUTE ON FUNCTION recuse.admitted(), recuse.moved() TO PUBLIC")
        yield connection
        connection.rollback()


def register(connection: psycopg.Connection, login: str, *, active: bool = True) -> None:
    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(login)))
    insert = (
        "INSERT INTO recuse.account (login, login_oid, active) SELECT rolname, oid, %s FROM pg_roles WHERE rolname = %s"
    )
    assert connection.execute(insert, (active, login)).rowcount == 1


def admitted(connection: psycopg.Connection, login: str) -> bool | None:
    """What the gate says to a session of this login."""
    connection.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(login)))
    row = connection.execute("SELECT recuse.admitted()").fetchone()
    connection.execute("RESET SESSION AUTHORIZATION")
    return row[0] if row else None


def test_a_registered_login_is_admitted_whatever_it_is_called(superuser: psycopg.Connection) -> None:
    for login in HOSTILE:
        register(superuser, login)
    for setting in ("off", "on"):
        superuser.execute(sql.SQL("SET LOCAL quote_all_identifiers = {}").format(sql.Literal(setting)))
        assert {login: admitted(superuser, login) for login in HOSTILE} == dict.fromkeys(HOSTILE, True)


def test_others_are_not_and_nothing_is_raised(superuser: psycopg.Connection) -> None:
    register(superuser, "inactive", active=False)
    superuser.execute("CREATE ROLE unknown LOGIN")
    register(superuser, "renamed")
    superuser.execute("ALTER ROLE renamed RENAME TO other")
    register(superuser, "made_again")
    superuser.execute("DROP ROLE made_again; CREATE ROLE made_again LOGIN")
    register(superuser, "swapped")
    superuser.execute("ALTER ROLE swapped RENAME TO away; ALTER ROLE other RENAME TO swapped")
    logins = ("inactive", "unknown", "made_again", "swapped", "away", "postgres")
    assert {login: admitted(superuser, login) for login in logins} == dict.fromkeys(logins)
