"""What each function of the `recuse` schema promises, one check a promise: quick, in one transaction, as one login.

The contract's tests ask the same of a governed database on every version; these ask more of each function, so that no
word of it can change unnoticed.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

import psycopg

from recuse.enforcement.facts import ObjectRef
from recuse.targets.postgres.statements import conflict_statements
from tests.mutation.event_checks import EVENT_CHECKS, EVENT_FUNCTIONS
from tests.mutation.gate_world import C1, C2, C3, World
from tests.mutation.place_checks import (
    a_copy_lets_nothing_be_declared_or_issued,
    a_copy_shows_nothing,
    a_row_that_was_copied_says_nothing,
    here_is_what_the_server_says,
    in_recovery_it_is_a_standby_or_a_copy,
    settling_opens_nothing_and_stands_alone,
    while_a_server_runs_its_start_stands_for_all,
)

Check = Callable[[World], None]
OPENS: Final = "SELECT recuse.declare(%s, %s, %s)"
ASK: Final = "ask for a permit; access without one stays closed"
ADMINISTRATOR: Final = "ask the administrator: the login must stand in accounts.toml, and the plan must be applied"
DISCARD: Final = "run DISCARD ALL, and let the pool's clients set nothing but through recuse.declare or recuse.present"
CARRIED: Final = ("the session carries a role, permit or token that a plain SET left; it opens nothing", DISCARD)
DENIED: Final = "42501"
UNFIT: Final = "22023"

# A function's own attributes: volatility, whose rights, parallel. A gate that is not STABLE is asked
# for every row, one that is not SAFE turns parallel plans off, one with another path finds what a caller put there.
PATH: Final = ["search_path=pg_catalog, pg_temp"]
ATTRIBUTES: Final[Mapping[str, tuple[str, bool, str]]] = {
    "admitted": ("s", True, "s"), "gate": ("s", True, "r"), "challenge": ("s", True, "r"),
    "admission": ("v", True, "u"), "enter": ("v", False, "u"), "declare": ("v", False, "u"),
    "present": ("v", False, "u"), "issuable": ("s", True, "s"), "class_of": ("s", True, "s"),
    "issue": ("v", True, "u"), "revoke": ("v", True, "u"), "sever": ("v", True, "u"), "permits": ("s", True, "s"),
    "here": ("s", True, "s"), "moved": ("s", True, "s"), "settle": ("v", True, "u"),
    "token_permit": ("s", True, "r"), "new_key": ("v", True, "u"), "conflict": ("v", False, "u"),
    "beyond": ("s", False, "u"), "granted": ("s", False, "u"), "opened": ("s", False, "u"),
    "examined": ("v", True, "u"), "new_objects": ("v", False, "u"), "others": ("s", True, "s"),
    "governed": ("s", False, "u"), "governed_by": ("s", False, "u"), "ours": ("s", False, "u"),
    "applying": ("s", False, "u"), "note": ("v", False, "u"), "removed": ("v", True, "u"),
    "reowned": ("s", False, "u"), "published": ("s", False, "u"),
}  # fmt: skip


def functions_have_their_attributes(world: World) -> None:
    found = world.rows(
        "SELECT proname, provolatile::text, prosecdef, proparallel::text, proconfig FROM pg_proc "
        "WHERE pronamespace = 'recuse'::regnamespace"
    )
    assert {name: (volatile, definer, parallel) for name, volatile, definer, parallel, _ in found} == ATTRIBUTES
    planned = {"new_objects": [*PATH, "plan_cache_mode=force_generic_plan"]}
    assert all(config == planned.get(str(name), PATH) for name, *_, config in found)


# The stage canary.


def others_are_all_but_the_canary_accounts(world: World) -> None:
    """By name, and by the object id that was registered under it: a renamed one stays one, a namesake is one too."""
    with world.as_("clerk"):
        for listed, others in (("clerk", None), ("analyst", True), ("analyst,clerk", None), ("", True)):
            assert world.one(f"SELECT recuse.others('{{{listed}}}')") is others
    assert world.one("SELECT recuse.others('{clerk,analyst}')") is True, "who is not registered is one of the others"
    with world.undone():
        world.admin("ALTER ROLE clerk RENAME TO before; ALTER ROLE stranger RENAME TO clerk")
        for login, others in (("clerk", None), ("before", None), ("analyst", True)):
            with world.as_(login):
                assert world.one("SELECT recuse.others('{clerk}')") is others
        with world.as_("before"):
            assert world.one("SELECT recuse.others('{analyst}')") is True


# The cut.


def a_session_that_set_nothing_is_admitted_and_no_gate_raises(world: World) -> None:
    """First, because a setting that was ever made in a session is known ever after."""
    world.permit()
    for login, admitted in (("clerk", True), ("analyst", True), ("pool", True), ("agent", None), ("stranger", None)):
        with world.as_(login):
            assert world.one("SELECT recuse.admitted()") is admitted
            assert world.gate() is None
            world.rows("SELECT set_config('recuse.permit', 'p1', true)")
            assert world.gate() is None
    # Nor is a superuser, who is a member of everything: only who is registered is.
    assert world.one("SELECT recuse.admitted()") is None


def a_gateway_that_set_no_token_does_not_raise(world: World) -> None:
    with world.as_("pool"):
        world.choose(world.permit("g1", "pool"))
    with world.as_("pool"):
        assert world.gate() is None


def a_login_made_again_is_another(world: World) -> None:
    with world.undone():
        world.admin("DROP ROLE clerk; CREATE ROLE clerk LOGIN")
        with world.as_("clerk"):
            assert world.one("SELECT recuse.admitted()") is None
    with world.undone():
        world.admin("ALTER ROLE clerk RENAME TO before; ALTER ROLE stranger RENAME TO clerk")
        for login in ("clerk", "before"):
            with world.as_(login):
                assert world.one("SELECT recuse.admitted()") is None


def the_session_s_login_counts(world: World) -> None:
    for login, role, admitted in (("stranger", "clerk", None), ("clerk", "stranger", True)):
        with world.undone():
            world.admin(f"GRANT {role} TO {login}")
            with world.as_(login):
                world.rows("SELECT set_config('role', %s, true)", role)
                assert world.one("SELECT recuse.admitted()") is admitted


# The gate.


def a_permit_in_force_opens_its_class(world: World) -> None:
    world.permit()
    with world.as_("analyst"):
        world.choose("p1")
        assert world.gate() is True
        for other in (C2, "", "no such class", None):
            assert world.gate(other) is None
        world.rows("SELECT set_config('role', %s, true)", C1)
        assert world.gate() is True


def another_s_permit_opens_nothing(world: World) -> None:
    world.permit()
    for login in ("clerk", "agent", "stranger", "pool"):
        with world.as_(login):
            world.choose("p1")
            assert world.gate() is None


def only_the_permit_chosen_opens(world: World) -> None:
    world.permit()
    world.permit("p2", authority="warrant")
    with world.as_("analyst"):
        for chosen, opened in (("p1", C1), ("p2", C2)):
            world.choose(chosen)
            assert {each for each in (C1, C2, C3) if world.gate(each) is True} == {opened}
        for chosen in ("", "p3", "'", "\\", "\u00fc" * 3000, "NULL"):
            world.choose(chosen)
            assert [world.gate(each) for each in (C1, C2)] == [None, None]


def what_was_declared_before_opens_nothing(world: World) -> None:
    """Another transaction's time, or none."""
    world.permit()
    with world.as_("analyst"):
        for said in ("", "0", "extract(epoch FROM now())"):
            world.choose("p1")
            world.rows("SELECT set_config('recuse.declared', %s, true)", said)
            assert world.gate() is None


