"""`declare` says why it may not, and speaks of nobody else; gates say TRUE or NULL, whatever they are asked."""

from typing import Final

import psycopg
import pytest
from psycopg import sql

from tests.context.world import Enforced, rows

DECLARE: Final = "SELECT recuse.declare('crime', 'judicial', %s)"
OPEN: Final = (
    "SELECT set_config('recuse.permit', %s, true), "
    "set_config('recuse.declared', extract(epoch FROM now())::text, true), set_config('role', %s, true)"
)


def refusal(connection: psycopg.Connection, statement: str, *values: object) -> psycopg.errors.Diagnostic:
    """What the server says; a statement that it does not refuse fails the test."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
        connection.execute(statement.encode(), values)
    assert refused.value.diag.message_hint
    return refused.value.diag


def said(world: Enforced, login: str = "analyst", case: str | None = "26-CR-1") -> str:
    with world.login(login) as connection:
        return str(refusal(connection, DECLARE, case).message_primary)


def test_a_permit_opens_what_was_declared_until_the_transaction_ends(world: Enforced) -> None:
    world.permit("p", "analyst")
    with world.login("analyst") as connection:
        with connection.transaction():
            assert connection.execute(DECLARE.encode(), ("26-CR-1",)).fetchone() == ("p",)
            assert rows(connection) == [2, 3]
            connection.execute(DECLARE.encode(), ("26-CR-1",))  # again, in the same transaction
            assert rows(connection) == [2, 3]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(connection)


def test_what_a_session_makes_inside_a_class_opens_nothing_later(world: Enforced) -> None:
    """A view belongs to the class that made it, and reads with its rights ever after: its gate asks for the permit.

    So a gate names its class, and does not ask who the current role is.
    """
    world.permit("p", "analyst")
    with world.login("analyst") as connection:
        with connection.transaction():
            connection.execute(DECLARE.encode(), ("26-CR-1",))
            connection.execute(b"CREATE TEMPORARY VIEW made AS SELECT id FROM records.arrest")
            connection.execute(b"GRANT SELECT ON made TO PUBLIC")
            assert connection.execute(b"SELECT count(*) FROM made").fetchone() == (2,)
        assert connection.execute(b"SELECT current_user, count(*) FROM made").fetchone() == ("analyst", 0)
        world.permit("q", "analyst", case="other")
        assert connection.execute(b"SELECT count(*) FROM made").fetchone() == (0,)
    world.admin.execute("UPDATE recuse.permit SET revoked_at = now()")


def test_declare_says_which_it_is(world: Enforced) -> None:
    """Each sentence, one after the other, until nothing is in the way."""
    admin = world.admin
    begin = "no permit in force lets analyst declare 'crime' under 'judicial'"
    assert said(world) == begin
    world.permit("other", "analyst", case="26-CR-2")
    assert said(world) == f"{begin} for case '26-CR-1'"
    world.permit("p", "analyst")
    admin.execute("UPDATE recuse.permit SET revoked_at = now() WHERE permit_id = 'p'")
    assert said(world) == "the permit p was revoked"
    times = "UPDATE recuse.permit SET revoked_at = NULL, valid_from = now() + %s::interval, valid_until = now() + %s"
    admin.execute(times, ("-2 h", "0"))
    assert said(world) == "the permit p has expired"
    admin.execute(times, ("1 h", "2 h"))
    assert said(world) == "the permit p is not valid yet"
    admin.execute(times, ("0", "2 h"))
    admin.execute("CREATE TEMPORARY TABLE kept AS TABLE recuse.declaration")
    admin.execute("DELETE FROM recuse.declaration WHERE login = 'analyst'")
    assert said(world) == "the permit p rests on what the policy in force no longer lets the account declare"
    admin.execute("INSERT INTO recuse.declaration SELECT * FROM kept WHERE login = 'analyst'; DROP TABLE kept")
    admin.execute("UPDATE recuse.account SET active = false WHERE login = 'analyst'")
    assert said(world) == "the account analyst is not active"
    admin.execute("UPDATE recuse.account SET active = true WHERE login = 'analyst'")
    admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
    assert said(world, "stranger") == "the login stranger is no account of the policy in force"
    admin.execute("DROP ROLE stranger")
    with world.login("analyst") as connection, connection.transaction():
        connection.execute(DECLARE.encode(), ("26-CR-1",))
        assert rows(connection) == [2, 3]


def test_a_lost_membership_is_named(world: Enforced) -> None:
    """Somebody took the class from the account by hand: the permit cannot be entered, and says so."""
    world.permit("p", "analyst")
    granted = world.admin.execute(
        "SELECT m.member::regrole::text, m.roleid::regrole::text FROM pg_auth_members m "
        "WHERE m.roleid = %s::regrole AND m.member IN ('analyst'::regrole, (SELECT oid FROM pg_roles WHERE rolname "
        "LIKE 'recuse\\_d\\_%%\\_' || 'analyst'::regrole::oid))",
        (world.class_role,),
    ).fetchall()
    assert granted
    for member, role in granted:
        world.admin.execute(f"REVOKE {role} FROM {member}".encode())
    try:
        assert said(world).startswith(
            "the login analyst cannot enter the class that its permit opens: permission denied"
        )
    finally:
        options = " WITH INHERIT FALSE, SET TRUE" if world.server.version >= 16 else ""
        for member, role in granted:
            world.admin.execute(f"GRANT {role} TO {member}{options}".encode())


def test_a_plain_set_in_a_pool_is_refused_by_name(world: Enforced) -> None:
    """What a client left on the connection with a plain SET opens nothing, and the next declare says what it is."""
    world.permit("p", "analyst")
    for left in (
        "SET recuse.permit = 'p'",
        f"SET ROLE {world.class_role}",
        "SELECT set_config('recuse.declared', extract(epoch FROM now())::text, false)",
    ):
        with world.login("analyst") as connection:
            connection.execute(left.encode())
            found = refusal(connection, DECLARE, None)
            assert "a plain SET left" in str(found.message_primary), left
            assert "DISCARD ALL" in str(found.message_hint)
            connection.execute("DISCARD ALL")
            with connection.transaction():
                connection.execute(DECLARE.encode(), (None,))
                assert rows(connection) == [2, 3]


def test_declare_is_no_oracle_about_others(world: Enforced) -> None:
    """Another's permit, its case and its state change no word of what is said."""
    before = said(world, "second")
    world.permit("p", "analyst")
    assert said(world, "second") == before
    with world.login("second") as connection:
        answer = connection.execute("SELECT * FROM recuse.admission('crime', 'judicial', '26-CR-1', NULL)").fetchone()
        assert answer is not None
        assert answer[:2] == (None, None)
        with connection.transaction():
            connection.execute(OPEN, ("p", world.class_role))
            assert rows(connection) == []


