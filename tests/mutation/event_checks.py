"""What the event trigger and its functions promise: everything that is written down, word for word."""

from collections.abc import Sequence
from typing import Final, Literal

from recuse.targets.postgres.apply import ADVISORY_LOCK
from recuse.targets.postgres.event_trigger import trigger_statements
from tests.mutation.gate_world import C1, C2, C3, World

Mode = Literal["report", "close"]
OLD: Final = "the rows of a world that was there before"
HINT: Final = (
    "What the policy opens here, `recuse apply` opens, and on what its category map does not hold, nothing is open."
)
SEEN: Final = "SELECT login::text, code, object, detail, done FROM recuse.seen ORDER BY code, object, detail"


def _on(world: World, mode: Mode) -> None:
    for statement in trigger_statements(mode):
        world.connection.execute(statement)


def _does(world: World, statements: Sequence[str], login: str = "maker") -> None:
    with world.as_(login):
        for statement in statements:
            world.connection.execute(statement.encode())


def _seen(world: World) -> list[tuple[object, ...]]:
    found = world.rows(SEEN)
    assert world.one("SELECT bool_and(transaction = pg_current_xact_id() AND at > now()) FROM recuse.seen") is not False
    world.admin("DELETE FROM recuse.seen")
    return found


def _open(
    world: World, object_: str, kind: str = "table", privilege: str = "SELECT", login: str = "stranger"
) -> object:
    return world.one(f"SELECT has_{kind}_privilege(%s, %s, %s)", login, object_, privilege)


DEFAULTS: Final = (
    "ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT SELECT ON TABLES TO stranger, PUBLIC;"
    "ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT USAGE ON SEQUENCES TO stranger;"
    "ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT EXECUTE ON FUNCTIONS TO stranger;"
    "ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT USAGE ON SCHEMAS TO stranger"
)
MAKES: Final = (
    "CREATE TABLE e.whole (id int) PARTITION BY LIST (id)", "CREATE FOREIGN TABLE e.away (id int) SERVER elsewhere",
    "CREATE TABLE e.t (id int, CHECK (id > 0))", "CREATE TABLE e.c AS SELECT * FROM e.person",
    "SELECT * INTO e.i FROM e.person", "CREATE VIEW e.v AS SELECT p.id FROM e.person p, e.other",
    "CREATE VIEW e.w AS SELECT 1 AS one", "CREATE MATERIALIZED VIEW e.m AS SELECT * FROM e.person WITH NO DATA",
    "CREATE SEQUENCE e.s", "CREATE FUNCTION e.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION e.d(e.person) RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA e2", "CREATE TEMPORARY TABLE brief (id int)",
    "CREATE FUNCTION pg_temp.brief() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'",
    "CREATE TYPE e.pair AS (a int, b int)", "ALTER TABLE e.other ADD more int", "ALTER TABLE e.person ADD more int",
    "CREATE OR REPLACE FUNCTION e.old() RETURNS int LANGUAGE sql AS 'SELECT 2'",
    "CREATE OR REPLACE FUNCTION e.old_definer() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 2'",
    "ALTER FUNCTION e.plain() STABLE",
)  # fmt: skip
MADE: Final = (
    ("columns", "table e.person", "more", False),
    ("new-object", "foreign table e.away", "open to PUBLIC, stranger", True),
    ("new-object", "function e.d(e.person)", "runs as its owner; open to PUBLIC, stranger", True),
    ("new-object", "function e.f()", "open to PUBLIC", True),
    ("new-object", "function e.old()", "", False),
    ("new-object", "function e.old_definer()", "runs as its owner; open to PUBLIC", True),
    ("new-object", "materialized view e.m", "reads e.person; open to PUBLIC, stranger", True),
    ("new-object", "schema e2", "open to stranger", True),
    ("new-object", "sequence e.s", "open to stranger", True),
    ("new-object", "table e.c", "rows that a query gave; open to PUBLIC, stranger", True),
    ("new-object", "table e.i", "rows that a query gave; open to PUBLIC, stranger", True),
    ("new-object", "table e.t", "open to PUBLIC, stranger", True),
    ("new-object", "table e.whole", "open to PUBLIC, stranger", True),
    ("new-object", "view e.v", "reads e.person; open to PUBLIC, stranger", True),
    ("new-object", "view e.w", "open to PUBLIC, stranger", True),
)