def a_permit_out_of_force_opens_nothing(world: World) -> None:
    flaws: tuple[dict[str, object], ...] = (
        {"valid_until": "-1 second"}, {"valid_from": "1 hour"}, {"revoked_at": "-1 second"}, {"revoked_at": "1 hour"},
        {"login_oid": 1}, {"purpose": "audit"}, {"authority": "duty"}, {"agreement": "mou"},
    )  # fmt: skip
    for number, flaw in enumerate(flaws):
        world.permit(f"flawed{number}", **flaw)  # type: ignore[arg-type]
        with world.as_("analyst"):
            world.choose(f"flawed{number}")
            assert [world.gate(each) for each in (C1, C2, C3)] == [None, None, None], flaw


def a_permit_needs_its_declaration(world: World) -> None:
    """The policy in force may have taken back what a permit rests on: purpose, authority, agreement or all of it."""
    world.permit()
    for change in ("purpose = 'audit'", "authority = 'duty'", "agreement = 'mou'", f"class_role = '{C3}'"):
        with world.undone():
            world.admin(
                f"UPDATE recuse.declaration SET {change} "
                "WHERE login = 'analyst' AND authority = 'judicial' AND purpose = 'crime'"
            )
            with world.as_("analyst"):
                world.choose("p1")
                assert world.gate() is None, change
    with world.undone():
        world.admin("DELETE FROM recuse.declaration WHERE login = 'analyst'")
        with world.as_("analyst"):
            world.choose("p1")
            assert world.gate() is None


def a_permit_needs_an_active_account_of_the_same_login(world: World) -> None:
    world.permit()
    for change in (
        "UPDATE recuse.account SET active = false WHERE login = 'analyst'",
        "UPDATE recuse.account SET login_oid = 1 WHERE login = 'analyst'",
        "ALTER ROLE analyst RENAME TO before; ALTER ROLE stranger RENAME TO analyst",
        "DROP ROLE analyst; CREATE ROLE analyst LOGIN",
        # The permit was the old login's, who has another name now; the new one of that name is registered.
        "ALTER ROLE analyst RENAME TO before; CREATE ROLE analyst LOGIN; "
        "UPDATE recuse.account SET login_oid = (SELECT oid FROM pg_roles WHERE rolname = 'analyst') "
        "WHERE login = 'analyst'; "
        "INSERT INTO recuse.account SELECT 'before', oid, true FROM pg_roles WHERE rolname = 'before'",
    ):
        with world.undone():
            world.admin(change)
            with world.as_("analyst"):
                world.choose("p1")
                assert world.gate() is None, change


def time_passes_inside_a_transaction(world: World) -> None:
    """Of a permit that began, or ended, after this transaction did, the clock decides."""
    time.sleep(0.002)
    world.permit("begun", valid_from="0", valid_until="1 hour")
    world.permit("ended", valid_until="0", authority="warrant")
    with world.as_("analyst"):
        world.choose("begun")
        assert world.gate() is True
        world.choose("ended")
        assert world.gate(C2) is None


# Gateways and their tokens.

NO_TOKEN: Final = ("the token does not hold in this transaction",
                   "ask recuse.challenge() in this transaction and make a token for its answer", DENIED)  # fmt: skip


