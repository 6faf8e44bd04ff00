"""Ways around the event trigger, tried by a table's owner and by who makes roles: mode *close* leaves none open."""

from typing import Final

import psycopg
import pytest

from tests.downtime.place import CLASS, Database

OLD: Final = """
GRANT USAGE ON SCHEMA records TO bob;
CREATE TABLE records.legacy (id int, name text, ssn text);
CREATE VIEW records.old AS SELECT 1 AS id, 'x'::text AS ssn;
CREATE VIEW records.part AS SELECT 1 AS id, 'x'::text AS ssn;
CREATE VIEW records.mine WITH (security_invoker) AS SELECT id, name FROM records.person;
CREATE VIEW records.between AS SELECT * FROM records.mine;
CREATE VIEW records.plain AS SELECT 1 AS id;
GRANT SELECT, UPDATE ON records.legacy, records.old, records.mine, records.between, records.plain TO bob;
GRANT SELECT (id, ssn) ON records.part TO bob;
CREATE FUNCTION records.sends() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER recuse_guard BEFORE INSERT ON records.person FOR EACH STATEMENT EXECUTE FUNCTION records.sends();
ALTER TABLE records.person ENABLE ALWAYS TRIGGER recuse_guard;
"""
"""Before there is an event trigger, bob is let at what shows nothing of the governed table."""

# The commands of the owner, in order; the last of them is refused with this sentence.
REFUSED: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("ALTER POLICY recuse_cut ON records.person RENAME TO mine",), "table records.person: row policy mine"),
    (("DROP POLICY recuse_cut ON records.person",), "table records.person: row policy recuse_cut was dropped"),
    (("DO 'BEGIN DROP POLICY recuse_0123456789ab_r ON records.person; END'",), "recuse_0123456789ab_r was dropped"),
    (
        ("ALTER TABLE records.person INHERIT records.legacy",),
        "table records.person: rows of records.person are read through records.legacy",
    ),
    (
        (
            "CREATE TABLE records.whole (LIKE records.person) PARTITION BY LIST (id)",
            "ALTER TABLE records.whole ATTACH PARTITION records.person DEFAULT",
        ),
        "table records.whole: rows of records.person are read through records.whole",
    ),
    (("CREATE RULE r AS ON INSERT TO records.person DO ALSO NOTIFY x",), "table records.person: rule r"),
    ((f"GRANT SELECT (ssn) ON records.person TO {CLASS}",), f"column ssn: SELECT is granted to {CLASS}"),
    ((f"GRANT SELECT, DELETE ON records.person TO {CLASS}",), f"records.person: SELECT is granted to {CLASS}"),
    (
        (
            "CREATE TABLE records.copied AS SELECT * FROM records.person",
            "CREATE POLICY recuse_x ON records.copied TO recuse_c_forged USING (true)",
            "GRANT SELECT ON records.copied TO recuse_c_forged",
        ),
        "records.copied: SELECT is granted to recuse_c_forged",
    ),
    (
        (
            "CREATE VIEW records.shown AS SELECT * FROM records.person",
            "ALTER VIEW records.shown OWNER TO recuse_o_forged",
            "GRANT SELECT ON records.shown TO recuse_c_forged",
        ),
        "records.shown: SELECT is granted to recuse_c_forged",
    ),
    (
        ("ALTER TABLE records.person OWNER TO recuse_o_forged",),
        "table records.person: its owner is now recuse_o_forged",
    ),
    (("ALTER SCHEMA records OWNER TO recuse_o_forged",), "schema records: its owner is now recuse_o_forged"),
    (
        ("CREATE TRIGGER mine AFTER UPDATE ON records.person FOR EACH ROW EXECUTE FUNCTION records.sends()",),
        "table records.person: trigger mine",
    ),
    (("ALTER TABLE records.person DISABLE TRIGGER recuse_guard",), "records.person: its trigger recuse_guard is off"),
    (("ALTER TABLE records.person ENABLE TRIGGER recuse_guard",), "records.person: its trigger recuse_guard is off"),
    (("DROP TRIGGER recuse_guard ON records.person",), "table records.person: trigger recuse_guard was dropped"),
    (("CREATE PUBLICATION p FOR TABLE records.person",), "publication p: it publishes records.person"),
    (
        ("CREATE PUBLICATION p FOR TABLE records.legacy", "ALTER PUBLICATION p ADD TABLE records.person"),
        "publication p: it publishes records.person",
    ),
    (
        (
            "CREATE EXTENSION btree_gist SCHEMA records",
            "ALTER EXTENSION btree_gist ADD TABLE records.person",
            "GRANT SELECT ON records.person TO bob",
        ),
        "records.person: SELECT is granted to bob",
    ),
)
# What the owner makes of something that bob may read; it is closed to him then.
CLOSED: Final = (
    (
        "records.old",
        'CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO records.old DO INSTEAD SELECT id, ssn FROM records.person',
    ),
    ("records.part", "CREATE OR REPLACE VIEW records.part AS SELECT id, ssn FROM records.person"),
    ("records.mine", "ALTER VIEW records.mine SET (security_invoker = false)"),
    ("records.mine", "ALTER TABLE records.mine RESET (security_invoker)"),
    ("records.between", "ALTER VIEW records.between OWNER TO recuse_o_forged"),
    ("records.legacy", "CREATE RULE r AS ON UPDATE TO records.legacy DO INSTEAD SELECT ssn FROM records.person"),
)  # fmt: skip


