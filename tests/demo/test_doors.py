"""Each planted door is proved by reading through it, and each is its own way in: only its own remedy closes it."""

import psycopg
import pytest

from recuse.demo.doors import (
    DEFAULT_PRIVILEGE,
    DEFINER_FUNCTION,
    DEFINER_VIEW,
    INACTIVE_ACCOUNT,
    MATERIALIZED_COPY,
    OPEN_CURSOR,
    PLANTED,
    SECOND_GRANTOR,
    SET_ONLY,
    Door,
    open_sessions,
    read_through,
)
from recuse.demo.repository import accounts
from recuse.demo.world import World
from recuse.errors import TargetError

# What looks like a cut and leaves the door open, and what closes it.
CLOSING = {
    SET_ONLY: ("REVOKE SELECT ON records.incident FROM ice_ero_021", "REVOKE cpd_analysts FROM ice_ero_021"),
    SECOND_GRANTOR: (
        "REVOKE SELECT ON records.gang_card FROM cbp_intel",
        "REVOKE SELECT ON records.gang_card FROM isp_liaison CASCADE",
    ),
    DEFINER_VIEW: (
        "REVOKE SELECT ON records.person FROM dhs_ia_003",
        "REVOKE SELECT ON exchange.person_contact FROM dhs_ia_003",
    ),
    DEFINER_FUNCTION: (
        "REVOKE EXECUTE ON FUNCTION exchange.release_of(integer) FROM uscis_022",
        "REVOKE EXECUTE ON FUNCTION exchange.release_of(integer) FROM PUBLIC",
    ),
    MATERIALIZED_COPY: (
        "REVOKE SELECT ON records.gang_card FROM ice_hsi_desk",
        "REVOKE SELECT ON analysis.gang_extract FROM ice_hsi_desk",
    ),
    DEFAULT_PRIVILEGE: (
        "REVOKE ALL ON ALL TABLES IN SCHEMA records FROM partner_read",
        "ALTER DEFAULT PRIVILEGES FOR ROLE records_owner IN SCHEMA records REVOKE SELECT ON TABLES FROM partner_read",
    ),
    INACTIVE_ACCOUNT: ("REVOKE partner_read FROM ice_inactive", "ALTER ROLE ice_inactive NOLOGIN"),
    OPEN_CURSOR: ("REVOKE SELECT ON records.person FROM ice_ero_017", "REVOKE partner_read FROM ice_ero_017"),
}


@pytest.mark.parametrize("door", PLANTED, ids=lambda d: d.name)
def test_the_door_reads_protected_rows(world: World, door: Door) -> None:
    rows = read_through(world, door)
    assert len(rows) == 5
    assert all(isinstance(row[0], int | str) for row in rows)


# The default privilege's table exists only while that door is tried.
@pytest.mark.parametrize("door", [d for d in PLANTED if d is not DEFAULT_PRIVILEGE], ids=lambda d: d.name)
def test_a_person_can_repeat_the_reading(world: World, door: Door) -> None:
    with psycopg.connect(world.dsn(door.login)) as connection:
        cursor = connection.execute(door.reading.encode())
        while cursor.nextset():
            pass
        assert cursor.fetchone() is not None


def test_the_doors_are_of_barred_logins_each_by_its_own_kind() -> None:
    agencies = {a.login: a.agency for a in accounts()}
    assert all(agencies[door.login].startswith("us.dhs") for door in PLANTED)
    assert len({door.kind for door in PLANTED}) == len({door.name for door in PLANTED}) == len(PLANTED) == 8
    assert set(CLOSING) == set(PLANTED)


def test_only_its_own_remedy_closes_each_door(own_world: World) -> None:
    with psycopg.connect(own_world.dsn(), autocommit=True) as connection:
        for door in PLANTED:
            decoy, _ = CLOSING[door]
            connection.execute(decoy.encode())
            if door is DEFAULT_PRIVILEGE:  # the decoy closes the tables there are; the cursor's is one of them
                connection.execute("GRANT SELECT ON records.person TO partner_read")
            assert read_through(own_world, door), f"{door.name}: `{decoy}` must not be enough"
        for position, door in enumerate(PLANTED):
            connection.execute(CLOSING[door][1].encode())
            with pytest.raises(psycopg.Error):
                read_through(own_world, door)
            for other in PLANTED[position + 1 :]:
                assert read_through(own_world, other), f"the remedy of {door.name} closed {other.name}"
        assert connection.execute("SELECT to_regclass('records.person_next')").fetchone() == (None,)


def test_sessions_read_on_after_every_revoke_until_they_are_ended(own_world: World) -> None:
    with psycopg.connect(own_world.dsn(), autocommit=True) as connection:
        with open_sessions(own_world) as sessions:
            for _, remedy in CLOSING.values():
                connection.execute(remedy.encode())
            assert [s.read_on() > 1000 for s in sessions] == [True] * 4
        with pytest.raises(psycopg.Error), open_sessions(own_world):
            pass


def test_ended_sessions_give_nothing(own_world: World) -> None:
    with open_sessions(own_world) as sessions, psycopg.connect(own_world.dsn(), autocommit=True) as connection:
        logins = [s.door.login for s in sessions]
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE usename = ANY(%s)", [logins]
        ).fetchone()
        assert ended == (4,)
        assert [s.read_on() for s in sessions] == [0] * 4


def test_a_session_that_sees_nothing_is_no_session(own_world: World) -> None:
    with psycopg.connect(own_world.dsn(), autocommit=True) as connection:
        connection.execute("ALTER TABLE records.incident ENABLE ROW LEVEL SECURITY")
        with pytest.raises(TargetError, match="shows `ice_ero_021` no row"), open_sessions(own_world):
            pass