def a_token_opens_the_permit_it_names(world: World) -> None:
    world.permit("g1", "pool")
    world.permit("g2", "pool", authority="warrant")
    key = world.key()
    for permit, opened in (("g1", C1), ("g2", C2)):
        with world.undone(), world.as_("pool"):
            token = world.token(key, permit)
            assert world.one("SELECT recuse.present(%s)", token) == permit
            assert world.one("SELECT current_setting('recuse.token')") == token
            assert world.one("SELECT current_user::text") == opened
            assert {each for each in (C1, C2, C3) if world.gate(each) is True} == {opened}


def a_gateway_s_gate_asks_for_the_token(world: World) -> None:
    world.permit("g1", "pool")
    world.permit("g2", "pool")
    key = world.key()
    with world.as_("pool"):
        for token in ("", "x", world.token(key, "g2"), world.token(key, "g1", challenge="1.2.3.4")):
            world.choose("g1", token)
            assert world.gate() is None, token
        world.choose("g1", world.token(key, "g1"))
        assert world.gate() is True
    # Who is no gateway needs none, and one that it has says nothing.
    world.permit()
    with world.as_("analyst"):
        world.choose("p1", "x")
        assert world.gate() is True


def forged_tokens_hold_nowhere(world: World) -> None:
    world.permit("g1", "pool")
    world.permit("g2", "pool")
    world.permit("p1")
    world.permit("s1", "second")
    key, other = world.key(), world.key("second")
    with world.as_("pool"):
        sound = world.token(key, "g1")
        version, _, until, mac = sound.split(".")
        forged = [
            "", "x", f"{version}.g2.{until}.{mac}", f"{version}.g1.{int(until) + 1}.{mac}", f"v2.g1.{until}.{mac}",
            f"{version}.g1.{until}.{mac[:-1]}", f"{version}.g1.{until}.{'0' * 64}",
            f"{sound} ", f"{sound}0", f"x{sound}",
            world.token(other, "g1"), world.token(key, "p1"), world.token(key, "s1"), world.token(key, "none"),
            world.token(key, "g1", seconds=-5), world.token(key, "g1", challenge=""), "\u00fc" * 3000, None,
            world.token(key, "g1", challenge=str(world.one("SELECT recuse.challenge()")) + "0"),
        ]  # fmt: skip
        for token in forged:
            assert world.refused("SELECT recuse.present(%s)", token) == NO_TOKEN, token


def a_challenge_names_database_login_backend_and_transaction(world: World) -> None:
    with world.as_("pool"):
        expected = world.one(
            "SELECT concat_ws('.', (SELECT oid FROM pg_database WHERE datname = current_database()), "
            "(SELECT oid FROM pg_roles WHERE rolname = session_user), pg_backend_pid(), extract(epoch FROM now()))"
        )
        assert world.one("SELECT recuse.challenge()") == expected
    for login in ("analyst", "agent", "stranger"):
        with world.as_(login):
            assert world.one("SELECT recuse.challenge()") is None
    world.admin("UPDATE recuse.account SET active = false WHERE login = 'pool'")
    with world.as_("pool"):
        assert world.one("SELECT recuse.challenge()") is None


def a_gateway_s_two_newest_keys_hold(world: World) -> None:
    world.permit("g1", "pool")
    world.permit("s1", "second")
    world.key("second")
    keys = [world.key(), world.key()]
    other = world.key("second")
    keys.append(world.key())
    assert len({*keys, other}) == 4
    assert {len(key) for key in keys} == {32}
    with world.as_("pool"):
        for key, holds in zip(keys, (False, True, True), strict=True):
            token = world.token(key, "g1")
            if holds:
                with world.undone():
                    assert world.one("SELECT recuse.present(%s)", token) == "g1"
            else:
                assert world.refused("SELECT recuse.present(%s)", token) == NO_TOKEN
    with world.undone(), world.as_("second"):
        assert world.one("SELECT recuse.present(%s)", world.token(other, "s1")) == "s1"
    stored = world.rows(
        "SELECT login::text, length(inner_block), length(outer_block) FROM recuse.gateway_key ORDER BY 1"
    )
    assert stored == [("pool", 64, 64), ("pool", 64, 64), ("second", 64, 64), ("second", 64, 64)]
    assert (
        world.one("SELECT bool_and(made_at > now() AND made_at <= clock_timestamp()) FROM recuse.gateway_key") is True
    )


def keys_are_made_for_active_gateways_only(world: World) -> None:
    world.admin("UPDATE recuse.account SET active = false WHERE login = 'second'")
    for login in ("analyst", "stranger", "second"):
        said = f"{login} is not an active account whose use is gateway"
        assert world.refused("SELECT recuse.new_key(%s)", login) == (said, None, UNFIT)
    assert world.rows("SELECT FROM recuse.gateway_key") == []


def a_token_runs_out_inside_its_transaction(world: World) -> None:
    """Its end is a whole second, so this waits for one."""
    world.permit("g1", "pool")
    key = world.key()
    with world.as_("pool"):
        until = int(str(world.one("SELECT ceil(extract(epoch FROM clock_timestamp()))::bigint")))
        token = world.token(
            key, "g1", seconds=until - int(str(world.one("SELECT extract(epoch FROM clock_timestamp())::bigint")))
        )
        assert abs(int(token.split(".")[2]) - until) <= 1
        world.rows(
            "SELECT pg_sleep(greatest(0, %s - extract(epoch FROM clock_timestamp())::float) + 0.001)",
            int(token.split(".")[2]),
        )
        assert world.refused("SELECT recuse.present(%s)", token) == NO_TOKEN


