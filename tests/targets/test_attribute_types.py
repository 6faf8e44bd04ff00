"""Every type of attribute on real servers: which columns can hold it, how it is read, written, tried and compared."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Final, LiteralString
from uuid import UUID

import cedarpy
import psycopg
import pytest
from psycopg import sql

from recuse.compiler.atoms import Within
from recuse.compiler.catalog import check_catalog
from recuse.compiler.condition import all_of, one_of, within
from recuse.enforcement.facts import RowPolicy
from recuse.errors import PlanError, RefutedError
from recuse.model import ATTRIBUTE_TYPES, Address, AttributeType, Circumstances, RowAttribute
from recuse.operations import plan
from recuse.operations.attempts import Attempt, Attempts
from recuse.operations.plan import plan_system
from recuse.operations.policy import Policy
from recuse.policy.decide import Decider
from recuse.policy.validate import Rule, rule_set
from recuse.targets.postgres import condition_sql
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.column_types import column_types, plain
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.row_values import value_of, value_sql
from recuse.targets.postgres.target import PostgresSession
from recuse.targets.postgres.throwaway import Server
from tests.conformance.faults import TEXT_FAULTS
from tests.conformance.world import ATTRIBUTES, SETTINGS, Row, definitions, fill, random_rows, stored
from tests.unit.enforcement.small import DAY, TABLE, account, repository, superuser, system_of, table_map

HELD: Final[Mapping[str, AttributeType]] = {
    "boolean": "Bool", "text": "String", "varchar": "String", "varchar(9)": "Agency", "smallint": "Long", "int": "Long",
    "bigint": "Long", "timestamptz": "datetime", "timestamptz(3)": "datetime", "date": "date", "inet": "ipaddr",
    "cidr": "ipaddr", "text[]": "Set<String>", "varchar(5)[]": "Set<String>", "text[][]": "Set<String>", "uuid": "uuid",
}  # fmt: skip
# How a column of each refused type is written; the rest are written as they are named.
WRITTEN: Final = {
    "range": "tstzrange", "array": "int[]", "character": "char(3)", "numeric": "numeric(9,2)", "bit": "bit(3)",
}  # fmt: skip


def problem(found: str, attribute: RowAttribute, connection: Connection) -> str:
    table = replace(table_map(), columns={}, key=(), attributes={"x": attribute})
    system = system_of(table)
    connection.execute("DROP SCHEMA IF EXISTS records CASCADE; CREATE SCHEMA records")
    connection.execute(sql.SQL("CREATE TABLE records.arrest (x {})").format(sql.SQL(found)))
    with pytest.raises(PlanError) as caught:
        check_catalog(system, inspect(connection).shapes, column_types())
    return caught.value.message.removeprefix("the category map of `clear` does not fit the database: ")


def test_what_each_type_of_column_can_hold(database: str) -> None:
    """A wrong optionality is the only problem of those that fit, so that each of the checks is seen."""
    with connect(database) as connection:
        for found, kind in HELD.items():
            told = problem(found, RowAttribute("x", kind, False), connection)
            assert told == "`records.arrest.x` may be NULL, so attribute `x` needs `optional = true`"
        for found, refused in column_types().refused.items():
            if found == "citext":
                connection.execute("CREATE EXTENSION IF NOT EXISTS citext SCHEMA pg_catalog")
            for kind in ("String", "datetime"):
                told = problem(WRITTEN.get(found, found), RowAttribute("x", kind, True), connection)
                assert told.startswith("`records.arrest.x` is ")
                assert told.endswith(f", {refused.why} ({refused.remedy})"), found


@pytest.mark.parametrize(
    ("before", "found", "told"),
    [
        ("", "uuid", "uuid, not String"),
        ("", "timestamptz", "timestamp with time zone, not String"),
        ("CREATE DOMAIN pg_temp.short AS text; ", "pg_temp.short", "short, not String"),
        ("CREATE TYPE pg_temp.mood AS ENUM ('low'); ", "pg_temp.mood", "mood, not String"),
    ],
)
def test_another_type_is_named(database: str, before: LiteralString, found: str, told: str) -> None:
    with connect(database) as connection:
        connection.execute("SET search_path = pg_catalog")
        if before:
            connection.execute(before)
        assert problem(found, RowAttribute("x", "String", True), connection) == f"`records.arrest.x` is {told}"


def test_every_attribute_type_has_columns_that_hold_it() -> None:
    assert column_types().held.keys() == set(ATTRIBUTE_TYPES)
    assert {plain(name) for name in HELD} >= {"character varying[]"} - {"character varying[]"}
    assert [plain(name) for name in ("timestamp(3) with time zone", "character varying(5)[]", "numeric(9,-2)")] == [
        "timestamp with time zone", "character varying[]", "numeric",
    ]  # fmt: skip


def test_rows_are_read_as_they_were_stored(database: str) -> None:
    """In whatever way the session writes moments; both ends of the calendar, and what no Cedar type holds."""
    rows = random_rows(Random(5), 400)  # noqa: S311 - the same each time
    expressions = [value_sql(attribute.column, attribute.type) for _, attribute in ATTRIBUTES]
    with psycopg.connect(database) as connection:
        for name, value in SETTINGS.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        fill(connection, rows)
        found = connection.execute(sql.SQL("SELECT {} FROM r ORDER BY id").format(sql.SQL(", ").join(expressions)))
        for cells, row in zip(found.fetchall(), rows, strict=True):
            read = {a.column: value_of(cell, a.type) for (_, a), cell in zip(ATTRIBUTES, cells, strict=True)}
            assert read == row
            assert all(type(read[name]) is type(row[name]) for name in read)
    values = [value for row in rows for value in row.values()]
    assert {math.inf, -math.inf, frozenset({None}), 9_223_372_036_854_000} <= set(values)


BOUNDS: Final = (-62_167_305_540_000, -62_135_596_800_001, -62_135_596_800_000, -1, 0, 1, 253_402_387_140_000, 2**52)


def test_a_policy_reads_the_same_in_every_session(database: str) -> None:
    """The server writes moments in the session's own zone and style: ours are fixed, or there would be drift."""
    condition = all_of((
        *(Within("t", bound, None, False) for bound in BOUNDS), within("d", None, BOUNDS[-2], of="date"),
        one_of("u", [UUID(int=1)]), one_of("i", [Address(6, 0xFFFF << 32, 96), Address(4, 1, 8)]),
    ))  # fmt: skip
    words = set()
    options = "-c TimeZone=Asia/Kathmandu -c DateStyle=Postgres,DMY -c IntervalStyle=iso_8601 -c extra_float_digits=-15"
    for dsn in (database, f"{database} options='{options}'"):
        with connect(dsn) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS public.t (t timestamptz, d date, u uuid, i inet)")
            connection.execute("DROP POLICY IF EXISTS p ON public.t")
            made = sql.SQL("CREATE POLICY p ON public.t USING ({})").format(condition_sql.condition_sql(condition))
            connection.execute(made)
            words |= {p.using for p in inspect(connection).facts if isinstance(p, RowPolicy)}
        with read_only(dsn) as reader:
            words |= {row[0] for row in reader.execute("SELECT pg_get_expr(polqual, polrelid) FROM pg_policy")}
    assert len(words) == 1
    with psycopg.connect(database) as plain_session:
        plain_session.execute("SET TimeZone = 'Asia/Kathmandu'")
        other = plain_session.execute("SELECT pg_get_expr(polqual, polrelid) FROM pg_policy").fetchone()
        assert other is not None
        assert other[0] not in words, "the session's zone changes nothing, so that the test above shows nothing"


