"""The statements themselves, kind by kind: what is applied is this text and no other.

That each does on a server what its fact says is the contract's business (tests/targets); here stands the exact text, so
that no word of it changes unnoticed and no server is needed to see it.
"""

from dataclasses import replace
from typing import Final

import pytest

from recuse.enforcement.facts import (
    ConflictGuard,
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    NewObjects,
    ObjectKind,
    ObjectRef,
    Owner,
    PolicyCommand,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.plan import Change
from recuse.errors import PlanError
from recuse.targets.postgres.queries import Sql, query
from recuse.targets.postgres.render import Renderer

SCHEMA: Final = ObjectRef("schema", ("records",))
TABLE: Final = ObjectRef("table", ("records", 'ar"rest'))
VIEW: Final = ObjectRef("view", ("records", "open"))
MATVIEW: Final = ObjectRef("matview", ("records", "report"))
SEQUENCE: Final = ObjectRef("sequence", ("records", "arrest_id_seq"))
FUNCTION: Final = ObjectRef("function", ("records", "f", "integer, text"))
GATE: Final = ObjectRef("function", ("recuse", "gate", "name"))
READ: Final = Grant(TABLE, "SELECT", "clerk", "owner", grantable=False)
ROLE: Final = Role("recuse_c_1", login=False, superuser=False, inherit=True, bypass_rls=False, create_role=False)
MEMBER: Final = Membership("recuse_c_1", "clerk", "postgres", admin=False, inherit=True, set_=False)
POLICY: Final = RowPolicy(TABLE, "recuse_x_r", False, "SELECT", ("recuse_c_1",), "(a = 1)", None)
ACCOUNT: Final = RegisteredAccount("cle'rk", 16384, active=True)
DECLARATION: Final = Declaration("clerk", "crime", "judicial", "mou-1", "recuse_c_1")


def renderer(major: int = 18) -> Renderer:
    return Renderer(major, {TABLE: frozenset({"owner"})}, frozenset({("records", "lender")}))


def lines(written: tuple[Sql, ...]) -> list[str]:
    return [statement.as_string(None) for statement in written]


def made(*facts: Fact, before: Fact | None = None, major: int = 18) -> list[str]:
    return lines(renderer(major).make(facts, before))


def unmade(*facts: Fact, major: int = 18) -> list[str]:
    return lines(renderer(major).unmake(facts))


def column(name: str, of: ObjectRef = TABLE) -> ObjectRef:
    return ObjectRef("column", (*of.name, name))


ON: Final[dict[ObjectKind, tuple[ObjectRef, str]]] = {
    "database": (ObjectRef("database", ("clear",)), 'DATABASE "clear"'),
    "schema": (SCHEMA, 'SCHEMA "records"'),
    "table": (TABLE, 'TABLE "records"."ar""rest"'),
    "view": (VIEW, 'TABLE "records"."open"'),
    "matview": (MATVIEW, 'TABLE "records"."report"'),
    "sequence": (SEQUENCE, 'SEQUENCE "records"."arrest_id_seq"'),
    "function": (FUNCTION, 'ROUTINE "records"."f"(integer, text)'),
}
PRIVILEGES: Final[tuple[Privilege, ...]] = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN", "USAGE", "CREATE",
    "EXECUTE", "CONNECT", "TEMPORARY",
)  # fmt: skip
COMMANDS: Final[tuple[PolicyCommand, ...]] = ("SELECT", "INSERT", "UPDATE", "DELETE", "ALL")


@pytest.mark.parametrize("kind", ON)
def test_a_grant_names_its_object(kind: ObjectKind) -> None:
    on, text = ON[kind]
    grant = Grant(on, "SELECT", "clerk", "owner", grantable=False)
    assert made(grant) == [f'GRANT SELECT ON {text} TO "clerk"']
    assert unmade(grant) == [f'REVOKE SELECT ON {text} FROM "clerk" CASCADE']
    assert made(replace(grant, grantee=None, grantable=True)) == [f"GRANT SELECT ON {text} TO PUBLIC WITH GRANT OPTION"]
    assert unmade(replace(grant, grantee=None, grantable=True)) == [f"REVOKE SELECT ON {text} FROM PUBLIC CASCADE"]


