"""What the planner makes of an enforced table: the index that one would expect, and parallel plans, on every version.

The conditions of a class are constants, so the planner sees what it would see in a hand-written query. Nothing here is
timed: a plan is read, and what it shows is counted.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, LiteralString

import psycopg
import pytest

from recuse.model import Circumstances
from recuse.policy.contexts import Context
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import EVERY, binaries_of, version_id
from tests.live.rules import RuleSet
from tests.live.server import Connection, Live, live_on

ROWS: Final = 200_000
FILL: Final[LiteralString] = """
INSERT INTO records.arrest (id, "is_sealed", district, grade, weight, "alías", "seen at", ref)
SELECT n, n % 10 = 0, 'district ' || n % 50, n % 1000, CASE WHEN n % 3 > 0 THEN n END,
       'alias ' || lpad(n::text, 6, '0'), '2019-01-01 00:00:00+00'::timestamptz + n * interval '1 minute',
       lpad(n::text, 32, '0')::uuid
FROM generate_series(1, 200000) n;
CREATE INDEX by_weight ON records.arrest (weight);
CREATE INDEX by_alias ON records.arrest ("alías");
CREATE INDEX by_seen ON records.arrest ("seen at");
CREATE INDEX by_ref ON records.arrest (ref);
"""
OWN: Final = Circumstances("own.records", "official_duty")
CONTEXTS: Final = {"clerk": Context(OWN, None, standing=True), "agent": Context(OWN, None, standing=False)}
CLASSES: Final = {"clerk": "standing", "agent": "by permit"}

WIDE: Final = "!resource.sealed && resource.grade < 900"
QUERIES: Final[Mapping[str, tuple[LiteralString, str]]] = {
    "key": ("id = 4711", "arrest_pkey"),
    "equality": ("weight = 4711", "by_weight"),
    "range": ("weight BETWEEN 4000 AND 4100", "by_weight"),
    "one of several": ("weight = ANY ('{4711,4712,4714}')", "by_weight"),
    "prefix": ("\"alías\" ^@ 'alias 00471'", "by_alias"),
    "time": ("\"seen at\" >= '2019-02-01 00:00:00+00' AND \"seen at\" < '2019-02-01 02:00:00+00'", "by_seen"),
    "uuid": ("ref = '00000000-0000-0000-0000-000000004711'", "by_ref"),
}
NARROW: Final[Mapping[str, tuple[str, LiteralString, str]]] = {
    "equality": ("resource has weight && resource.weight == 4711", "weight = 4711", "by_weight"),
    "range": (
        "resource has weight && resource.weight >= 4000 && resource.weight <= 4100",
        "weight BETWEEN 4000 AND 4100",
        "by_weight",
    ),
    "one of several": (
        "resource has weight && [4711, 4712, 4714].contains(resource.weight)",
        "weight IN (4711, 4712, 4714)",
        "by_weight",
    ),
    "prefix": ('resource has alias && resource.alias like "alias 00471*"', "\"alías\" LIKE 'alias 00471%'", "by_alias"),
    "time": (
        'resource has seen && resource.seen >= datetime("2019-02-01")'
        ' && resource.seen < datetime("2019-02-01T02:00:00Z")',
        "\"seen at\" >= '2019-02-01 00:00:00+00' AND \"seen at\" < '2019-02-01 02:00:00+00'",
        "by_seen",
    ),
    "uuid": (
        'resource has ref && resource.ref == "00000000-0000-0000-0000-000000004711"',
        "ref = '00000000-0000-0000-0000-000000004711'",
        "by_ref",
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=EVERY, ids=version_id)
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    with throwaway(binaries=binaries_of(request.param)) as server, live_on(server) as live:
        live.admin.execute(FILL)
        live.admin.execute("ANALYZE records.arrest")
        yield live


def enforce(live: Live, condition: str) -> None:
    """The clerk reads what the condition shows, standing; the agent the same, once it has declared."""
    text = f'permit (principal, action == Action::"read", resource) when {{ {condition} }};'
    classes = live.classes(RuleSet.of(text, CONTEXTS, public=False, single=True))
    live.enforce(live.wanted(classes))
    live.issue(classes.declared)


@pytest.fixture
def wide(live: Live) -> Live:
    enforce(live, WIDE)
    return live


@pytest.fixture(params=CLASSES, ids=CLASSES.get)
def login(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def enter(live: Live, login: str) -> Connection:
    """The login's connection, inside a transaction that the caller rolls back, in its class."""
    connection = live.logins[login]
    connection.execute("BEGIN")
    if login == "agent":
        connection.execute("SELECT recuse.declare(%s, %s)", (OWN.purpose, OWN.authority))
    return connection


@pytest.fixture
def planned(login: str, live: Live) -> Iterator[str]:
    yield login
    live.logins[login].execute("ROLLBACK")


