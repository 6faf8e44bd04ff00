"""What the next client of a pool inherits: everything after a plain SET (trap 7), and nothing when declared our way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import ConnectionPool

from recuse import clock
from recuse.tokens import token
from tests.context.bouncer import bouncer
from tests.context.test_tokens import challenge, new_key
from tests.context.world import LOGINS, PASSWORD, Enforced, rows

Client = psycopg.Connection[tuple[Any, ...]]
Clients = Callable[[str], Client]
USUAL: Final = """
CREATE TABLE IF NOT EXISTS records.usual (id int);
ALTER TABLE records.usual OWNER TO records_owner; ALTER TABLE records.usual ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS usual ON records.usual;
CREATE POLICY usual ON records.usual USING (current_setting('app.purpose', true) = 'crime');
INSERT INTO records.usual VALUES (1); GRANT SELECT ON records.usual TO PUBLIC; GRANT USAGE ON SCHEMA records TO PUBLIC;
"""
UNUSUAL: Final = "DROP TABLE records.usual; REVOKE USAGE ON SCHEMA records FROM PUBLIC"


@contextmanager
def through_pgbouncer(world: Enforced, *, reset: bool = False) -> Iterator[Clients]:
    """Clients of a transaction-mode pool with one connection to the server: whoever comes next gets that one."""
    with bouncer(world.server, dict.fromkeys(LOGINS, PASSWORD), "transaction", reset=reset) as port:
        opened: list[Client] = []

        def client(login: str) -> Client:
            dsn = f"host=127.0.0.1 port={port} dbname={world.database} user={login} password={PASSWORD}"
            opened.append(psycopg.connect(dsn, autocommit=True, prepare_threshold=None))
            return opened[-1]

        try:
            yield client
        finally:
            for each in opened:
                each.close()


def one(connection: Client, statement: str, *values: object) -> object:
    row = connection.execute(statement.encode(), values or None).fetchone()
    return row[0] if row else None


LEFT: Final = {
    "role": "SELECT current_user <> session_user",
    "setting": "SELECT coalesce(current_setting('app.purpose', true), '') <> ''",
    "permit": "SELECT coalesce(current_setting('recuse.permit', true), '') <> ''",
    "declared": "SELECT coalesce(current_setting('recuse.declared', true), '') <> ''",
    "token": "SELECT coalesce(current_setting('recuse.token', true), '') <> ''",
    "temporary table": "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'copied')",
    "cursor": "SELECT EXISTS (SELECT FROM pg_cursors WHERE name = 'held')",
    "prepared statement": "SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'mine')",
    "advisory lock": "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711)",
}


def left(connection: Client) -> set[str]:
    """What a client finds on the connection that it was given."""
    return {name for name, asked in LEFT.items() if one(connection, asked)}


def plainly(connection: Client, class_role: str) -> None:
    """As programs do that know one person behind a connection: for the session, not for the transaction."""
    connection.execute("SET app.purpose = 'crime'")
    connection.execute("SET recuse.permit = 'p'")
    connection.execute("SET recuse.token = 'v1'")
    connection.execute("SELECT set_config('recuse.declared', extract(epoch FROM now())::text, false)")
    connection.execute("CREATE TEMPORARY TABLE copied AS SELECT 1 AS id")
    connection.execute("PREPARE mine AS SELECT 1")
    connection.execute("BEGIN; DECLARE held CURSOR WITH HOLD FOR SELECT 1; COMMIT")
    connection.execute("SELECT pg_advisory_lock(4711)")
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(class_role)))


def declared(connection: Client) -> None:
    """Our way: everything inside one transaction."""
    with connection.transaction():
        connection.execute("SELECT recuse.declare('crime', 'judicial')")
        connection.execute("CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT 1 AS id")
        connection.execute("DECLARE held CURSOR FOR SELECT 1")
        connection.execute("SELECT pg_advisory_xact_lock(4711)")
        assert rows(connection) == [2, 3]


def test_trap_7_is_real_and_opens_nothing_here(world: Enforced) -> None:
    """The usual pattern hands one client's purpose to the next; with ours the leftovers are there too, and refused."""
    world.permit("p", "analyst")
    world.admin.execute(USUAL)
    try:
        with through_pgbouncer(world) as client:
            first, second = client("analyst"), client("analyst")
            plainly(first, world.class_role)
            assert left(second) == set(LEFT), "the pool hands on everything"
            assert one(second, "SELECT count(*) FROM records.usual") == 1, "the usual pattern leaks"
            assert rows(second) == [], "ours does not"
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="a plain SET left"):
                second.execute("SELECT recuse.declare('crime', 'judicial')")
            second.execute("DISCARD ALL")
            declared(second)
            assert left(first) == set()
    finally:
        world.admin.execute(UNUSUAL)