@pytest.mark.parametrize("privilege", PRIVILEGES)
def test_a_grant_names_its_privilege(privilege: Privilege) -> None:
    assert made(replace(READ, privilege=privilege)) == [
        f'GRANT {privilege} ON TABLE "records"."ar""rest" TO "clerk"'
    ]  # fmt: skip


def test_column_grants_are_one_statement_in_a_fixed_order() -> None:
    facts = [replace(READ, on=column(name)) for name in ("b", "a", "c d")]
    assert made(*facts) == ['GRANT SELECT ("a", "b", "c d") ON TABLE "records"."ar""rest" TO "clerk"']
    assert unmade(*facts) == ['REVOKE SELECT ("a", "b", "c d") ON TABLE "records"."ar""rest" FROM "clerk" CASCADE']


def test_another_grantor_speaks_for_itself() -> None:
    lent = replace(READ, grantor="lender")
    granted, revoked = (
        'GRANT SELECT ON TABLE "records"."ar""rest" TO "clerk"',
        ('REVOKE SELECT ON TABLE "records"."ar""rest" FROM "clerk" CASCADE'),
    )
    assert made(lent) == ['SET LOCAL ROLE "lender"', granted, "RESET ROLE"]
    assert unmade(lent) == ['SET LOCAL ROLE "lender"', revoked, "RESET ROLE"]
    # One who cannot name the schema may, for as long as it takes.
    assert unmade(replace(READ, grantor="stranger")) == [
        'GRANT USAGE ON SCHEMA "records" TO "stranger"',
        'SET LOCAL ROLE "stranger"',
        revoked,
        "RESET ROLE",
        'REVOKE USAGE ON SCHEMA "records" FROM "stranger"',
    ]


@pytest.mark.parametrize("kind", ["table", "view", "matview"])
def test_the_owner_of_a_column_is_its_relation_s_whatever_that_is(kind: ObjectKind) -> None:
    of = ObjectRef(kind, TABLE.name)
    speaking = Renderer(18, {of: frozenset({"owner", "next owner"})}, frozenset({("records", "lender")}))
    for grantor, statements in (("owner", 1), ("next owner", 1), ("lender", 3)):
        assert len(speaking.unmake((replace(READ, on=column("a"), grantor=grantor),))) == statements


def test_a_role_names_only_what_it_must() -> None:
    assert made(ROLE) == ['CREATE ROLE "recuse_c_1" NOLOGIN INHERIT']
    assert made(replace(ROLE, login=True, inherit=False, superuser=True)) == [
        'CREATE ROLE "recuse_c_1" LOGIN NOINHERIT'
    ]
    assert made(replace(ROLE, login=True), before=ROLE) == ['ALTER ROLE "recuse_c_1" LOGIN INHERIT']
    every = replace(ROLE, superuser=True, bypass_rls=True, create_role=True)
    assert made(ROLE, before=every) == ['ALTER ROLE "recuse_c_1" NOLOGIN INHERIT NOSUPERUSER NOBYPASSRLS NOCREATEROLE']
    assert made(every, before=ROLE) == ['ALTER ROLE "recuse_c_1" NOLOGIN INHERIT SUPERUSER BYPASSRLS CREATEROLE']
    assert unmade(ROLE) == ['DROP ROLE "recuse_c_1"']