def report_writes_down_what_is_made(world: World) -> None:
    world.admin(DEFAULTS)
    _on(world, "report")
    _does(world, MAKES)
    assert _seen(world) == [("maker", *row[:3], "reported") for row in MADE]
    assert _open(world, "e.t")


def close_takes_back_what_is_given(world: World) -> None:
    world.admin(DEFAULTS)
    _on(world, "close")
    said: list[str | None] = []
    world.connection.add_notice_handler(lambda notice: said.append(notice.message_primary))
    _does(world, MAKES)
    assert "closed by the policy: view e.v: reads e.person; open to PUBLIC, stranger" in said
    assert _seen(world) == [("maker", *row[:3], "closed" if row[3] else "reported") for row in MADE]
    for table in ("e.t", "e.c", "e.i", "e.v", "e.w", "e.m"):
        assert _open(world, table) is False
        assert _open(world, table, login="maker") is True
    assert _open(world, "e.s", "sequence", "USAGE") is False
    assert _open(world, "e2", "schema", "USAGE") is False
    for function, open_ in (("e.d(e.person)", False), ("e.old_definer()", False), ("e.old()", True), ("e.f()", True)):
        assert _open(world, function, "function", "EXECUTE") is open_
    assert _open(world, "e.f()", "function", "EXECUTE", "second") is False


FORBIDDEN: Final = (
    ("GRANT SELECT, INSERT ON e.person TO stranger", "grant", "e.person", "INSERT, SELECT is granted to stranger"),
    ("GRANT SELECT (id) ON e.person TO PUBLIC", "grant", "e.person column id", "SELECT is granted to PUBLIC"),
    ("GRANT SELECT ON e.other TO analyst", "grant", "e.other", "SELECT is granted to analyst"),
    ("GRANT SELECT (id) ON e.other TO analyst", "grant", "e.other column id", "SELECT is granted to analyst"),
    (f"GRANT SELECT ON e.other TO {C1}", "grant", "e.other", f"SELECT is granted to {C1}"),
    (f"GRANT SELECT ON e.person TO {C3}", "grant", "e.person", f"SELECT is granted to {C3}"),
    (f"GRANT USAGE ON SEQUENCE e.numbers TO {C3}", "grant", "e.numbers", f"USAGE is granted to {C3}"),
    ("GRANT EXECUTE ON FUNCTION e.old_definer() TO analyst", "grant", "function e.old_definer()", None),
    ("ALTER TABLE e.person DISABLE ROW LEVEL SECURITY", "row-security", "table e.person", "its row security is off"),
    ("ALTER TABLE e.person NO FORCE ROW LEVEL SECURITY", "row-security", "table e.person", "its row security is off"),
    ("CREATE POLICY mine ON e.person USING (true)", "row-policy", "table e.person", "row policy mine"),
    (
        "CREATE TRIGGER mine BEFORE UPDATE ON e.person FOR EACH ROW "
        "EXECUTE FUNCTION suppress_redundant_updates_trigger()", "trigger", "table e.person", "trigger mine",
    ),
    ("ALTER TABLE e.person OWNER TO second", "owner", "table e.person", "its owner is now second"),
    ("CREATE PUBLICATION mine FOR TABLE e.person", "publication", "publication mine", "it publishes e.person"),
    (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO stranger", "default-grant", "next tables of maker",
        "INSERT, SELECT will be granted to stranger",
    ),
    (
        "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO PUBLIC", "default-grant", "next sequences of maker",
        "USAGE will be granted to PUBLIC",
    ),
    (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA e GRANT EXECUTE ON FUNCTIONS TO PUBLIC", "default-grant",
        "next functions of maker", "EXECUTE will be granted to PUBLIC",
    ),
)  # fmt: skip
ALLOWED: Final = (
    "GRANT SELECT ON e.person TO second", "GRANT USAGE ON SCHEMA e TO stranger", f"GRANT DELETE ON e.person TO {C2}",
    "GRANT EXECUTE ON FUNCTION e.plain() TO stranger", "GRANT SELECT ON e.other TO admin",
    "GRANT ALL ON e.other TO maker", f"GRANT USAGE ON SEQUENCE e.numbers TO {C2}",
    "CREATE TEMPORARY TABLE brief (id int)", "GRANT SELECT ON brief TO stranger",
    "GRANT SELECT (id) ON brief TO stranger",
    "CREATE FUNCTION pg_temp.brief() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'",
    "GRANT EXECUTE ON FUNCTION pg_temp.brief() TO stranger",
    "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO maker WITH GRANT OPTION",
    "ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO stranger", "CREATE POLICY mine ON e.other USING (true)",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO maker",
)  # fmt: skip


