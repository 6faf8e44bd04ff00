"""A gateway's token holds in one transaction, for one gateway, one permit and a short time, and nowhere else."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

import psycopg
import pytest

from recuse import clock
from recuse.errors import InputError
from recuse.targets.postgres.probe import probing
from recuse.targets.records import AskedColumn
from recuse.tokens import token
from tests.context.test_declare import DECLARE, refusal
from tests.context.world import Enforced, plan, rows

PRESENT: Final = "SELECT recuse.present(%s)"


def new_key(world: Enforced, login: str = "portal") -> bytes:
    row = world.admin.execute("SELECT recuse.new_key(%s)", (login,)).fetchone()
    assert row is not None
    assert isinstance(row[0], bytes)
    return row[0]


def challenge(connection: psycopg.Connection) -> str:
    row = connection.execute("SELECT recuse.challenge()").fetchone()
    assert row is not None
    return str(row[0])


def made(key: bytes, connection: psycopg.Connection, permit: str = "p", seconds: float = 60) -> str:
    """A token for the connection's transaction."""
    return token(key, challenge(connection), permit, clock.now() + timedelta(seconds=seconds))


def holds(connection: psycopg.Connection, shown: str) -> bool:
    """Whether a token opens anything in the connection's transaction, which goes on either way."""
    try:
        with connection.transaction():
            connection.execute(PRESENT.encode(), (shown,))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return rows(connection) == [2, 3]


@pytest.fixture
def key(world: Enforced) -> bytes:
    world.permit("p", "portal")
    return new_key(world)


def test_a_token_opens_its_own_transaction_only(world: Enforced, key: bytes) -> None:
    with world.login("portal") as connection:
        with connection.transaction():
            shown = made(key, connection)
            assert connection.execute(PRESENT.encode(), (shown,)).fetchone() == ("p",)
            assert rows(connection) == [2, 3]
            connection.execute(PRESENT.encode(), (shown,))  # again, in the same transaction
            assert rows(connection) == [2, 3]
        for isolation in ("READ COMMITTED", "SERIALIZABLE"):
            with connection.transaction():
                connection.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}".encode())
                assert not holds(connection, shown)
    with world.login("portal") as another, another.transaction():
        assert not holds(another, shown)


def test_a_token_read_in_a_log_is_worthless_in_a_transaction_beside_it(world: Enforced, key: bytes) -> None:
    """Somebody reads it while its transaction is open, and knows the permit and every setting."""
    with world.login("portal") as one, world.login("portal") as two, one.transaction():
        shown = made(key, one)
        one.execute(PRESENT.encode(), (shown,))
        with two.transaction():
            assert not holds(two, shown)
            two.execute(
                "SELECT set_config('recuse.permit', 'p', true), set_config('recuse.token', %s, true), "
                "set_config('recuse.declared', extract(epoch FROM now())::text, true), set_config('role', %s, true)",
                (shown, world.class_role),
            )
            assert rows(two) == []
        assert rows(one) == [2, 3]


def spoilt(shown: str) -> list[str]:
    """Tokens that differ from a good one in each part, and what is none at all."""
    version, permit, expires, mac = shown.split(".")
    return [
        *(f"{version}.{permit}.{expires}.{mac[:n]}{'0' if mac[n] != '0' else '1'}{mac[n + 1 :]}" for n in (0, 31, 63)),
        f"{version}.q.{expires}.{mac}",
        f"{version}.{permit}.{int(expires) + 1:010d}.{mac}",
        f"v2.{permit}.{expires}.{mac}",
        f"{shown}0", f" {shown}", f"{shown}\n", shown.upper(), shown[:-1], f"{version}.{permit}.{expires}",
        "", ".", "...", "\\", "'", "é" * 300, "x" * 1_000_000, f"v1.p.9999999999.{'0' * 64}",
    ]  # fmt: skip


def test_whatever_else_is_shown_opens_nothing_and_raises_nothing_but_the_refusal(world: Enforced, key: bytes) -> None:
    with world.login("portal") as connection, connection.transaction():
        shown = made(key, connection)
        for bad in spoilt(shown):
            assert not holds(connection, bad), bad[:100]
        assert not holds(connection, made(key, connection, seconds=-1))
        assert not holds(connection, made(bytes(32), connection))
        assert not holds(connection, made(key, connection, permit="no-such-permit"))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("SELECT recuse.present(NULL)")
        assert holds(connection, shown)


def test_a_token_runs_out_inside_an_open_transaction(world: Enforced, key: bytes) -> None:
    with world.login("portal") as connection, connection.transaction():
        connection.execute(PRESENT.encode(), (made(key, connection, seconds=2),))
        assert rows(connection) == [2, 3]
        connection.execute("SELECT pg_sleep(2.1)")
        assert rows(connection) == []


def test_the_permit_ends_a_token_too(world: Enforced, key: bytes) -> None:
    with world.login("portal") as connection, connection.transaction():
        connection.execute(PRESENT.encode(), (made(key, connection),))
        world.admin.execute("SELECT recuse.revoke('p')")
        assert rows(connection) == []


def test_keys_rotate_and_the_one_before_holds_until_the_next(world: Enforced, key: bytes) -> None:
    with world.login("portal") as connection:
        keys = [key]
        for expected in ([True], [True, True], [False, True, True]):
            assert len(set(keys)) == len(expected)
            with connection.transaction():
                assert [holds(connection, made(each, connection)) for each in keys] == expected
            keys.append(new_key(world))
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="not an active account whose use is gateway"):
        new_key(world, "analyst")


