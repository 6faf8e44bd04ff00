"""Bodies are traced by the names in them: what is read, written, called and told, and when a body is not understood."""

import pytest

from recuse.targets.postgres.edges.bodies import Body, atomic_body, plpgsql_body, rule_uses, sql_body, union


def plpgsql(body: str, *, declare: str = "", returns: str = "text", arguments: str = "") -> Body:
    text = (
        f"CREATE FUNCTION f({arguments}) RETURNS {returns} LANGUAGE plpgsql AS $$ DECLARE {declare} BEGIN {body} END $$"
    )
    return plpgsql_body(text, returns=returns not in {"void", "trigger"}, outputs="OUT" in arguments)


def reads(body: Body) -> set[str]:
    """As `relation.column`; a relation of which no column is read ends in a dot."""
    return {f"{name}.{column}" for (_, name), column in body.uses.reads}


def writes(body: Body) -> set[str]:
    return {f"{name}.{column}" for (_, name), column in body.uses.writes}


SQL: dict[str, tuple[set[str], set[str], bool]] = {
    "SELECT a FROM s.t": ({"t.", "t.a"}, set(), True),
    "SELECT 1": (set(), set(), False),
    "TABLE s.t": ({"t.", "t.*"}, set(), True),
    "SELECT x FROM s.t AS x": ({"t.", "t.x", "t.*"}, set(), True),
    "SELECT x.a FROM s.t AS x (b, a)": ({"t.", "t.a", "t.*"}, set(), True),
    "SELECT count(*) FROM s.t": ({"t."}, set(), True),
    "SELECT 1 FROM s.t WHERE a = 2": ({"t.", "t.a"}, set(), True),
    "SELECT (x).a FROM s.t AS x": ({"t.", "t.x", "t.*", "t.a"}, set(), True),
    "SELECT * FROM s.t NATURAL JOIN s.u": ({"t.", "t.*", "u.", "u.*"}, set(), True),
    "SELECT t.a FROM s.t JOIN s.u USING (b)": ({"t.", "t.a", "t.b", "u.", "u.b"}, set(), True),
    "WITH t AS (SELECT b FROM t) SELECT c FROM t": ({"t.", "t.b", "t.c"}, set(), True),
    "WITH t AS (SELECT 1 AS b) SELECT b FROM t": (set(), set(), False),
    "INSERT INTO s.u (d) SELECT a FROM s.t; SELECT true": ({"t.", "t.a"}, {"u.d"}, False),
    "INSERT INTO s.u SELECT a, b FROM s.t": ({"t.", "t.a", "t.b"}, {"u.#0", "u.#1"}, True),
    "UPDATE s.t SET a = 1 WHERE b = 2": ({"t.", "t.b"}, {"t.a"}, True),
    "UPDATE s.t SET a = 1 RETURNING *": ({"t.", "t.*"}, {"t.a"}, True),
    "DELETE FROM s.t USING s.u WHERE t.a = u.a": ({"t.", "t.a", "u.", "u.a"}, {"t."}, True),
    "INSERT INTO s.t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = t.c": ({"t.", "t.c"}, {"t.a", "t.b"}, True),
    "MERGE INTO s.t USING s.u ON t.a = u.a WHEN MATCHED THEN UPDATE SET b = u.c": (
        {"t.", "t.a", "u.", "u.a", "u.c"}, {"t.b"}, True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", SQL)
def test_statements(text: str) -> None:
    body = sql_body(text, returns=True)
    assert (reads(body), writes(body), body.returns) == SQL[text]
    assert body.uses.unknown is None
    assert not sql_body(text, returns=False).returns


UNKNOWN = [
    "DO $x$ BEGIN END $x$", "GRANT SELECT ON s.t TO x", "COPY s.t TO '/tmp/x'", "SET search_path = x", "no statement",
    "CREATE TABLE u AS SELECT a FROM s.t", "SELECT a INTO u FROM s.t", "EXECUTE x", "ALTER TABLE s.t OWNER TO x",
    "CREATE VIEW v AS SELECT 1",
]  # fmt: skip


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_does_more_than_read_and_write_is_unknown(text: str) -> None:
    assert sql_body(text, returns=True).uses.unknown


def test_known_beside_reading() -> None:
    for text in ("SET timezone = 'UTC'", "TRUNCATE s.t", "LOCK s.t", "NOTIFY c, 'x'", "DROP TABLE IF EXISTS t"):
        assert sql_body(text, returns=True).uses.unknown is None
    made = sql_body(
        "CREATE TEMP TABLE u AS SELECT a FROM s.t; CREATE TEMP TABLE IF NOT EXISTS v (a int)", returns=False
    )
    assert made.uses.made == frozenset({"u"})
    assert reads(made) == {"t.", "t.a"}


PLPGSQL: dict[str, set[str]] = {
    "SELECT * INTO v FROM s.t; RETURN v.a;": {"t.", "t.a"},
    "SELECT * INTO v FROM s.t; v.b := 'x'; RETURN v;": {"t.", "t.*"},
    "FOR v IN SELECT x.* FROM s.t AS x LOOP RAISE NOTICE '%', v.c; END LOOP; RETURN 1;": {"t.", "t.c"},
    "RETURN (SELECT a FROM s.t);": {"t.", "t.a"},
    "RETURN QUERY SELECT a FROM s.t;": {"t.", "t.a"},
    "PERFORM 1 FROM s.t WHERE a = 1; RETURN true;": {"t.", "t.a"},
    "w := (SELECT a FROM s.t); RETURN w;": {"t.", "t.a"},
    "IF EXISTS (SELECT 1 FROM s.t WHERE a = 1) THEN RETURN 1; END IF; RETURN 2;": {"t.", "t.a"},
    "OPEN c FOR SELECT a FROM s.t; RETURN c;": {"t.", "t.a"},
    "RAISE EXCEPTION USING MESSAGE = (SELECT a FROM s.t);": {"t.", "t.a"},
    "ASSERT false, (SELECT a FROM s.t); RETURN 1;": {"t.", "t.a"},
}


@pytest.mark.parametrize("text", PLPGSQL)
def test_plpgsql(text: str) -> None:
    returns = "SETOF text" if "QUERY" in text else "text"
    body = plpgsql(text, declare="v s.t%ROWTYPE; w text; c refcursor;", returns=returns)
    assert reads(body) == PLPGSQL[text]
    assert body.uses.unknown is None


@pytest.mark.parametrize("text", [
    "EXECUTE w; RETURN 1;", "RETURN QUERY EXECUTE w;", "FOR v IN EXECUTE w LOOP END LOOP; RETURN 1;",
    "OPEN c FOR EXECUTE w; RETURN c;",
    "no statement", "x.y[(SELECT 1)] := 2; RETURN 1;", "SET LOCAL search_path = x; RETURN 1;",
])  # fmt: skip
def test_dynamic_plpgsql_is_unknown(text: str) -> None:
    assert plpgsql(text, declare="v record; w text; c refcursor;", returns="SETOF text").uses.unknown


def test_what_plpgsql_tells() -> None:
    assert plpgsql("RETURN (SELECT a FROM s.t);").returns
    assert plpgsql("SELECT a INTO o FROM s.t;", arguments="OUT o text").returns
    assert plpgsql("IF true THEN RETURN 1; END IF; RETURN 2;").returns
    assert not plpgsql("PERFORM a FROM s.t; RETURN true;").returns
    assert not plpgsql("PERFORM a FROM s.t;", returns="void").returns
    assert plpgsql("RAISE LOG 'x';", returns="void").tells
    assert not plpgsql("PERFORM a FROM s.t;", returns="void").tells
    assert plpgsql("PERFORM a::integer FROM s.t;", returns="void").uses.converts
    assert not plpgsql("PERFORM a::text, 'x'::date FROM s.t;", returns="void").uses.converts


def test_rows_of_a_trigger() -> None:
    audit = plpgsql(
        "INSERT INTO s.log (a, b) VALUES (NEW.id, now()); PERFORM pg_notify('c', OLD.x); RETURN NEW;", returns="trigger"
    )
    assert {f for f in audit.uses.fields if f[0] in {"new", "old"}} == {("new", "id"), ("old", "x")}
    assert audit.uses.channels == {"c"}
    assert not audit.changes_row
    to_a = next(uses for uses in audit.statements if any(column == "a" for _, column in uses.writes))
    assert {column for row, column in to_a.fields if row == "new"} == {"id"}, "one column is told from another"
    for text in ("NEW.a := 1; RETURN NEW;", "SELECT a INTO NEW.a FROM s.t; RETURN NEW;", "RETURN ROW(1);"):
        assert plpgsql(text, returns="trigger").changes_row
    shown = plpgsql("RAISE NOTICE '%', OLD.a; RETURN NEW;", returns="trigger").shown
    assert ("old", "a") in union(shown).fields
    assert plpgsql("RAISE 'wrong'; RETURN NEW;", returns="trigger").shown == ()


def test_what_variables_carry() -> None:
    body = plpgsql("SELECT * INTO v FROM s.t; INSERT INTO s.u (b) VALUES (v.a); RETURN 1;", declare="v record;")
    assert "v" in body.variables
    assert {column for uses in body.statements if "v" in uses.into for _, column in uses.reads} == {"", "a"}
    loose = plpgsql("INSERT INTO s.u (b) SELECT a FROM s.t; PERFORM c FROM s.t; RETURN 1;", declare="v record;")
    assert not any(uses.into for uses in loose.statements)


def test_bound_bodies_and_rules() -> None:
    body = atomic_body(
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC INSERT INTO s.u (b) SELECT c FROM s.t; SELECT a FROM s.t; END",
        returns=True,
    )
    assert (reads(body), writes(body), body.returns) == ({"t.", "t.a", "t.c"}, {"u.b"}, True)
    assert reads(atomic_body("CREATE FUNCTION f() RETURNS int RETURN (SELECT a FROM s.t)", returns=True)) == {
        "t.",
        "t.a",
    }
    assert atomic_body("no function", returns=True).uses.unknown
    rule = union(rule_uses("CREATE RULE r AS ON UPDATE TO s.t DO ALSO INSERT INTO s.u VALUES (old.a, new.b)"))
    assert {column for _, column in rule.writes} == {"#0", "#1"}
    assert rule.fields == {("old", "a"), ("new", "b")}
    assert union(rule_uses("no rule")).unknown
    assert union(rule_uses("CREATE RULE r AS ON UPDATE TO s.t DO INSTEAD NOTHING")).unknown is None
