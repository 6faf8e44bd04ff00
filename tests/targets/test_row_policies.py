"""Which row policies believe what the caller controls, and which do not: by the kinds of steps that are found."""

import psycopg
from psycopg import sql

from recuse.paths import ANYONE, Graph, Place
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.throwaway import Server

SETUP = """
CREATE ROLE ice LOGIN;
CREATE ROLE other;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO ice;
CREATE TABLE app.assignment (who name, district int, note text);
CREATE TABLE app.closed (who name, district int);
CREATE TABLE app.guarded (who name, district int);
GRANT SELECT ON app.assignment, app.closed, app.guarded TO PUBLIC;
GRANT INSERT, UPDATE ON app.guarded TO ice;
ALTER TABLE app.guarded ENABLE ROW LEVEL SECURITY;
GRANT INSERT, UPDATE (note) ON app.assignment TO ice;
CREATE FUNCTION app.me() RETURNS text LANGUAGE sql AS 'SELECT current_setting(''app.me'', true)';
CREATE FUNCTION app.fixed() RETURNS text LANGUAGE sql AS 'SELECT session_user::text';
CREATE FUNCTION app.open(int) RETURNS bool SECURITY DEFINER BEGIN ATOMIC
  SELECT EXISTS (SELECT FROM app.assignment a WHERE a.who = session_user AND a.district = $1); END;
CREATE FUNCTION app.shut(int) RETURNS bool SECURITY DEFINER BEGIN ATOMIC
  SELECT NOT EXISTS (SELECT FROM app.closed c WHERE c.district = $1); END;
CREATE FUNCTION app.own(int) RETURNS bool LANGUAGE sql AS 'SELECT false';
ALTER FUNCTION app.own(int) OWNER TO ice;
"""
A, C, G = "FROM app.assignment AS a WHERE", "FROM app.closed AS c WHERE", "FROM app.guarded AS g WHERE"
POLICIES: dict[str, tuple[set[str], str]] = {
    "who = current_setting('app.who')": ({"policy setting"}, "all"),
    "who = (SELECT current_setting('app.who', true))": ({"policy setting"}, "all"),
    "who = current_setting('application_name')": ({"policy setting"}, "all"),
    "who = app.me() AND NOT sealed": ({"policy setting"}, "some"),
    "district = ANY (string_to_array(current_setting('app.d', true), ',')::int[])": ({"policy setting"}, "all"),
    "coalesce(current_setting('app.admin', true), '') = 'on' OR who = session_user": ({"policy setting"}, "all"),
    f"EXISTS (SELECT {A} a.who = session_user AND a.district = t.district)": ({"policy table"}, "all"),
    f"district IN (SELECT a.district {A} a.who = session_user)": ({"policy table"}, "all"),
    f"EXISTS (SELECT {A} a.who = current_setting('app.who') AND a.district = t.district)": (
        {"policy setting", "policy table"}, "all",
    ),
    "app.open(district)": ({"policy table"}, "all"),
    # nothing that ice controls
    "who = session_user": (set(), "none"),
    "who = app.fixed()": (set(), "none"),
    "false AND who = current_setting('app.who')": (set(), "none"),
    "true OR who = current_setting('app.who')": (set(), "none"),
    "current_setting('server_version_num')::int > 1 AND NOT sealed": (set(), "none"),
    "who = current_setting('role')": (set(), "none"),
    "inet_client_addr() IS NULL AND NOT sealed": (set(), "none"),
    f"NOT EXISTS (SELECT {A} a.district = t.district)": (set(), "none"),
    f"EXISTS (SELECT {C} c.who = session_user AND c.district = t.district)": (set(), "none"),
    f"EXISTS (SELECT {G} g.who = session_user AND g.district = t.district)": (set(), "none"),
    "app.shut(district)": (set(), "none"),
    "app.own(district)": (set(), "none"),
    "pg_has_role(session_user, 'other', 'MEMBER')": (set(), "none"),
}  # fmt: skip