def what_is_open_to_nobody_is_written_down_too(world: World) -> None:
    for mode in ("report", "close"):
        with world.undone():
            _on(world, mode)
            _does(world, ["CREATE VIEW e.w AS SELECT 1 AS one", "CREATE SCHEMA e2", "CREATE TABLE e.t (id int)"])
            names = ("schema e2", "table e.t", "view e.w")
            assert _seen(world) == [("maker", "new-object", name, "", "reported") for name in names]


def a_function_of_the_bootstrap_superuser_counts_as_new(world: World) -> None:
    _on(world, "close")
    world.admin("CREATE FUNCTION e.boot() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert _open(world, "e.boot()", "function", "EXECUTE") is False
    world.admin("GRANT EXECUTE ON FUNCTION e.boot() TO PUBLIC")
    world.admin("CREATE OR REPLACE FUNCTION e.boot() RETURNS int LANGUAGE sql AS 'SELECT 2'")
    assert _open(world, "e.boot()", "function", "EXECUTE") is True


def what_is_forbidden_is_written_down_or_refused(world: World) -> None:
    world.admin("GRANT second TO maker; GRANT CREATE ON SCHEMA e TO second")
    world.admin(f"GRANT CREATE ON DATABASE {world.connection.info.dbname} TO maker")
    for mode in ("report", "close"):
        _on(world, mode)
        for statement, code, object_, detail in FORBIDDEN:
            with world.undone(), world.as_("maker"):
                if mode == "report":
                    world.connection.execute(statement.encode())
                    found = world.rows_as_admin(SEEN)
                    assert [row[:3] for row in found if detail is None or row[3] == detail] == [
                        ("maker", code, object_)
                    ] or (detail is None and len(found) == 2)
                else:
                    message, hint, state = world.refused(statement)
                    assert message.startswith(f"refused by the policy: {object_}: {detail or 'EXECUTE is granted to '}")
                    assert (hint, state) == (HINT, "42501")
        assert _seen(world) == []


def what_is_allowed_goes_on(world: World) -> None:
    for mode in ("close", "report"):
        with world.undone():
            _on(world, mode)
            _does(world, ALLOWED)
            assert _seen(world) == []


def an_unbound_role_is_one_that_the_policy_knows(world: World) -> None:
    for change, expected in (
        ("UPDATE recuse.account SET active = false WHERE login = 'second'", False),
        ("UPDATE recuse.account SET login_oid = 7 WHERE login = 'second'", False),
        (
            "DELETE FROM recuse.declaration WHERE login = 'second'; DELETE FROM recuse.account WHERE login = 'second'",
            False,
        ),
        ("ALTER ROLE second NOBYPASSRLS", False),
        ("ALTER ROLE second NOBYPASSRLS REPLICATION", True),
    ):
        with world.undone():
            world.admin(change)
            _on(world, "close")
            with world.as_("maker"):
                if expected:
                    world.connection.execute("GRANT SELECT ON e.other TO second")
                else:
                    assert world.refused("GRANT SELECT ON e.other TO second")[2] == "42501"


def derived_objects_are_apply_s(world: World) -> None:
    world.admin(
        f"CREATE ROLE recuse_o_1; GRANT {C1} TO recuse_o_1; GRANT CREATE, USAGE ON SCHEMA e TO recuse_o_1;"
        f"SET ROLE recuse_o_1; CREATE VIEW e.shown AS SELECT 1 AS one; GRANT SELECT ON e.shown TO {C2};"
        f"CREATE MATERIALIZED VIEW e.kept AS SELECT 1 AS one; GRANT MAINTAIN ON e.kept TO stranger;"
        "CREATE FUNCTION e.tells() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'; RESET ROLE"
    )
    _on(world, "close")
    world.admin("SET ROLE recuse_o_1")
    world.connection.execute("CREATE OR REPLACE VIEW e.shown AS SELECT 2 AS one")
    world.connection.execute(f"GRANT SELECT ON e.shown TO {C1}".encode())
    world.connection.execute(f"GRANT SELECT ON e.kept TO {C1}".encode())
    world.connection.execute(
        "CREATE OR REPLACE FUNCTION e.tells() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 2'"
    )
    assert world.refused("GRANT SELECT ON e.kept TO stranger")[0].endswith("e.kept: SELECT is granted to stranger")
    world.connection.execute("RESET ROLE")
    assert _open(world, "e.shown", login=C2) is True
    assert _seen(world) == []


AROUND: Final = (
    ("ALTER POLICY recuse_cut ON e.person RENAME TO mine", "table e.person: row policy mine"),
    ("ALTER POLICY recuse_2_r ON e.person RENAME TO mine", "table e.person: row policy mine"),
    ("DROP POLICY recuse_cut ON e.person", "table e.person: row policy recuse_cut was dropped"),
    ("DROP POLICY recuse_2_r ON e.person", "table e.person: row policy recuse_2_r was dropped"),
    ("CREATE RULE r AS ON INSERT TO e.person DO NOTHING", "table e.person: rule r"),
    ("ALTER TABLE e.person INHERIT e.above", "table e.person: rows of e.person are read through e.above"),
    (
        "ALTER TABLE e.parts ATTACH PARTITION e.person DEFAULT",
        "table e.parts: rows of e.person are read through e.parts",
    ),
    (f"GRANT SELECT (ssn) ON e.person TO {C1}", f"e.person column ssn: SELECT is granted to {C1}"),
    (f"GRANT TRUNCATE ON e.person TO {C1}", f"e.person: TRUNCATE is granted to {C1}"),
    (f"GRANT DELETE ON e.above TO {C1}", f"e.above: DELETE is granted to {C1}"),
    (f"GRANT UPDATE ON SEQUENCE e.numbers TO {C2}", f"e.numbers: UPDATE is granted to {C2}"),
    ("GRANT SELECT ON e.shown TO recuse_c_x", "e.shown: SELECT is granted to recuse_c_x"),
    (f"GRANT INSERT ON e.shown TO {C1}", f"e.shown: INSERT is granted to {C1}"),
)
COMES_TO_READ: Final = (
    ("e.shut", "ALTER VIEW e.shut RESET (security_invoker)", "view e.shut", "reads e.person; open to stranger"),
    ("e.chain", "ALTER VIEW e.chain SET (security_barrier)", "view e.chain", "reads e.person; open to stranger"),
    (
        "e.plainly", 'CREATE OR REPLACE RULE "_RETURN" AS ON SELECT TO e.plainly DO INSTEAD SELECT id FROM e.person',
        "view e.plainly", "reads e.person; open to stranger",
    ),
    (
        "e.part", "CREATE OR REPLACE VIEW e.part AS SELECT id FROM e.person",
        "view e.part", "reads e.person; open to stranger",
    ),
    (
        "e.other", "CREATE RULE r AS ON UPDATE TO e.other DO INSTEAD SELECT id FROM e.person",
        "table e.other", "reads e.person; open to stranger",
    ),
)  # fmt: skip


def nothing_gets_around(world: World) -> None:
    world.admin(
        "DROP POLICY recuse_cut ON e.person; CREATE POLICY recuse_cut ON e.person AS RESTRICTIVE "
        "USING ((SELECT recuse.admitted()) IS NOT NULL); CREATE ROLE recuse_c_x; CREATE ROLE recuse_o_x;"
        "GRANT recuse_c_x TO recuse_o_x; CREATE POLICY recuse_x ON e.other TO recuse_c_x USING (true);"
        f"CREATE POLICY recuse_y ON e.other TO {C1} USING (true); GRANT recuse_o_x TO maker"
    )
    _does(
        world,
        [
            "CREATE TABLE e.above (LIKE e.person)", "CREATE TABLE e.parts (LIKE e.person) PARTITION BY LIST (id)",
            "CREATE VIEW e.shut WITH (security_invoker) AS SELECT * FROM e.person",
            "CREATE VIEW e.chain AS SELECT * FROM e.shut", "CREATE VIEW e.plainly AS SELECT 1 AS id",
            "CREATE VIEW e.part AS SELECT 1 AS id", "CREATE VIEW e.shown AS SELECT 1 AS id",
        ],
    )  # fmt: skip
    world.admin("ALTER VIEW e.shown OWNER TO recuse_o_x")
    with world.undone():
        _on(world, "close")
        for statement, sentence in AROUND:
            with world.undone(), world.as_("maker"):
                message, _, state = world.refused(statement)
                assert (message, state) == (f"refused by the policy: {sentence}", "42501")
    _does(world, ["GRANT SELECT ON e.shut, e.chain, e.plainly, e.other TO stranger"])
    _does(world, ["GRANT SELECT (id) ON e.part TO stranger"])
    _on(world, "close")
    for relation, statement, name, detail in COMES_TO_READ:
        with world.undone():
            _does(world, [statement])
            assert _seen(world) == [("maker", "new-object", name, detail, "closed")]
            assert world.one("SELECT has_any_column_privilege('stranger', %s, 'SELECT')", relation) is False
    _on(world, "report")
    _does(
        world,
        ["DROP POLICY recuse_cut ON e.person", "DROP POLICY recuse_y ON e.other", "DROP POLICY another ON e.other"],
    )
    assert _seen(world) == [
        ("maker", "row-policy", "table e.other", "row policy recuse_y was dropped", "reported"),
        ("maker", "row-policy", "table e.person", "row policy recuse_cut was dropped", "reported"),
    ]


def what_goes_with_its_table_is_not_refused(world: World) -> None:
    _on(world, "close")
    for statement in ("DROP TABLE e.person", "DROP POLICY another ON e.other", "ALTER TABLE e.other ADD x int"):
        with world.undone():
            _does(world, [statement])
    _does(world, ["CREATE VIEW e.plainly AS SELECT 1 AS id"])
    _seen(world)
    _does(world, ["ALTER VIEW e.plainly SET (security_barrier)"])
    assert _seen(world) == []
    _does(world, ["CREATE TEMPORARY TABLE t (id int)", "CREATE POLICY recuse_cut ON t USING (true)"])
    _does(world, ["DROP POLICY recuse_cut ON t"])
    with world.undone(), world.as_("stranger"):
        assert world.refused("SELECT * FROM recuse.removed()")[2] == "39P03"
    with world.undone():
        world.connection.execute(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})".encode())
        world.connection.execute("DROP POLICY recuse_cut ON e.person")


