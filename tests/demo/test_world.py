"""The world: its counts, the same rows for the same seed everywhere, and access as an ordinary database has it."""

from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from recuse.demo.repository import accounts
from recuse.demo.world import World, build
from recuse.errors import InputError, TargetError, UnreachableError
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of
from tests.demo.conftest import PEOPLE

COUNTS = {
    "person": PEOPLE, "arrest": PEOPLE * 3 // 4, "incident": PEOPLE // 2, "gang_card": PEOPLE // 10,
    "victim_witness": PEOPLE // 4, "alpr_read": PEOPLE // 2, "case_note": PEOPLE // 20, "status_exchange": 25,
}  # fmt: skip


def one(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def digest(world: World) -> dict[str, str]:
    """Every table's rows as one hash."""
    tables = (*COUNTS, "custody", "crime_map", "arrest_report")
    hashes = {}
    with psycopg.connect(world.dsn()) as connection:
        for table in tables:
            query = sql.SQL("SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {} AS t")
            row = connection.execute(query.format(sql.Identifier("records", table))).fetchone()
            assert row is not None
            hashes[table] = str(row[0])
    return hashes


@pytest.mark.parametrize("table", COUNTS)
def test_each_table_has_its_rows(world: World, table: str) -> None:
    assert one(world.dsn(), f"SELECT count(*) FROM records.{table}") == COUNTS[table]


def test_a_third_of_the_arrests_led_to_custody(world: World) -> None:
    count = one(world.dsn(), "SELECT count(*) FROM records.custody")
    assert isinstance(count, int)
    assert 0.25 < count / COUNTS["arrest"] < 0.42


@pytest.mark.parametrize("table", ["person", "arrest", "incident", "custody", "gang_card"])
def test_each_flagged_table_has_open_sealed_and_juvenile_rows(world: World, table: str) -> None:
    kinds = one(
        world.dsn(),
        "SELECT array[count(*) FILTER (WHERE is_sealed), count(*) FILTER (WHERE is_juvenile),"
        f" count(*) FILTER (WHERE NOT is_sealed AND NOT is_juvenile)] FROM records.{table}",
    )
    assert isinstance(kinds, list)
    assert min(kinds) > 0, kinds


def test_some_arrests_do_not_say_whether_the_person_was_a_juvenile(world: World) -> None:
    unknown = one(world.dsn(), "SELECT count(*) FROM records.arrest WHERE is_juvenile IS NULL")
    assert isinstance(unknown, int)
    assert 0 < unknown < COUNTS["arrest"] // 10


def test_status_stands_alone(world: World) -> None:
    elsewhere = one(
        world.dsn(),
        "SELECT array_agg(format('%s.%s', table_name, column_name)) FROM information_schema.columns"
        " WHERE table_schema = 'records' AND table_name <> 'status_exchange'"
        " AND column_name ~ 'citizen|immigra|nationality|(^|_)answer'",
    )
    assert elsewhere is None
    columns = one(
        world.dsn(),
        "SELECT array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns"
        " WHERE table_schema = 'records' AND table_name = 'status_exchange'",
    )
    assert columns == ["answer", "answered_on", "basis", "person_id"]


def test_the_owners_cannot_log_in_and_own_everything(world: World) -> None:
    owners = one(
        world.dsn(),
        "SELECT array_agg(DISTINCT format('%s %s', rolname, rolcanlogin)) FROM pg_class"
        " JOIN pg_roles r ON r.oid = relowner"
        " WHERE relnamespace IN ('records'::regnamespace, 'exchange'::regnamespace, 'analysis'::regnamespace)",
    )
    assert owners == ["records_owner f", "report_owner f"]


def test_the_logins_are_the_accounts(world: World) -> None:
    found = one(world.dsn(), "SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles WHERE rolcanlogin")
    assert found == sorted(a.login for a in accounts())
    assert 38 <= len(accounts()) <= 45
    assert any(not a.active for a in accounts())


def test_every_login_works_and_reads_the_public_map(world: World) -> None:
    for login in world.logins:
        assert one(world.dsn(login), "SELECT count(*) > 0 FROM records.crime_map"), login


@pytest.mark.parametrize(
    ("login", "table", "reads"),
    [
        ("fbi_cleartask", "arrest", True),
        ("sheriff_jail", "custody", True),
        ("uscis_desk", "status_exchange", True),
        ("plate_vendor", "alpr_read", True),
        ("ice_ero_desk", "person", True),
        ("ice_ero_desk", "victim_witness", False),
        ("ice_ero_021", "incident", False),  # not before it enters the group
        ("cbp_intel", "person", False),
        ("dhs_ia_003", "person", False),
        ("patrol_104", "status_exchange", True),
        ("nightly_job", "person", False),
    ],
)
def test_access_before_any_directive(world: World, login: str, table: str, reads: bool) -> None:
    query = f"SELECT count(*) > 0 FROM records.{table}"
    if reads:
        assert one(world.dsn(login), query)
    else:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            one(world.dsn(login), query)


def test_the_same_seed_gives_the_same_rows_on_both_versions() -> None:
    with throwaway(binaries=binaries_of(15)) as older, throwaway(binaries=binaries_of(18)) as newer:
        first = build(older, people=PEOPLE)
        second = build(newer, people=PEOPLE)
        assert digest(first) == digest(second)
        assert set(first.passwords.values()).isdisjoint(second.passwords.values())


def test_another_seed_gives_other_rows(world: World) -> None:
    with throwaway() as server:
        other = digest(build(server, people=PEOPLE, seed=7))
    here = digest(world)
    assert {table for table in here if here[table] == other[table]} == set()


def test_progress_is_told_and_passwords_are_not(own_server: Server) -> None:
    told: list[tuple[str, int, int]] = []
    world = build(own_server, people=500, progress=lambda *step: told.append(step))
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert told[-1][0] == "done"
    assert told[-1][1] == told[-1][2]
    assert world.passwords["records_app"] not in repr(world)
    stored = one(world.dsn(), "SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%') FROM pg_authid WHERE rolcanlogin")
    assert stored is True


def test_refusals(world: World) -> None:
    with pytest.raises(InputError, match="`10` people are too few"):
        build(world.server, people=10)
    with pytest.raises(TargetError, match="database `clear` exists already"):
        build(world.server, people=PEOPLE)
    with pytest.raises(TargetError, match="already has a role"):
        build(world.server, database="again", people=PEOPLE)
    with pytest.raises(UnreachableError, match="does not answer"):
        build(replace(world.server, port=1), database="never")