def test_bounds_are_the_moments_they_name(database: str) -> None:
    """PostgreSQL reads each constant as that many milliseconds, before the year 1 and after 9999 as well."""
    with psycopg.connect(database) as connection:
        connection.execute("SET TimeZone = 'America/Chicago'; SET DateStyle = 'German, DMY'")
        for bound in BOUNDS:
            text = condition_sql._bound(bound, "infinity", "datetime")
            found = connection.execute(sql.SQL("SELECT floor(EXTRACT(epoch FROM {}) * 1000)").format(text)).fetchone()
            assert found == (bound,)


RULES: Final = """
permit (principal, action, resource) when {
  resource.due < datetime("2019-07-13") || (resource has tags && resource.tags.contains("a")) ||
  (resource has net && resource.net.isInRange(ip("10.0.0.0/8"))) ||
  (resource has agency && principal in resource.agency)
};
forbid (principal, action, resource)
when { resource has ref && resource.ref == "00000000-0000-0000-0000-000000000000" };
forbid (principal, action, resource)
when { resource has born && resource.born >= datetime("2019-07-12T12:00:00Z") && resource.marks.isEmpty() };
"""


def bare(atom: Within, column: sql.Identifier) -> sql.Composed:
    """A bound as somebody would write it who forgot that moments have infinities."""
    if atom.expected and atom.start is None and atom.end is not None:
        return sql.SQL("({} < {})").format(column, condition_sql._bound(atom.end, "infinity", atom.type))
    return sound_within(atom, column)