# Declaring.


def declaring_enters_the_class(world: World) -> None:
    """Also where no setting of ours was ever made."""
    world.permit()
    with world.as_("analyst"):
        assert world.one("SELECT recuse.declare('crime', 'judicial')") == "p1"
        asked = "SELECT current_user::text, current_setting('recuse.permit'), current_setting('recuse.token')"
        assert world.rows(asked) == [(C1, "p1", "")]
        assert world.one("SELECT current_setting('recuse.declared') = extract(epoch FROM now())::text") is True
        assert [world.gate(each) for each in (C1, C2)] == [True, None]
        # Again in the same transaction: another case of the same, and nothing is in the way.
        assert world.one("SELECT recuse.declare('crime', 'judicial', '7')") == "p1"
    assert (
        world.one("SELECT count(*) FROM recuse.used WHERE permit_id = 'p1' AND at > now() AND at <= clock_timestamp()")
        == 1
    )
    world.permit("p2", authority="warrant")
    with world.as_("analyst"):
        assert world.one("SELECT recuse.declare('crime', 'warrant')") == "p2"
    assert world.rows("SELECT permit_id FROM recuse.used ORDER BY 1") == [("p1",), ("p2",)]


def what_is_declared_ends_with_the_transaction(world: World) -> None:
    """A function that keeps its caller's settings keeps them from a local setting, and not from one of the session."""
    kept = "SET recuse.permit = '' SET recuse.token = '' SET recuse.declared = '' SET role = none"
    world.admin(f"CREATE FUNCTION public.kept() RETURNS text {kept} RETURN recuse.enter('{C1}', 'p', 't')")
    with world.as_("analyst"):
        assert world.one("SELECT public.kept()") == "p"
        settings = ("recuse.permit", "recuse.token", "recuse.declared", "role")
        left = [world.one("SELECT current_setting(%s, true)", name) or "" for name in settings]
        assert left == ["", "", "", "none"]


def declared(
    world: World, login: str, purpose: str = "crime", authority: str = "judicial", case: str | None = None
) -> object:
    """What declaring comes to: the permit, or the refusal."""
    with world.undone(), world.as_(login):
        try:
            with world.connection.transaction():
                return world.one(OPENS, purpose, authority, case)
        except psycopg.Error as error:
            denied = error.diag.sqlstate == DENIED
            return (error.diag.message_primary, error.diag.message_hint) if denied else error


def a_role_that_a_plain_set_left_is_refused(world: World) -> None:
    """The first check of a session: no setting of ours was ever made, and a class role is there all the same."""
    world.permit()
    with world.as_("analyst"):
        world.rows("SELECT set_config('role', %s, true)", C1)
        assert world.refused("SELECT recuse.declare('crime', 'judicial')") == (*CARRIED, DENIED)


def who_is_no_account_declares_nothing(world: World) -> None:
    world.permit()
    assert declared(world, "stranger") == ("the login stranger is no account of the policy in force", ADMINISTRATOR)
    assert declared(world, "agent") == ("the account agent is not active", ADMINISTRATOR)
    anew = ("the login analyst was made anew after it was registered", ADMINISTRATOR)
    for change in (
        "DROP ROLE analyst; CREATE ROLE analyst LOGIN",
        "ALTER ROLE analyst RENAME TO before; ALTER ROLE stranger RENAME TO analyst",
    ):
        with world.undone():
            world.admin(change)
            assert declared(world, "analyst") == anew


def what_a_plain_set_left_is_refused(world: World) -> None:
    world.permit()
    world.admin("CREATE ROLE harmless; GRANT harmless TO analyst")
    for name, value in (("recuse.declared", "1"), ("recuse.permit", "p1"), ("recuse.token", "x"), ("role", C1)):
        for before in ("", "1"):
            with world.undone(), world.as_("analyst"):
                world.rows("SELECT set_config('recuse.declared', %s, true)", before)
                world.rows("SELECT set_config(%s, %s, true)", name, value)
                assert world.refused("SELECT recuse.declare('crime', 'judicial')") == (*CARRIED, DENIED), name
    with world.undone(), world.as_("analyst"):
        world.rows("SELECT set_config('role', 'harmless', true)")
        assert world.one("SELECT recuse.declare('crime', 'judicial')") == "p1"


def gateways_present_and_others_declare(world: World) -> None:
    world.permit()
    world.permit("g1", "pool")
    assert declared(world, "pool") == (
        "the login pool is a gateway: it declares by a token for each transaction",
        "ask recuse.challenge() in the transaction, make a token, and call recuse.present(token)",
    )
    with world.as_("analyst"):
        assert world.refused("SELECT recuse.present('x')") == (
            "the login analyst is no gateway: it has no tokens",
            "call recuse.declare(purpose, authority, case number)",
            DENIED,
        )  # fmt: skip