@pytest.fixture
def old(place: Database) -> Database:
    for role in ("recuse_c_forged", "recuse_o_forged"):
        place.admin.execute(
            f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$".encode()
        )
    place.admin.execute("GRANT recuse_o_forged TO app; GRANT CREATE, USAGE ON SCHEMA records TO recuse_o_forged")
    with place.as_() as app:
        app.execute(OLD.encode())
    place.mode("close")
    return place


def test_an_owner_gets_around_nothing_that_keeps_a_governed_table_shut(old: Database) -> None:
    """With the fault: without the event trigger each of them goes through."""
    for mode in ("close", None):
        if mode is None:
            old.mode("report")
        for commands, sentence in REFUSED:
            with old.as_() as app, app.transaction(force_rollback=True):
                for command in commands[:-1]:
                    app.execute(command.encode())
                if mode is None:
                    app.execute(commands[-1].encode())
                    continue
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="refused by the policy") as refused:
                    app.execute(commands[-1].encode())
                assert sentence in str(refused.value.diag.message_primary)


def test_what_comes_to_read_a_governed_table_is_closed(old: Database) -> None:
    for relation, command in CLOSED:
        with old.as_() as app, app.transaction(force_rollback=True):
            open_ = "SELECT has_any_column_privilege('bob', %s, 'SELECT')"
            assert app.execute(open_, (relation,)).fetchone() == (True,), command
            app.execute(command.encode())
            assert app.execute(open_, (relation,)).fetchone() == (False,), command
    with old.as_() as app:
        app.execute("ALTER VIEW records.plain SET (security_barrier)")  # which reads nothing that is governed
        app.execute("DROP VIEW records.plain; DROP TABLE records.legacy; ALTER TABLE records.person DROP COLUMN ssn")
        app.execute("CREATE TEMPORARY TABLE t (id int); CREATE POLICY recuse_cut ON t USING (recuse.admitted())")
        app.execute("DROP POLICY recuse_cut ON t; DROP TABLE records.person CASCADE")


