"""What every target promises, kept by PostgreSQL 18 and 15: what is made is found, what is unmade is gone.

Each fact is made and unmade by the renderer's own statements and read back from the catalog, under plain names and under
names that need quoting everywhere. Plans converge, survive damage by hand, and can be undone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.compiler.condition import (
    ALWAYS, Condition, Flag, Like, Null, OneOf, Ordered, all_of, any_of,
)  # fmt: skip
from recuse.enforcement.facts import (
    Declaration,
    DefaultPrivilege,
    Definition,
    Fact,
    Grant,
    Membership,
    ObjectKind,
    ObjectRef,
    Owner,
    Privilege,
    RegisteredAccount,
    Role,
    RowPolicy,
    RowSecurity,
    Support,
)
from recuse.enforcement.plan import Change
from recuse.errors import PlanError
from recuse.targets.postgres.canonical import canonical
from recuse.targets.postgres.condition_sql import condition_text
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.inspect import inspect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import support_facts
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of

BUILT_IN: Final = "postgres"


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server for this module, whose roles each test takes away again."""
    with throwaway(binaries=binaries_of(request.param)) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Place:
    """A fresh database with an administrator's connection; no role but the first on the server."""

    server: Server
    database: str
    admin: Connection

    def dsn(self, login: str = BUILT_IN, password: str | None = None) -> str:
        return self.server.dsn(self.database, login, password)

    def execute(self, text: str, *names: str) -> None:
        """Run statements; each `{}` is an identifier."""
        self.admin.execute(sql.SQL(text).format(*map(sql.Identifier, names)))

    def facts(self) -> frozenset[Fact]:
        return inspect(self.admin).facts

    def renderer(self, *others: Fact) -> Renderer:
        owners: dict[ObjectRef, frozenset[str]] = {}
        for fact in (*self.facts(), *others):
            if isinstance(fact, Owner):
                owners[fact.of] = owners.get(fact.of, frozenset()) | {fact.role}
        return Renderer(self.server.version, owners)

    def make(self, *facts: Fact, before: Fact | None = None) -> None:
        self._run(self.renderer(*facts).make(facts, before))

    def unmake(self, *facts: Fact) -> None:
        self._run(self.renderer(*facts).unmake(facts))

    def _run(self, statements: Iterable[sql.SQL | sql.Composed]) -> None:
        with self.admin.transaction():
            for statement in statements:
                self.admin.execute(statement)


@pytest.fixture
def place(running: Server) -> Iterator[Place]:
    name = f"t_{clock.random_name(12)}"
    with psycopg.connect(running.dsn(), autocommit=True) as outside:
        outside.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with connect(running.dsn(name)) as admin:
                yield Place(running, name, admin)
        finally:
            outside.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            drop_roles(outside)


def drop_roles(connection: psycopg.Connection) -> None:
    """All roles made since the server was; those that granted to others go after them."""
    found = connection.execute("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND oid <> 10").fetchall()
    left = [str(name) for (name,) in found]
    for _ in range(len(left) + 1):
        for role in list(left):
            try:
                connection.execute(sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(sql.Identifier(role)))
            except psycopg.errors.DependentObjectsStillExist:
                continue
            left.remove(role)
    assert not left


@dataclass(frozen=True, slots=True)
class Names:
    """Names of everything in a small database."""

    schema: str
    table: str
    column: str
    flag: str
    type: str
    owner: str
    lender: str
    reader: str

    @property
    def relation(self) -> ObjectRef:
        return ObjectRef("table", (self.schema, self.table))

    def ref(self, kind: ObjectKind, *parts: str) -> ObjectRef:
        return ObjectRef(kind, (self.schema, *parts))


