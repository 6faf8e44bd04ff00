"""The two examples that declare, on a database under a policy: what a purpose opens, and what the next one finds."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Final

import psycopg
import pytest
from psycopg_pool import ConnectionPool
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from examples.psycopg_declare import arrests, declared
from examples.sqlalchemy_declare import Declared, DeclaringSession
from examples.sqlalchemy_declare import arrests as selected
from tests.client.running import ROOT
from tests.context.conftest import without_permits, world
from tests.context.test_pools import left
from tests.context.world import PASSWORD, Enforced

__all__ = ["without_permits", "world"]  # fixtures

CRIME: Final = ("crime", "judicial", "26-CR-1")
Refused: Final = psycopg.errors.InsufficientPrivilege


def url(world: Enforced) -> str:
    server = world.server
    return f"postgresql+psycopg://analyst:{PASSWORD}@{server.host}:{server.port}/{world.database}"


@pytest.fixture
def pool(world: Enforced) -> Iterator[ConnectionPool]:
    """One connection for all."""
    with ConnectionPool(world.dsn("analyst"), min_size=1, max_size=1, kwargs={"autocommit": True}, open=True) as made:
        yield made


@pytest.fixture
def engine(world: Enforced) -> Iterator[Engine]:
    """One connection for all."""
    made = create_engine(url(world), pool_size=1, max_overflow=0)
    yield made
    made.dispose()


def process(connection: psycopg.Connection) -> int:
    return connection.info.backend_pid


def test_psycopg_shows_what_a_permit_opens_and_the_next_borrower_nothing(world: Enforced, pool: ConnectionPool) -> None:
    world.permit("p", "analyst")
    with pool.connection() as connection:
        first = process(connection)
        with declared(connection, *CRIME):
            assert arrests(connection) == [2, 3]
    with pool.connection() as connection:
        assert process(connection) == first, "the same connection was borrowed"
        assert left(connection) == set()
        with pytest.raises(Refused):
            arrests(connection)


def test_psycopg_is_refused_without_a_permit(world: Enforced, pool: ConnectionPool) -> None:
    with pool.connection() as connection:
        with (
            pytest.raises(Refused, match="no permit in force"),
            declared(connection, *CRIME),
        ):
            pytest.fail("nothing was refused")
        with pytest.raises(Refused):
            arrests(connection)


def test_a_purpose_ends_when_its_work_fails(world: Enforced, pool: ConnectionPool) -> None:
    world.permit("p", "analyst")
    with pool.connection() as connection:
        with pytest.raises(psycopg.errors.DivisionByZero), declared(connection, *CRIME):
            connection.execute("SELECT 1 / (2 - count(*)) FROM records.arrest")
        assert left(connection) == set()


def test_a_transaction_that_has_begun_is_refused_since_it_would_keep_the_purpose(world: Enforced) -> None:
    """Without the guard a savepoint's end keeps the purpose: the fault, planted, is seen."""
    world.permit("p", "analyst")
    with psycopg.connect(world.dsn("analyst")) as connection:
        connection.execute("SELECT 1")
        with pytest.raises(RuntimeError, match="in a transaction of its own"), declared(connection, *CRIME):
            pytest.fail("nothing was refused")
        with connection.transaction():
            connection.execute("SELECT recuse.declare(%s, %s, %s)", CRIME)
        assert arrests(connection) == [2, 3], "the purpose goes on after the savepoint"


def test_sqlalchemy_declares_in_every_transaction_and_hands_nothing_on(world: Enforced, engine: Engine) -> None:
    world.permit("p", "analyst")
    with DeclaringSession(engine, Declared(*CRIME)) as session:
        first = session.scalar(text("SELECT pg_backend_pid()"))
        assert selected(session) == [2, 3]
        session.commit()
        assert selected(session) == [2, 3], "a new transaction of the same session"
        with session.begin_nested():
            assert selected(session) == [2, 3]
        session.rollback()
    with Session(engine) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) == first, "the same connection was borrowed"
        assert session.scalar(text("SELECT current_user = session_user")) is True
        assert session.scalar(text("SELECT coalesce(current_setting('recuse.permit', true), '')")) == ""
        with pytest.raises(ProgrammingError, match="permission denied"):
            selected(session)


def test_sqlalchemy_is_refused_without_a_permit(world: Enforced, engine: Engine) -> None:
    with DeclaringSession(engine, Declared(*CRIME)) as session:
        with pytest.raises(ProgrammingError, match="no permit in force"):
            selected(session)
        session.rollback()
        world.permit("p", "analyst")
        assert selected(session) == [2, 3]
        session.commit()
        world.admin.execute("UPDATE recuse.permit SET revoked_at = now()")
        with pytest.raises(ProgrammingError, match="was revoked"):
            selected(session)


def test_a_declaration_for_the_session_would_be_handed_on(world: Enforced, pool: ConnectionPool) -> None:
    """The planted fault: a plain SET, as programs do; the check for leftovers sees it, and nothing opens."""
    world.permit("p", "analyst")
    with pool.connection() as connection:
        connection.execute("SET recuse.permit = 'p'")
    with pool.connection() as connection:
        assert left(connection) == {"permit"}
        with (
            pytest.raises(Refused, match="a plain SET left"),
            declared(connection, *CRIME),
        ):
            pytest.fail("nothing was refused")


@pytest.mark.parametrize("name", ["psycopg", "sqlalchemy"])
def test_the_examples_run_as_their_readme_says(world: Enforced, name: str) -> None:
    target = world.dsn("analyst") if name == "psycopg" else url(world)

    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, f"examples/{name}_declare.py", target, *CRIME]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    refused = run()
    assert refused.returncode == 1, refused.stderr
    assert "refused: no permit in force lets analyst declare 'crime' under 'judicial'" in refused.stdout
    world.permit("p", "analyst")
    done = run()
    assert done.returncode == 0, done.stderr
    assert "declared: [2, 3]" in done.stdout
    assert "undeclared: refused, permission denied for" in done.stdout
