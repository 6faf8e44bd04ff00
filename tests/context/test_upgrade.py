"""A database enforced by version 1 or 2 of the support schema becomes one of the newest by one plan, at work."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psycopg
import pytest

from recuse.compiler.proof.said import Aside
from recuse.enforcement.facts import Definition, Support
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.reading.statements import read_statements
from recuse.targets.postgres.support import VERSION, support_facts
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.context.world import Enforced, apply, enforced, plan, rows

VERSION_1, VERSION_2 = (Path(__file__).parent / f"version_{number}" for number in (1, 2))
FUNCTIONS: Final = ("entry", "declare", "gate", "admitted", "issue")
NEWEST: Final = """
DROP FUNCTION recuse.here, recuse.moved, recuse.settle, recuse.others, recuse.new_objects, recuse.examined,
  recuse.opened, recuse.granted, recuse.beyond;
DROP TABLE recuse.identity, recuse.seen;
DELETE FROM recuse.support WHERE version > 2;
REVOKE EXECUTE ON FUNCTION pg_stat_file(text, boolean) FROM recuse_owner;
"""
NEWER: Final = f"""
{NEWEST}
DROP FUNCTION recuse.present, recuse.enter, recuse.admission, recuse.challenge, recuse.token_permit, recuse.new_key,
  recuse.issuable, recuse.issue, recuse.revoke, recuse.sever, recuse.permits;
