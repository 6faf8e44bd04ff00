"""The judge of statements: the answer is the server's own, by both ways the same, and nothing is run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg
import pytest

from recuse.errors import InputError
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.judge import Judge, Judgement, Plannable, plannable
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import EVERY, binaries_of, version_id

WORLD: Final = """
CREATE ROLE reader LOGIN; CREATE ROLE "ünb;" LOGIN;
CREATE SCHEMA records; CREATE SCHEMA hidden; CREATE SCHEMA reader;
GRANT USAGE ON SCHEMA records, reader TO reader;
CREATE TABLE records.person
  (id bigint PRIMARY KEY, name text, born date, seen timestamptz, tags text[], ip inet, doc jsonb);
CREATE TABLE records.copy (id bigint, name text); CREATE TABLE hidden.secret (x int); CREATE TABLE reader.own (x int);
CREATE VIEW records.names AS SELECT name FROM records.person;
CREATE SEQUENCE records.ran;
GRANT SELECT (id, born, seen, tags, ip, doc), INSERT (id, born), UPDATE (born) ON records.person TO reader;
GRANT SELECT ON records.names, reader.own TO reader;
GRANT INSERT ON records.copy TO reader;
ALTER TABLE records.person ENABLE ROW LEVEL SECURITY;
CREATE POLICY born ON records.person USING (born IS NOT NULL);
CREATE FUNCTION records.runs(x int) RETURNS int LANGUAGE plpgsql AS $$
  BEGIN PERFORM nextval('records.ran'); RAISE EXCEPTION 'it ran'; END $$;