def extensions_are_not_the_policy_s(world: World) -> None:
    _on(world, "close")
    world.admin("CREATE EXTENSION pg_stat_statements SCHEMA e")
    world.admin("GRANT SELECT ON e.pg_stat_statements TO stranger")
    assert [row[1:] for row in _seen(world)] == [
        (
            "outward", "extension pg_stat_statements", "leads out of this database, or adds what is open to everyone",
            "reported",
        ),
    ]  # fmt: skip
    world.admin(
        "REVOKE ALL ON e.pg_stat_statements_info FROM PUBLIC; ALTER VIEW e.pg_stat_statements_info OWNER TO maker"
    )
    world.admin("DELETE FROM recuse.seen")
    with world.undone(), world.as_("maker"):
        message, _, _ = world.refused("GRANT SELECT ON e.pg_stat_statements_info TO stranger")
        assert message.startswith("refused by the policy: e.pg_stat_statements_info: SELECT is granted to stranger")


SENDS: Final = "CREATE OR REPLACE FUNCTION e.sends() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
CHANGES_HANDS: Final = (
    ("ALTER SCHEMA e OWNER TO second", "owner", "schema e", "its owner is now second"),
    (
        "ALTER TABLE e.person DISABLE TRIGGER recuse_guard", "row-security", "table e.person",
        "its trigger recuse_guard is off",
    ),
    (
        "ALTER TABLE e.person ENABLE TRIGGER recuse_guard", "row-security", "table e.person",
        "its trigger recuse_guard is off",
    ),
    (
        "DROP TRIGGER recuse_guard ON e.person", "row-policy", "table e.person", "trigger recuse_guard was dropped",
    ),
    ("CREATE PUBLICATION p FOR TABLES IN SCHEMA e", "publication", "publication p", "it publishes e.person"),
    ("ALTER PUBLICATION old ADD TABLE e.person", "publication", "publication old", "it publishes e.person"),
    ("ALTER PUBLICATION old ADD TABLES IN SCHEMA e", "publication", "publication old", "it publishes e.person"),
    (
        "GRANT SELECT ON pg_catalog.pg_statistic TO stranger", "grant", "pg_statistic",
        "SELECT is granted to stranger",
    ),
    (
        "GRANT SELECT (stavalues1) ON pg_catalog.pg_statistic TO stranger", "grant", "pg_statistic column stavalues1",
        "SELECT is granted to stranger",
    ),
    (
        "GRANT CREATE ON SCHEMA pg_catalog TO stranger", "grant", "schema pg_catalog",
        "CREATE is granted to stranger",
    ),
    *(
        (f"GRANT EXECUTE ON FUNCTION {name} TO stranger", "grant", f"function {name}", "EXECUTE is granted to stranger")
        for name in ("pg_read_file(text)", "pg_read_binary_file(text)", "lo_import(text)", "lo_export(oid,text)")
    ),
)  # fmt: skip
STAYS: Final = (
    "ALTER SCHEMA e RENAME TO e1; ALTER SCHEMA e1 RENAME TO e", "ALTER SCHEMA empty OWNER TO second",
    "CREATE TRIGGER mine AFTER UPDATE ON e.other FOR EACH ROW EXECUTE FUNCTION e.sends()",
    "ALTER TABLE e.other OWNER TO second", "ALTER TABLE e.other DISABLE TRIGGER ALL",
    "ALTER TABLE e.person ENABLE ROW LEVEL SECURITY",
    "ALTER PUBLICATION old ADD TABLE e.other", "ALTER TABLE e.person DISABLE TRIGGER own",
    "GRANT USAGE ON SCHEMA pg_catalog TO stranger",
    "DROP TRIGGER own ON e.person", "GRANT EXECUTE ON FUNCTION pg_catalog.lower(text) TO stranger",
)  # fmt: skip