def test_a_membership_says_each_option() -> None:
    assert made(MEMBER) == [
        'GRANT "recuse_c_1" TO "clerk" WITH ADMIN FALSE, INHERIT TRUE, SET FALSE GRANTED BY "postgres"'
    ]
    assert made(replace(MEMBER, admin=True, inherit=False, set_=True), major=16) == [
        'GRANT "recuse_c_1" TO "clerk" WITH ADMIN TRUE, INHERIT FALSE, SET TRUE GRANTED BY "postgres"'
    ]
    assert unmade(MEMBER, major=16) == ['REVOKE "recuse_c_1" FROM "clerk" GRANTED BY "postgres" CASCADE']
    # Below 16 there are no such options, and one grantor.
    assert made(MEMBER, major=15) == ['GRANT "recuse_c_1" TO "clerk" GRANTED BY "postgres"']
    assert made(replace(MEMBER, admin=True), major=15) == [
        'GRANT "recuse_c_1" TO "clerk" WITH ADMIN OPTION GRANTED BY "postgres"'
    ]
    assert unmade(MEMBER, major=15) == ['REVOKE "recuse_c_1" FROM "clerk" CASCADE']


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (SCHEMA, 'SCHEMA "records"'),
        (TABLE, 'TABLE "records"."ar""rest"'),
        (VIEW, 'VIEW "records"."open"'),
        (MATVIEW, 'MATERIALIZED VIEW "records"."report"'),
        (SEQUENCE, 'SEQUENCE "records"."arrest_id_seq"'),
        (FUNCTION, 'ROUTINE "records"."f"(integer, text)'),
        (ObjectRef("database", ("clear",)), 'DATABASE "clear"'),
    ],
)
def test_an_owner_is_named_by_the_kind_of_its_object(of: ObjectRef, text: str) -> None:
    assert made(Owner(of, "recuse_o_1"), before=Owner(of, "owner")) == [f'ALTER {text} OWNER TO "recuse_o_1"']
    assert made(Owner(of, "recuse_o_1")) == [f'ALTER {text} OWNER TO "recuse_o_1"']
    assert unmade(Owner(of, "owner")) == []


def test_what_comes_with_our_schema_has_its_owner_from_the_start() -> None:
    assert made(Owner(GATE, "recuse_owner")) == []
    assert made(Owner(GATE, "recuse_owner"), before=Owner(GATE, "somebody")) == [
        'ALTER ROUTINE "recuse"."gate"(name) OWNER TO "recuse_owner"'
    ]


def test_row_security_is_two_flags() -> None:
    table = 'ALTER TABLE "records"."ar""rest"'
    for enabled, word in ((True, "ENABLE"), (False, "DISABLE")):
        for forced, force in ((True, "FORCE"), (False, "NO FORCE")):
            security = RowSecurity(TABLE, enabled, forced)
            assert made(security) == [f"{table} {word} ROW LEVEL SECURITY", f"{table} {force} ROW LEVEL SECURITY"]
            assert unmade(security) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_row_policy_is_written_whole(command: PolicyCommand) -> None:
    assert made(replace(POLICY, command=command)) == [
        f'CREATE POLICY "recuse_x_r" ON "records"."ar""rest" AS PERMISSIVE FOR {command} TO "recuse_c_1" '
        "USING ((a = 1))"
    ]


def test_a_row_policy_s_parts() -> None:
    cut = RowPolicy(TABLE, "cut", True, "ALL", ("a b", "public"), "true", "(b)")
    assert made(cut) == [
        'CREATE POLICY "cut" ON "records"."ar""rest" AS RESTRICTIVE FOR ALL TO "a b", PUBLIC USING (true) '
        "WITH CHECK ((b))"
    ]
    insert = replace(cut, using=None)
    dropped = 'DROP POLICY "cut" ON "records"."ar""rest"'
    created = 'CREATE POLICY "cut" ON "records"."ar""rest" AS RESTRICTIVE FOR ALL TO "a b", PUBLIC WITH CHECK ((b))'
    assert made(insert, before=cut) == [dropped, created]
    assert unmade(cut) == [dropped]