def forgetting_infinities(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(condition_sql, "_within", bare)


sound_within = condition_sql._within


@pytest.mark.parametrize(
    ("fault", "over"),
    [
        (None, lambda row: False),
        (
            lambda patch: patch.setattr(condition_sql, "_within", bare),
            lambda row: -math.inf in (row["due"], row["Born"]),
        ),
        (TEXT_FAULTS["a set of texts has no NULL"], lambda row: None in (row["tags"] or ()) or None in row["marks"]),
    ],
    ids=["sound", "infinities forgotten", "NULL elements forgotten"],
)
def test_attempts_compare_every_type_with_cedar(
    own_server: Server,
    fault: Callable[[pytest.MonkeyPatch], None] | None,
    over: Callable[[Row], bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What no Cedar type holds is tried, and an enforcement that shows it is found out."""
    if fault is not None:
        fault(monkeypatch)
    rows = random_rows(Random(9), 300)  # noqa: S311 - the same each time
    with connect(own_server.dsn()) as admin:
        prepare(admin, rows)
        if fault is not None:
            with pytest.raises(RefutedError):  # a plan is not made on such a fault; attempts find it out by themselves
                attempts(PostgresSession(admin))
            monkeypatch.setattr(plan, "prove", lambda *_: ())
        found = attempts(PostgresSession(admin))
    assert {attempt.unknown for attempt in found} == {None}
    assert sum(attempt.tried for attempt in found) > 400
    assert any(0 < attempt.allowed < attempt.tried for attempt in found)
    wrong = {int(str(key[0])) for attempt in found for key in attempt.over}
    assert bool(wrong) is (fault is not None)
    assert all(over(rows[index]) for index in wrong)
    assert not any(attempt.under for attempt in found)


def prepare(admin: Connection, rows: list[Row]) -> None:
    """Three logins, and the hostile table with rows."""
    admin.execute("CREATE ROLE records_owner; CREATE SCHEMA records AUTHORIZATION records_owner")
    admin.execute("CREATE ROLE clerk LOGIN; CREATE ROLE agent LOGIN; CREATE ROLE analyst LOGIN")
    with admin.transaction():
        admin.execute("SET LOCAL ROLE records_owner")
        admin.execute(
            sql.SQL("CREATE TABLE records.arrest (id int PRIMARY KEY, {})").format(definitions(constrained=True))
        )
        for index, row in enumerate(rows):
            values = sql.SQL(", ").join(stored(attribute, row[attribute.column]) for _, attribute in ATTRIBUTES)
            admin.execute(sql.SQL("INSERT INTO records.arrest VALUES ({}, {})").format(index, values))


def attempts(session: PostgresSession) -> tuple[Attempt, ...]:
    """The policy applied, and every attempt of two standing accounts of two agencies."""
    own = Circumstances("own.records", "official_duty")
    accounts = [account("clerk", own), account("agent", own), account("analyst", active=False), superuser("postgres")]
    system = system_of(table_map())
    templates = cedarpy.policies_to_pst(RULES).static_policies
    chosen = tuple(Rule(name, "types", template.effect, template) for name, template in templates.items())
    policy = Policy(repository(system, accounts), chosen, ("types",), DAY)
    planned = plan_system(session, policy, system)
    session.apply(planned.plan, planned.found, lambda *_: None)
    decider = Decider(policy.repository, rule_set(chosen, RULES))
    tries = Attempts(policy, system, planned.classes, planned.found.shapes, decider)
    with session.probing() as prober:
        return tries.run(prober, ["clerk", "agent"], lambda *_: None)


def test_the_table_is_the_one_that_rules_speak_of() -> None:
    assert TABLE == "records.arrest"