def what_changes_hands_or_leaves_is_told(world: World) -> None:
    world.admin(
        f"{SENDS}; CREATE SCHEMA empty; CREATE PUBLICATION old; GRANT CREATE ON SCHEMA e TO second;"
        "CREATE TRIGGER recuse_guard BEFORE INSERT ON e.person EXECUTE FUNCTION e.sends();"
        "CREATE TRIGGER own BEFORE INSERT ON e.person EXECUTE FUNCTION e.sends();"
        "CREATE TRIGGER recuse_elsewhere BEFORE INSERT ON e.other EXECUTE FUNCTION e.sends();"
        "ALTER TABLE e.person ENABLE ALWAYS TRIGGER recuse_guard"
    )
    for mode in ("report", "close"):
        _on(world, mode)
        for statement, *told in CHANGES_HANDS:
            with world.undone():
                if mode == "close":
                    assert world.refused(statement)[0] == f"refused by the policy: {told[1]}: {told[2]}"
                else:
                    world.connection.execute(statement.encode())
                    assert [told] == [[*row[1:4]] for row in _seen(world)]
        for statement in STAYS:
            with world.undone():
                world.connection.execute(statement.encode())
                assert _seen(world) == [], statement
        with world.undone():
            world.connection.execute(SENDS.encode())
            runs = "runs in the trigger own of e.person, runs in the trigger recuse_guard of e.person"
            (seen,) = (row for row in _seen(world) if row[1] == "trigger")
            assert (seen[2], sorted(str(seen[3]).split(", ")), seen[4]) == (
                "function e.sends()", runs.split(", "), "reported"
            )  # fmt: skip