def without_a_permit_it_says_what_is_missing(world: World) -> None:
    none = "no permit in force lets {} declare {} under {}"
    assert declared(world, "analyst") == (none.format("analyst", "'crime'", "'judicial'"), ASK)
    closed = (
        ", and the policy in force lets none be issued",
        "ask for a purpose and authority that the account may declare",
    )
    for login, purpose, authority in (
        ("analyst", "audit", "duty"), ("analyst", "crime", "duty"), ("analyst", "audit", "judicial"),
        ("clerk", "crime", "judicial"),
    ):  # fmt: skip
        said = none.format(login, f"'{purpose}'", f"'{authority}'")
        assert declared(world, login, purpose, authority) == (said + closed[0], closed[1])
    long = declared(world, "analyst", "p" * 150, "a" * 150)
    assert long == (none.format("analyst", f"'{'p' * 100}'", f"'{'a' * 100}'") + closed[0], closed[1])
    world.permit("other", login_oid=1)
    assert declared(world, "analyst") == (none.format("analyst", "'crime'", "'judicial'"), ASK)
    with world.undone():  # the permit of a login that has another name now, and is registered under it
        world.permit()
        world.admin("ALTER ROLE analyst RENAME TO after; "
                    "INSERT INTO recuse.account SELECT 'after', oid, true FROM pg_roles WHERE rolname = 'after'; "
                    f"INSERT INTO recuse.declaration VALUES ('after', 'crime', 'judicial', '', '{C1}')")  # fmt: skip
        assert declared(world, "after") == (none.format("after", "'crime'", "'judicial'"), ASK)
    world.permit()
    said = none.format("analyst", "'crime'", "'judicial'")
    assert declared(world, "analyst", case="8") == (f"{said} for case '8'", ASK)
    assert declared(world, "analyst", case="8" * 150) == (f"{said} for case '{'8' * 100}'", ASK)
    assert declared(world, "analyst", "it's", "") == (none.format("analyst", "'it''s'", "''") + closed[0], closed[1])


def a_permit_out_of_force_says_why(world: World) -> None:
    time.sleep(0.002)
    for flaw, said in (
        ({"revoked_at": "-1 second"}, "was revoked"),
        ({"revoked_at": "-1 second", "valid_until": "-1 second"}, "was revoked"),
        ({"valid_until": "-1 second"}, "has expired"),
        ({"valid_until": "0"}, "has expired"),
        ({"valid_from": "1 hour"}, "is not valid yet"),
        ({"agreement": "gone"}, "rests on what the policy in force no longer lets the account declare"),
    ):
        with world.undone():
            world.permit(**flaw)
            assert declared(world, "analyst") == (f"the permit p1 {said}", ASK)
            assert world.rows("SELECT FROM recuse.used") == []
    with world.undone():  # another login's declaration of the same does not count
        world.permit()
        world.admin("DELETE FROM recuse.declaration WHERE login = 'analyst'")
        said = "rests on what the policy in force no longer lets the account declare"
        assert declared(world, "analyst") == (f"the permit p1 {said}", ASK)
    with world.undone():
        world.permit(valid_from="0")
        assert declared(world, "analyst") == "p1"


def copied(world: World, name: str, of: str, longer: str = "0") -> None:
    """Another permit with the very moments of one, or that much `longer`."""
    world.admin(
        "INSERT INTO recuse.permit SELECT %s, login, login_oid, purpose, authority, agreement, case_number, "
        "valid_from, valid_until + %s::interval, 8, NULL FROM recuse.permit WHERE permit_id = %s",
        name, longer, of,
    )  # fmt: skip


def the_best_permit_is_chosen(world: World) -> None:
    """One in force before all others, then the one that runs longest, then by name; for the case that was said."""
    time.sleep(0.002)
    world.permit("begun", valid_from="0", valid_until="2 hours")
    world.permit("a", valid_until="1 hour")
    assert declared(world, "analyst") == "begun"
    world.permit("revoked", valid_until="3 days", revoked_at="-1 second")
    world.permit("later", valid_from="1 hour", valid_until="3 days")
    world.permit("undeclared", valid_until="3 days", agreement="gone")
    assert declared(world, "analyst") == "begun"
    copied(world, "c", "begun", longer="1 hour")
    copied(world, "b", "c")
    assert declared(world, "analyst") == "b"
    world.permit("warrant", authority="warrant", valid_until="4 days")
    world.permit("removal", purpose="removal", agreement="mou", valid_until="4 days")
    assert declared(world, "analyst") == "b"
    assert declared(world, "analyst", "crime", "warrant") == "warrant"
    assert declared(world, "analyst", "removal", "judicial") == "removal"
    world.permit("nine", case_number="9", valid_until="-1 second")
    assert declared(world, "analyst", case="9") == ("the permit nine has expired", ASK)
    world.permit("also nine", case_number="9", valid_until="1 minute")
    assert declared(world, "analyst", case="9") == "also nine"
    assert declared(world, "analyst", case="7") == "b"


def one_may_declare_where_nothing_can_be_written(world: World) -> None:
    world.permit()
    with world.as_("analyst"):
        world.rows("SELECT set_config('transaction_read_only', 'on', true)")
        assert world.one("SELECT recuse.declare('crime', 'judicial')") == "p1"


def entering_takes_membership(world: World) -> None:
    hint = (
        "declare outside of SECURITY DEFINER functions; otherwise the database has drifted, "
        "and an administrator plans and applies"
    )
    with world.as_("clerk"):
        for role, said in ((C1, f'permission denied to set role "{C1}"'), ("nobody", 'role "nobody" does not exist')):
            expected = (f"the login clerk cannot enter the class that its permit opens: {said}", hint, DENIED)
            assert world.refused("SELECT recuse.enter(%s, 'p', 't')", role) == expected
    world.permit(purpose="closed")
    assert declared(world, "analyst", "closed") == (
        f'the login analyst cannot enter the class that its permit opens: permission denied to set role "{C3}"', hint,
    )  # fmt: skip
    world.admin("CREATE ROLE harmless; GRANT harmless TO clerk")
    with world.undone(), world.as_("clerk"):
        world.rows("SELECT set_config('role', 'harmless', true)")
        assert world.refused("SELECT recuse.enter(%s, 'p', 't')", C1)[0].startswith("the login clerk cannot enter")
    with world.as_("analyst"):
        assert world.one("SELECT recuse.enter(%s, 'p', 't')", C1) == "p"
        asked = "SELECT current_user::text, current_setting('recuse.permit'), current_setting('recuse.token')"
        assert world.rows(asked) == [(C1, "p", "t")]
        assert world.gate() is None