# What a superuser lets bob at, and what one makes: refused with a sentence, or written down.
BY_SUPERUSERS: Final = (
    (
        "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO bob",
        "function pg_read_binary_file(text): EXECUTE is granted",
    ),
    ("GRANT SELECT ON pg_catalog.pg_statistic TO bob", "pg_statistic: SELECT is granted to bob"),
    (
        "GRANT SELECT (stavalues1) ON pg_catalog.pg_statistic TO bob",
        "pg_statistic column stavalues1: SELECT is granted to bob",
    ),
    ("GRANT CREATE ON SCHEMA pg_catalog TO bob", "schema pg_catalog: CREATE is granted to bob"),
    (
        "CREATE DOMAIN records.words AS text; ALTER TABLE records.person ADD COLUMN more records.words; "
        "ALTER DOMAIN records.words OWNER TO bob",
        "domain records.words: its owner is now bob, and records.person has a column of it",
    ),
    ("CREATE PUBLICATION p FOR ALL TABLES", "publication p: it publishes records.person"),
    ("CREATE PUBLICATION p FOR TABLES IN SCHEMA records", "publication p: it publishes records.person"),
    ("ALTER TABLE records.person OWNER TO bob", "table records.person: its owner is now bob"),
)
NOTED: Final = (
    ("CREATE EXTENSION dblink", ("outward", "extension dblink")),
    ("CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false)", ("outward", "subscription s")),
    (
        "CREATE OR REPLACE FUNCTION records.sends() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ("trigger", "function records.sends()"),
    ),
)
INNOCENT: Final = (
    "CREATE TRIGGER t AFTER UPDATE ON records.legacy FOR EACH ROW EXECUTE FUNCTION records.sends()",
    "ALTER TABLE records.legacy OWNER TO recuse_o_forged", "ALTER TABLE records.legacy DISABLE TRIGGER ALL",
    "CREATE DOMAIN records.words AS text; ALTER DOMAIN records.words OWNER TO recuse_o_forged",
    "CREATE PUBLICATION q FOR TABLE records.legacy", "CREATE SCHEMA fresh; ALTER SCHEMA fresh OWNER TO recuse_o_forged",
    "ALTER SCHEMA records RENAME TO renamed; ALTER SCHEMA renamed RENAME TO records",
    "ALTER TABLE records.person ALTER name SET STATISTICS 200; ALTER TABLE records.person ADD UNIQUE (name)",
    "ALTER TABLE records.legacy ADD UNIQUE (id); "
    "ALTER TABLE records.person ADD FOREIGN KEY (id) REFERENCES records.legacy (id) NOT VALID",
    "CREATE STATISTICS records.both ON id, name FROM records.person; COMMENT ON TABLE records.person IS 'people'",
)  # fmt: skip


def test_a_superuser_s_command_is_refused_or_written_down(old: Database) -> None:
    """With the fault: in mode report each of them goes through and is written down."""
    for command, sentence in BY_SUPERUSERS:
        old.mode("close")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="refused by the policy") as refused:
            old.admin.execute(command.encode())
        assert sentence in str(refused.value.diag.message_primary)
        old.mode("report")
        with old.admin.transaction(force_rollback=True):
            old.admin.execute(command.encode())
            assert any(sentence.split(": ")[0] == row[1] for row in old.seen()), command
    old.mode("close")
    for command, (code, name) in NOTED:
        with old.admin.transaction(force_rollback=True):
            old.admin.execute(command.encode())
            assert (code, name) in [row[:2] for row in old.seen()], command


def test_what_opens_nothing_goes_on(old: Database) -> None:
    """Nothing of it is refused, and nothing is closed, which a notice would say."""
    old.mode("close")
    said: list[str | None] = []
    for command in INNOCENT:
        with old.as_() as app, app.transaction(force_rollback=True):
            app.add_notice_handler(lambda notice: said.append(notice.message_primary))
            app.execute(command.encode())
    assert said == []


def test_report_writes_down_a_policy_s_end_and_lets_it_be(old: Database) -> None:
    old.mode("report")
    with old.as_() as app:
        app.execute("DROP POLICY recuse_cut ON records.person")
        old.admin.execute("ALTER TABLE recuse.seen RENAME TO gone")
        app.execute("DROP POLICY recuse_0123456789ab_r ON records.person")
    old.admin.execute("ALTER TABLE recuse.gone RENAME TO seen")
    assert old.seen() == [("row-policy", "table records.person", "row policy recuse_cut was dropped", "reported")]


def test_no_name_is_too_long_to_be_written_down(place: Database) -> None:
    """Names that do not compress, of three bytes a letter: an index entry has room for 2,704."""
    place.mode("close")
    letters = [chr(0x4E00 + (n * 7919) % 20000) for n in range(21 * 60)]
    names = ["".join(letters[n : n + 21]) for n in range(0, len(letters), 21)]
    with place.as_() as app:
        for name in names:
            app.execute(f'CREATE DOMAIN records."{name}" AS int'.encode())
        arguments = ", ".join(f'records."{name}"' for name in names)
        app.execute(f"CREATE FUNCTION records.f({arguments}) RETURNS int LANGUAGE sql AS 'SELECT 1'".encode())
        app.execute(("ALTER TABLE records.person " + ", ".join(f'ADD "{name}" int' for name in names)).encode())
    assert sorted(code for code, *_ in place.seen()) == ["columns", "new-object"]