def a_governed_table_s_domain_changes_no_hands(world: World) -> None:
    world.admin(
        "CREATE DOMAIN e.words AS text; CREATE DOMAIN e.narrow AS e.words; CREATE DOMAIN e.free AS text;"
        "ALTER TABLE e.person ADD COLUMN more e.narrow; ALTER TABLE e.other ADD COLUMN more e.free"
    )
    for mode in ("report", "close"):
        _on(world, mode)
        for domain in ("words", "narrow"):
            given = f"ALTER DOMAIN e.{domain} OWNER TO second"
            told = f"domain e.{domain}", "its owner is now second, and e.person has a column of it"
            with world.undone():
                if mode == "close":
                    assert world.refused(given)[0] == f"refused by the policy: {': '.join(told)}"
                else:
                    world.connection.execute(given.encode())
                    assert [row[1:4] for row in _seen(world)] == [("owner", *told)]
        for statement in ("ALTER DOMAIN e.free OWNER TO second", "ALTER DOMAIN e.words SET DEFAULT 'x'"):
            with world.undone():
                world.connection.execute(statement.encode())
                assert _seen(world) == [], statement


def apply_alone_passes(world: World) -> None:
    grant = "GRANT SELECT ON e.other TO stranger"
    _on(world, "close")
    with world.undone():
        world.connection.execute(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})".encode())
        world.connection.execute(grant.encode())
        assert _seen(world) == []
        with world.as_("maker"):
            assert world.refused(grant.replace("stranger", "analyst"))[2] == "42501"
    for other in (
        f"_shared({ADVISORY_LOCK})",
        f"({ADVISORY_LOCK + 1})",
        f"({ADVISORY_LOCK + 2**32})",
        "(1919247221, 1935998977)",
    ):
        with world.undone():
            world.connection.execute(f"SELECT pg_advisory_xact_lock{other}".encode())
            assert world.refused(grant)[2] == "42501"


