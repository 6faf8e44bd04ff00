"""Definer functions that show a secret, each in another way: each really shows it to who calls it, and is named."""

from typing import Final

import psycopg
import pytest

from recuse.operations.reach import reach
from recuse.paths import Graph, Place
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.throwaway import Server
from tests.conftest import ENDS, version_id

SECRET: Final = "078-05-1120"  # a number that was never anybody's
WORLD: Final = """
CREATE ROLE ice LOGIN; CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO ice; SET search_path = app;
CREATE TABLE src (k int, secret text); INSERT INTO src VALUES (1, '078-05-1120');
CREATE TABLE pub (a text, b text); INSERT INTO pub VALUES ('q', 'x');
CREATE FUNCTION read() RETURNS text LANGUAGE sql AS 'SELECT secret FROM src';
REVOKE TEMP ON DATABASE postgres FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
"""
PLPGSQL: Final = (
    "CREATE FUNCTION run() RETURNS {} LANGUAGE plpgsql SECURITY DEFINER SET search_path = app, pg_temp AS $x$ {} $x$"
)
SQL: Final = (
    "CREATE FUNCTION run() RETURNS {} LANGUAGE sql SECURITY DEFINER SET search_path = app, pg_temp AS $x$ {} $x$"
)
SHOWING: Final = {
    "rows one by one": PLPGSQL.format(
        "SETOF src", "DECLARE r record; BEGIN FOR r IN SELECT * FROM src LOOP RETURN NEXT r; END LOOP; END"
    ),
    "a row": PLPGSQL.format("src", "DECLARE r src%ROWTYPE; BEGIN SELECT * INTO r FROM src; RETURN r; END"),
    "a row in another": PLPGSQL.format(
        "text", "DECLARE r record; q record; BEGIN SELECT * INTO r FROM src; q := r; RETURN q.secret; END"
    ),
    "a row in an array": PLPGSQL.format(
        "text", "DECLARE r src; l src[] := '{}'; BEGIN FOR r IN SELECT * FROM src LOOP l := l || r; END LOOP;"
        " RETURN l[1].secret; END",
    ),
    "a cursor": PLPGSQL.format(
        "text", "DECLARE c CURSOR FOR SELECT * FROM src; r record; BEGIN OPEN c; FETCH c INTO r; CLOSE c;"
        " RETURN r.secret; END",
    ),
    "a loop over a cursor": PLPGSQL.format(
        "text", "DECLARE c CURSOR FOR SELECT * FROM src; BEGIN FOR r IN c LOOP RETURN r.secret; END LOOP; END"
    ),
    "a cursor that is left": SQL.format("void", "DECLARE c CURSOR FOR SELECT * FROM src")
    + "-- next\nFETCH ALL FROM c",
    "a value by declaration": PLPGSQL.format(
        "text", "DECLARE v CONSTANT text NOT NULL = (SELECT secret FROM src); BEGIN RETURN v; END"
    ),
    "a record by declaration": PLPGSQL.format(
        "text", "DECLARE v src%ROWTYPE DEFAULT (SELECT s FROM src AS s); BEGIN RETURN v.secret; END"
    ),
    "a temporary table": PLPGSQL.format(
        "text", "BEGIN CREATE TEMP TABLE t AS SELECT * FROM src; RETURN (SELECT secret FROM t); END"
    ),
    "a function of its caller's": PLPGSQL.format("text", "BEGIN RETURN read(); END"),
    "a procedure": "CREATE PROCEDURE get(INOUT p text) LANGUAGE plpgsql AS 'BEGIN SELECT secret INTO p FROM src; END';"
    + PLPGSQL.format("text", "DECLARE v text; BEGIN CALL get(v); RETURN v; END"),
    "a function behind an operator": "CREATE FUNCTION two(int, int) RETURNS text LANGUAGE sql AS 'SELECT read()';"
    " CREATE OPERATOR ### (leftarg = int, rightarg = int, function = two);"
    + PLPGSQL.format("text", "BEGIN RETURN 1 ### 1; END"),
    "a function behind an aggregate": "CREATE FUNCTION two(text, int) RETURNS text LANGUAGE sql AS 'SELECT read()';"
    " CREATE AGGREGATE one(int) (sfunc = two, stype = text);" + SQL.format("text", "SELECT one(1)"),
    "a function behind a cast": "CREATE TYPE pair AS (a int);"
    " CREATE FUNCTION plain(pair) RETURNS text LANGUAGE sql AS 'SELECT read()'; CREATE CAST (pair AS text)"
    " WITH FUNCTION plain(pair);" + SQL.format("text", "SELECT (ROW(1)::pair)::text"),
    "a function behind a domain": "CREATE FUNCTION fine(int) RETURNS bool LANGUAGE plpgsql AS"
    " 'BEGIN RAISE NOTICE ''%'', read(); RETURN true; END'; CREATE DOMAIN small AS int CHECK (fine(VALUE));"
    + PLPGSQL.format("int", "DECLARE d small; BEGIN d := 1; RETURN 1; END"),
    "a function as a column": "CREATE FUNCTION note(pub) RETURNS text LANGUAGE sql AS 'SELECT read()';"
    + SQL.format("text", "SELECT p.note FROM pub AS p"),
    "a function by default": "ALTER TABLE pub ALTER a SET DEFAULT read();"
    + SQL.format("text", "INSERT INTO pub (b) VALUES ('x') RETURNING a"),
    "a notice": PLPGSQL.format("void", "DECLARE r record; BEGIN SELECT * INTO r FROM src; RAISE NOTICE '%', r; END"),
    "an error": PLPGSQL.format("void", "DECLARE i int; s text; BEGIN SELECT secret INTO s FROM src; i := s; END"),
    "what a change returns": SQL.format("SETOF src", "DELETE FROM src RETURNING *"),
}  # fmt: skip
SILENT: Final = {
    "another column": PLPGSQL.format("int", "DECLARE r record; BEGIN SELECT * INTO r FROM src; RETURN r.k; END"),
    "the time": PLPGSQL.format("timestamptz", "BEGIN PERFORM secret FROM src; RETURN now(); END"),
    "a text as a text": PLPGSQL.format(
        "void", "DECLARE s text; t text; BEGIN SELECT secret INTO s FROM src; t := s; END"
    ),
    "another operator": "CREATE FUNCTION two(int, int) RETURNS text LANGUAGE sql AS 'SELECT read()';"
    " CREATE OPERATOR ### (leftarg = int, rightarg = int, function = two);"
    + PLPGSQL.format("int", "BEGIN RETURN 1 + 1; END"),
}  # fmt: skip