CREATE FUNCTION records.closed(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it ran'; END $$;
REVOKE EXECUTE ON FUNCTION records.closed FROM PUBLIC;
CREATE FUNCTION records.lies(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN RETURN nextval('records.ran'); END $$;
"""
PATH: Final = ("$user", "records", "hidden")

REFUSED: Final = {
    "SELECT name FROM records.person": "permission denied for table person",
    "SELECT id FROM records.person WHERE name = $1": "permission denied for table person",
    "SELECT p FROM records.person p": "permission denied for table person",
    "SELECT count(*) FROM records.copy": "permission denied for table copy",
    "TABLE person": "permission denied for table person",
    "SELECT id FROM records.person ORDER BY name LIMIT $1": "permission denied for table person",
    "UPDATE records.person SET name = $1 WHERE id = $2": "permission denied for table person",
    "UPDATE records.person SET born = $1 WHERE name = $2": "permission denied for table person",
    "DELETE FROM records.person WHERE id = $1": "permission denied for table person",
    "WITH d AS (DELETE FROM records.person WHERE id = ANY ($1) RETURNING id) SELECT count(*) FROM d": None,
    "INSERT INTO records.person (id, name) VALUES ($1, $2)": "permission denied for table person",
    "INSERT INTO records.person (id, born) VALUES ($1, $2) RETURNING name": "permission denied for table person",
    "INSERT INTO records.copy SELECT id, name FROM records.person": "permission denied for table person",
    "INSERT INTO person (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = excluded.name": None,
    "MERGE INTO records.person p USING (SELECT $1::bigint AS k) s ON p.id = s.k WHEN MATCHED THEN DELETE": None,
    "SELECT * FROM secret": 'relation "secret" does not exist',  # a schema without USAGE is not looked into
    "SELECT * FROM hidden.secret": "permission denied for schema hidden",
    "SELECT records.closed($1)": "permission denied for function closed",
    "SELECT 1 WHERE EXISTS (SELECT FROM records.copy WHERE name = $1)": "permission denied for table copy",
    "SELECT pg_read_file($1)": "permission denied for function pg_read_file",
}
ALLOWED: Final = (
    "SELECT id FROM records.person WHERE id = $1",
    "SELECT id FROM person WHERE born BETWEEN $1 AND $2 AND seen >= $3 LIMIT $4 OFFSET $5;",
    "SELECT id FROM records.person WHERE tags @> $1 AND $2 = ANY (tags) AND ip <<= $3 AND doc ->> $4 = $5",
    "SELECT count(*) FROM records.person",
    "SELECT name FROM records.names -- through a view",
    "SELECT x FROM own",
    "SELECT id FROM records.person FOR UPDATE OF person",
    "UPDATE records.person SET born = $1 WHERE id = $2 RETURNING id, born",
    "INSERT INTO records.person (id, born) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    "INSERT INTO records.copy VALUES ($1, $2)",
    "WITH n AS (INSERT INTO records.copy SELECT id FROM records.person WHERE id = $1) SELECT 1",
    "MERGE INTO records.copy c USING (SELECT $1::bigint AS k) s ON false WHEN NOT MATCHED THEN INSERT VALUES (k)",
    "SELECT records.runs($1)",
    "SELECT records.runs(1) FROM generate_series(1, $1)",
    "SELECT nextval('records.ran')",  # decided while it runs
    "SELECT $1", "SELECT $1 IS NULL", "SELECT $2 || $1", "SELECT $1 = $2", "SELECT ROW ($1, $2)", "SELECT ARRAY[$1]",
    "SELECT coalesce($1, $2)", "SELECT CASE WHEN $1 THEN $2 END", "VALUES ($1, 2), ($2, $3)", "SELECT $9",
    "SELECT id FROM records.person WHERE (id = $1 OR $1 IS NULL)",
    "SELECT 'it''s; DROP TABLE x', $$;$$, E'\\';' /* ; */",
    "SELECT 'a\\'",
)  # fmt: skip
UNKNOWN: Final = {
    "": "it is 0 statements, not one",
    "SELECT 1; DROP TABLE records.copy": "it is 2 statements, not one",
    "COMMIT; DROP TABLE records.copy; BEGIN": "it is 3 statements, not one",
    "CREATE TABLE t (x int)": "it is a `create`, which has no plan",
    "SELECT id INTO t FROM records.person": "it makes a table",
    "COPY records.person TO STDOUT": "it is a `copy`, which has no plan",
    "EXPLAIN ANALYZE DELETE FROM records.copy": "it is a `explain`, which has no plan",
    "EXECUTE recuse_judged": "it is a `execute`, which has no plan",
    "SELECT ? FROM t": 'it cannot be read: syntax error at or near "FROM" at position 10',
    "SELECT * FROM records.nothing": 'relation "records.nothing" does not exist',
    # The types of these were in the protocol and not in the text.
    "SELECT id FROM records.person WHERE seen > $1 - interval '1 day'": None,
    "SELECT id FROM records.person WHERE ($1 IS NULL OR id = $1)": "could not determine data type of parameter $1",
    # It says that it is IMMUTABLE, so the planner calls it.
    "SELECT records.lies(1)": "cannot execute nextval() in a read-only transaction",
}


@dataclass(frozen=True, slots=True)
class Court:
    """A database with the grants, and the judges for it: both ways where the server has both."""

    version: int
    judges: tuple[Judge, ...]
    admin: psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module", params=EVERY, ids=version_id)
def court(request: pytest.FixtureRequest) -> Iterator[Court]:
    with throwaway(binaries=binaries_of(request.param)) as server, connect(server.dsn()) as admin:
        assert admin.info.server_version // 10_000 == request.param, "another version under this one's name"
        admin.execute(WORLD)
        with connect(server.dsn()) as connection:
            ways = (True, False) if request.param >= 16 else (False,)
            yield Court(request.param, tuple(Judge(connection, PATH, generic=way) for way in ways), admin)


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_role_may_not_do_is_refused_in_the_server_s_words(court: Court, text: str) -> None:
    for judge in court.judges:
        found = judge.judge(text, "reader")
        assert found == Judgement("refused", REFUSED[text] or "permission denied for table person")


@pytest.mark.parametrize("text", ALLOWED)
def test_what_the_role_may_do_is_allowed_and_not_done(court: Court, text: str) -> None:
    for judge in court.judges:
        assert judge.judge(text, "reader") == Judgement("allowed")


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_no_planner_can_tell_is_unknown(court: Court, text: str) -> None:
    for judge in court.judges:
        found = judge.judge(text, "reader")
        assert found.outcome == "unknown"
        assert UNKNOWN[text] in (None, found.sentence)


def test_both_ways_are_really_two_and_the_newer_is_the_rule(court: Court) -> None:
    """On 15 the newer way does not exist: what it says there is never an answer about rights."""
    chosen = Judge(court.admin, PATH)._generic
    assert chosen == (court.version >= 16)
    if court.version == 15:
        found = Judge(court.admin, PATH, generic=True).judge("SELECT 1", "reader")
        assert found == Judgement("unknown", 'unrecognized EXPLAIN option "generic_plan"')


def test_judging_leaves_nothing_behind(court: Court) -> None:
    for judge in court.judges:
        for text in (*ALLOWED, *REFUSED, *UNKNOWN):
            judge.judge(text, "reader")
        held = judge._connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()
        assert held == (0,)
        now = judge._connection.execute(
            "SELECT current_user, current_setting('transaction_read_only'), current_setting('search_path')"
        ).fetchone()
        assert now == ("postgres", "off", "pg_catalog, pg_temp")
    kept = court.admin.execute("SELECT to_regclass('records.copy') IS NOT NULL, last_value FROM records.ran").fetchone()
    assert kept == (True, 1)
    assert court.admin.execute("SELECT count(*) FROM records.copy").fetchone() == (0,)


def test_the_grants_decide_and_nothing_is_remembered(court: Court) -> None:
    """A judge that always answers the same would pass half of the tests above."""
    text = "SELECT name FROM records.person WHERE id = $1"
    for judge in court.judges:
        assert judge.judge(text, "reader").outcome == "refused"
        court.admin.execute("GRANT SELECT (name) ON records.person TO reader")
        assert judge.judge(text, "reader").outcome == "allowed"
        court.admin.execute("REVOKE SELECT (name) ON records.person FROM reader")
        assert judge.judge(text, "reader").outcome == "refused"


def test_roles_are_names_and_not_text(court: Court) -> None:
    for judge in court.judges:
        assert judge.judge("SELECT 1", "ünb;").outcome == "allowed"
        assert judge.judge("SELECT * FROM own", "ünb;").outcome == "unknown"  # its own path, where no such table is
        with pytest.raises(InputError, match="there is no role `nobody; --` in the database"):
            judge.judge("SELECT 1", "nobody; --")


def test_a_plan_that_takes_too_long_is_unknown(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    """An IMMUTABLE function that sleeps holds the planner up."""
    monkeypatch.setattr("recuse.targets.postgres.judge._SECONDS", 0.2)
    court.admin.execute(
        "CREATE OR REPLACE FUNCTION records.slow(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS"
        " 'BEGIN PERFORM pg_sleep(60); RETURN 1; END'"
    )
    for judge in court.judges:
        assert judge.judge("SELECT records.slow(1)", "reader") == Judgement(
            "unknown", "canceling statement due to statement timeout"
        )


@pytest.mark.parametrize(
    ("text", "parameters"),
    [("SELECT 1;", 0), ("SELECT $2 FROM t WHERE x IN (SELECT $11)", 11), ("SELECT '$3', \"$4\" /* $5 */ -- $6", 0)],
)
def test_parameters_are_counted_by_the_grammar(text: str, parameters: int) -> None:
    assert plannable(text) == Plannable(text, parameters)