NAMES: Final = {
    "plain": Names("records", "person", "phone", "sealed", "contact", "records_owner", "lender", "reader"),
    "hostile": Names(
        'se"l e\\ct', "table", "{Ün%s} \"'", "é" * 31 + "x", "do main", "user", 'le n"der; --', "ж" * 31 + "y"
    ),
}
OBJECTS: Final = """
CREATE ROLE {owner}; CREATE ROLE {lender} LOGIN; CREATE ROLE {reader};
CREATE SCHEMA {schema} AUTHORIZATION {owner};
GRANT USAGE ON SCHEMA {schema} TO {lender} WITH GRANT OPTION;
SET ROLE {owner};
CREATE DOMAIN {schema}.{type} AS text;
CREATE TABLE {schema}.{table} (id serial PRIMARY KEY, {column} text, {flag} boolean);
CREATE VIEW {schema}.{view} AS SELECT * FROM {schema}.{table};
CREATE MATERIALIZED VIEW {schema}.{matview} AS SELECT * FROM {schema}.{table};
CREATE FUNCTION {schema}.{function}({schema}.{type}, int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE {schema}.{procedure}({schema}.{type}) LANGUAGE sql AS '';
RESET ROLE;
"""


@pytest.fixture(params=NAMES)
def named(request: pytest.FixtureRequest, place: Place) -> tuple[Place, Names]:
    """The objects of a small database under these names."""
    names: Names = NAMES[request.param]
    parts = {
        each: sql.Identifier(getattr(names, each))
        for each in ("schema", "table", "column", "flag", "type", "owner", "lender", "reader")
    }
    made = {each: sql.Identifier(f"{names.table} {each}") for each in ("view", "matview", "function", "procedure")}
    place.admin.execute(sql.SQL(OBJECTS).format(**parts, **made))
    return place, names


def function_ref(place: Place, names: Names, kind: str) -> ObjectRef:
    """The function or procedure, with its argument types as the server writes them."""
    (found,) = (
        f.of
        for f in place.facts()
        if isinstance(f, Owner) and f.of.kind == "function" and f.of.name[:2] == (names.schema, f"{names.table} {kind}")
    )
    return found


def objects(place: Place, names: Names) -> dict[str, tuple[ObjectRef, tuple[Privilege, ...]]]:
    """An object of each kind that can be granted, and its privileges."""
    table: tuple[Privilege, ...] = (
        "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER",
        *(("MAINTAIN",) if place.server.version >= 17 else ()),
    )  # type: ignore[assignment]  # fmt: skip
    column: tuple[Privilege, ...] = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
    view, matview = f"{names.table} view", f"{names.table} matview"
    return {
        "schema": (names.ref("schema"), ("USAGE", "CREATE")),
        "table": (names.relation, table),
        "column": (names.ref("column", names.table, names.column), column),
        "view": (names.ref("view", view), table),
        "view column": (names.ref("column", view, names.column), column),
        "matview": (names.ref("matview", matview), table),
        "sequence": (names.ref("sequence", f"{names.table}_id_seq"), ("USAGE", "SELECT", "UPDATE")),
        "function": (function_ref(place, names, "function"), ("EXECUTE",)),
        "procedure": (function_ref(place, names, "procedure"), ("EXECUTE",)),
    }


KINDS: Final = ("view column", "procedure", "schema", "table", "column", "view", "matview", "sequence", "function")


@pytest.mark.parametrize("kind", KINDS)
def test_a_grant_is_made_and_unmade(named: tuple[Place, Names], kind: str) -> None:
    """Every privilege, to a role and to PUBLIC, by the owner and by another grantor, with and without grant option."""
    place, names = named
    on, privileges = objects(place, names)[kind]
    for privilege in privileges:
        lent = Grant(on, privilege, names.lender, names.owner, grantable=True)
        grants = (
            lent,
            Grant(on, privilege, names.reader, names.owner, grantable=False),
            Grant(on, privilege, None, names.owner, grantable=False),
            Grant(on, privilege, names.reader, names.lender, grantable=False),
        )
        for grant in grants:
            if grant not in place.facts():
                place.make(grant)
            assert grant in place.facts()
        for grant in reversed(grants):
            before = place.facts()
            place.unmake(grant)
            assert before - place.facts() == {grant}