def test_a_gateway_without_a_token_declares_nothing(world: Enforced, key: bytes) -> None:
    """The permit is its login's own, and still opens nothing: behind the login are many people."""
    assert key
    with world.login("portal") as connection:
        found = refusal(connection, DECLARE, None)
        assert found.message_primary == "the login portal is a gateway: it declares by a token for each transaction"
        with connection.transaction():
            connection.execute(
                "SELECT set_config('recuse.permit', 'p', true), set_config('role', %s, true), "
                "set_config('recuse.declared', extract(epoch FROM now())::text, true)",
                (world.class_role,),
            )
            assert rows(connection) == []
    with world.login("analyst") as connection:
        world.permit("own", "analyst")
        found = refusal(connection, PRESENT, "v1.own.9999999999." + "0" * 64)
        assert found.message_primary == "the login analyst is no gateway: it has no tokens"


def test_a_gateway_stays_one_without_any_key(world: Enforced, key: bytes) -> None:
    world.admin.execute("DELETE FROM recuse.gateway_key")
    with world.login("portal") as connection, connection.transaction():
        assert not holds(connection, made(key, connection))
        with connection.transaction():
            assert "is a gateway" in str(refusal_inside(connection))


def refusal_inside(connection: psycopg.Connection) -> str:
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused, connection.transaction():
        connection.execute(DECLARE.encode(), (None,))
    return str(refused.value.diag.message_primary)


def test_the_key_stands_in_no_log_and_no_plan(world: Enforced) -> None:
    """Everything is logged, values and all; the key goes back as a result and appears nowhere."""
    log = world.server.folder / "server.log"
    world.admin.execute("SET log_statement = 'all'; SET log_min_duration_statement = 0")
    try:
        world.permit("p", "portal")
        found = new_key(world)
        with psycopg.connect(world.server.dsn(world.database)) as noisy:
            noisy.execute("SET log_statement = 'all'")
            noisy.execute("SELECT set_config('recuse.key_marker', 'seen by the log', false)")
    finally:
        world.admin.execute("RESET log_statement; RESET log_min_duration_statement")
    text = log.read_text(errors="replace")
    assert "recuse.new_key" in text, "the log does hold the statement"
    assert "seen by the log" in text
    stored = world.admin.execute("SELECT inner_block, outer_block FROM recuse.gateway_key").fetchall()
    for secret in (found, *stored[0]):
        assert isinstance(secret, bytes)
        for form in (secret.hex(), re.escape(repr(secret)[2:-1])):
            assert form not in text
    assert found.hex() not in repr(plan(world.admin))


def test_nobody_but_the_schema_s_owner_reads_a_key(world: Enforced) -> None:
    assert new_key(world)
    for login in ("portal", "analyst", "app", "desk"):
        with world.login(login) as connection:
            for statement in (
                "TABLE recuse.gateway_key",
                "SELECT recuse.new_key('portal')",
                "SELECT recuse.token_permit('')",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
                    connection.execute(statement.encode())


@pytest.mark.parametrize(
    ("key", "challenge", "permit", "expected"),
    [
        (bytes(31), "1.2.3.4", "p", "a gateway's key is 32 bytes"),
        (bytes(32), "", "p", "`` is no challenge"),
        (bytes(32), "None", "p", "`None` is no challenge"),
        (bytes(32), "1.2.3.4", "a.b", "no token can name permit `a.b`"),
    ],
)
def test_a_token_is_made_of_sound_parts_only(key: bytes, challenge: str, permit: str, expected: str) -> None:
    with pytest.raises(InputError, match=re.escape(expected)):
        token(key, challenge, permit, clock.now())


def test_a_token_is_the_one_that_is_documented() -> None:
    """RFC 4231's construction on our message; the vector stands in docs/reference/tokens.md."""
    made = token(
        bytes(range(32)),
        "5.16384.4711.1764187517.123456",
        "3f1c",
        clock.now().fromtimestamp(1764187577, clock.now().tzinfo),
    )
    page = (Path(__file__).parents[2] / "docs/reference/tokens.md").read_text()
    assert made in page


def test_tokens_hold_where_nothing_can_be_written(world: Enforced, key: bytes) -> None:
    """As on a standby: nothing is stored for a token."""
    with world.login("portal") as connection:
        connection.execute("SET default_transaction_read_only = on")
        with connection.transaction():
            assert holds(connection, made(key, connection))
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), connection.transaction():
                connection.execute("CREATE TEMPORARY TABLE kept (); CREATE TABLE records.kept ()")


def test_a_probe_acts_as_a_gateway_by_a_token_and_leaves_no_key(world: Enforced, key: bytes) -> None:
    """What `verify` tries as a gateway: with a permit it enters, and what it needed for that is gone afterwards."""
    before = world.admin.execute("TABLE recuse.gateway_key").fetchall()
    context = {"purpose": "crime", "authority": "judicial", "agreement": ""}
    with probing(world.admin) as prober:
        samples = prober.sample("records.arrest", ("id",), [AskedColumn("grade", "Long")])
        for login in ("portal", "analyst"):
            with prober.acting_as(login, context) as refused:
                assert refused is None
                assert prober.read("records.arrest", ("id",), ("grade",), samples).rows == frozenset({(2,), (3,)})
        with prober.acting_as("portal", context | {"purpose": "removal"}) as refused:
            assert refused is not None
    assert world.admin.execute("TABLE recuse.gateway_key").fetchall() == before
    with world.login("portal") as connection, connection.transaction():
        assert holds(connection, made(key, connection))