@pytest.mark.parametrize(
    ("on", "word"),
    [
        ("tables", "TABLES"), ("sequences", "SEQUENCES"), ("functions", "FUNCTIONS"), ("types", "TYPES"),
        ("schemas", "SCHEMAS"), ("large objects", "LARGE OBJECTS"),
    ],
)  # fmt: skip
def test_a_default_privilege_names_its_kind(on: str, word: str) -> None:
    inside = DefaultPrivilege("owner", "records", on, "SELECT", "clerk")  # type: ignore[arg-type]
    start = 'ALTER DEFAULT PRIVILEGES FOR ROLE "owner"'
    assert made(inside) == [f'{start} IN SCHEMA "records" GRANT SELECT ON {word} TO "clerk"']
    assert unmade(inside) == [f'{start} IN SCHEMA "records" REVOKE SELECT ON {word} FROM "clerk"']
    everywhere = replace(inside, schema=None, grantee=None)
    assert made(everywhere) == [f"{start} GRANT SELECT ON {word} TO PUBLIC"]
    assert unmade(everywhere) == [f"{start} REVOKE SELECT ON {word} FROM PUBLIC"]


def test_a_registered_account_is_a_row() -> None:
    assert made(ACCOUNT) == [
        "INSERT INTO recuse.account (login, login_oid, active, gateway) VALUES ('cle''rk', 16384, true, false) "
        "ON CONFLICT (login) DO UPDATE SET login_oid = excluded.login_oid, active = excluded.active, "
        "gateway = excluded.gateway"
    ]
    # Its declarations refer to it.
    assert unmade(ACCOUNT) == [
        "DELETE FROM recuse.declaration WHERE login = 'cle''rk'",
        "DELETE FROM recuse.account WHERE login = 'cle''rk'",
    ]


@pytest.mark.parametrize(("agreement", "text"), [("mou-1", "'mou-1'"), (None, "''")])
def test_a_declaration_is_a_row(agreement: str | None, text: str) -> None:
    row = replace(DECLARATION, agreement=agreement)
    assert made(row) == [
        "INSERT INTO recuse.declaration (login, purpose, authority, agreement, class_role) "
        f"VALUES ('clerk', 'crime', 'judicial', {text}, 'recuse_c_1') "
        "ON CONFLICT (login, purpose, authority, agreement) DO UPDATE SET class_role = excluded.class_role"
    ]
    assert unmade(row) == [
        "DELETE FROM recuse.declaration WHERE login = 'clerk' AND purpose = 'crime' AND authority = 'judicial' "
        f"AND agreement = {text}"
    ]


def test_a_guard_is_two_triggers_that_no_session_turns_off() -> None:
    """What somebody left of them goes first."""
    table = '"records"."ar""rest"'
    dropped = [f'DROP TRIGGER IF EXISTS "{name}" ON {table}' for name in ("recuse_before", "recuse_after")]
    guard = ConflictGuard(TABLE, ("recuse_c_1", "recuse_c_'2"))
    function = "FOR EACH STATEMENT EXECUTE FUNCTION recuse.conflict('recuse_c_1', 'recuse_c_''2')"
    assert made(guard) == [
        *dropped,
        f'CREATE TRIGGER "recuse_before" BEFORE INSERT OR UPDATE ON {table} {function}',
        f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "recuse_before"',
        f'CREATE TRIGGER "recuse_after" AFTER INSERT ON {table} {function}',
        f'ALTER TABLE {table} ENABLE ALWAYS TRIGGER "recuse_after"',
    ]
    assert unmade(guard) == dropped


def test_what_stands_is_written_with_neighbouring_columns_together() -> None:
    """In a fixed order, whatever order the facts come in."""
    first = replace(READ, on=column("b"))
    facts: list[Fact] = [
        first,
        POLICY,
        replace(first, on=column("a")),
        replace(first, on=column("a"), privilege="UPDATE"),
        replace(first, on=column("a"), grantee="agent"),
        replace(first, on=column("z"), grantable=True),
        replace(first, on=column("c", VIEW)),
        RowSecurity(TABLE, True, True),
    ]
    expected = (
        'CREATE POLICY "recuse_x_r" ON "records"."ar""rest" AS PERMISSIVE FOR SELECT TO "recuse_c_1" USING ((a = 1))',
        'ALTER TABLE "records"."ar""rest" ENABLE ROW LEVEL SECURITY;\n'
        'ALTER TABLE "records"."ar""rest" FORCE ROW LEVEL SECURITY',
        'GRANT SELECT ("a") ON TABLE "records"."ar""rest" TO "agent"',
        'GRANT SELECT ("a", "b") ON TABLE "records"."ar""rest" TO "clerk"',
        'GRANT SELECT ("z") ON TABLE "records"."ar""rest" TO "clerk" WITH GRANT OPTION',
        'GRANT UPDATE ("a") ON TABLE "records"."ar""rest" TO "clerk"',
        'GRANT SELECT ("c") ON TABLE "records"."open" TO "clerk"',
    )
    assert renderer().standing(facts) == expected
    assert renderer().standing(reversed(facts)) == expected


