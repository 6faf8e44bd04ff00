"""The warehouse before anything is applied: its doors really read, and its extract is made as such extracts are."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from recuse.demo.doors import read_through, try_through
from recuse.demo.repository import accounts, write_repository
from recuse.demo.warehouse import DOOR_CODES, DOORS, FIRST_EXTRACT, OPEN_TO, build_warehouse, extract
from recuse.demo.world import World, build
from recuse.policy.repository import read_repository
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.demo.test_repository import KEYS

NIGHT = date(2019, 7, 13)
CLOSING = {
    "copy-in-warehouse": "REVOKE SELECT ON stock.gang_extract FROM partner_read",
    "foreign-server": "REVOKE SELECT ON stock.incident FROM fusion_desk",
    "fusion-login": "REVOKE SELECT ON stock.arrest_extract FROM PUBLIC",
}


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[World, World]]:
    with throwaway(binaries=binaries_of(request.param)) as server:
        world = build(server, people=500)
        yield world, build_warehouse(world)


def count(warehouse: World) -> int:
    with psycopg.connect(warehouse.dsn()) as connection:
        row = connection.execute("SELECT count(*) FROM stock.arrest_extract").fetchone()
    return row[0] if row else 0


def test_the_extract_keeps_what_it_lacks_and_no_row_twice(pair: tuple[World, World]) -> None:
    world, warehouse = pair
    first = count(warehouse)
    assert first > 0
    assert extract(world, warehouse, NIGHT) == 0, "everything is there"
    with psycopg.connect(world.dsn()) as connection:
        connection.execute(
            "INSERT INTO records.arrest (person_id, arrested_at, charge, district) VALUES (1, %s, 'theft', 'D01')",
            (NIGHT - timedelta(days=1),),
        )
    assert [extract(world, warehouse, NIGHT) for _ in range(2)] == [1, 0]
    assert count(warehouse) == first + 1
    with psycopg.connect(warehouse.dsn()) as connection:
        oldest = connection.execute("SELECT min(arrested_at)::date FROM stock.arrest_extract").fetchone()
    assert oldest
    assert oldest[0] >= FIRST_EXTRACT


def test_each_door_reads_and_is_closed_by_its_own_remedy_alone(pair: tuple[World, World]) -> None:
    _, warehouse = pair
    assert {door.name for door in DOORS} == set(CLOSING) == set(DOOR_CODES) == set(OPEN_TO)
    assert {door.login for door in DOORS} <= {account.login for account in accounts()}
    for position, door in enumerate(DOORS):
        assert len(read_through(warehouse, door)) == 5
        assert try_through(warehouse, door) == "reads rows"
        with psycopg.connect(warehouse.dsn(), autocommit=True) as connection:
            connection.execute(CLOSING[door.name].encode())
        assert try_through(warehouse, door).startswith("is refused (permission denied for ")
        assert [try_through(warehouse, other) for other in DOORS[position + 1 :]] == ["reads rows"] * (2 - position)


def test_the_overlay_adds_a_system_and_every_account_in_it(tmp_path: Path) -> None:
    write_repository(tmp_path / "one", KEYS, "recuse-clear")
    write_repository(tmp_path / "two", KEYS, "recuse-clear", warehouse=True)
    one, both = read_repository(tmp_path / "one"), read_repository(tmp_path / "two")
    assert {name: system.service for name, system in both.systems.items()} == {
        "clear": "recuse-clear",
        "warehouse": "recuse-clear-warehouse",
    }
    assert both.systems["clear"] == one.systems["clear"]
    theirs = {id_: account for id_, account in both.accounts.items() if account.system == "warehouse"}
    assert {id_.partition("/")[2] for id_ in theirs} == {id_.partition("/")[2] for id_ in one.accounts}
    for id_, account in theirs.items():
        register = one.accounts[id_.replace("warehouse/", "clear/")]
        assert (account.agency, account.use, account.active) == (register.agency, register.use, register.active)