def nodes(connection: Connection, query: LiteralString) -> list[dict[str, Any]]:
    """Every node of the plan that the server makes."""
    row = connection.execute("EXPLAIN (FORMAT JSON) " + query).fetchone()
    assert row is not None

    def within(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for below in node.get("Plans", ()):
            yield from within(below)

    return list(within(row[0][0]["Plan"]))  # type: ignore[index]


def indexes(connection: Connection, query: LiteralString) -> set[str]:
    return {str(node["Index Name"]) for node in nodes(connection, query) if "Index Name" in node}


def read_whole(connection: Connection, query: LiteralString) -> bool:
    """Whether the table is read from one end to the other."""
    return any(n["Node Type"] == "Seq Scan" and n["Relation Name"] == "arrest" for n in nodes(connection, query))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_s_own_condition_keeps_its_index(wide: Live, planned: str, name: str) -> None:
    condition, index = QUERIES[name]
    query: LiteralString = "SELECT id, grade FROM records.arrest WHERE " + condition
    connection = enter(wide, planned)
    assert index in indexes(connection, query)
    assert not read_whole(connection, query)
    shown = connection.execute(query).fetchall()
    by_hand = wide.admin.execute(query + ' AND NOT "is_sealed" AND grade < 900').fetchall()
    assert sorted(shown) == sorted(by_hand)
    assert shown


def test_a_prepared_statement_keeps_its_index(wide: Live, planned: str) -> None:
    """Planned once for all parameters, as pools and drivers come to it."""
    connection = enter(wide, planned)
    connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    connection.execute("PREPARE q (bigint) AS SELECT id FROM records.arrest WHERE weight = $1")
    try:
        assert "by_weight" in indexes(connection, "EXECUTE q (4711)")
        assert connection.execute("EXECUTE q (4711)").fetchall() == [(4711,)]
    finally:
        connection.execute("DEALLOCATE q")


@pytest.mark.parametrize("name", NARROW)
def test_a_narrow_class_reads_its_rows_by_index(live: Live, planned: str, name: str) -> None:
    """The condition of the class is itself found in an index: no query needs to repeat it."""
    condition, by_hand, index = NARROW[name]
    enforce(live, condition)
    connection = enter(live, planned)
    query: LiteralString = "SELECT id FROM records.arrest"
    assert index in indexes(connection, query)
    assert not read_whole(connection, query)
    shown = connection.execute(query).fetchall()
    assert sorted(shown) == sorted(live.admin.execute(query + " WHERE " + by_hand).fetchall())
    assert shown


@pytest.mark.parametrize("query", ["SELECT sum(grade) FROM records.arrest", "SELECT count(*) FROM records.arrest"])
def test_a_full_sum_is_parallel(wide: Live, planned: str, query: LiteralString) -> None:
    """The gates are asked once, in the leader, and not by each worker or row."""
    connection = enter(wide, planned)
    found = nodes(connection, query)
    assert {"Gather", "Gather Merge"} & {node["Node Type"] for node in found}
    scanned = [node for node in found if node.get("Relation Name") == "arrest"]
    assert [node["Parallel Aware"] for node in scanned] == [True]
    assert "recuse." not in str(scanned[0].get("Filter"))
    (shown,) = connection.execute(query).fetchall()
    (by_hand,) = wide.admin.execute(query + ' WHERE NOT "is_sealed" AND grade < 900').fetchall()
    assert shown == by_hand


def test_a_gate_for_each_row_would_be_noticed(wide: Live, planned: str) -> None:
    """The fault planted: a row policy that asks of every row, by a function as functions are by default."""
    wide.admin.execute(
        "CREATE FUNCTION records.open(bigint) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN true; END';"
        "GRANT USAGE ON SCHEMA records TO PUBLIC;"
        "CREATE POLICY slow ON records.arrest AS RESTRICTIVE USING (records.open(weight))"
    )
    try:
        connection = enter(wide, planned)
        kinds = {node["Node Type"] for node in nodes(connection, "SELECT sum(grade) FROM records.arrest")}
        assert not {"Gather", "Gather Merge"} & kinds
    finally:
        connection.execute("ROLLBACK")
        wide.admin.execute(
            "DROP POLICY slow ON records.arrest; DROP FUNCTION records.open; REVOKE USAGE ON SCHEMA records FROM PUBLIC"
        )
        connection.execute("BEGIN")


def test_a_user_s_condition_that_is_not_leakproof_loses_its_index(wide: Live, planned: str) -> None:
    """What row security costs on all versions, and what the advice of `plan` is for: LIKE is not leakproof, ^@ is."""
    connection = enter(wide, planned)
    assert indexes(connection, "SELECT id FROM records.arrest WHERE \"alías\" LIKE 'alias 00471%'") == set()
    admin: psycopg.Connection[tuple[object, ...]] = wide.admin
    assert "by_alias" in indexes(admin, "SELECT id FROM records.arrest WHERE \"alías\" LIKE 'alias 00471%'")
