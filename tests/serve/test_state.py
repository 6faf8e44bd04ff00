"""The state's migrations: once, in order, by its owner alone; a server has no more rights than it needs."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.errors import TargetError, UnreachableError
from recuse.server.identity.kept import Kept
from recuse.server.state import migrations
from recuse.server.state.migrations import Connection, check_prepared, prepare
from recuse.server.state.serving import Lasting, Serving, State, connected
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with throwaway(binaries=binaries_of(request.param)) as made:
        yield made


@pytest.fixture
def database(server: Server) -> str:
    name = f"state_{clock.random_name(8)}"
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(sql.Identifier(name)))
    return name


def prepared(server: Server, name: str) -> str:
    """The login's connection string, once its owner has prepared the state."""
    with connected(server.dsn(name)) as owner:
        prepare(owner, [name])
    return server.dsn(name, name, "x")


def test_what_is_done_is_not_done_again(server: Server, database: str) -> None:
    with connected(server.dsn(database)) as owner:
        with pytest.raises(TargetError, match="not prepared for this version"):
            check_prepared(owner)
        assert prepare(owner, [database]) == migrations.migrations()
        assert prepare(owner, [database]) == ()
        check_prepared(owner)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("INSERT INTO recuse_state.migration VALUES (9999, 'x', 'y')", "by a newer version"),
        ("UPDATE recuse_state.migration SET sha256 = 'y' WHERE number = 1", "are not those of this version"),
        ("DELETE FROM recuse_state.migration WHERE number = 1", "are not those of this version|not prepared"),
    ],
)
def test_a_state_that_is_not_ours_is_refused(server: Server, database: str, damage: str, told: str) -> None:
    state = State(prepared(server, database))
    with connected(server.dsn(database)) as owner:
        owner.execute(damage.encode())
        with pytest.raises(TargetError, match=told):
            check_prepared(owner)
    for _ in range(2):
        with pytest.raises(TargetError, match=told):
            state.serving()
    state.close()


def test_a_migration_that_fails_leaves_nothing(server: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(migrations.migrations()[-1], number=9999, text="CREATE TABLE recuse_state.half (); SELECT 1 / 0")
    whole = (*migrations.migrations(), broken)
    monkeypatch.setattr(migrations, "migrations", lambda: whole)
    with connected(server.dsn(database)) as owner:
        with pytest.raises(TargetError, match="division by zero"):
            prepare(owner, [database])
        assert owner.execute("SELECT to_regnamespace('recuse_state')").fetchall() == [(None,)]


def test_it_is_moved_forward_and_never_back(server: Server, database: str) -> None:
    state = State(prepared(server, database))
    assert state.serving() == Serving("", -2)
    for policy, place, expected in (("a", 4, "a"), ("b", 3, "a"), ("b", 4, "a"), ("b", 5, "b")):
        state.move(policy, place)
        assert state.serving().policy == expected
    state.close()


def test_a_server_may_do_what_it_needs_and_no_more(server: Server, database: str) -> None:
    dsn = prepared(server, database)
    state = State(dsn)
    state.move("a", 1)
    with pytest.raises(TargetError, match="permission denied"):
        state.halt("by myself")
    with psycopg.connect(dsn, autocommit=True) as login:
        for statement in (
            "CREATE TABLE recuse_state.mine ()", "DROP TABLE recuse_state.serving", "DELETE FROM recuse_state.serving",
            "UPDATE recuse_state.serving SET halted = NULL", "DELETE FROM recuse_state.migration",
            "INSERT INTO recuse_state.migration VALUES (2, 'x', 'y')", "CREATE SCHEMA mine",
            "ALTER TABLE recuse_state.serving ADD mine text",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(statement.encode())


def test_one_that_was_lost_is_made_anew(server: Server, database: str) -> None:
    state = State(prepared(server, database))
    state.move("a", 1)
    ask = partial(state.serving)
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (database,))
    with pytest.raises(UnreachableError, match=r"^the state cannot be reached"):
        ask()
    assert ask().policy == "a"
    state.close()


def test_one_that_the_driver_does_not_call_lost_is_made_anew_too(server: Server, database: str) -> None:
    lasting = Lasting(prepared(server, database))
    first = lasting.connected()
    assert lasting.connected() is first
    with first.transaction():
        assert lasting.connected() is first, "a transaction is no loss"
    with pytest.raises(psycopg.OperationalError, match="socket closed"):
        left_waiting(first)
    assert (first.closed, first.broken) == (False, False)
    assert lasting.connected().execute("SELECT 1").fetchall() == [(1,)]
    assert first.closed
    lasting.close()


def test_who_is_logged_in_can_be_told_again_after_such_a_loss(server: Server, database: str) -> None:
    kept = Kept(prepared(server, database))
    with pytest.raises(UnreachableError), kept.together() as connection:
        left_waiting(connection)
    assert kept.rows("SELECT 1", ()) == [(1,)]
    kept.close()


def left_waiting(connection: Connection) -> None:
    """What was seen twice in 3,400 ends of a session: a statement on its way, and the driver gave up waiting for it."""
    connection.pgconn.send_query(b"SELECT pg_catalog.pg_sleep(60)")
    raise psycopg.OperationalError("connection socket closed")
