"""Values are followed through bodies: each way really carries the secret, and is named; what stands beside it is not.

In every case `src.secret` is carried to `pub.a`, and nothing of it to `pub.b`.
"""

from collections.abc import Iterator
from typing import Final

import psycopg
import pytest

from recuse.paths import ANYONE, Graph, Place
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.throwaway import Server
from tests.conftest import ENDS, version_id

SECRET: Final = "078-05-1120"  # a number that was never anybody's
TABLES: Final = """
CREATE TABLE src (k int, secret text, CHECK (k < 5)); INSERT INTO src VALUES (1, '078-05-1120');
CREATE TABLE pub (a text, b text); CREATE TABLE other (a text);
"""
FUNCTION: Final = "CREATE FUNCTION {} RETURNS {} LANGUAGE plpgsql AS $x$ {} $x$;"
BODIES: Final = {
    "variable": "DECLARE v text; w text := 'x'; BEGIN SELECT secret INTO v FROM src;"
                " INSERT INTO pub VALUES (v, w); END",
    "variables in a chain": "DECLARE v text; w text; x text := 'x'; BEGIN SELECT secret INTO v FROM src; w := v;"
                            " INSERT INTO pub VALUES (w, x); END",
    "temporary table": "BEGIN CREATE TEMP TABLE t AS SELECT secret FROM src; INSERT INTO pub SELECT secret, 'x' FROM t;"
                       " DROP TABLE t; END",
    "temporary table filled": "BEGIN CREATE TEMP TABLE IF NOT EXISTS t (a text); INSERT INTO t SELECT secret FROM src;"
                              " INSERT INTO pub (a) SELECT a FROM t; DROP TABLE t; END",
    "two temporary tables": "BEGIN CREATE TEMP TABLE t AS SELECT secret FROM src;"
                            " CREATE TEMP TABLE u AS SELECT 'x' AS x;"
                            " INSERT INTO pub (a) SELECT secret FROM t; UPDATE pub SET b = (SELECT x FROM u);"
                            " DROP TABLE t, u; END",
    "setting": "BEGIN PERFORM set_config('app.x', secret, true) FROM src;"
               " INSERT INTO pub VALUES (current_setting('app.x'), 'x'); END",
    "message of an error": "BEGIN RAISE EXCEPTION '%', (SELECT secret FROM src);"
                           " EXCEPTION WHEN others THEN INSERT INTO pub (a) VALUES (SQLERRM); END",
    "message of a cast": "BEGIN PERFORM secret::int FROM src;"
                         " EXCEPTION WHEN others THEN INSERT INTO pub (a) VALUES (SQLERRM); END",
    "detail of an error": "DECLARE d text; BEGIN UPDATE src SET k = k + 8; EXCEPTION WHEN check_violation THEN"
                          " GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL; INSERT INTO pub (a) VALUES (d); END",
    "cursor": "DECLARE c CURSOR FOR SELECT secret FROM src; v text; d CURSOR FOR SELECT 'x'; w text;"
              " BEGIN OPEN c; FETCH c INTO v; CLOSE c; OPEN d; FETCH d INTO w; CLOSE d;"
              " INSERT INTO pub VALUES (v, w); END",
    "cursor for a text": "DECLARE c refcursor; v text; BEGIN OPEN c FOR EXECUTE 'SELECT secret FROM src';"
                         " FETCH c INTO v; CLOSE c; INSERT INTO pub (a) VALUES (v); END",
    "loop over a cursor": "DECLARE c CURSOR (n int) FOR SELECT secret FROM src WHERE k = n;"
                          " BEGIN FOR r IN c (1) LOOP INSERT INTO pub (a) VALUES (r.secret); END LOOP; END",
    "loop over rows": "DECLARE r record; w text := 'x'; BEGIN FOR r IN SELECT * FROM src LOOP"
                      " INSERT INTO pub VALUES (r.secret, w); END LOOP; END",
    "array": "DECLARE l text[]; v text; BEGIN l[1] := (SELECT secret FROM src);"
             " FOREACH v IN ARRAY l LOOP INSERT INTO pub (a) VALUES (v); END LOOP; END",
    "field of a record": "DECLARE r pub; BEGIN SELECT secret INTO r.a FROM src; INSERT INTO pub VALUES (r.a, 'x'); END",
    "record with a value": "DECLARE r src := (SELECT s FROM src AS s);"
                           " BEGIN INSERT INTO pub (a) VALUES (r.secret); END",
    "record made with a value": "DECLARE r record := (SELECT s FROM src AS s); /* ; */"
                                " BEGIN INSERT INTO pub (a) VALUES (r.secret); END",
    "another name": "DECLARE v text; /* its name */ n ALIAS FOR v; BEGIN SELECT secret INTO v FROM src;"
                    " INSERT INTO pub VALUES (n, 'x'); END",
    "name after its block": "<<b>> DECLARE v text; BEGIN SELECT secret INTO b.v FROM src;"
                            " INSERT INTO pub (a) VALUES (b.v); END",
    "text with a value": "DECLARE v text; BEGIN SELECT secret INTO v FROM src;"
                         " EXECUTE 'INSERT INTO pub (a) VALUES ($1)' USING v; END",
    "text that gives": "DECLARE v text; BEGIN EXECUTE 'SELECT secret FROM src' INTO v;"
                       " INSERT INTO pub (a) VALUES (v); END",
    "what a change returns": "DECLARE v text; BEGIN UPDATE src SET k = k RETURNING secret INTO v;"
                             " INSERT INTO pub (a) VALUES (v); END",
    "renamed inside": "BEGIN WITH w AS (SELECT secret AS z FROM src) INSERT INTO pub (a) SELECT z FROM w; END",
    "cursor by its name": "DECLARE v text; BEGIN EXECUTE 'DECLARE c CURSOR FOR SELECT secret FROM src';"
                          " EXECUTE 'FETCH c' INTO v; INSERT INTO pub (a) VALUES (v); END",
    "another name, quoted": "DECLARE v text; \"N\" ALIAS FOR v; m ALIAS FOR \"N\"; BEGIN"
                            " SELECT secret INTO m FROM src; INSERT INTO pub (a) VALUES (\"N\"); END",
    "row as a value": "DECLARE v jsonb; BEGIN SELECT to_jsonb(s) INTO v FROM src AS s;"
                      " INSERT INTO pub (a) SELECT x.secret FROM jsonb_to_record(v) AS x (secret text); END",
    "changed on conflict": "BEGIN CREATE UNIQUE INDEX ON pub (b); INSERT INTO pub VALUES ('q', 'x'); INSERT INTO pub"
                           " SELECT secret, 'x' FROM src ON CONFLICT (b) DO UPDATE SET a = excluded.a; END",
    "MERGE": "BEGIN MERGE INTO pub USING src ON pub.a = secret WHEN NOT MATCHED THEN INSERT (a) VALUES (secret); END",
}  # fmt: skip
"""Bodies of a function that whoever may reads the secret by, and copies it."""
PUT: Final = FUNCTION.format("put(p text, q text)", "void", "BEGIN INSERT INTO pub VALUES (q, p); END")
HELPED: Final = {
    "argument": (PUT, "BEGIN PERFORM put('x', secret) FROM src; END"),
    "argument by number": (
        FUNCTION.format("put(text, text)", "void", "BEGIN INSERT INTO pub VALUES ($2, $1); END"),
        "BEGIN PERFORM put('x', secret) FROM src; END",
    ),
    "argument in a variable": (
        FUNCTION.format("put(p text, q text)", "void", "DECLARE v text := put.q; w text := p; BEGIN"
                        " INSERT INTO pub VALUES (v, w); END"),
        "DECLARE v text; BEGIN SELECT secret INTO v FROM src; PERFORM put('x', v); END",
    ),
    "argument of an argument": (PUT, "BEGIN PERFORM put('x', (SELECT reverse(reverse(secret)) FROM src)); END"),
    "argument by name": (PUT, "BEGIN PERFORM put(q => secret, p => 'x') FROM src; END"),
    "arguments that change places": (
        FUNCTION.format("put(p text, q text)", "void", "BEGIN IF p <> 'x' THEN PERFORM put(q, p);"
                        " ELSE INSERT INTO pub (a) VALUES (q); END IF; END"),
        "BEGIN PERFORM put(secret, 'x') FROM src; END",
    ),
    "argument of a function in SQL": (
        "CREATE FUNCTION put(text) RETURNS void LANGUAGE sql AS 'INSERT INTO pub (a) VALUES ($1)';",
        "BEGIN PERFORM put(secret) FROM src; END",
    ),
    "arguments without number": (
        FUNCTION.format("put(VARIADIC p text[])", "void", "BEGIN INSERT INTO pub (a) VALUES (p[2]); END"),
        "BEGIN PERFORM put('x', secret) FROM src; END",
    ),
    "function among relations": (PUT, "BEGIN PERFORM * FROM src, put('x', secret); END"),
    "procedure": (
        "CREATE PROCEDURE put(p text, q text) LANGUAGE plpgsql AS 'BEGIN INSERT INTO pub VALUES (q, p); END';",
        "DECLARE v text; BEGIN SELECT secret INTO v FROM src; CALL put('x', v); END",
    ),
    "procedure that gives": (
        "CREATE PROCEDURE get(INOUT p text) LANGUAGE plpgsql AS 'BEGIN SELECT secret INTO p FROM src; END';",
        "DECLARE v text; BEGIN CALL get(v); INSERT INTO pub (a) VALUES (v); END",
    ),
    "procedure that reads": (
        "CREATE PROCEDURE put() LANGUAGE sql AS 'INSERT INTO pub (a) SELECT secret FROM src';", "BEGIN CALL put(); END",
    ),
    "cursor of a function": (
        FUNCTION.format("get()", "refcursor", "DECLARE c refcursor; BEGIN OPEN c FOR SELECT secret FROM src; RETURN c;"
                        " END"),
        "DECLARE c refcursor; v text; BEGIN c := get(); FETCH c INTO v; INSERT INTO pub (a) VALUES (v); END",
    ),
    "rows one by one": (
        FUNCTION.format("get()", "SETOF src", "DECLARE r src; BEGIN FOR r IN SELECT * FROM src LOOP RETURN NEXT r;"
                        " END LOOP; END"),
        "BEGIN INSERT INTO pub (a) SELECT secret FROM get(); END",
    ),
    "output parameters": (
        "CREATE FUNCTION get(OUT p text, OUT q text) LANGUAGE plpgsql AS"
        " 'BEGIN SELECT secret, k INTO p, q FROM src; END';",
        "DECLARE v text; BEGIN SELECT p INTO v FROM get(); INSERT INTO pub (a) VALUES (v); END",
    ),
    "table between": (
        "CREATE TABLE log (line text);",
        "BEGIN INSERT INTO log SELECT secret FROM src; INSERT INTO pub (a) SELECT line FROM log; END",
    ),
    "view that is read": (
        "CREATE VIEW w AS SELECT secret AS z FROM src;", "BEGIN INSERT INTO pub (a) SELECT z FROM w; END",
    ),
    "view that is written": (
        "CREATE VIEW v AS SELECT a AS y, b AS x FROM pub; CREATE VIEW w AS SELECT y AS z, x FROM v;",
        "BEGIN INSERT INTO w (z, x) SELECT secret, 'x' FROM src; END",
    ),
    "view with a trigger": (
        "CREATE VIEW w AS SELECT NULL::text AS z;"
        + FUNCTION.format("put()", "trigger", "BEGIN INSERT INTO pub (a) VALUES (NEW.z); RETURN NEW; END")
        + "CREATE TRIGGER t INSTEAD OF INSERT ON w FOR EACH ROW EXECUTE FUNCTION put();",
        "BEGIN INSERT INTO w SELECT secret FROM src; END",
    ),
    "view with a rule": (
        "CREATE VIEW w AS SELECT NULL::text AS z; CREATE RULE r AS ON INSERT TO w DO INSTEAD"
        " INSERT INTO pub VALUES (NEW.z, 'x');",
        "BEGIN INSERT INTO w SELECT secret FROM src; END",
    ),
    "trigger of a table between": (
        "CREATE TABLE log (line text);"
        + FUNCTION.format("put()", "trigger", "BEGIN INSERT INTO pub (a) VALUES (NEW.line); RETURN NEW; END")
        + "CREATE TRIGGER t AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION put();",
        "BEGIN INSERT INTO log SELECT secret FROM src; END",
    ),
    "parent": (
        "CREATE TABLE par (a text, b text); ALTER TABLE pub INHERIT par;",
        "BEGIN INSERT INTO pub VALUES ('q', 'x'); UPDATE par SET a = (SELECT secret FROM src); END",
    ),
    "temporary table of a function": (
        FUNCTION.format("get()", "void", "BEGIN CREATE TEMP TABLE t AS SELECT secret FROM src; END"),
        "BEGIN PERFORM get(); INSERT INTO pub (a) SELECT secret FROM t; DROP TABLE t; END",
    ),
    "temporary table of what is given": (
        FUNCTION.format("keep(p text, q text)", "void", "BEGIN CREATE TEMP TABLE t AS SELECT q AS z; END"),
        "BEGIN PERFORM keep('x', secret) FROM src; INSERT INTO pub (a) SELECT z FROM t; DROP TABLE t; END",
    ),
    "setting of a function": (
        "CREATE FUNCTION keep(text) RETURNS text LANGUAGE sql AS $$SELECT set_config('app.y', $1, true)$$;",
        "BEGIN PERFORM keep(secret) FROM src; INSERT INTO pub (a) VALUES (current_setting('app.y')); END",
    ),
    "error of a function": (
        FUNCTION.format("fail()", "void", "BEGIN RAISE '%', (SELECT secret FROM src); END"),
        "BEGIN PERFORM fail(); EXCEPTION WHEN others THEN INSERT INTO pub (a) VALUES (SQLERRM); END",
    ),
}  # fmt: skip
"""The same with functions that help."""
FIRED: Final = {
    "another name for the row": "DECLARE n ALIAS FOR NEW; BEGIN INSERT INTO pub VALUES (n.secret, n.k);"
                                " RETURN n; END",
    "variable of the row": "DECLARE v text := NEW.secret; w int := NEW.k; BEGIN INSERT INTO pub VALUES (v, w);"
                           " RETURN NEW; END",
    "the whole row": "DECLARE r record; BEGIN r := NEW; INSERT INTO pub (a) VALUES (r.secret); RETURN NEW; END",
    "a field of the row that it sets": "BEGIN NEW.k := 2; INSERT INTO pub VALUES (NEW.secret, NEW.k); RETURN NEW; END",
    "what the client wrote": "BEGIN INSERT INTO pub (a) VALUES (current_query()); RETURN NEW; END",
    "letter by letter": "DECLARE v text := ''; BEGIN FOR i IN 1..11 LOOP FOR j IN 32..122 LOOP"
                        " IF substr(NEW.secret, i, 1) = chr(j) THEN v := v || chr(j); END IF;"
                        " END LOOP; END LOOP; INSERT INTO pub (a, b) VALUES (v, 'x'); RETURN NEW; END",
    "the row as an argument": "BEGIN PERFORM put(NEW); RETURN NEW; END",
    "the row as a whole": "BEGIN INSERT INTO pub (a) VALUES (to_jsonb(NEW) ->> 'secret'); RETURN NEW; END",
}  # fmt: skip
"""Bodies of a trigger on the table of the secret."""