DROP TABLE recuse.gateway_key, recuse.used;
ALTER TABLE recuse.account DROP COLUMN gateway;
DELETE FROM recuse.support WHERE version > 1;
REVOKE pg_signal_backend FROM recuse_owner;
"""
CLOSED: Final = """
REVOKE ALL ON FUNCTION recuse.issue FROM PUBLIC; GRANT EXECUTE ON FUNCTION recuse.issue TO recuse_issuer;
"""


def as_version_1(world: Enforced) -> None:
    """Put the old schema in place of the new one, under the row policies as they are."""
    world.admin.execute(NEWER)
    for name in FUNCTIONS:
        with world.admin.transaction():
            world.admin.execute("SET LOCAL ROLE recuse_owner")
            world.admin.execute((VERSION_1 / f"{name}.sql").read_bytes())
    world.admin.execute(CLOSED)


def as_version_2(world: Enforced) -> None:
    """As it was before a copy was told from its origin."""
    world.admin.execute(NEWEST)
    with world.admin.transaction():
        world.admin.execute("SET LOCAL ROLE recuse_owner")
        for path in sorted(VERSION_2.glob("*.sql")):
            world.admin.execute(path.read_bytes())


ONE_GROUP: Final = """
DROP OWNED BY recuse_worker; DROP ROLE recuse_worker;
SET LOCAL ROLE recuse_owner; GRANT EXECUTE ON FUNCTION recuse.sever TO recuse_issuer;
"""
"""As it was while who issued permits ended the sessions too."""


@pytest.fixture(params=[18, 15], ids=["pg18", "pg15"])
def old(request: pytest.FixtureRequest) -> Iterator[Enforced]:
    with ExitStack() as stack:
        server = stack.enter_context(throwaway(binaries=binaries_of(request.param)))
        world = stack.enter_context(enforced(server))
        as_version_1(world)
        yield world


def read_on(world: Enforced, stop: threading.Event, failed: list[str]) -> None:
    """The application at work, each round on a connection of its own."""
    while not stop.is_set():
        try:
            with world.login("app") as connection:
                seen = rows(connection)
            if seen != [1, 3]:
                failed.append(str(seen))
        except psycopg.Error as error:
            failed.append(str(error))


def test_an_enforced_database_is_upgraded_by_one_plan(old: Enforced) -> None:
    before = {f for f in inspect(old.admin).facts if isinstance(f, Support | Definition)}
    assert Support(1) in before
    old.admin.execute("SELECT recuse.issue('old', 'analyst', 'crime', 'judicial', NULL, '1', 1, 0)")
    with old.login("analyst") as connection, connection.transaction():
        connection.execute("SELECT recuse.declare('crime', 'judicial')")
        assert rows(connection) == [2, 3]
    changes = plan(old.admin).plan.changes
    assert Support(VERSION) in {change.fact for change in changes}
    assert not plan(old.admin).plan.severs, "nobody loses anything"
    upgraded_at_work(old)
    with old.login("analyst") as connection:
        with connection.transaction():
            connection.execute("SELECT recuse.declare('crime', 'judicial')")
            assert rows(connection) == [2, 3]
        with pytest.raises(psycopg.errors.UndefinedFunction):
            connection.execute("SELECT recuse.entry('crime', 'judicial', NULL)")


def upgraded_at_work(old: Enforced) -> None:
    """Apply, while the application reads; nothing is left to do after it."""
    failed: list[str] = []
    stop = threading.Event()
    work = threading.Thread(target=read_on, args=(old, stop, failed))
    work.start()
    try:
        apply(old.admin)
    finally:
        stop.set()
        work.join()
    assert failed == []
    assert plan(old.admin).plan.changes == ()
    assert support_facts() <= inspect(old.admin).facts


def test_a_database_of_version_2_learns_where_it_is(own_server: Server) -> None:
    with enforced(own_server) as world:
        as_version_2(world)
        assert {f for f in inspect(world.admin).facts if isinstance(f, Support)} == {Support(2)}
        upgraded_at_work(world)
        assert world.admin.execute("SELECT recuse.moved()").fetchone() == (None,)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ('DROP ROUTINE "recuse"."entry"(text, text, text)', True),
        ('DROP ROUTINE "recuse"."gate"(name) CASCADE', False),
        ('DROP ROUTINE "records"."lookup"(integer)', False),
        ('DROP ROUTINE IF EXISTS "recuse"."entry"(text, text, text)', False),
    ],
)
def test_a_plan_may_drop_a_function_of_our_schema_and_no_other(text: str, understood: bool) -> None:
    """The proof of a plan reads it back: with CASCADE, row policies would go with the gate that they ask."""
    assert (read_statements(text) == (Aside(),)) is understood


@pytest.mark.parametrize("table", ["used", "identity", "seen"])
def test_a_newer_version_that_lost_a_table_is_named(old: Enforced, table: str) -> None:
    """Not half a schema: the same sentence as for version 1."""
    apply(old.admin)
    old.admin.execute(f"DROP TABLE recuse.{table}".encode())
    with pytest.raises(Exception, match="has lost tables"):
        plan(old.admin)


@pytest.mark.parametrize("version", ENDS, ids=version_id)
def test_the_right_to_end_sessions_leaves_the_issuers_by_one_plan(version: int) -> None:
    """Both as an upgrade and as drift: the right given by hand is used, is in the next plan, and is gone after it."""
    with throwaway(binaries=binaries_of(version)) as server, enforced(server) as world:
        world.permit("p1", "analyst")
        world.admin.execute("SELECT recuse.revoke('p1')")
        call = "SELECT recuse.sever('p1')"
        with world.login("desk") as issuer, world.login("ender") as worker:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                issuer.execute(call)
            with world.login("analyst") as ended:
                assert worker.execute(call).fetchone() == ([ended.info.backend_pid],)
            with world.admin.transaction():
                world.admin.execute(ONE_GROUP)
            with world.login("analyst") as ended:
                assert issuer.execute(call).fetchone() == ([ended.info.backend_pid],), "the fault is real"
            upgraded_at_work(world)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                issuer.execute(call)
            assert worker.execute(call).fetchone() == ([],)
            for refused in (
                "issuable('analyst', 'crime', 'judicial', NULL)",
                "issue('p2', 'analyst', 'crime', 'judicial', NULL, '1', now() + interval '1 hour', 0)",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    worker.execute(f"SELECT recuse.{refused}".encode())