def test_the_next_client_of_a_transaction_pool_inherits_nothing(world: Enforced) -> None:
    world.permit("p", "analyst")
    with through_pgbouncer(world) as client:
        first, second = client("analyst"), client("analyst")
        pid = one(first, "SELECT pg_backend_pid()")
        for _ in range(3):
            declared(first)
            assert one(second, "SELECT pg_backend_pid()") == pid, "it is the same connection to the server"
            assert left(second) == set()
            assert one(second, "SELECT recuse.gate(%s::name)", world.class_role) is None
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                rows(second)
            with second.transaction():
                second.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(world.class_role)))
                assert rows(second) == []


def test_a_gateway_s_next_client_inherits_no_token(world: Enforced) -> None:
    """Two people behind one login, each with a permit, in turn on one connection; the second read the first's token."""
    key = new_key(world)
    world.permit("first", "portal", case="1")
    world.permit("second", "portal", case="2")
    with through_pgbouncer(world) as client:
        one_, two = client("portal"), client("portal")
        for _ in range(2):
            with one_.transaction():
                shown = token(key, challenge(one_), "first", clock.now() + timedelta(minutes=1))
                assert one(one_, "SELECT recuse.present(%s)", shown) == "first"
                assert rows(one_) == [2, 3]
            assert left(two) == set()
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="does not hold in this transaction"):
                two.execute("SELECT recuse.present(%s)", (shown,))
            with two.transaction():
                two.execute(
                    "SELECT set_config('recuse.token', %s, true), set_config('recuse.permit', 'first', true), "
                    "set_config('recuse.declared', extract(epoch FROM now())::text, true), "
                    "set_config('role', %s, true)",
                    (shown, world.class_role),
                )
                assert rows(two) == []
            with two.transaction():
                mine = token(key, challenge(two), "second", clock.now() + timedelta(minutes=1))
                assert one(two, "SELECT recuse.present(%s)", mine) == "second"
                assert rows(two) == [2, 3]


def test_what_outlives_a_transaction_on_purpose_is_cleared_by_the_pool(world: Enforced) -> None:
    """A cursor WITH HOLD keeps rows that were read under a permit. No gate takes them back; the pool's reset does."""
    world.permit("p", "analyst")

    def hold(connection: Client) -> None:
        with connection.transaction():
            connection.execute("SELECT recuse.declare('crime', 'judicial')")
            connection.execute("DECLARE held CURSOR WITH HOLD FOR SELECT id FROM records.arrest")

    with through_pgbouncer(world) as client:
        first, second = client("analyst"), client("analyst")
        hold(first)
        assert one(second, "FETCH held") is not None, "the pool hands the cursor on"
    with through_pgbouncer(world, reset=True) as client:
        first, second = client("analyst"), client("analyst")
        hold(first)
        assert left(second) == set()
        plainly_one(first)
        assert left(second) == set()


def plainly_one(connection: Client) -> None:
    connection.execute("SET recuse.permit = 'p'")
    connection.execute("CREATE TEMPORARY TABLE copied AS SELECT 1 AS id")


def test_psycopg_pool_hands_on_what_was_set_plainly_and_nothing_of_ours(world: Enforced) -> None:
    world.permit("p", "analyst")
    with ConnectionPool(world.dsn("analyst"), min_size=1, max_size=1, kwargs={"autocommit": True}, open=True) as pool:
        with pool.connection() as connection:
            plainly(connection, world.class_role)
        with pool.connection() as connection:
            assert left(connection) == set(LEFT), "the pool hands on everything"
            assert rows(connection) == []
            connection.execute("DISCARD ALL")
        with pool.connection() as connection:
            declared(connection)
        with pool.connection() as connection:
            assert left(connection) == set()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                rows(connection)

    def reset(connection: Client) -> None:
        connection.execute("DISCARD ALL")

    kwargs = {"autocommit": True}
    with ConnectionPool(world.dsn("analyst"), min_size=1, max_size=1, kwargs=kwargs, open=True, reset=reset) as pool:
        with pool.connection() as connection:
            plainly(connection, world.class_role)
        with pool.connection() as connection:
            assert left(connection) == set()


def test_the_secret_of_the_pool_is_closed(world: Enforced) -> None:
    """The list of passwords is its owner's alone, and stands in no process list."""
    with bouncer(world.server, {"app": "a-secret-of-the-pool"}, "session"):
        processes = [path.read_bytes() for path in _command_lines()]
        assert any(b"pgbouncer" in each for each in processes)
        assert not any(b"a-secret-of-the-pool" in each for each in processes)


def _command_lines() -> Iterator[Any]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            path.read_bytes()
        except OSError:
            continue
        yield path
