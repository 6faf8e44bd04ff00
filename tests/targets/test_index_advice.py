"""The advice on indexes is wrong in neither direction: for every key and operator the planner itself is asked.

What is advised loses its index for a login under row security, and reaches it after the cure; what is not advised
keeps it. On 18 and 15, with and without row security on the very table.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from recuse.targets.advice import IndexAdvice, Logged, Measured
from recuse.targets.postgres.advice.indexes import advise
from recuse.targets.postgres.advice.judging import judged
from recuse.targets.postgres.advice.keys import Key, Operator, read_keys
from recuse.targets.postgres.advice.measure import conditions, explained, measured
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of

TABLE = "records.item"
WORLD = """
CREATE EXTENSION pg_trgm; CREATE EXTENSION citext;
CREATE ROLE reader LOGIN; CREATE SCHEMA records; GRANT USAGE ON SCHEMA records TO PUBLIC;
CREATE COLLATION records.wordy (provider = libc, locale = 'C.UTF-8');
CREATE TYPE records.mood AS ENUM ('calm', 'cross');
CREATE FUNCTION records.shout(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)';
CREATE TABLE records.item (
  id int PRIMARY KEY, big bigint, owner text, name text, short varchar(20), padded char(8), amount numeric, rate float8,
  day date, at timestamp, zoned timestamptz, spell interval, fold citext, doc jsonb, tags text[], span int4range,
  stay tstzrange, addr inet, mac macaddr, flag boolean, code uuid, words tsvector, mood records.mood, spot point);
ALTER TABLE records.item ENABLE ROW LEVEL SECURITY;
CREATE POLICY shown ON records.item USING (owner = 'x');
GRANT SELECT ON records.item TO reader;
"""
KEYS = {
    "id": "(id)", "big": "(big)", "name": '(name COLLATE "C")', "name_words": "(name COLLATE records.wordy)",
    "name_pattern": "(name COLLATE records.wordy text_pattern_ops)", "short": '(short COLLATE "C")',
    "padded": '(padded COLLATE "C")', "name_hash": "USING hash (name)", "name_brin": "USING brin (name)",
    "name_spgist": "USING spgist (name)", "name_trigram": "USING gin (name gin_trgm_ops)",
    "name_trigram_gist": "USING gist (name gist_trgm_ops)", "amount": "(amount)", "rate": "(rate)", "day": "(day)",
    "at": "(at)", "zoned": "(zoned)", "zoned_brin": "USING brin (zoned)", "spell": "(spell)", "fold": "(fold)",
    "doc": "USING gin (doc)", "doc_path": "USING gin (doc jsonb_path_ops)", "doc_key": "((doc ->> 'k'))",
    "tags": "USING gin (tags)", "tags_btree": "(tags)", "span": "USING gist (span)", "stay": "USING gist (stay)",
    "addr": "(addr)", "addr_gist": "USING gist (addr inet_ops)", "addr_spgist": "USING spgist (addr)", "mac": "(mac)",
    "flag": "(flag)", "code": "(code)", "words": "USING gin (words)", "mood": "(mood)", "spot": "USING gist (spot)",
    "lower_hash": "USING hash (lower(name))", "lower_trigram": "USING gin (lower(name) gin_trgm_ops)",
    "search": "USING gin (to_tsvector('english', name))",
    "lower": "(lower(name))", "joined": "((name || short))", "plus": "((id + 1))", "text": "((id::text))",
    "instead": "(coalesce(name, ''))", "first_tag": "((tags[1]))", "greatest": "(greatest(id, 5))",
    "greatest_amount": "(greatest(amount, 5))", "either": "((CASE WHEN flag THEN name ELSE owner END))",
    "absent": "((name IS NULL))", "shout": "(records.shout(name))", "day_of": "((zoned AT TIME ZONE 'UTC'))",
    "absolute": "(abs(amount))", "inlined": "(round(amount))", "always": "((id + length('abc')))",
    "lengthy": "((CASE WHEN 1 + 1 = 2 THEN id END))",
}  # fmt: skip


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with throwaway(binaries=binaries_of(request.param)) as running:
        with psycopg.connect(running.dsn(), autocommit=True) as connection:
            connection.execute(WORLD)
        yield running


@pytest.fixture
def connection(server: Server) -> Iterator[Connection]:
    with connect(server.dsn()) as connection:
        yield connection


@contextmanager
def only(connection: Connection, definition: str) -> Iterator[None]:
    """The table with this one index and no other, for the length of a block."""
    with connection.transaction(force_rollback=True):
        connection.execute("ALTER TABLE records.item DROP CONSTRAINT item_pkey")
        connection.execute(f"SET LOCAL search_path = public, records; CREATE INDEX found ON records.item {definition}")
        connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_generic_plan")
        yield


def reaches(connection: Connection, condition: str, login: str | None) -> bool:
    """Whether the condition reaches an index, as a superuser (whom no row policy binds) or as a login."""
    parameters = "(NULL)" if "$1" in condition else ""
    with connection.transaction(force_rollback=True):
        if login is not None:
            connection.execute(f"SET LOCAL SESSION AUTHORIZATION {login}")
        connection.execute(f"PREPARE asked AS SELECT 1 FROM records.item WHERE {condition}".encode())
        row = connection.execute(f"EXPLAIN (FORMAT JSON) EXECUTE asked{parameters}".encode()).fetchone()
        connection.execute("DEALLOCATE asked")
    return bool(row and conditions(row[0]))


def by(key: Key, operator: Operator) -> str:
    right = "$1" if operator.right is None else f"CAST($1 AS {operator.right})"
    return f"{key.asked} OPERATOR({operator.schema}.{operator.name}) {right}"


@pytest.mark.parametrize("name", KEYS)
def test_every_operator_of_every_key_is_judged_as_the_planner_does(connection: Connection, name: str) -> None:
    with only(connection, KEYS[name]):
        (key,) = read_keys(connection, [TABLE])
        assert key.operators
        for operator in key.operators:
            condition = by(key, operator)
            assert reaches(connection, condition, None), condition
            assert reaches(connection, condition, "reader") == (operator in key.kept()), condition


@pytest.mark.parametrize("name", KEYS)
def test_what_is_advised_is_lost_and_its_cure_found(connection: Connection, name: str) -> None:
    """By the plan's own measurement on a temporary copy; a cure that is a decision is measured below."""
    with only(connection, KEYS[name]):
        keys = read_keys(connection, [TABLE])
        found = list(advise(keys))
        assert bool(found) == (bool(keys[0].lost()) or keys[0].prefix or keys[0].subnet)
        for advice in measured(connection, found):
            if name == "shout":
                assert advice.unmeasured == "the expression calls a function from outside pg_catalog"
                continue
            assert advice.unmeasured is None
            assert advice.measured is not None
            assert advice.measured == Measured(True, False, advice.measured.cured)
            assert advice.measured.cured is (None if advice.cure.startswith("a signed decision") else True), advice