def outside_of_an_event_trigger_it_raises(world: World) -> None:
    for mode in ("report", "close"):
        _on(world, mode)
        with world.as_("stranger"):
            assert world.refused("SELECT * FROM recuse.examined(false)")[2] == "39P03"
    assert _seen(world) == []


def report_survives_and_close_does_not(world: World) -> None:
    world.admin("ALTER TABLE recuse.seen ADD CHECK (object <> 'table e.unlucky')")
    _on(world, "report")
    _does(world, ["CREATE TABLE e.unlucky (id int)"])
    ((login, code, object_, detail, done),) = _seen(world)
    assert (login, code, object_, done) == ("maker", "failed", "", "reported")
    assert "violates check constraint" in str(detail)
    with world.undone():
        world.admin("ALTER TABLE recuse.seen RENAME TO gone")
        _does(world, ["CREATE TABLE e.unlucky2 (id int)"])
    _on(world, "close")
    with world.as_("maker"):
        world.connection.execute("DROP TABLE e.unlucky")
        assert world.refused("CREATE TABLE e.unlucky (id int)")[2] == "23514"


def what_cannot_be_closed_is_refused(world: World) -> None:
    """A schema made for another: who may grant there, and does not own it, takes back only what it gave itself."""
    world.admin("GRANT second TO maker WITH INHERIT FALSE, SET TRUE")
    world.admin("ALTER DEFAULT PRIVILEGES FOR ROLE second GRANT USAGE ON SCHEMAS TO stranger")
    _on(world, "close")
    with world.as_("maker"):
        assert world.refused("CREATE SCHEMA e3 AUTHORIZATION second")[2] == "42501"
    world.admin("DROP EVENT TRIGGER recuse_close")
    world.admin("ALTER DEFAULT PRIVILEGES FOR ROLE second GRANT USAGE ON SCHEMAS TO maker WITH GRANT OPTION")
    _on(world, "close")
    with world.as_("maker"):
        message, hint, state = world.refused("CREATE SCHEMA e3 AUTHORIZATION second")
    assert (message, hint, state) == ("refused by the policy: schema e3: open to stranger, maker", HINT, "42501")


def long_names_are_cut(world: World) -> None:
    _on(world, "report")
    columns = ", ".join(f'ADD "{number:02}{"x" * 58}" int' for number in range(20))
    arguments = ", ".join(["timestamp with time zone"] * 60)
    _does(
        world,
        [f"ALTER TABLE e.person {columns}", f"CREATE FUNCTION e.f({arguments}) RETURNS int LANGUAGE sql AS 'SELECT 1'"],
    )
    assert [(len(str(row[2])), len(str(row[3]))) for row in _seen(world)] == [(14, 274), (274, 14)]


EVENT_FUNCTIONS: Final = (
    "beyond", "governed", "governed_by", "ours", "reowned", "published", "applying", "note", "granted", "opened",
    "examined", "removed", "new_objects",
)  # fmt: skip
EVENT_CHECKS: Final = (
    report_writes_down_what_is_made, close_takes_back_what_is_given, what_is_forbidden_is_written_down_or_refused,
    what_is_allowed_goes_on, an_unbound_role_is_one_that_the_policy_knows, derived_objects_are_apply_s,
    nothing_gets_around, what_goes_with_its_table_is_not_refused,
    extensions_are_not_the_policy_s, what_changes_hands_or_leaves_is_told,
    a_governed_table_s_domain_changes_no_hands, apply_alone_passes,
    outside_of_an_event_trigger_it_raises,
    what_is_open_to_nobody_is_written_down_too, a_function_of_the_bootstrap_superuser_counts_as_new,
    report_survives_and_close_does_not, what_cannot_be_closed_is_refused, long_names_are_cut,
)  # fmt: skip