def test_the_first_use_is_remembered_but_never_in_the_way(world: Enforced) -> None:
    """Read-only transactions declare too; two first uses at once wait for nothing, at any isolation."""
    world.permit("p", "analyst")
    used = "SELECT count(*) FROM recuse.used WHERE permit_id = 'p'"
    with world.login("analyst") as one, world.login("analyst") as two:
        with one.transaction():
            one.execute("SET TRANSACTION READ ONLY")
            one.execute(DECLARE.encode(), (None,))
            assert rows(one) == [2, 3]
        assert world.admin.execute(used).fetchone() == (0,)
        with one.transaction():
            one.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            two.execute("SET lock_timeout = '100ms'")
            with two.transaction():
                two.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                one.execute(DECLARE.encode(), (None,))
                two.execute(DECLARE.encode(), (None,))
                assert rows(two) == rows(one) == [2, 3]
        with one.transaction():
            one.execute(DECLARE.encode(), (None,))
    assert world.admin.execute(used).fetchone() == (2,)


# --- gates ---

HUGE: Final = "x" * 1_000_000
SETTINGS: Final = (
    "SET default_transaction_read_only = on",
    "SET default_transaction_isolation = 'serializable'",
    "SET search_path = pg_temp, public",
    "SET plpgsql.extra_errors = 'all'",
    "SET DateStyle = 'German'; SET TimeZone = 'Asia/Kathmandu'; SET IntervalStyle = 'iso_8601'",
    "SET bytea_output = 'escape'; SET extra_float_digits = -15; SET standard_conforming_strings = off",
    "SET quote_all_identifiers = on; SET transform_null_equals = on; SET row_security = on",
    "SET enable_indexscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan",
    "SET client_encoding = 'LATIN1'",
)
GATES: Final = ("recuse.gate(%s)", "recuse.admitted()", "recuse.challenge()")


@pytest.mark.parametrize("settings", SETTINGS)
def test_gates_answer_the_same_under_any_settings(world: Enforced, settings: str) -> None:
    world.permit("p", "analyst")
    with world.login("analyst") as connection:
        connection.execute(settings.encode())
        assert connection.execute("SELECT recuse.admitted()").fetchone() == (True,)
        with connection.transaction():
            connection.execute(DECLARE.encode(), (None,))
            assert connection.execute("SELECT recuse.gate(%s::name)", (world.class_role,)).fetchone() == (True,)
            assert rows(connection) == [2, 3]


@pytest.mark.parametrize("value", ["", "p2", "'", "\\", "ü" * 5000, "NULL", HUGE, "p\n", "p "])
def test_gates_never_raise_on_malformed_values(world: Enforced, value: str) -> None:
    world.permit("p", "analyst")
    with world.login("analyst") as connection:
        for name in ("recuse.permit", "recuse.declared", "recuse.token"):
            with connection.transaction():
                connection.execute(OPEN, ("p", world.class_role))
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
                found = connection.execute("SELECT recuse.gate(%s::name)", (world.class_role,)).fetchone()
                assert found == ((True,) if name == "recuse.token" else (None,)), name
        for role in (None, "", "no such class", value[:60]):
            with connection.transaction():
                connection.execute(OPEN, ("p", "none"))
                assert connection.execute("SELECT recuse.gate(%s::name)", (role,)).fetchone() == (None,)
        assert connection.execute("SELECT recuse.challenge()").fetchone() == (None,)