def test_neighbouring_column_grants_become_one_statement(named: tuple[Place, Names]) -> None:
    """Only those that differ in nothing but the column, and only when they stand beside each other."""
    place, names = named
    columns = [names.ref("column", names.table, column) for column in ("id", names.column, names.flag)]
    grants = [Grant(column, "SELECT", names.reader, names.owner, grantable=False) for column in columns]
    other = Grant(columns[0], "UPDATE", names.reader, names.owner, grantable=False)
    changes = [Change("clear", "shape", True, grant, None, "batch") for grant in (*grants, other)]
    statements = place.renderer().statements(changes)
    assert [len(statement.changes) for statement in statements] == [3, 1]
    assert statements[0].text()[0].count("GRANT") == 1
    for statement in statements:
        place._run(statement.do)
    assert {*grants, other} <= place.facts()
    for statement in reversed(statements):
        place._run(statement.undo)
    assert not {*grants, other} & place.facts()


def test_roles_and_memberships_are_made_and_unmade(named: tuple[Place, Names]) -> None:
    place, names = named
    role = Role(
        "recuse_c_0123456789ab", login=False, superuser=False, inherit=True, bypass_rls=False, create_role=False
    )
    door = replace(role, name='re"cuse d', inherit=False)
    for each in (role, door):
        place.make(each)
        assert each in place.facts()
        changed = replace(each, login=True, inherit=not each.inherit)
        place.make(changed, before=each)
        assert changed in place.facts()
        place.make(each, before=changed)
        assert each in place.facts()
    granular = place.server.version >= 16
    for inherit in (True, False) if granular else (True,):
        for set_ in (True, False) if granular else (True,):
            for admin in (False, True):
                made = Membership(role.name, names.reader, BUILT_IN, admin, inherit, set_)
                place.make(made)
                assert made in place.facts()
                place.unmake(made)
                assert made not in place.facts()
    place.unmake(door)
    assert door not in place.facts()


def test_each_grantor_s_membership_is_its_own(named: tuple[Place, Names]) -> None:
    """From 16 on, two grantors' memberships stand beside each other; each goes alone."""
    place, names = named
    if place.server.version < 16:
        pytest.skip("below 16 a membership has one grantor")
    place.execute("CREATE ROLE staff; GRANT staff TO {} WITH ADMIN OPTION", names.lender)
    ours = Membership("staff", names.reader, BUILT_IN, admin=False, inherit=False, set_=True)
    theirs = Membership("staff", names.reader, names.lender, admin=False, inherit=True, set_=True)
    place.make(ours)
    place.make(theirs)
    assert {ours, theirs} <= place.facts()
    place.unmake(ours)
    assert theirs in place.facts()
    place.make(ours)
    place.unmake(theirs)
    assert ours in place.facts()
    assert theirs not in place.facts()


@pytest.mark.parametrize("kind", ["schema", "table", "view", "matview", "function", "procedure"])
def test_an_owner_is_changed_and_changed_back(named: tuple[Place, Names], kind: str) -> None:
    place, names = named
    on, _ = objects(place, names)[kind]
    place.execute("GRANT SELECT ON {}.{} TO {}", names.schema, names.table, names.reader)
    before, after = Owner(on, names.owner), Owner(on, names.reader)
    assert before in place.facts()
    place.make(after, before=before)
    assert after in place.facts()
    place.make(before, before=after)
    assert before in place.facts()


def test_a_materialized_view_is_filled_anew_by_its_new_owner(named: tuple[Place, Names]) -> None:
    """What it holds was read with its old owner's rights."""
    place, names = named
    matview = f"{names.table} matview"
    place.execute("INSERT INTO {}.{} DEFAULT VALUES; REFRESH MATERIALIZED VIEW {}.{}", names.schema, names.table,
                  names.schema, matview)  # fmt: skip
    place.execute("ALTER TABLE {}.{} ENABLE ROW LEVEL SECURITY", names.schema, names.table)
    place.execute("GRANT SELECT ON {}.{} TO {}", names.schema, names.table, names.reader)
    ref = names.ref("matview", matview)
    place.make(Owner(ref, names.reader), before=Owner(ref, names.owner))
    count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(names.schema, matview))
    assert place.admin.execute(count).fetchone() == (0,)


