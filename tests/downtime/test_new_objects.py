"""The event trigger: what it closes, refuses and writes down in each mode; nobody gets around or through it."""

import threading
from typing import Final

import psycopg
import pytest
from psycopg import sql

from recuse.enforcement.facts import Definition, NewObjects
from recuse.targets.postgres.access import read_only
from recuse.targets.postgres.apply import ADVISORY_LOCK
from recuse.targets.postgres.connect import connect
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.event_trigger import TAGS
from recuse.targets.postgres.inspect import inspect
from tests.downtime.place import CLASS, Database, Mode

HOSTILE: Final = 'b\'ob "ж"\n--'
DEFAULTS: Final = (
    "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT ALL ON TABLES TO bob, PUBLIC",
    "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT ALL ON SEQUENCES TO bob",
    "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT ALL ON SCHEMAS TO bob",
)
# What is made, how its kind of privilege is asked for, its name and the detail that is written down in report.
MADE: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "table": ("CREATE TABLE records.t (id int)", "table", "SELECT", "table records.t", "open to PUBLIC, bob"),
    "copy": (
        "CREATE TABLE records.t AS SELECT * FROM records.person", "table", "SELECT", "table records.t",
        "rows that a query gave; open to PUBLIC, bob",
    ),
    "select into": (
        "SELECT * INTO records.t FROM records.person", "table", "SELECT", "table records.t",
        "rows that a query gave; open to PUBLIC, bob",
    ),
    "view": (
        "CREATE VIEW records.t AS SELECT * FROM records.person", "table", "SELECT", "view records.t",
        "reads records.person; open to PUBLIC, bob",
    ),
    "materialized view": (
        "CREATE MATERIALIZED VIEW records.t AS SELECT * FROM records.person", "table", "SELECT",
        "materialized view records.t", "reads records.person; open to PUBLIC, bob",
    ),
    "sequence": ("CREATE SEQUENCE records.t", "sequence", "USAGE", "sequence records.t", "open to bob"),
    "function": (
        "CREATE FUNCTION records.t() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function", "EXECUTE",
        "function records.t()", "open to PUBLIC",
    ),
    "definer function": (
        "CREATE FUNCTION records.t() RETURNS text SECURITY DEFINER LANGUAGE sql AS 'SELECT ssn FROM records.person'",
        "function", "EXECUTE", "function records.t()", "runs as its owner; open to PUBLIC",
    ),
    "procedure": (
        "CREATE PROCEDURE records.t() LANGUAGE sql AS 'SELECT 1'", "function", "EXECUTE", "function records.t()",
        "open to PUBLIC",
    ),
    "aggregate": (
        "CREATE AGGREGATE records.t(int) (sfunc = int4pl, stype = int)", "function", "EXECUTE",
        "function records.t(integer)", "open to PUBLIC",
    ),
    "schema": ("CREATE SCHEMA t", "schema", "USAGE", "schema t", "open to bob"),
    "partition": (
        "CREATE TABLE records.t PARTITION OF records.whole DEFAULT", "table", "SELECT", "table records.t",
        "open to PUBLIC, bob",
    ),
}  # fmt: skip


def opened(place: Database, made: str) -> bool:
    _, kind, privilege, name, _ = MADE[made]
    return place.open_to("bob", name.rpartition(" ")[2], privilege, kind)


def test_the_lock_that_the_trigger_asks_for_is_the_one_that_apply_takes() -> None:
    assert (ADVISORY_LOCK >> 32, ADVISORY_LOCK & 0xFFFFFFFF) == (1919247221, 1935998977)


@pytest.mark.parametrize("made", MADE)
def test_a_new_object_is_open_without_it_written_down_by_report_and_closed_by_close(place: Database, made: str) -> None:
    statement, _, _, name, detail = MADE[made]
    place.admin.execute(
        "CREATE TABLE records.whole (id int) PARTITION BY LIST (id); ALTER TABLE records.whole OWNER TO app"
    )
    for default in DEFAULTS:
        place.admin.execute(default.encode())
    modes: tuple[Mode | None, ...] = (None, "report", "close")
    for mode in modes:
        place.mode(mode)
        with place.as_() as app:
            with app.transaction(force_rollback=True):
                app.execute(statement.encode())
                with psycopg.connect(place.server.dsn(place.name)):
                    pass
            app.execute(statement.encode())
        assert opened(place, made) is (mode != "close")
        done = {"report": "reported", "close": "closed"}
        assert place.seen() == ([] if mode is None else [("new-object", name, detail, done[mode])])
        place.forget()
        word = name.split(" ")[0].replace("materialized", "materialized view").replace("function", "routine")
        place.admin.execute(f"DROP {word} {name.rpartition(' ')[2]}".encode())