def _setup() -> Iterator[tuple[str, str, str]]:
    for name, body in BODIES.items():
        yield name, FUNCTION.format("run()", "void", body), "SELECT run()"
    for name, (helper, body) in HELPED.items():
        yield name, helper + FUNCTION.format("run()", "void", body), "SELECT run()"
    for name, body in FIRED.items():
        made = FUNCTION.format("put(p src)", "void", "BEGIN INSERT INTO pub VALUES (p.secret, 'x'); END")
        made += FUNCTION.format("run()", "trigger", body)
        made += "CREATE TRIGGER run BEFORE INSERT ON src FOR EACH ROW EXECUTE FUNCTION run();"
        yield name, made, f"INSERT INTO src VALUES (3, '{SECRET}')"


COARSE: Final = frozenset({"argument by name", "function among relations"})
"""Cases where the column beside is named too, though it holds nothing of the secret."""
CASES: Final = {name: (setup, act) for name, setup, act in _setup()}


@pytest.mark.parametrize("own_server", ENDS, ids=version_id, indirect=True)
def test_values_are_followed(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        for name, (setup, act) in CASES.items():
            with connection.transaction(force_rollback=True):
                connection.execute((TABLES + setup + act).encode())
                copied = connection.execute("SELECT string_agg(a, ' '), string_agg(b, ' ') FROM pub").fetchone()
                connection.execute("SET search_path = pg_catalog")  # as `reach` does, so that names are told in full
                graph = Graph.of(collect(connection, "postgres").edges)
            assert copied is not None
            assert SECRET in copied[0], name
            assert SECRET not in str(copied[1]), name
            assert _holds(graph, "a"), name
            assert _holds(graph, "b") == (name in COARSE), name


def _holds(graph: Graph, column: str) -> bool:
    """Whether a column is said to hold a copy of the secret."""
    found = {place.node for place in graph.search(Place(f"column:public.pub.{column}", ANYONE))}
    return not found.isdisjoint({"part:public.src.secret", "column:public.src.secret"})


def test_a_job_that_is_not_understood_is_told(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA cron; CREATE TABLE cron.job (jobid bigint, command text, database text)")
        for job in ("SELECT 1", "CREATE TABLE copy AS SELECT 1", "DO $$ BEGIN END $$"):
            connection.execute("INSERT INTO cron.job VALUES (1, %s, current_database())", (job,))
        told = [line for line in collect(connection, "postgres").not_examined if "scheduled" in line]
    assert len(told) == 1
    assert "(DoStmt)" in told[0]