def test_row_security_has_four_states(named: tuple[Place, Names]) -> None:
    place, names = named
    states = [RowSecurity(names.relation, enabled, forced) for enabled in (True, False) for forced in (True, False)]
    before = RowSecurity(names.relation, enabled=False, forced=False)
    for state in (*states, *reversed(states)):
        place.make(state, before=before)
        assert state in place.facts()
        before = state
    assert place.renderer().unmake((before,)) == ()


def conditions(names: Names) -> tuple[Condition, ...]:
    """Row conditions with everything that a text could break."""
    column, flag = names.column, names.flag
    hostile = (
        "",
        "'",
        "''",
        "\\",
        "\\'",
        "%",
        "_",
        "%s {} {0}",
        "a'; DROP TABLE x; --",
        "é",
        "e\u0301",
        "😀",
        "\n\t",
        "$1",
        "$$",
    )
    return (
        ALWAYS,
        Flag(flag, True),
        Flag(flag, False),
        Null(column, True),
        *(OneOf(column, (text,)) for text in hostile),
        OneOf(column, tuple(sorted(hostile)), expected=False),
        *(Like(column, (f"{text}a", "b"), expected) for text in hostile for expected in (True, False)),
        Like(column, ("a", "")),
        Ordered("id", "<", -(2**63)),
        Ordered("id", ">=", 2**63 - 1),
        any_of((all_of((Flag(flag, True), Null(column, False))), OneOf("id", (1, 2, 2**63 - 1)))),
    )  # fmt: skip


def test_a_row_policy_is_made_in_the_server_s_own_words(named: tuple[Place, Names]) -> None:
    """`canonical` of what is wanted is what the catalog says once it is made; nothing is left behind by asking."""
    place, names = named
    wanted: list[RowPolicy] = []
    for number, condition in enumerate(conditions(names)):
        text = condition_text(condition)
        command = ("SELECT", "INSERT", "UPDATE", "DELETE", "ALL")[number % 5]
        using = None if command == "INSERT" else text
        check = text if command in ("INSERT", "UPDATE", "ALL") else None
        roles = (("public",), (names.reader,), tuple(sorted((names.reader, names.lender))))[number % 3]
        wanted.append(
            RowPolicy(names.relation, f'p "{number}', number % 2 == 0, command, roles, using, check)  # type: ignore[arg-type]
        )
    before = place.facts()
    written = canonical(place.admin, wanted)
    assert place.facts() == before
    for policy in wanted:
        place.make(policy)
    found = {f for f in place.facts() if isinstance(f, RowPolicy)}
    assert found == written
    assert canonical(place.admin, found) == found
    for policy in found:
        other = replace(policy, restrictive=not policy.restrictive)
        place.make(other, before=policy)
        assert other in place.facts()
        assert policy not in place.facts()
        place.unmake(other)
    assert not {f for f in place.facts() if isinstance(f, RowPolicy)}


def test_a_condition_that_the_server_does_not_accept_is_a_plan_error(named: tuple[Place, Names]) -> None:
    place, names = named
    for text in ("no_such_column = 1", "id = 'x'", "id", "(SELECT"):
        policy = RowPolicy(names.relation, "p", False, "SELECT", ("public",), text, None)
        with pytest.raises(PlanError, match="does not accept the row condition"):
            canonical(place.admin, [policy])