# Issuing.

ISSUE: Final = "SELECT recuse.issue(%s, %s, %s, %s, %s, %s, clock_timestamp() + %s::interval, %s)"
LONG: Final = "a permit runs for more than 0 and at most 72 hours"


def what_may_be_issued(world: World) -> None:
    nothing = "the policy in force lets {} declare nothing as {} under {}"
    with world.as_("issuer"):
        for login, purpose, authority, agreement, said in (
            ("analyst", "crime", "judicial", None, None),
            ("analyst", "crime", "judicial", "", None),
            ("analyst", "removal", "judicial", "mou", None),
            ("analyst", "removal", "judicial", None, nothing.format("analyst", "'removal'", "'judicial'")),
            ("analyst", "crime", "judicial", "mou", nothing.format("analyst", "'crime'", "'judicial'")),
            ("analyst", "crime", "duty", None, nothing.format("analyst", "'crime'", "'duty'")),
            ("analyst", "audit", "duty", None, nothing.format("analyst", "'audit'", "'duty'")),
            ("analyst", "audit", "judicial", None, nothing.format("analyst", "'audit'", "'judicial'")),
            ("agent", "crime", "judicial", None, "agent is not an active account"),
            ("stranger", "crime", "judicial", None, "stranger is not an active account"),
        ):
            assert world.one("SELECT recuse.issuable(%s, %s, %s, %s)", login, purpose, authority, agreement) == said
            if said is not None:
                values = ("p", login, purpose, authority, agreement, "7", "1 hour", 1)
                assert world.refused(ISSUE, *values) == (said, None, DENIED)
    for change in (
        "DROP ROLE analyst; CREATE ROLE analyst LOGIN",
        "ALTER ROLE analyst RENAME TO before; ALTER ROLE stranger RENAME TO analyst",
    ):
        with world.undone():
            world.admin(change)
            with world.as_("issuer"):
                asked = world.one("SELECT recuse.issuable('analyst', 'crime', 'judicial', NULL)")
                assert asked == "analyst is not an active account"


def the_class_of_a_permit_is_told(world: World) -> None:
    with world.as_("issuer"):
        for *asked, said in (
            ("analyst", "crime", "judicial", None, C1), ("analyst", "crime", "judicial", "", C1),
            ("analyst", "crime", "warrant", None, C2), ("analyst", "removal", "judicial", "mou", C1),
            ("analyst", "removal", "judicial", None, None), ("analyst", "audit", "duty", None, None),
            ("clerk", "audit", "duty", None, C1), ("nobody", "audit", "duty", None, None),
        ):  # fmt: skip
            assert world.one("SELECT recuse.class_of(%s, %s, %s, %s)", *asked) == said


def a_permit_runs_at_most_72_hours(world: World) -> None:
    time.sleep(0.002)
    call = "SELECT recuse.issue('p', 'analyst', 'crime', 'judicial', NULL, '7', {}, 1)"
    with world.as_("issuer"):
        for until in (
            "NULL", "now()", "now() + (clock_timestamp() - now()) / 2",
            "clock_timestamp() + interval '72 hours 1 minute'",
            "clock_timestamp() + interval '1 year'", "'infinity'", "'-infinity'", "'2001-01-01'",
        ):  # fmt: skip
            assert world.refused(call.format(until)) == (LONG, None, UNFIT), until
        for name, until in (("short", "1 second"), ("long", "71 hours 59 minutes")):
            world.rows(ISSUE, name, "analyst", "crime", "judicial", None, "7", until, 1)
    assert world.one("SELECT count(*) FROM recuse.permit") == 2


def a_permit_is_written_whole(world: World) -> None:
    with world.as_("issuer"):
        world.rows(ISSUE, "one", "analyst", "crime", "judicial", None, None, "1 hour", 41)
        world.rows(ISSUE, "two", "analyst", "removal", "judicial", "mou", "2026-7", "2 hours", 42)
    oid = world.one("SELECT oid FROM pg_roles WHERE rolname = 'analyst'")
    assert world.rows(
        "SELECT permit_id, login::text, login_oid, purpose, authority, agreement, case_number, ledger_index, "
        "revoked_at "
        "FROM recuse.permit ORDER BY 1"
    ) == [
        ("one", "analyst", oid, "crime", "judicial", "", "", 41, None),
        ("two", "analyst", oid, "removal", "judicial", "mou", "2026-7", 42, None),
    ]
    # `one` runs for about one hour, `two` for two; no longer than was said.
    assert world.rows(
        "SELECT valid_from > now() AND valid_from <= clock_timestamp(), "
        "extract(epoch FROM date_trunc('minute', valid_until - valid_from + interval '59 seconds')) / 3600 "
        "FROM recuse.permit ORDER BY permit_id"
    ) == [(True, 1), (True, 2)]
    with world.as_("analyst"):
        assert world.one("SELECT recuse.declare('crime', 'judicial')") == "one"