def test_a_login_made_again_or_a_restored_database_opens_nothing(world: Enforced) -> None:
    """The same name with another object id: in the accounts (as after a restore elsewhere), and in the permit."""
    world.permit("p", "analyst")
    for table in ("account", "permit"):
        change = sql.SQL("UPDATE recuse.{} SET login_oid = {} WHERE login = 'analyst'")
        old = world.admin.execute("SELECT 'analyst'::regrole::oid::int").fetchone()
        assert old is not None
        world.admin.execute(change.format(sql.Identifier(table), 4_000_000_000))
        try:
            with world.login("analyst") as connection, connection.transaction():
                connection.execute(OPEN, ("p", world.class_role))
                assert connection.execute("SELECT recuse.gate(%s::name)", (world.class_role,)).fetchone() == (None,)
                assert rows(connection) == []
            if table == "account":
                assert said(world) == "the login analyst was made anew after it was registered"
        finally:
            world.admin.execute(change.format(sql.Identifier(table), old[0]))


def test_a_dropped_login_s_session_sees_nothing_and_learns_nothing(world: Enforced) -> None:
    """Not even where somebody has granted the table to PUBLIC; asked by hand, a gate gives PostgreSQL's own error.

    `session_user` itself raises for a session whose login is gone, with or without any row.
    """
    world.admin.execute("CREATE ROLE leaver LOGIN PASSWORD 'x'")
    world.admin.execute("GRANT USAGE ON SCHEMA records TO PUBLIC; GRANT SELECT ON records.arrest TO PUBLIC")
    try:
        with world.login("leaver") as connection:
            assert rows(connection) == []
            world.admin.execute("DROP ROLE leaver")
            assert rows(connection) == []
            for asked in ("SELECT recuse.admitted()", "SELECT recuse.gate('none')", "SELECT session_user"):
                with pytest.raises(psycopg.errors.UndefinedObject, match="invalid role OID"):
                    connection.execute(asked.encode())
    finally:
        world.admin.execute("REVOKE SELECT ON records.arrest FROM PUBLIC; REVOKE USAGE ON SCHEMA records FROM PUBLIC")


def test_gates_are_marked_as_parallel_plans_need_them(world: Enforced) -> None:
    """The gate runs in the leader, before the workers: the plan stays parallel and shows the same rows."""
    world.permit("p", "analyst")
    marks = world.admin.execute(
        "SELECT proname, proparallel FROM pg_proc WHERE pronamespace = 'recuse'::regnamespace "
        "AND proname IN ('gate', 'admitted', 'token_permit', 'challenge', 'declare') ORDER BY proname"
    ).fetchall()
    assert marks == [("admitted", "s"), ("challenge", "r"), ("declare", "u"), ("gate", "r"), ("token_permit", "r")]
    forced = "debug_parallel_query" if world.server.version >= 16 else "force_parallel_mode"
    with world.login("analyst") as connection, connection.transaction():
        connection.execute(DECLARE.encode(), (None,))
        connection.execute(
            f"SET LOCAL {forced} = on; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; "
            "SET LOCAL min_parallel_table_scan_size = 0".encode()
        )
        shown = "\n".join(str(row[0]) for row in connection.execute("EXPLAIN SELECT id FROM records.arrest"))
        assert "Workers Planned" in shown
        assert "InitPlan" in shown
        assert rows(connection) == [2, 3]


@pytest.mark.parametrize(
    "session",
    [
        "SET search_path = records, public",
        "SET search_path = ''",
        "PREPARE q AS SELECT id FROM records.arrest; EXECUTE q",
        "SET ROLE staff; RESET ROLE",
        "SET SESSION AUTHORIZATION DEFAULT; RESET SESSION AUTHORIZATION",
        "SET plan_cache_mode = force_generic_plan; PREPARE q AS SELECT id FROM records.arrest WHERE id > $1; "
        "EXECUTE q(0)",
        "DISCARD ALL",
    ],
)
def test_a_standing_account_s_session_is_unchanged(world: Enforced, session: str) -> None:
    """It sees its rows, before and after what programs do to their sessions."""
    with world.login("app") as connection:
        assert rows(connection) == [1, 3]
        if "SET ROLE staff" in session:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(session.encode())  # the group that read everything is no longer the account's
        else:
            connection.execute(session.encode())
        assert rows(connection) == [1, 3]
        for _ in range(7):  # past the driver's threshold: prepared on the server
            assert connection.execute("SELECT count(*) FROM records.arrest WHERE grade = %s", (3,)).fetchone() == (1,)


def test_a_standing_account_inside_a_role_of_its_own(world: Enforced) -> None:
    """SET ROLE to a role that has nothing to do with governed data: the rights go with the role, and come back."""
    world.admin.execute("CREATE ROLE reporting NOLOGIN; GRANT reporting TO app")
    try:
        with world.login("app") as connection:
            connection.execute("SET ROLE reporting")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                rows(connection)
            connection.execute("RESET ROLE")
            assert rows(connection) == [1, 3]
    finally:
        world.admin.execute("DROP ROLE reporting")