def advices(connection: Connection) -> tuple[IndexAdvice, ...]:
    return tuple(measured(connection, list(advise(read_keys(connection, [TABLE])))))


GENERATED = {
    "lower": "text GENERATED ALWAYS AS (lower(name))", "doc_key": "text GENERATED ALWAYS AS (((doc ->>",
    "fold": "text GENERATED ALWAYS AS (lower(fold::text))", "span": "integer GENERATED ALWAYS AS (lower(span))",
    "stay": "timestamp with time zone GENERATED ALWAYS AS (lower(stay))",
    "plus": "integer GENERATED ALWAYS AS (((id + 1)))", "lower_hash": "text GENERATED ALWAYS AS (lower(name))",
}  # fmt: skip


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_column_is_reached_by_the_login(connection: Connection, name: str) -> None:
    """The statements of the advice, run as they are, on the table itself."""
    with only(connection, KEYS[name]):
        (advice,) = advices(connection)
        assert GENERATED[name] in advice.statements[0]
        for statement in advice.statements:
            connection.execute(statement.replace(" CONCURRENTLY", "").encode())
        ranged = name in ("span", "stay")
        assert not reaches(connection, advice.key + (" @> $1" if ranged else " = $1"), "reader")
        conditions = ("found_value_1 <= $1", "found_value_2 > $1") if ranged else ("found_value = $1",)
        for condition in conditions:
            assert reaches(connection, condition, "reader"), condition


DECIDED = {"amount": ("=", ">"), "mood": ("=",), "tags": ("@>",), "doc": ("@>", "?"), "words": ("@@",),
           "search": ("@@",), "addr_gist": ("<<=",), "absolute": ("=",)}  # fmt: skip


@pytest.mark.parametrize("name", DECIDED)
def test_a_function_marked_leakproof_gives_the_index_back(connection: Connection, name: str) -> None:
    """The decision of the advice, carried out: every function that it names, and then the advice is gone."""
    with only(connection, KEYS[name]):
        advice = next(each for each in advices(connection) if each.kind != "prefix")
        for operator in DECIDED[name]:
            assert not reaches(connection, f"{advice.key} {operator} $1", "reader")
        for function in advice.functions:
            connection.execute(f"ALTER FUNCTION {function} LEAKPROOF".encode())
        for operator in DECIDED[name]:
            assert reaches(connection, f"{advice.key} {operator} $1", "reader"), operator
        operators = set(DECIDED[name]) & {o for a in advices(connection) for o in a.lost}
        assert operators == set()


@pytest.mark.parametrize(
    ("definition", "condition"),
    [
        ("(id) WHERE lower(name) = 'a'", "lower(name) = 'a' AND id = $1"),
        ("(id) WHERE amount > 5", "amount > 5 AND id = $1"),
        ("(amount)", "amount IS NULL"),
        ("(lower(name))", "lower(name) IS NULL"),
    ],
)
def test_a_predicate_and_is_null_keep_their_index(connection: Connection, definition: str, condition: str) -> None:
    """Which is why no advice is given on the predicate of a partial index."""
    with only(connection, definition):
        expected = definition != "(lower(name))"  # the expression itself is not leakproof, whatever is asked of it
        assert reaches(connection, condition, None)
        assert reaches(connection, condition, "reader") == expected