@pytest.mark.parametrize("schema", [True, False], ids=["in a schema", "everywhere"])
@pytest.mark.parametrize(
    ("on", "privilege"),
    [("tables", "SELECT"), ("sequences", "USAGE"), ("functions", "EXECUTE"), ("types", "USAGE"), ("schemas", "CREATE")],
)
def test_a_default_privilege_is_made_and_unmade(
    named: tuple[Place, Names], on: str, privilege: Privilege, schema: bool
) -> None:
    place, names = named
    if on == "schemas" and schema:
        pytest.skip("PostgreSQL has no default privileges for schemas inside a schema")
    # Everywhere, PUBLIC already has EXECUTE and USAGE of types: that entry is no fact of its own.
    grantees = (names.reader,) if not schema and on in ("functions", "types") else (names.reader, None)
    for grantee in grantees:
        fact = DefaultPrivilege(names.owner, names.schema if schema else None, on, privilege, grantee)  # type: ignore[arg-type]
        place.make(fact)
        assert fact in place.facts()
        place.unmake(fact)
        assert fact not in place.facts()


def test_default_privileges_on_large_objects_do_not_stop_the_inspection(place: Place) -> None:
    if place.server.version < 18:
        pytest.skip("PostgreSQL has them since 18")
    place.execute("CREATE ROLE owner; ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON LARGE OBJECTS TO PUBLIC")
    place.facts()


def set_up(place: Place) -> None:
    """The recuse schema, made fact by fact."""
    facts = support_facts()
    kinds = (Role, Support, Definition, Owner, Grant)
    for fact in sorted(facts - place.facts(), key=lambda f: (kinds.index(type(f)), repr(f))):
        if isinstance(fact, Owner):
            continue  # comes with the schema
        with place.admin.transaction():
            for statement in place.renderer(*facts).make((fact,), None):
                place.admin.execute(statement)


def test_the_support_schema_is_its_facts(place: Place) -> None:
    set_up(place)
    ours = {f for f in place.facts() if "recuse" in repr(f)}
    assert ours == support_facts()
    for definition in [f for f in support_facts() if isinstance(f, Definition)]:
        spoilt = "CREATE OR REPLACE FUNCTION recuse.gate(class_role name) RETURNS boolean RETURN true"
        place.execute(spoilt)
        changed = {f for f in place.facts() if isinstance(f, Definition)} - support_facts()
        assert len(changed) == 1
        place.make(definition, before=next(iter(changed)))
        place.make(
            next(f for f in support_facts() if isinstance(f, Definition) and f.of.name[1] == "gate"),
            before=next(iter(changed)),
        )
        assert {f for f in place.facts() if "recuse" in repr(f)} == support_facts()
    place.unmake(Support(1))
    assert {f for f in place.facts() if "recuse" in repr(f)} == {f for f in support_facts() if isinstance(f, Role)}


def test_another_s_definition_is_not_ours_to_write(named: tuple[Place, Names]) -> None:
    place, names = named
    fact = Definition(names.ref("view", f"{names.table} view"), "0" * 64, "invoker")
    with pytest.raises(PlanError, match="is not ours to write"):
        place.renderer().make((fact,), None)


def test_registered_accounts_and_declarations_are_made_and_unmade(named: tuple[Place, Names]) -> None:
    place, names = named
    set_up(place)
    oids = inspect(place.admin).oids
    row = RegisteredAccount(names.lender, oids[names.lender], active=True)
    place.make(row)
    assert row in place.facts()
    for changed in (replace(row, active=False), replace(row, oid=1), row):
        place.make(changed, before=row)
        assert {f for f in place.facts() if isinstance(f, RegisteredAccount)} == {changed}
    for agreement in (None, "an 'agreement'"):
        declared = Declaration(names.lender, "it's", 'au"th', agreement, "recuse_c_0123456789ab")
        place.make(declared)
        assert declared in place.facts()
        moved = replace(declared, class_role="recuse_c_ba9876543210")
        place.make(moved, before=declared)
        assert moved in place.facts()
        assert declared not in place.facts()
        place.unmake(moved)
        assert moved not in place.facts()
        place.make(declared)
    place.unmake(row)
    assert not {f for f in place.facts() if isinstance(f, RegisteredAccount | Declaration)}