FORBIDDEN: Final[dict[str, tuple[str, str, str]]] = {
    "a categorised table": (
        "GRANT SELECT ON records.person TO bob", "records.person", "SELECT is granted to bob",
    ),
    "its column": (
        "GRANT SELECT (ssn) ON records.person TO PUBLIC", "records.person column ssn", "SELECT is granted to PUBLIC",
    ),
    "an unmapped table": ("GRANT INSERT ON records.other TO bob", "records.other", "INSERT is granted to bob"),
    "all tables": ("GRANT SELECT ON ALL TABLES IN SCHEMA records TO bob", "records.other", "SELECT is granted to bob"),
    "a view": ("GRANT SELECT ON records.shown TO bob", "records.shown", "SELECT is granted to bob"),
    "a definer function": (
        "GRANT EXECUTE ON FUNCTION records.tells() TO bob", "function records.tells()", "EXECUTE is granted to bob",
    ),
    "a role named like a class": (
        "GRANT SELECT (ssn) ON records.person TO recuse_c_forged", "records.person column ssn",
        "SELECT is granted to recuse_c_forged",
    ),
    "in another's words": (
        "DO $$ BEGIN BEGIN EXECUTE 'GRANT SELECT ON records.person TO bob'; EXCEPTION WHEN division_by_zero THEN NULL; "
        "END; END $$", "records.person", "SELECT is granted to bob",
    ),
    "in a schema's own": (
        "CREATE SCHEMA s CREATE TABLE t (id int) GRANT SELECT ON t TO bob", "s.t", "SELECT is granted to bob",
    ),
    "the next tables": (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO bob", "next tables of app", "SELECT will be granted to bob",
    ),
    "row security": (
        "ALTER TABLE records.person NO FORCE ROW LEVEL SECURITY", "table records.person", "its row security is off",
    ),
    "a row policy": ("CREATE POLICY mine ON records.person USING (true)", "table records.person", "row policy mine"),
    "ours": (
        "ALTER POLICY recuse_cut ON records.person USING (true)", "table records.person", "row policy recuse_cut",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_what_the_policy_forbids_is_refused_by_close_and_written_down_by_report(place: Database, kind: str) -> None:
    statement, name, detail = FORBIDDEN[kind]
    with place.as_() as app:
        app.execute("CREATE TABLE records.other (id int); CREATE VIEW records.shown AS SELECT id FROM records.person")
        app.execute("CREATE FUNCTION records.tells() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'")
        app.execute("REVOKE ALL ON FUNCTION records.tells() FROM PUBLIC")
    if "forged" in statement:
        place.admin.execute(
            "DO $$ BEGIN CREATE ROLE recuse_c_forged; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
    place.mode("close")
    before = inspect_facts(place)
    with place.as_() as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
            app.execute(statement.encode())
        said = str(refused.value.diag.message_primary)
        assert said.startswith("refused by the policy: ")
        assert "`recuse apply` opens" in str(refused.value.diag.message_hint)
        if kind != "all tables":
            assert said == f"refused by the policy: {name}: {detail}"
    assert inspect_facts(place) == before
    assert place.seen() == []
    place.mode("report")
    with place.as_() as app:
        app.execute(statement.encode())
    found = [(object_, what) for _, object_, what, done in place.seen() if done == "reported"]
    assert (name, detail) in found
    assert inspect_facts(place) != before


def inspect_facts(place: Database) -> frozenset[object]:
    with connect(place.server.dsn(place.name)) as connection:
        return frozenset(f for f in inspect(connection).facts if not isinstance(f, NewObjects))


def test_what_the_policy_allows_goes_on_in_close(place: Database) -> None:
    place.mode("close")
    with place.as_() as app:
        app.execute("GRANT USAGE ON SCHEMA records TO bob")
        app.execute("GRANT SELECT ON records.person TO copier")  # row policies do not bind it, and it is declared
        app.execute("CREATE FUNCTION records.plus(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1'")
        app.execute("GRANT EXECUTE ON FUNCTION records.plus(int) TO PUBLIC")  # runs as its caller
        app.execute("CREATE OR REPLACE FUNCTION records.plus(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 2'")
        app.execute("CREATE TEMPORARY TABLE mine (id int); GRANT ALL ON mine TO PUBLIC")
        app.execute(
            "CREATE TABLE records.t (id serial); ALTER TABLE records.t ADD COLUMN more int; DROP TABLE records.t"
        )
        app.execute("ALTER TABLE records.person ADD COLUMN born date")
    assert place.open_to("copier", "records.person", "SELECT")
    assert place.open_to("bob", "records.plus(int)", "EXECUTE", "function")
    assert ("columns", "table records.person", "born", "reported") in place.seen()
    place.admin.execute("UPDATE recuse.account SET login_oid = 1 WHERE login = 'copier'")  # another login of this name
    with place.as_() as app, pytest.raises(psycopg.errors.InsufficientPrivilege, match="granted to copier"):
        app.execute("GRANT INSERT ON records.person TO copier")


def test_a_function_that_becomes_a_definer_is_closed_then(place: Database) -> None:
    place.mode("close")
    with place.as_() as app:
        app.execute(
            "CREATE FUNCTION records.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
            "GRANT EXECUTE ON FUNCTION records.f() TO bob"
        )
        app.execute("ALTER FUNCTION records.f() SECURITY DEFINER")
    assert not place.open_to("bob", "records.f()", "EXECUTE", "function")


def test_an_old_function_that_is_replaced_keeps_what_it_gave(place: Database) -> None:
    with place.as_() as app:
        app.execute("CREATE FUNCTION records.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        place.mode("close")
        app.execute("CREATE OR REPLACE FUNCTION records.f() RETURNS int LANGUAGE sql AS 'SELECT 2'")
    assert place.open_to("bob", "records.f()", "EXECUTE", "function")


@pytest.mark.parametrize("mode", ["report", "close"])
def test_apply_passes_and_who_only_takes_its_lock_does_not(place: Database, mode: Mode) -> None:
    place.mode(mode)
    take = sql.SQL("SELECT pg_advisory_lock({})").format(ADVISORY_LOCK)
    grant = "GRANT SELECT ON records.person TO bob"
    with place.as_() as app:
        app.execute(take)
        if mode == "close":
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="refused by the policy"):
                app.execute(grant)
        else:
            app.execute(grant)
            assert [row[0] for row in place.seen()] == ["grant"]
            place.forget()
    place.admin.execute(take)
    place.admin.execute(grant)
    assert place.seen() == []
    assert place.open_to("bob", "records.person")
    place.admin.execute("SELECT pg_advisory_unlock_all()")
    place.admin.execute("SELECT pg_advisory_lock_shared(%s)", (ADVISORY_LOCK,))
    if mode == "close":
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.admin.execute("GRANT INSERT ON records.person TO bob")


def test_names_are_names(place: Database) -> None:
    """Quotes, newlines and what looks like SQL in every name that is written into a REVOKE."""
    schema, table, function = 's"; DROP TABLE records.person; --', "t\n' \"\\ ж", 'f"(); --'
    owner = sql.Identifier(HOSTILE)
    place.admin.execute(sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT ALL ON TABLES TO {}").format(owner))
    place.admin.execute(sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT ALL ON FUNCTIONS TO {}").format(owner))
    place.mode("close")
    with place.as_() as app:
        app.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        app.execute(sql.SQL("CREATE DOMAIN {} AS text").format(sql.Identifier(schema, table)))
        names = {"t": sql.Identifier(schema, table + "2"), "f": sql.Identifier(schema, function)}
        app.execute(sql.SQL("CREATE TABLE {t} (id int)").format(**names))
        app.execute(
            sql.SQL("CREATE FUNCTION {f}({d}, int[]) RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'").format(
                d=sql.Identifier(schema, table), **names
            )
        )
    found = place.admin.execute(
        "SELECT c.relacl::text[] FROM pg_class c WHERE c.relname = %s", (table + "2",)
    ).fetchone()
    assert found is not None
    assert [entry.partition("=")[0] for entry in found[0]] == ["app"]
    found = place.admin.execute("SELECT p.proacl::text[] FROM pg_proc p WHERE p.proname = %s", (function,)).fetchone()
    assert found is not None
    assert [entry.partition("=")[0] for entry in found[0]] == ["app"]


TRAPS: Final = """
CREATE SCHEMA trap AUTHORIZATION bob;
GRANT CREATE ON SCHEMA public TO bob;
SET ROLE bob;
CREATE FUNCTION trap.taken() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) OR current_user = 'recuse_owner' THEN
    ALTER ROLE bob SUPERUSER; END IF; RETURN true; END $$;
CREATE FUNCTION trap.equal(oid, oid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN trap.taken(); END $$;
CREATE OPERATOR trap.= (LEFTARG = oid, RIGHTARG = oid, PROCEDURE = trap.equal);
CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.taken(); RETURN ''; END $$;
CREATE FUNCTION trap.age(xid) RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.taken(); RETURN 1; END $$;
CREATE FUNCTION trap.quote_ident(text) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN PERFORM trap.taken(); RETURN ''; END $$;
CREATE DOMAIN trap.name AS pg_catalog.name CHECK (trap.taken());
CREATE DOMAIN trap.text AS pg_catalog.text CHECK (trap.taken());
RESET ROLE;
"""


@pytest.mark.parametrize("mode", ["report", "close"])
def test_nothing_of_anybody_s_runs_with_the_rights_of_who_makes_something(place: Database, mode: Mode) -> None:
    """A superuser makes objects in a session whose search path and temporary schema are full of traps."""
    place.admin.execute(TRAPS.encode())
    place.mode(mode)
    place.admin.execute("CREATE TEMPORARY TABLE pg_class AS SELECT * FROM pg_catalog.pg_class LIMIT 0")
    place.admin.execute("CREATE TEMPORARY TABLE pg_policy (polrelid oid, polname name)")
    place.admin.execute("CREATE DOMAIN pg_temp.oid AS pg_catalog.oid CHECK (trap.taken())")
    place.admin.execute("SET search_path = trap, public, pg_temp, pg_catalog")
    place.admin.execute("CREATE TABLE public.t (id int DEFAULT 1, made boolean GENERATED ALWAYS AS (id > 0) STORED)")
    place.admin.execute("CREATE INDEX ON public.t ((id + 1))")
    place.admin.execute("CREATE FUNCTION public.f() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'")
    place.admin.execute("GRANT USAGE ON SCHEMA public TO bob")
    place.admin.execute("RESET search_path")
    assert place.admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'bob'").fetchone() == (False,)
    assert len(place.seen()) >= 2
    assert not any(code == "failed" for code, *_ in place.seen())


def test_what_it_saw_is_written_by_nobody_else(place: Database) -> None:
    place.mode("report")
    with place.as_() as app:
        app.execute("CREATE TABLE records.t (id int)")
        for attempt in (
            "SELECT * FROM recuse.examined(false)", "INSERT INTO recuse.seen SELECT now(), '1', 'bob', '', '', '', ''",
            "UPDATE recuse.seen SET login = 'bob'", "DELETE FROM recuse.seen", "TRUNCATE recuse.seen",
            "SELECT * FROM recuse.seen", "SELECT * FROM recuse.opened(1, 1, '')", "SELECT recuse.new_objects()",
        ):  # fmt: skip
            with pytest.raises(psycopg.Error):
                app.execute(attempt.encode())
        # In a command, code of the maker's own runs before the trigger: it can have no more written than what it does.
        app.execute(
            "CREATE FUNCTION records.counts() RETURNS bigint LANGUAGE sql AS "
            "'SELECT count(*) FROM recuse.examined(false)'"
        )
        app.execute("CREATE TABLE records.u AS SELECT records.counts()")
    assert [(o, d) for _, o, d, _ in place.seen()] == [
        ("table records.t", ""), ("function records.counts()", "open to PUBLIC"),
        ("table records.u", "rows that a query gave"),
    ]  # fmt: skip


def test_no_setting_of_a_session_gets_around_it(place: Database) -> None:
    place.admin.execute("ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO bob")
    place.mode("close")
    with place.as_() as app:
        for number, setting in enumerate((
            "SET plpgsql.extra_errors = 'all'", "SET row_security = off", "SET quote_all_identifiers = on",
            "SET standard_conforming_strings = off", "SET transform_null_equals = on",
            "SET client_min_messages = error",
            "SET default_transaction_isolation = 'serializable'", "SET search_path = ''", "SET enable_indexscan = off",
            "SET recuse.mode = 'off'", "SET array_nulls = off", "SET backslash_quote = on",
        )):  # fmt: skip
            app.execute(setting.encode())
            app.execute(f"CREATE TABLE records.t{number} (id int)".encode())
            assert not place.open_to("bob", f"records.t{number}"), setting
            app.execute("RESET ALL")
        for forbidden in ("SET session_replication_role = replica", "SET event_triggers = off"):
            with pytest.raises(psycopg.Error):
                app.execute(forbidden.encode())
    place.admin.execute("SET session_replication_role = replica; CREATE TABLE records.replica (id int)")
    assert ("new-object", "table records.replica", "", "reported") in place.seen()


def test_report_never_stands_in_the_way_and_close_does(place: Database) -> None:
    """The fault is planted where both run: what is written down cannot be."""
    place.admin.execute("ALTER TABLE recuse.seen ADD CHECK (object NOT LIKE '%unlucky%')")
    place.mode("report")
    with place.as_() as app:
        app.execute("CREATE TABLE records.unlucky (id int)")
        assert [row[:2] for row in place.seen()] == [("failed", "")]
        place.admin.execute("ALTER TABLE recuse.seen RENAME TO gone")
        app.execute("CREATE TABLE records.unlucky2 (id int)")
        place.admin.execute("ALTER TABLE recuse.gone RENAME TO seen")
        place.mode("close")
        with pytest.raises(psycopg.errors.CheckViolation):
            app.execute("CREATE TABLE records.unlucky3 (id int)")
    assert place.admin.execute("SELECT to_regclass('records.unlucky3')").fetchone() == (None,)


def test_many_objects_in_one_command_extensions_and_what_is_gone_again(place: Database) -> None:
    place.admin.execute("ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO bob")
    place.mode("close")
    with place.as_() as app:
        tables = " ".join(f"CREATE TABLE t{number} (id serial)" for number in range(60))
        app.execute(f"CREATE SCHEMA many {tables}".encode())
        app.execute(
            "DO $$ BEGIN CREATE TABLE records.brief (id int); DROP TABLE records.brief; "
            "CREATE TABLE IF NOT EXISTS records.person (id int); END $$"
        )
        app.execute("CREATE TABLE IF NOT EXISTS records.person AS SELECT 1")
    place.admin.execute("CREATE EXTENSION btree_gist SCHEMA records")
    open_ = place.admin.execute(
        "SELECT count(*) FROM pg_class c, aclexplode(c.relacl) x WHERE c.relnamespace = 'many'::regnamespace "
        "AND x.grantee = 'bob'::regrole"
    ).fetchone()
    assert open_ == (0,)
    assert place.admin.execute(
        "SELECT count(*) FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' "
        "WHERE p.proacl IS NOT NULL AND p.pronamespace = 'records'::regnamespace"
    ).fetchone() == (0,)
    assert sum(done == "closed" for *_, done in place.seen()) == 61
    place.admin.execute("ALTER EXTENSION btree_gist SET SCHEMA many; DROP EXTENSION btree_gist")


def test_a_dropped_object_and_a_concurrent_change_disturb_nothing(place: Database) -> None:
    place.mode("close")
    failed: list[psycopg.Error] = []

    def makes(number: int) -> None:
        try:
            with place.as_() as app:
                for turn in range(15):
                    app.execute(f"CREATE TABLE records.c{number}_{turn} (id int)".encode())
                    app.execute("GRANT USAGE ON SCHEMA records TO bob" if number else "SELECT 1")
                    app.execute(f"DROP TABLE records.c{number}_{turn}".encode())
        except psycopg.Error as error:
            if "concurrently" not in str(error):  # two GRANTs on one schema: the server's own answer
                failed.append(error)

    threads = [threading.Thread(target=makes, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("mode", ["report", "close"])
def test_the_fact_is_the_trigger_whole_and_on(place: Database, mode: Mode) -> None:
    place.mode(mode)
    name = f"recuse_{mode}"

    def found() -> set[object]:
        with connect(place.server.dsn(place.name)) as connection:
            return {f for f in inspect(connection).facts if isinstance(f, NewObjects)}

    assert found() == {NewObjects(mode)}
    other = "recuse_report" if mode == "close" else "recuse_close"
    dropped = f"{name}_dropped"
    tags = ", ".join(f"'{tag}'" for tag in TAGS[1:])
    for damage in (
        f"ALTER EVENT TRIGGER {name} DISABLE", f"ALTER EVENT TRIGGER {name} ENABLE",
        f"ALTER EVENT TRIGGER {name} ENABLE REPLICA",
        f"ALTER EVENT TRIGGER {name} RENAME TO mine", f"DROP EVENT TRIGGER {name}",
        f"DROP EVENT TRIGGER {name}; CREATE EVENT TRIGGER {name} ON ddl_command_end WHEN TAG IN ({tags}) "
        f"EXECUTE FUNCTION recuse.new_objects(); ALTER EVENT TRIGGER {name} ENABLE ALWAYS",
        f"CREATE EVENT TRIGGER {other} ON ddl_command_end EXECUTE FUNCTION recuse.new_objects()",
        f"DROP EVENT TRIGGER {dropped}", f"ALTER EVENT TRIGGER {dropped} ENABLE",
        f"DROP EVENT TRIGGER {dropped}; CREATE EVENT TRIGGER {dropped} ON sql_drop WHEN TAG IN ('DROP TABLE') "
        f"EXECUTE FUNCTION recuse.new_objects(); ALTER EVENT TRIGGER {dropped} ENABLE ALWAYS",
        "ALTER FUNCTION recuse.new_objects() OWNER TO app",
        f"CREATE FUNCTION records.not_ours() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
        f"DROP EVENT TRIGGER {name}; "
        f"CREATE EVENT TRIGGER {name} ON ddl_command_end EXECUTE FUNCTION records.not_ours()",
    ):  # fmt: skip
        place.admin.execute("SELECT pg_advisory_lock(%s)", (ADVISORY_LOCK,))
        place.admin.execute(damage.encode())
        place.admin.execute("SELECT pg_advisory_unlock_all()")
        assert found() == set(), damage
        place.admin.execute("DROP EVENT TRIGGER IF EXISTS mine")
        place.mode(mode)
        assert found() == {NewObjects(mode)}


def test_firing_it_leads_nowhere_until_it_is_changed(place: Database) -> None:
    """It has no rights of its own, so that it needs no exemption; a change of one word is a path, or drift."""
    place.mode("close")

    ours = ("new_objects", "recuse.examined")

    def edges() -> list[str]:
        """Steps by the trigger or its functions that lead out of our own schema."""
        with read_only(place.server.dsn(place.name)) as connection:
            return [
                f"{e.source} {e.kind} {e.target}" for e in collect(connection, place.name).edges
                if any(name in text for name in ours for text in (e.reason, e.source))
                and ":recuse." not in e.target.replace("function:recuse.new_objects", "function:")
            ]  # fmt: skip

    sound = {f for f in inspect_facts(place) if isinstance(f, Definition) and f.of.name[0] == "recuse"}
    assert edges() == []
    place.admin.execute("ALTER FUNCTION recuse.new_objects() SECURITY DEFINER")
    assert "making: event trigger function:recuse.new_objects()" in edges()
    assert any(edge.startswith("function:recuse.new_objects() SECURITY DEFINER superuser:") for edge in edges())
    place.admin.execute(
        "ALTER FUNCTION recuse.new_objects() SECURITY INVOKER; ALTER FUNCTION recuse.new_objects() OWNER TO app"
    )
    assert "role:app planted code superuser:" in edges()
    place.mode("close")
    assert edges() == []
    (source,) = place.admin.execute("SELECT pg_get_functiondef('recuse.opened'::regproc)").fetchone() or ("",)
    place.admin.execute(source.replace("age(a.xmin) <= 0", "age(a.xmin) <= 1").encode())
    changed = {f for f in inspect_facts(place) if isinstance(f, Definition) and f.of.name[0] == "recuse"}
    assert len(sound - changed) == 1


def test_a_class_role_of_the_policy_may_be_seen_beside_a_new_grant(place: Database) -> None:
    """The governed table's ACL holds the class role's right to delete; a grant that is allowed passes beside it."""
    place.admin.execute(f"GRANT DELETE ON records.person TO {CLASS}".encode())
    place.mode("close")
    with place.as_() as app:
        app.execute("GRANT SELECT ON records.person TO copier")
    assert place.open_to(CLASS, "records.person", "SELECT") is False
    assert place.seen() == []