def test_what_row_policies_believe(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(SETUP)
        for number, condition in enumerate(POLICIES):
            name = sql.Identifier("app", f"t{number}")
            text = condition.replace("t.district", f"t{number}.district")
            connection.execute(
                sql.SQL("CREATE TABLE {} (who text, district int, sealed bool)").format(name)
                + sql.SQL("; ALTER TABLE {} ENABLE ROW LEVEL SECURITY; GRANT SELECT ON {} TO ice").format(name, name)
                + sql.SQL("; CREATE POLICY p ON {} USING ({})").format(name, sql.SQL(text))
            )
    with read_only(own_server.dsn()) as connection:
        collected = collect(connection, "postgres")
    graph = Graph.of(collected.edges)
    start = Place("login:ice", "ice")
    reached = {place.node for place in graph.search(start) if place.identity in {"ice", ANYONE}}
    taken = [edge for edge in collected.edges if edge.widens and edge.only_as == "ice" and {*edge.needs} <= reached]
    for number, (condition, (kinds, verdict)) in enumerate(POLICIES.items()):
        steps = [edge for edge in taken if edge.source == f"table:app.t{number}"]
        assert {edge.kind for edge in steps} == kinds, condition
        whole = any(edge.target == edge.source for edge in steps)
        assert ("all" if whole else "some" if steps else "none") == verdict, condition


ROW = """
CREATE ROLE ice LOGIN;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO ice;
CREATE TABLE app.key (name text PRIMARY KEY);
GRANT DELETE, UPDATE ON app.key TO ice;
CREATE TABLE app.team (who name);
"""
# What is made beside `app.t (who text, dept text, shared bool)`, its condition, and the kinds of steps that widen.
CHANGED: tuple[tuple[str, str, set[str]], ...] = (
    ("GRANT UPDATE (who) ON app.t TO ice; CREATE POLICY w ON app.t FOR UPDATE USING (true)", "who = current_user",
     {"policy row"}),
    ("GRANT UPDATE (who) ON app.t TO ice; CREATE POLICY w ON app.t FOR UPDATE USING (who = current_user)",
     "who = current_user", set()),
    ("GRANT UPDATE (dept) ON app.t TO ice; CREATE POLICY w ON app.t FOR UPDATE USING (true)", "who = current_user",
     set()),
    ("ALTER TABLE app.t ADD FOREIGN KEY (dept) REFERENCES app.key ON DELETE SET NULL", "dept IS NULL", {"policy row"}),
    ("ALTER TABLE app.t ADD FOREIGN KEY (dept) REFERENCES app.key ON DELETE SET NULL", "dept = 'open'", set()),
    ("ALTER TABLE app.t ALTER dept SET DEFAULT 'shut', ADD FOREIGN KEY (dept) REFERENCES app.key ON DELETE SET DEFAULT",
     "dept = 'open'", set()),
    ("ALTER TABLE app.t ADD FOREIGN KEY (dept) REFERENCES app.key ON DELETE RESTRICT", "dept IS NULL", set()),
    ("CREATE FUNCTION app.f() RETURNS void SECURITY DEFINER LANGUAGE sql AS 'UPDATE app.t SET shared = true'", "shared",
     {"policy row"}),
    ("CREATE FUNCTION app.f() RETURNS void SECURITY DEFINER LANGUAGE sql AS 'UPDATE app.t SET shared = false'",
     "shared", set()),
    ("CREATE FUNCTION app.f() RETURNS void LANGUAGE sql AS 'UPDATE app.t SET shared = true'", "shared", set()),
    ("CREATE FUNCTION app.f() RETURNS bool LANGUAGE plpgsql AS "
     "'BEGIN RETURN EXISTS (SELECT FROM team); END'", "app.f()", {"policy function"}),
    ("CREATE FUNCTION app.f() RETURNS bool LANGUAGE plpgsql SET search_path = app, pg_temp AS "
     "'BEGIN RETURN EXISTS (SELECT FROM team); END'", "app.f()", set()),
)  # fmt: skip


def test_what_changes_a_row_into_sight(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(ROW)
        for made, condition, kinds in CHANGED:
            with connection.transaction(force_rollback=True):
                connection.execute(
                    "CREATE TABLE app.t (who text, dept text, shared bool); GRANT SELECT ON app.t TO ice"
                )
                connection.execute("ALTER TABLE app.t ENABLE ROW LEVEL SECURITY")
                connection.execute(made.encode())
                connection.execute(f"CREATE POLICY p ON app.t FOR SELECT USING ({condition})".encode())
                collected = collect(connection, "postgres")
            graph = Graph.of(collected.edges)
            reached = {place.node for place in graph.search(Place("login:ice", "ice"))}
            taken = [e for e in collected.edges if e.widens and e.only_as == "ice" and {*e.needs} <= reached]
            assert {edge.kind for edge in taken} == kinds, (made, condition)