def test_our_schema_and_its_functions() -> None:
    versions = lines((query("support/tables"), query("support/tables_2"), query("support/tables_3")))
    assert made(Support(3)) == versions
    assert made(Support(3), before=Support(1)) == versions[1:]
    assert made(Support(3), before=Support(2)) == versions[2:]
    (upgrade,) = renderer().statements([change(Support(3), before=Support(1))])
    assert upgrade.undo == ()
    assert unmade(Support(1)) == [query("support/gone").as_string(None)]
    definition = Definition(GATE, "0" * 64, "definer")
    source = query("support/gate").as_string(None)
    closed = 'REVOKE ALL ON FUNCTION "recuse"."gate"(name) FROM PUBLIC'
    assert made(definition) == ['SET LOCAL ROLE "recuse_owner"', source, closed, "RESET ROLE"]
    assert made(definition, before=definition) == ['SET LOCAL ROLE "recuse_owner"', source, "RESET ROLE"]
    assert unmade(definition) == ['DROP ROUTINE "recuse"."gate"(name)']


def test_the_event_trigger_s_function_is_a_superuser_s_and_the_trigger_is_made_anew() -> None:
    definition = Definition(ObjectRef("function", ("recuse", "new_objects", "")), "0" * 64, "invoker")
    assert made(definition, before=definition) == [query("support/new_objects").as_string(None)]
    names = ("recuse_report", "recuse_report_dropped", "recuse_close", "recuse_close_dropped")
    ended = [f'DROP EVENT TRIGGER IF EXISTS "{name}"' for name in names]
    assert unmade(NewObjects("close")) == ended
    found = made(NewObjects("close"), before=NewObjects("report"))
    assert found[:5] == [*ended, "ALTER FUNCTION recuse.new_objects() OWNER TO CURRENT_USER"]
    assert found[5].startswith("CREATE EVENT TRIGGER \"recuse_close\" ON ddl_command_end WHEN TAG IN ('CREATE TABLE', ")
    assert found[5].endswith("'GRANT') EXECUTE FUNCTION recuse.new_objects()")
    assert found[6:] == [
        'CREATE EVENT TRIGGER "recuse_close_dropped" ON sql_drop EXECUTE FUNCTION recuse.new_objects()',
        'ALTER EVENT TRIGGER "recuse_close" ENABLE ALWAYS',
        'ALTER EVENT TRIGGER "recuse_close_dropped" ENABLE ALWAYS',
    ]


def test_another_s_definition_is_not_ours_to_write() -> None:
    with pytest.raises(PlanError) as caught:
        made(Definition(FUNCTION, "0" * 64, "definer"))
    assert caught.value.message == "the definition of function records.f(integer, text) is not ours to write"
    assert caught.value.remedy == "change it by hand and plan again"


def change(fact: Fact, *, make: bool = True, before: Fact | None = None, batch: str = "b") -> Change:
    return Change("clear", "shape", make, fact, before, batch)


def test_neighbours_that_differ_only_in_the_column_are_one_statement() -> None:
    first = replace(READ, on=column("a"))
    second = replace(first, on=column("b"))
    apart = (
        replace(second, privilege="UPDATE"),
        replace(second, grantee="agent"),
        replace(second, grantor="lender"),
        replace(second, grantable=True),
        replace(second, on=column("b", VIEW)),
    )
    write = renderer().statements
    (together,) = write([change(first), change(second)])
    assert together.changes == (change(first), change(second))
    assert lines(together.do) == made(first, second)
    assert lines(together.undo) == unmade(first, second)
    for other in apart:
        assert [len(s.changes) for s in write([change(first), change(other)])] == [1, 1]
    assert [len(s.changes) for s in write([change(first), change(second, batch="c")])] == [1, 1]
    assert [len(s.changes) for s in write([change(first), change(second, make=False)])] == [1, 1]
    assert [len(s.changes) for s in write([change(READ), change(READ)])] == [1, 1]