def a_permit_is_revoked_once(world: World) -> None:
    time.sleep(0.002)
    for name in ("p1", "p2", "p3"):
        world.permit(name)
    world.admin("UPDATE recuse.permit SET revoked_at = '2001-01-01' WHERE permit_id = 'p3'")
    with world.as_("issuer"):
        assert [world.one("SELECT recuse.revoke(%s)", name) for name in ("p1", "p3", "none", None)] == [
            True,
            True,
            False,
            False,
        ]
    assert world.rows(
        "SELECT permit_id, revoked_at > now() AND revoked_at <= clock_timestamp() FROM recuse.permit ORDER BY 1"
    ) == [("p1", True), ("p2", None), ("p3", False)]


def sessions_of_a_revoked_permit_s_login_end(world: World) -> None:
    world.permit("p1")
    world.permit("p2", revoked_at="-1 second")
    world.permit("own", "worker", revoked_at="-1 second")
    info = world.connection.info
    place = {"host": info.host, "port": info.port, "dbname": info.dbname, "password": "x"}
    with psycopg.connect(**place, user="analyst") as one, psycopg.connect(**place, user="clerk") as other:  # type: ignore[arg-type]
        with world.as_("worker"):
            for name in ("p1", "none", "own"):
                assert world.one("SELECT recuse.sever(%s)", name) == []
            assert world.one("SELECT recuse.sever('p2')") == [one.info.backend_pid]
        assert ended(one)
        assert other.execute("SELECT 1").fetchone() == (1,)


# Upserts into guarded tables.

UPSERT: Final = "INSERT INTO guarded.t VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET v = excluded.v"
UPSERTED: Final = (
    "inserting and updating by one statement is refused for table guarded.t",
    "ON CONFLICT DO UPDATE would show hidden rows on this server; use UPDATE, then INSERT … ON CONFLICT DO NOTHING",
    DENIED,
)


def guard(world: World) -> None:
    """Two guarded tables, which clerk may write as a member of the class that is guarded against, and analyst too."""
    world.admin("CREATE SCHEMA guarded; GRANT USAGE ON SCHEMA guarded TO PUBLIC")
    for table in ("t", "u"):
        world.admin(
            f"CREATE TABLE guarded.{table} (id int PRIMARY KEY, v text); "
            f"INSERT INTO guarded.{table} VALUES (1, 'old'); "
            f"ALTER TABLE guarded.{table} ENABLE ROW LEVEL SECURITY; "
            f"CREATE POLICY everything ON guarded.{table} USING (true); "
            f"GRANT SELECT, INSERT, UPDATE ON guarded.{table} TO clerk, analyst"
        )
        for statement in conflict_statements(ObjectRef("table", ("guarded", table)), (C3, C1)):
            world.connection.execute(statement)
    world.admin(f"GRANT {C1} TO clerk")


def an_upsert_is_refused(world: World) -> None:
    """Also where nothing is in conflict, and in a session that has done nothing yet."""
    guard(world)
    with world.as_("clerk"):
        assert world.refused(UPSERT) == UPSERTED
        assert world.refused(UPSERT.replace("(1,", "(2,")) == UPSERTED
        merge = (
            "MERGE INTO guarded.t USING (VALUES (1), (2)) s (id) ON s.id = t.id WHEN MATCHED THEN UPDATE SET v = 'm'"
        )
        assert world.refused(f"{merge} WHEN NOT MATCHED THEN INSERT VALUES (s.id, 'm')") == UPSERTED
        world.connection.execute(merge.encode())
    assert world.rows("SELECT id, v FROM guarded.t ORDER BY id") == [(1, "m")]


def other_writing_goes_on(world: World) -> None:
    """One after the other, on one table or two, and by a trigger: each statement is judged alone."""
    guard(world)
    world.admin(
        "CREATE FUNCTION guarded.further() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "UPDATE guarded.t SET v = v || '!' WHERE id = 1; UPDATE guarded.u SET v = v || '!'; "
        "INSERT INTO guarded.u VALUES (NEW.id, 'new'); RETURN NULL; END $$; "
        "CREATE TRIGGER further AFTER INSERT ON guarded.t FOR EACH ROW "
        "WHEN (NEW.id > 5) EXECUTE FUNCTION guarded.further()"
    )
    with world.as_("clerk"):
        for statement in (
            "INSERT INTO guarded.t VALUES (2, 'two')",
            "UPDATE guarded.t SET v = 'changed' WHERE id = 2",
            "INSERT INTO guarded.t VALUES (1, 'x') ON CONFLICT DO NOTHING",
            "UPDATE guarded.t SET v = 'one' WHERE id = 1",
            "INSERT INTO guarded.u VALUES (2, 'two')",
            "INSERT INTO guarded.t VALUES (6, 'six')",
            "UPDATE guarded.u SET v = v || '?'",
            "UPDATE guarded.t SET v = 'seven' WHERE id = 6",
        ):
            world.connection.execute(statement.encode())
        assert world.refused(UPSERT) == UPSERTED
    assert world.rows("SELECT id, v FROM guarded.t ORDER BY id") == [(1, "one!"), (2, "changed"), (6, "seven")]
    assert world.rows("SELECT id, v FROM guarded.u ORDER BY id") == [(1, "old!?"), (2, "two!?"), (6, "new?")]


