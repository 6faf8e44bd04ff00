"""What `collect` finds beside paths: what it does not examine, sessions, stored queries, row security, versions."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from recuse import clock
from recuse.errors import TargetError
from recuse.operations.reach import reach
from recuse.paths import Edge, Place
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.edges import Collected, collect
from recuse.targets.postgres.edges.kinds import KINDS
from recuse.targets.postgres.edges.node_tree import Read, read_query
from recuse.targets.postgres.edges.row_security import Exempt, GuardedTable, RowSecurity
from recuse.targets.postgres.floor import floor
from recuse.targets.postgres.throwaway import Server


def collected(dsn: str) -> Collected:
    with read_only(dsn) as connection:
        return collect(connection, connection.info.dbname)


def not_examined(dsn: str) -> dict[str, str]:
    return {code: detail for code, _, detail in (line.partition(": ") for line in collected(dsn).not_examined)}


PRESENT = {
    "triggers": "CREATE TABLE t (i int);"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN EXECUTE TG_ARGV[0]; RETURN NEW; END';"
    "CREATE TRIGGER copies AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "subscriptions": "CREATE SUBSCRIPTION sub CONNECTION 'host=db.elsewhere' PUBLICATION p WITH (connect = false)",
    "foreign servers": "CREATE EXTENSION postgres_fdw;"
    "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.elsewhere')",
    "dblink": "CREATE EXTENSION dblink; GRANT EXECUTE ON FUNCTION dblink_connect_u(text) TO PUBLIC;"
    "GRANT EXECUTE ON FUNCTION dblink_connect_u(text, text) TO PUBLIC",
}


@pytest.mark.parametrize("mechanism", PRESENT)
def test_mechanisms_are_listed_when_present_only(database: str, mechanism: str) -> None:
    assert mechanism not in not_examined(database)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(PRESENT[mechanism])
    assert mechanism in not_examined(database)
    if mechanism == "subscriptions":  # or the database could not be dropped
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ALTER SUBSCRIPTION sub SET (slot_name = NONE)")
            connection.execute("DROP SUBSCRIPTION sub")


def test_every_edge_has_a_known_kind_and_an_answer_names_its_source(database: str) -> None:
    found = collected(database)
    assert {edge.kind for edge in found.edges} <= set(KINDS)
    assert "table grants" in found.examined


def test_a_wrong_database_is_refused(database: str) -> None:
    with read_only(database) as connection, pytest.raises(TargetError, match="not to `other`"):
        collect(connection, "other")


def test_collecting_changes_nothing(database: str) -> None:
    with read_only(database) as connection:
        collect(connection, connection.info.dbname)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE t (i int)")


def test_weak_account_sees_the_same_edges_and_says_what_it_cannot_see(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
        connection.execute("CREATE TABLE t (i int); GRANT SELECT ON t TO weak; CREATE VIEW v AS SELECT i FROM t")
    strong, weak = collected(own_server.dsn()), collected(own_server.dsn(user="weak", password="weak"))
    assert weak.edges == strong.edges
    assert {line.partition(":")[0] for line in weak.not_examined} >= {"sessions", "host rules"}
    assert "sessions" not in {line.partition(":")[0] for line in strong.not_examined}


def test_cluster_wide_mechanisms_and_sessions(own_server: Server) -> None:
    assert not_examined(own_server.dsn()) == {}
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(
            "CREATE ROLE copier LOGIN REPLICATION; CREATE ROLE hidden; CREATE ROLE ice LOGIN PASSWORD 'ice'"
        )
        connection.execute("ALTER ROLE ice SET role = 'hidden'; GRANT hidden TO ice; CREATE PUBLICATION everything")
        connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
        connection.execute("CREATE DATABASE another CONNECTION LIMIT 0")
    assert not_examined(own_server.dsn()) == {}
    closed = not_examined(own_server.dsn(user="weak", password="weak"))["other databases"]
    assert closed.startswith("`another` could not be examined: ")
    with psycopg.connect(own_server.dsn(user="ice", password="ice")):
        [session] = [s for s in collected(own_server.dsn()).sessions if s.account == "ice"]
        [shown] = reach(own_server.dsn(), None, ["ice"])["sessions"]
    assert shown["pid"] == session.pid
    assert session.older_than(clock.now() + timedelta(hours=1))
    assert not session.older_than(datetime(2000, 1, 1, tzinfo=UTC))


def test_copies_are_steps_to_what_is_asked_about_alone(database: str) -> None:
    """Of many alike tables, one for each tenant say, all look like copies of all: so many steps nobody asks for."""
    names = [f"tenant_{number}.person" for number in range(40)]
    with psycopg.connect(database, autocommit=True) as connection:
        for name in names:
            connection.execute(
                f"CREATE SCHEMA {name.partition('.')[0]}; CREATE TABLE {name} (id int, ssn text, mugshot text)"
            )
    found = collected(database)
    assert not any(edge.kind == "copy" for edge in found.edges)
    steps = [edge for edge in found.toward({names[0]}) if edge not in set(found.edges)]
    assert {edge.source for edge in steps} == {f"column:{n}.{c}" for n in names[1:] for c in ("id", "ssn", "mugshot")}
    assert {edge.target for edge in steps} == {f"part:{names[0]}.{column}" for column in ("id", "ssn", "mugshot")}
    assert found.toward(names) == found.edges


def test_default_privileges_lead_to_the_future(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE ice LOGIN; CREATE ROLE maker; CREATE SCHEMA s")
        connection.execute("ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA s GRANT SELECT ON TABLES TO ice")
        connection.execute("GRANT pg_read_server_files, pg_read_all_stats TO ice")
    residual = {r["code"]: r["sentence"] for r in reach(own_server.dsn(), None, ["ice"])["residual"]}
    assert residual["future-objects"] == (
        "`ice` will reach more: the next table that maker makes in schema s grants SELECT to ice"
    )
    assert "pg_read_server_files reads files" in residual["server-files"]
    assert "other sessions" in residual["other-statements"]
    assert any(edge.target == "future:s.tables" for edge in collected(own_server.dsn()).edges)


def test_a_filter_is_a_barrier_where_no_function_can_be_made(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(
            "CREATE ROLE ice LOGIN; CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO ice; CREATE TABLE s.t (a int)"
        )
        connection.execute("CREATE VIEW s.v AS SELECT a FROM s.t WHERE a > 1; GRANT SELECT ON s.v TO ice")

    def rows() -> object:
        return reach(own_server.dsn(), "s.t.a", ["ice"])["accounts"][0]["rows"]

    assert rows() == "all"
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(
            "REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        )
    assert rows() == "some"
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute("GRANT CREATE ON SCHEMA s TO ice")
    assert rows() == "all"
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute("ALTER VIEW s.v SET (security_barrier)")
    assert rows() == "some"


def test_sequences_and_large_objects_are_told_of_the_account(own_server: Server) -> None:
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute(
            "CREATE ROLE ice LOGIN; CREATE TABLE t (a serial); CREATE SEQUENCE free; SELECT lo_create(4711)"
        )
        connection.execute("GRANT SELECT ON SEQUENCE free TO ice")
    assert {r["code"] for r in reach(own_server.dsn(), None, ["ice"])["residual"]} & {
        "sequence-gaps",
        "large-objects",
    } == set()
    with psycopg.connect(own_server.dsn(), autocommit=True) as connection:
        connection.execute("GRANT USAGE ON SEQUENCE t_a_seq TO ice; GRANT SELECT ON LARGE OBJECT 4711 TO ice")
    told = {r["code"]: r["sentence"] for r in reach(own_server.dsn(), None, ["ice"])["residual"]}
    assert told["sequence-gaps"].endswith("public.t_a_seq numbers the rows of public.t")
    assert told["large-objects"].endswith("1 of the large objects of postgres is granted to ice")


QUERIES: dict[str, tuple[set[str], list[str | None]]] = {
    "SELECT a, b AS other FROM t": ({"a", "b"}, ["a", "b"]),
    "SELECT a FROM t WHERE b > 0": ({"a", "b"}, ["a"]),
    "SELECT upper(c) AS u FROM t": ({"c"}, [None]),
    "SELECT t AS whole, a FROM t": ({"*", "a"}, ["*", "a"]),
    "SELECT count(*) AS n FROM t": (set(), [None]),
    "SELECT x.a FROM (SELECT a FROM t ORDER BY b) AS x": ({"a", "b"}, ["a"]),
    "SELECT a FROM t UNION SELECT b FROM t": ({"a", "b"}, [None]),
    "WITH w AS (SELECT c FROM t) SELECT c FROM w": ({"c"}, ["c"]),
    'SELECT a AS ":relid 1 ({" FROM t': ({"a"}, ["a"]),
    "SELECT 'it''s {:relid 1}' AS s, a FROM t ORDER BY b": ({"a", "b"}, [None, "a"]),
}


@pytest.mark.parametrize("query", QUERIES)
def test_stored_queries(database: str, query: str) -> None:
    numbers = {"*": 0, "a": 1, "b": 2, "c": 3}
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE t (a int, b int, c text)")
        connection.execute(f"CREATE VIEW v AS {query}")
        row = connection.execute(
            "SELECT ev_action::text, 't'::regclass::oid::int FROM pg_rewrite WHERE ev_class = 'v'::regclass"
        ).fetchone()
    assert row is not None
    stored = read_query(row[0])
    columns, outputs = QUERIES[query]
    assert {r.relation for r in stored.reads} == {row[1]}
    assert frozenset().union(*(r.columns for r in stored.reads)) == {numbers[c] for c in columns}
    wanted = [None if o is None else (row[1], numbers[o]) for o in outputs]
    assert [o if o is None or o[0] else None for o in stored.outputs] == wanted


def test_stored_queries_of_an_unknown_form_are_refused() -> None:
    assert read_query("<>").reads == frozenset()
    for text in ("", "(", "{QUERY}", "()", "({QUERY :targetList ({TARGETENTRY :resjunk false})})", "{QUERY ({}) 1}"):
        with pytest.raises(ValueError, match="not a stored query"):
            read_query(text)
    assert (
        Read(1, frozenset({2}))
        in read_query("{QUERY :x {P :relid 1 :requiredPerms 2 :selectedCols (b 9)} :targetList <>}").reads
    )


def security(*policies: tuple[str, bool, str | None, list[str]], forced: bool = False) -> RowSecurity:
    table = GuardedTable("table:t", "t", "owner", forced, [
        {"name": name, "command": "r", "permissive": permissive, "condition": condition, "roles": roles}
        for name, permissive, condition, roles in policies
    ])  # fmt: skip
    edges = [
        Edge("role:ice", "role:group", "membership", ""), Edge("role:helper", "role:owner", "membership", ""),
        Edge("role:ice", "role:entered", "SET ROLE", ""),
    ]  # fmt: skip
    return RowSecurity.of([table], [Exempt("root", "is a superuser")], edges)


@pytest.mark.parametrize(("policies", "verdict"), [
    ((), "none"),
    ((("p", True, "true", [""]),), "all"),
    ((("p", True, "false", [""]),), "none"),
    ((("p", True, None, [""]),), "none"),
    ((("p", True, "x > 0", ["group"]),), "some"),
    ((("p", True, "x > 0", ["entered"]),), "none"),
    ((("p", True, "true", ["other"]),), "none"),
    ((("p", True, "true", [""]), ("r", False, "x > 0", [""])), "some"),
    ((("p", True, "true", [""]), ("r", False, "false", ["ice"])), "none"),
    ((("p", True, "true", [""]), ("r", False, "false", ["other"])), "all"),
    ((("r", False, "true", [""]),), "none"),
])  # fmt: skip
def test_rows(policies: tuple[tuple[str, bool, str | None, list[str]], ...], verdict: str) -> None:
    assert security(*policies).rows("table:t", "ice").verdict == verdict
    assert security(*policies).rows("table:t", "root").verdict == "all"
    assert security(*policies).rows("table:t", "helper").verdict == "all"
    assert security(*policies).rows("table:other", "ice").verdict == "all"


def test_forced_row_security_binds_the_owner_inside_views() -> None:
    assert security(forced=True).rows("table:t", "owner").verdict == "none"


def test_part_of_a_table_is_some_rows(database: str) -> None:
    assert collected(database).rows(Place("part:s.t.c")).verdict == "some"


def test_floor() -> None:
    assert [floor(v).minimum for v in (150000, 160000, 170000, 180000)] == ["15.20", "16.16", "17.12", "18.7"]
    assert floor(150020).holds
    assert floor(180007).holds
    assert floor(180006).unrepaired == floor(150019).unrepaired == floor(170011).unrepaired
    assert floor(180004).unrepaired == floor(150018).unrepaired
    assert "CVE-2026-116311" in floor(150019).unrepaired
    assert "CVE-2026-14666" in floor(150018).unrepaired
    assert "CVE-2025-8713" in floor(160009).unrepaired
    assert "CVE-2025-8713" not in floor(160010).unrepaired
    older = floor(140023)
    assert (older.version, older.minimum, older.holds) == ("14.23", "15.20", False)
    unknown = floor(190000)
    assert (unknown.minimum, unknown.holds) == (None, False)