def test_sorting_keeps_its_index(connection: Connection) -> None:
    with only(connection, "(amount)"), connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL SESSION AUTHORIZATION reader")
        statement = "EXPLAIN (FORMAT JSON) SELECT id FROM records.item ORDER BY amount LIMIT 1"
        row = connection.execute(statement).fetchone()
    assert "Index Scan" in json.dumps(row[0] if row else None)


def test_partitions_count_once_and_under_their_parent(connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute(
            "CREATE TABLE records.log (id int, note text) PARTITION BY RANGE (id);"
            "CREATE TABLE records.log_1 PARTITION OF records.log FOR VALUES FROM (0) TO (10);"
            "CREATE INDEX log_note ON records.log (lower(note)); CREATE INDEX log_1_id ON records.log_1 ((id + 1))"
        )
        found = [(a.table, a.index) for _, a, _ in advise(read_keys(connection, ["records.log"]))]
    assert found == [("records.log", "records.log_1_id"), ("records.log", "records.log_note")]


def test_nothing_is_left_behind_and_nobodys_function_runs(connection: Connection) -> None:
    """The fault planted: a function in an index that would tell when planning ran it."""
    with connection.transaction(force_rollback=True):
        connection.execute(
            "CREATE FUNCTION records.tell(int) RETURNS int IMMUTABLE LANGUAGE plpgsql"
            " AS 'BEGIN RETURN 1; END'; CREATE TABLE records.trap (id int);"
            "CREATE INDEX trapped ON records.trap ((records.tell(1) + id));"
            "CREATE OR REPLACE FUNCTION records.tell(int) RETURNS int IMMUTABLE LANGUAGE plpgsql"
            " AS 'BEGIN RAISE EXCEPTION ''ran''; END'"
        )
        (advice,) = measured(connection, list(advise(read_keys(connection, ["records.trap"]))))
        assert advice.measured is None
        left = connection.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'recuse%'").fetchone()
        assert left == (0,)


def test_an_ordinary_login_measures_too_where_it_may(server: Server) -> None:
    """With TEMPORARY and SELECT on the table; without either, the advice says that nothing was measured, and why."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("CREATE ROLE plain LOGIN PASSWORD 'x'; CREATE TABLE records.mine (note text)")
        admin.execute("CREATE INDEX mine_lower ON records.mine (lower(note))")
        try:
            with connect(server.dsn(user="plain", password="x")) as connection:
                found = list(advise(read_keys(connection, ["records.mine"])))
                (refused,) = measured(connection, found)
                assert (refused.measured, refused.unmeasured) == (None, "permission denied for table mine")
                admin.execute("GRANT SELECT ON records.mine TO plain")
                (advice,) = measured(connection, found)
                assert advice.measured == Measured(True, False, True)
                admin.execute("REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC")
                (refused,) = measured(connection, found)
                assert "permission denied to create temporary tables" in str(refused.unmeasured)
        finally:
            admin.execute("GRANT TEMPORARY ON DATABASE postgres TO PUBLIC; DROP TABLE records.mine; DROP ROLE plain")


@pytest.mark.parametrize("enabled", ["ENABLE", "ENABLE ALWAYS"])
def test_no_event_trigger_runs(connection: Connection, enabled: str) -> None:
    """The fault planted: one that would stop any table from being made."""
    with only(connection, KEYS["lower"]):
        connection.execute(
            "CREATE FUNCTION records.stop() RETURNS event_trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION ''ran''; END'; CREATE EVENT TRIGGER stop ON ddl_command_end "
            f"EXECUTE FUNCTION records.stop(); ALTER EVENT TRIGGER stop {enabled}"
        )
        (advice,) = advices(connection)
        assert advice.measured == Measured(True, False, True)
        (judged_,) = judged(connection, [Logged(f"SELECT id FROM {TABLE}")], {}, (TABLE,))
        assert judged_.unmeasured is None


def test_sql_of_the_advice_is_quoted(connection: Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute('CREATE TABLE records."Odd ""Name" ("A b" text)')
        connection.execute('CREATE INDEX "x USING y" ON records."Odd ""Name" (lower("A b"))')
        (advice,) = measured(connection, list(advise(read_keys(connection, ['records.Odd "Name']))))
        assert advice.measured == Measured(True, False, True)
        connection.execute(advice.statements[0].encode())


def test_no_second_statement_is_ever_run(connection: Connection) -> None:
    with connection.transaction(force_rollback=True), pytest.raises(psycopg.errors.SyntaxError):
        explained(connection, sql.SQL("SELECT 1; DROP TABLE records.item"), 0)
    assert connection.execute("SELECT count(*) FROM records.item").fetchone() == (0,)