def another_table_s_note_is_not_this_one_s(world: World) -> None:
    """Not even of one whose number ends as this one's does."""
    guard(world)
    with world.as_("clerk"):
        world.rows("SELECT set_config('recuse.inserting', '/1' || 'guarded.t'::regclass::oid || '/1;', true)")
        world.connection.execute(b"UPDATE guarded.t SET v = 'changed'")


def who_sees_all_rows_may_upsert(world: World) -> None:
    """Whoever row security does not bind, and whoever does not hold a class that it binds."""
    guard(world)
    world.admin(f"GRANT {C1} TO analyst WITH INHERIT FALSE")
    for login in (None, "analyst"):
        with world.undone(), world.as_(login):
            world.connection.execute(UPSERT.encode())
            assert world.rows("SELECT v FROM guarded.t") == [("new",)]
    world.admin(f"GRANT {C3} TO analyst")
    with world.as_("analyst"):
        assert world.refused(UPSERT) == UPSERTED


def ended(session: psycopg.Connection) -> bool:
    """Whether a session that was signalled is gone: the signal takes a moment."""
    for _ in range(500):
        try:
            session.execute("SELECT 1")
        except psycopg.OperationalError:
            return True
        time.sleep(0.005)
    return False


def permits_are_listed(world: World) -> None:
    world.permit("b", valid_from="-2 hours")
    world.permit(
        "a", "agent", purpose="removal", authority="duty", agreement="mou", case_number="8", valid_from="-1 hour",
        revoked_at="-1 second", ledger_index=9,
    )  # fmt: skip
    copied(world, "aa", "a")
    world.admin("INSERT INTO recuse.used VALUES ('b', now()), ('b', now()), ('other', now())")
    with world.as_("issuer"):
        found = world.rows("SELECT * FROM recuse.permits()")
    stored = world.rows(
        "SELECT permit_id, login::text, purpose, authority, agreement, case_number, valid_from, valid_until, "
        "ledger_index, revoked_at FROM recuse.permit ORDER BY array_position(ARRAY['b', 'a', 'aa'], permit_id)"
    )
    assert found == [(*row, row[0] == "b") for row in stored]


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "every function": (functions_have_their_attributes,),
    "admitted": (
        a_session_that_set_nothing_is_admitted_and_no_gate_raises, a_login_made_again_is_another,
        the_session_s_login_counts, a_copy_shows_nothing, a_row_that_was_copied_says_nothing,
        while_a_server_runs_its_start_stands_for_all,
    ),
    "others": (others_are_all_but_the_canary_accounts,),
    "here": (here_is_what_the_server_says,),
    "moved": (
        a_copy_shows_nothing, a_row_that_was_copied_says_nothing, in_recovery_it_is_a_standby_or_a_copy,
        while_a_server_runs_its_start_stands_for_all,
    ),
    "settle": (settling_opens_nothing_and_stands_alone,),
    "gate": (
        a_session_that_set_nothing_is_admitted_and_no_gate_raises, a_gateway_that_set_no_token_does_not_raise,
        a_permit_in_force_opens_its_class, another_s_permit_opens_nothing, only_the_permit_chosen_opens,
        what_was_declared_before_opens_nothing, a_permit_out_of_force_opens_nothing, a_permit_needs_its_declaration,
        a_permit_needs_an_active_account_of_the_same_login, time_passes_inside_a_transaction,
        a_gateway_s_gate_asks_for_the_token, a_copy_shows_nothing, a_row_that_was_copied_says_nothing,
    ),
    "challenge": (a_challenge_names_database_login_backend_and_transaction,),
    "token_permit": (a_token_opens_the_permit_it_names, forged_tokens_hold_nowhere, a_gateway_s_two_newest_keys_hold),
    "new_key": (a_gateway_s_two_newest_keys_hold, keys_are_made_for_active_gateways_only),
    "present": (a_token_opens_the_permit_it_names, gateways_present_and_others_declare, forged_tokens_hold_nowhere),
    "declare": (
        declaring_enters_the_class, who_is_no_account_declares_nothing, what_a_plain_set_left_is_refused,
        gateways_present_and_others_declare,
    ),
    "admission": (
        a_copy_lets_nothing_be_declared_or_issued,
        a_role_that_a_plain_set_left_is_refused, declaring_enters_the_class, who_is_no_account_declares_nothing,
        what_a_plain_set_left_is_refused,
        gateways_present_and_others_declare, without_a_permit_it_says_what_is_missing, a_permit_out_of_force_says_why,
        the_best_permit_is_chosen, one_may_declare_where_nothing_can_be_written, a_token_opens_the_permit_it_names,
    ),
    "enter": (declaring_enters_the_class, entering_takes_membership, what_is_declared_ends_with_the_transaction),
    "issuable": (what_may_be_issued, a_copy_lets_nothing_be_declared_or_issued),
    "issue": (a_permit_is_written_whole, a_permit_runs_at_most_72_hours, what_may_be_issued),
    "class_of": (the_class_of_a_permit_is_told,),
    "revoke": (a_permit_is_revoked_once,),
    "sever": (sessions_of_a_revoked_permit_s_login_end,),
    "permits": (permits_are_listed,),
    "conflict": (
        an_upsert_is_refused, other_writing_goes_on, another_table_s_note_is_not_this_one_s,
        who_sees_all_rows_may_upsert,
    ),
    **dict.fromkeys(EVENT_FUNCTIONS, EVENT_CHECKS),
    "slow": (a_token_runs_out_inside_its_transaction,),
}  # fmt: skip