def test_steps_of_one_batch_stay_apart() -> None:
    first, second = replace(READ, on=column("a")), replace(READ, on=column("b"))
    statements = renderer().statements([change(first), replace(change(second), step="loosen")])
    assert [len(s.changes) for s in statements] == [1, 1]


def test_every_change_says_what_undoes_it() -> None:
    writer = renderer()
    grant, revoke, policy = writer.statements(
        [change(READ), change(MEMBER, make=False), change(POLICY, before=replace(POLICY, using="true"))]
    )
    assert (lines(grant.do), lines(grant.undo)) == (made(READ), unmade(READ))
    assert (lines(revoke.do), lines(revoke.undo)) == (unmade(MEMBER), made(MEMBER))
    assert lines(policy.do) == made(POLICY, before=POLICY)
    assert lines(policy.undo) == made(replace(POLICY, using="true"), before=POLICY)
    (role,) = writer.statements([change(replace(ROLE, login=True), before=ROLE)])
    assert lines(role.undo) == ['ALTER ROLE "recuse_c_1" NOLOGIN INHERIT']
    (ours,) = writer.statements([change(Definition(GATE, "0" * 64, "definer"), make=False)])
    assert lines(ours.undo) == made(Definition(GATE, "0" * 64, "definer"))
    (theirs,) = writer.statements([change(Definition(FUNCTION, "0" * 64, "definer"), make=False)])
    assert theirs.undo == ()


def test_a_fact_without_a_statement_is_left_out() -> None:
    assert renderer().statements([change(Owner(GATE, "recuse_owner"))]) == ()


def test_a_materialized_view_is_filled_anew_last_in_its_transaction() -> None:
    owned, other = change(Owner(MATVIEW, "recuse_o_1"), before=Owner(MATVIEW, "owner")), change(READ)
    statements = renderer().statements([owned, other, replace(other, batch="c")])
    assert [lines(s.do)[0].partition(" ON ")[0] for s in statements] == [
        'ALTER MATERIALIZED VIEW "records"."report" OWNER TO "recuse_o_1"',
        "GRANT SELECT",
        'REFRESH MATERIALIZED VIEW "records"."report"',
        "GRANT SELECT",
    ]
    refresh = statements[2]
    assert refresh.changes == (owned,)
    assert refresh.undo == ()
    for still in (replace(owned, make=False), change(Owner(VIEW, "recuse_o_1"), before=Owner(VIEW, "owner"))):
        assert not [s for s in renderer().statements([still]) if "REFRESH" in s.text()[0]]


def test_text_can_be_pasted_into_psql() -> None:
    plain, lent = renderer().statements([change(READ), change(replace(READ, grantor="lender"), make=False)])
    assert plain.text() == (made(READ)[0], unmade(READ)[0])
    assert lent.text() == (
        'BEGIN;\nSET LOCAL ROLE "lender";\nREVOKE SELECT ON TABLE "records"."ar""rest" FROM "clerk" CASCADE;\n'
        "RESET ROLE;\nCOMMIT",
        'BEGIN;\nSET LOCAL ROLE "lender";\nGRANT SELECT ON TABLE "records"."ar""rest" TO "clerk";\nRESET ROLE;\nCOMMIT',
    )


def test_who_may_name_a_schema_is_nobody_unless_said() -> None:
    unsaid = Renderer(18, {TABLE: frozenset({"owner"})})
    assert len(unsaid.unmake((replace(READ, grantor="lender"),))) == 5
    assert len(renderer().unmake((replace(READ, grantor="lender"),))) == 3