ASKING: Final = PLPGSQL.format(
    "void", "DECLARE one int; BEGIN SELECT 1 INTO STRICT one FROM src WHERE secret = '{}'; END"
)


@pytest.mark.parametrize("own_server", ENDS, ids=version_id, indirect=True)
def test_an_error_of_a_silent_one_tells_whether_a_row_exists(own_server: Server) -> None:
    """definer-outcomes: that there is a row or none, nothing of it; told beside every answer, and no path."""
    told = []
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(WORLD)
        for guess in (SECRET, "none"):
            with connection.transaction(force_rollback=True):
                connection.execute(ASKING.format(guess).encode())
                told.append(_shown(connection, ""))
        connection.execute(ASKING.format("none").encode())
    assert [each.partition("\n")[0] for each in told] == ["[('',)] []", "query returned no rows"]
    document = reach(own_server.dsn(), "app.src.secret", ["ice"])
    assert [account["reaches"] for account in document["accounts"]] == [False]
    assert "definer-outcomes" in {each["code"] for each in document["residual"]}


@pytest.mark.parametrize("own_server", ENDS, ids=version_id, indirect=True)
def test_definer_bodies(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(WORLD)
        for name, text in (SHOWING | SILENT).items():
            made, _, then = text.partition("-- next\n")
            with connection.transaction(force_rollback=True):
                connection.execute(made.encode())
                found = {place.node for place in _graph(connection).search(Place("login:ice", "ice"))}
                shown = _shown(connection, then)
            named = not found.isdisjoint({"part:app.src.secret", "column:app.src.secret"})
            assert (SECRET in shown, named) == (name in SHOWING, name in SHOWING), name


def _graph(connection: psycopg.Connection[tuple[object, ...]]) -> Graph:
    with connection.transaction():
        connection.execute("SET LOCAL search_path = pg_catalog")  # as `reach` does, so that names are told in full
        graph = Graph.of(collect(connection, "postgres").edges)
        connection.execute("SET LOCAL search_path = app")
    return graph


def _shown(connection: psycopg.Connection[tuple[object, ...]], then: str) -> str:
    """All that reaches ice: rows, notices, errors."""
    notices: list[str] = []
    connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    try:
        with connection.transaction():
            connection.execute("SET LOCAL SESSION AUTHORIZATION ice")
            rows = connection.execute("SELECT * FROM app.run()").fetchall()
            rows += connection.execute(then.encode()).fetchall() if then else []
            connection.execute("SET LOCAL SESSION AUTHORIZATION DEFAULT")
    except psycopg.Error as error:
        return f"{error} {notices}"
    return f"{rows} {notices}"
