"""What every target promises, kept by PostgreSQL 18 and 15: what is made is found, what is unmade is gone.

Each fact is made and unmade by the renderer's own statements and read back from the catalog, under plain names and
under names that need quoting everywhere. Plans converge, survive damage by hand, and can be undone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final, LiteralString

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.compiler.condition import (
    ALWAYS,
    Condition,
    Flag,
    Like,
    Null,
    OneOf,
    Ordered,
    all_of,
    any_of,
)  # fmt: skip
from recuse.enforcement.facts import (
    ConflictGuard,
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
from recuse.enforcement.plan import Change, Plan
from recuse.errors import PlanError, StalePlanError, TargetError
from recuse.model import Circumstances, System
from recuse.operations import record
from recuse.operations.apply import apply_repository
from recuse.operations.document import sealed
from recuse.operations.plan import Planned, plan_system
from recuse.operations.policy import Policy
from recuse.targets.postgres.canonical import canonical
from recuse.targets.postgres.condition_sql import condition_text
from recuse.targets.postgres.connect import Connection, connect
from recuse.targets.postgres.inspect import _grant, _rows, inspect
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import support_facts
from recuse.targets.postgres.target import PostgresSession
from recuse.targets.postgres.target import _renderer as renderer_of
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conformance.world import definitions
from tests.conftest import ENDS, EVERY, binaries_of, create_database, version_id
from tests.test_main_job import job_on
from tests.unit.enforcement.small import (
    DAY,
    TABLE,
    account,
    repository,
    rules,
    superuser,
    system_of,
    table_map,
)

LOGINS: Final = ("clerk", "agent", "analyst")
BUILT_IN: Final = "postgres"


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
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
        """As the target makes it; `others` may name owners of objects not made yet."""
        found = inspect(self.admin)
        changes = tuple(Change("clear", "prepare", True, fact) for fact in others)
        plan = Plan("clear", "", (), changes, (), (), frozenset(), frozenset())
        return renderer_of(plan, found)

    def make(self, *facts: Fact, before: Fact | None = None, others: Iterable[Fact] = ()) -> None:
        """Make one fact, or column grants together; `others` may name the owners of objects not made yet."""
        self._run(self.renderer(*facts, *others).make(facts, before))

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
        create_database(outside, name)
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
    )  # fmt: skip
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


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_a_grant_is_made_and_unmade(named: tuple[Place, Names], kind: str) -> None:
    """Every privilege, to a role and to PUBLIC, by the owner and by another grantor, with and without grant option."""
    place, names = named
    on, privileges = objects(place, names)[kind]
    grants = {
        privilege: (
            Grant(on, privilege, names.lender, names.owner, grantable=True),
            Grant(on, privilege, names.reader, names.owner, grantable=False),
            Grant(on, privilege, None, names.owner, grantable=False),
            Grant(on, privilege, names.reader, names.lender, grantable=False),
        )
        for privilege in privileges
    }
    writer, before = place.renderer(*chain(*grants.values())), without_grants(place)
    found = granted(place)
    for those in grants.values():
        for grant in those:
            if grant not in found:
                place._run(writer.make((grant,), None))
            found = granted(place)
            assert grant in found
        for grant in reversed(those):
            place._run(writer.unmake((grant,)))
            left = granted(place)
            assert found ^ left == {grant}
            assert grant in found
            found = left
    assert without_grants(place) == before


def granted(place: Place) -> frozenset[Grant]:
    """All grants, as inspecting reads them, without what else it reads: asked for after every statement."""
    return frozenset(map(_grant, _rows(place.admin, "grants")))


def without_grants(place: Place) -> frozenset[Fact]:
    return frozenset(fact for fact in place.facts() if not isinstance(fact, Grant))


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


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
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


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
def test_each_grantor_s_membership_is_its_own(named: tuple[Place, Names]) -> None:
    """From 16 on, two grantors' memberships stand beside each other; each goes alone."""
    place, names = named
    if place.server.version < 16:
        pytest.skip("not applicable: below 16 a membership has one grantor")
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
    change = Change("clear", "shape", True, Owner(ref, names.reader), Owner(ref, names.owner), "batch")
    for statement in place.renderer().statements([change]):
        place._run(statement.do)
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
        *(OneOf(column, (text,), expected=True) for text in hostile),
        OneOf(column, tuple(sorted(hostile)), expected=False),
        *(Like(column, (f"{text}a", "b"), expected) for text in hostile for expected in (True, False)),
        Like(column, ("a", ""), expected=True),
        Ordered("id", "<", -(2**63)),
        Ordered("id", ">=", 2**63 - 1),
        any_of((all_of((Flag(flag, True), Null(column, False))), OneOf("id", (1, 2, 2**63 - 1), expected=True))),
    )  # fmt: skip


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
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
    writer = place.renderer(*wanted)
    for policy in wanted:
        place._run(writer.make((policy,), None))
    found = {f for f in place.facts() if isinstance(f, RowPolicy)}
    assert found == written
    assert canonical(place.admin, found) == found
    writer = place.renderer(*found)
    for policy in found:
        other = replace(policy, restrictive=not policy.restrictive)
        place._run(writer.make((other,), policy))
        now = place.facts()
        assert other in now
        assert policy not in now
        place._run(writer.unmake((other,)))
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
        pytest.skip("not applicable: PostgreSQL has no default privileges for schemas inside a schema")
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
        pytest.skip("not applicable: PostgreSQL has them since 18")
    place.execute("CREATE ROLE owner")
    before = place.facts()
    place.execute("ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON LARGE OBJECTS TO PUBLIC")
    found = DefaultPrivilege("owner", None, "large objects", "SELECT", None)
    assert place.facts() - before == {found}


def set_up(place: Place) -> None:
    """The recuse schema, made fact by fact."""
    facts = support_facts()
    kinds = (Role, Support, Definition, Owner, Grant)
    for fact in sorted(facts - place.facts(), key=lambda f: (kinds.index(type(f)), repr(f))):
        if isinstance(fact, Owner):
            continue  # comes with the schema
        place.make(fact, others=facts)


OF_SUPERUSERS: Final = Owner(ObjectRef("function", ("recuse", "new_objects", "")), BUILT_IN)
"""The event trigger's function is whose superuser's made it."""

# Functions of ours changed by hand: the body, the mode, the settings.
SPOILT: Final[dict[str, LiteralString]] = {
    "gate": "CREATE OR REPLACE FUNCTION recuse.gate(class_role name) RETURNS boolean STABLE SECURITY DEFINER "
    "PARALLEL SAFE LANGUAGE sql SET search_path = pg_catalog, pg_temp RETURN true",
    "admitted": "ALTER FUNCTION recuse.admitted() VOLATILE",
    "admission": "ALTER FUNCTION recuse.admission(text, text, text, text) SET search_path = public",
    "declare": "ALTER FUNCTION recuse.declare(text, text, text) SECURITY DEFINER",
    "conflict": "ALTER FUNCTION recuse.conflict() SECURITY DEFINER",
    "examined": "ALTER FUNCTION recuse.examined(boolean) SECURITY INVOKER",
    "new_objects": "ALTER FUNCTION recuse.new_objects() SECURITY DEFINER",
    "issue": "ALTER FUNCTION recuse.issue(text, name, text, text, text, text, timestamptz, bigint) PARALLEL SAFE",
}


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
def test_the_support_schema_is_its_facts(place: Place) -> None:
    set_up(place)
    assert ours(place) == support_facts()
    for name, spoilt in SPOILT.items():
        place.admin.execute(spoilt)
        (found,) = {f for f in place.facts() if isinstance(f, Definition)} - support_facts()
        (sound,) = (f for f in support_facts() if isinstance(f, Definition) and f.of == found.of)
        assert found.of.name[1] == name
        place.make(sound, before=found)
        assert ours(place) == support_facts()
    place.unmake(Support(1))
    assert ours(place) == {f for f in support_facts() if isinstance(f, Role)}


def ours(place: Place) -> set[Fact]:
    """What is found of the recuse schema and its roles; its tables have no row security, which is no wish of ours."""
    found = {f for f in place.facts() if "recuse" in repr(f) or isinstance(f, Support)}
    return {f for f in found if not isinstance(f, RowSecurity) and f != OF_SUPERUSERS}


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER TABLE {}.{} DISABLE TRIGGER recuse_before",
        "ALTER TABLE {}.{} ENABLE TRIGGER recuse_after",
        "DROP TRIGGER recuse_after ON {}.{}",
        "CREATE OR REPLACE TRIGGER recuse_before BEFORE UPDATE ON {}.{} EXECUTE FUNCTION recuse.conflict('reader')",
    ],
)
def test_a_conflict_guard_is_whole_or_not_there(named: tuple[Place, Names], damage: LiteralString) -> None:
    place, names = named
    set_up(place)
    guard = ConflictGuard(
        names.relation, ("recuse_c_0123456789ab", "recuse_c_ba9876543210")
    )  # classes have plain names
    assert not any(isinstance(fact, ConflictGuard) for fact in place.facts())
    place.make(guard)
    assert guard in place.facts()
    place.execute(damage, names.schema, names.table)
    assert not any(isinstance(fact, ConflictGuard) for fact in place.facts())
    fewer = replace(guard, roles=guard.roles[:1])
    place.make(fewer)
    assert fewer in place.facts()
    place.unmake(fewer)
    assert not any(isinstance(fact, ConflictGuard) for fact in place.facts())


def test_another_s_definition_is_not_ours_to_write(named: tuple[Place, Names]) -> None:
    place, names = named
    fact = Definition(names.ref("view", f"{names.table} view"), "0" * 64, "invoker")
    with pytest.raises(PlanError, match="is not ours to write"):
        place.renderer().make((fact,), None)


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
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


@dataclass(slots=True)
class Governed:
    """A database under a policy: one hostile table and three logins in as many situations, planned and applied."""

    place: Place
    session: PostgresSession
    table: str
    logins: Mapping[str, str]

    @property
    def policy(self) -> Policy:
        return policy_of(self.table, tuple(self.logins.items()))

    @property
    def system(self) -> System:
        return system_about(self.table)

    def plan(self) -> Planned:
        return plan_system(self.session, self.policy, self.system)

    def apply(self, planned: Planned) -> None:
        if planned.plan.changes:
            self.session.apply(planned.plan, planned.found, lambda *_: None)

    def settle(self) -> Planned:
        """Plan and apply; what is planned then must be nothing."""
        planned = self.plan()
        self.apply(planned)
        left = self.plan().plan.changes
        assert left == (), left[0]
        return planned

    def facts(self) -> frozenset[Fact]:
        return self.session.inspect().facts

    def login(self, name: str) -> psycopg.Connection:
        return psycopg.connect(self.place.dsn(), user=self.logins[name], password="x", autocommit=True)

    def rows(self, connection: psycopg.Connection) -> list[int]:
        table = sql.Identifier(*self.table.split(".", 1))
        found = connection.execute(sql.SQL("SELECT id FROM {} ORDER BY id").format(table)).fetchall()
        return [int(row[0]) for row in found]


@cache
def system_about(table: str) -> System:
    return system_of(replace(table_map(), name=table))


@cache
def policy_of(table: str, logins: tuple[tuple[str, str], ...]) -> Policy:
    """The same one for every test, since it remembers what was proved of it."""
    standing = Circumstances("own.records", "official_duty")
    accounts = (account("clerk", standing), account("agent", active=False), account("analyst", declares=["crime"]))
    named = [replace(each, login=dict(logins)[each.login]) for each in accounts]
    whole = repository(system_about(table), [*named, superuser(BUILT_IN)])
    return Policy(whole, rules(RULES), ("2026-01-15-contract",), DAY)


RULES: Final = """
permit (principal in Agency::"city", action, resource) when { !resource.sealed };
permit (principal in Agency::"centre", action == Action::"read", resource)
when { context.purpose == Purpose::"crime" && context.authority in Authority::"judicial" && resource.grade > 1 };
"""
GOVERNED: Final = """
CREATE ROLE {owner} NOLOGIN; CREATE ROLE staff NOLOGIN; CREATE ROLE lender NOLOGIN; CREATE ROLE borrower NOLOGIN;
CREATE ROLE {clerk} LOGIN PASSWORD 'x' IN ROLE staff; CREATE ROLE {agent} LOGIN PASSWORD 'x' IN ROLE staff;
CREATE ROLE {analyst} LOGIN PASSWORD 'x';
CREATE SCHEMA {schema} AUTHORIZATION {owner}; GRANT USAGE ON SCHEMA {schema} TO staff;
SET ROLE {owner};
CREATE TABLE {schema}.{table} (id serial PRIMARY KEY, {columns});
INSERT INTO {schema}.{table} (is_sealed, district, grade) VALUES (false, 'a', 1), (true, 'a', 2), (false, 'b', 3);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.{table} TO staff;
RESET ROLE;
"""


@pytest.fixture
def governed(place: Place) -> Governed:
    return govern(place, TABLE, {name: name for name in LOGINS})


def govern(place: Place, table: str, logins: Mapping[str, str]) -> Governed:
    schema, _, name = table.partition(".")
    parts = {"schema": schema, "table": name, "owner": f"{name} owner"} | dict(logins)
    place.admin.execute(
        sql.SQL(GOVERNED).format(
            columns=definitions(constrained=True), **{key: sql.Identifier(value) for key, value in parts.items()}
        )
    )
    return Governed(place, PostgresSession(place.admin), table, logins)


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
@pytest.mark.parametrize(
    ("table", "clerk"),
    [(TABLE, "clerk"), ('se"l e\\ct.user', 'clé"rk {} %s'), ("ж" * 31 + "." + "é" * 31, "Ü" * 31 + "z")],
)
def test_a_plan_applied_three_times_changes_nothing(place: Place, table: str, clerk: str) -> None:
    governed = govern(place, table, {"clerk": clerk, "agent": "user", "analyst": "select"})
    assert governed.settle().plan.changes
    before = governed.facts()
    for _ in range(2):
        planned = governed.plan()
        assert planned.plan.changes == ()
        governed.session.apply(planned.plan, planned.found, lambda *_: None)
        assert governed.facts() == before
    with governed.login("clerk") as connection:
        assert governed.rows(connection) == [1, 3]
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        governed.login("agent")
    with governed.login("analyst") as connection, connection.transaction():
        place.admin.execute(
            "SELECT recuse.issue('p', %s, 'crime', 'judicial', NULL, '1', now() + interval '1 hour', 0)",
            (governed.logins["analyst"],),
        )
        connection.execute("SELECT recuse.declare('crime', 'judicial')")
        assert governed.rows(connection) == [2, 3]


# What somebody may do by hand (`{standing}` is a class role): found by the next plan, and mended.
DAMAGE: Final = {
    "table granted to PUBLIC": "GRANT SELECT ON records.arrest TO PUBLIC",
    "column granted to a login": "GRANT SELECT (grade), UPDATE (grade) ON records.arrest TO agent",
    "granted with grant option": "GRANT SELECT ON records.arrest TO borrower WITH GRANT OPTION",
    "truncate granted": "GRANT TRUNCATE, TRIGGER, REFERENCES ON records.arrest TO clerk",
    "sequence granted": "GRANT UPDATE ON SEQUENCE records.arrest_id_seq TO PUBLIC",
    "granted by another grantor": "GRANT SELECT ON records.arrest TO zz_lender WITH GRANT OPTION; SET ROLE zz_lender; "
    "GRANT SELECT ON records.arrest TO agent; RESET ROLE",
    "class grant taken": "REVOKE SELECT (id) ON records.arrest FROM {standing}",
    "cut policy dropped": "DROP POLICY recuse_cut ON records.arrest",
    "cut policy made permissive": "DROP POLICY recuse_cut ON records.arrest; "
    "CREATE POLICY recuse_cut ON records.arrest USING ((SELECT recuse.admitted()) IS NOT NULL)",
    "class policy widened": "ALTER POLICY {read_policy} ON records.arrest USING (true)",
    "class policy for everyone": "ALTER POLICY {read_policy} ON records.arrest TO PUBLIC",
    "gate taken out": "ALTER POLICY {gated_policy} ON records.arrest USING (grade > 1)",
    "policy of our name added": "CREATE POLICY recuse_extra ON records.arrest USING (true)",
    "row security disabled": "ALTER TABLE records.arrest DISABLE ROW LEVEL SECURITY",
    "row security not forced": "ALTER TABLE records.arrest NO FORCE ROW LEVEL SECURITY",
    "gate function replaced": "CREATE OR REPLACE FUNCTION recuse.gate(class_role name) RETURNS boolean LANGUAGE sql "
    "SECURITY DEFINER RETURN true",
    "gate function made again by another": "DROP FUNCTION recuse.gate(name) CASCADE; CREATE FUNCTION "
    "recuse.gate(class_role name) RETURNS boolean LANGUAGE sql SECURITY DEFINER RETURN true",
    "function of ours given away": "ALTER FUNCTION recuse.admitted() OWNER TO clerk",
    "function added": "CREATE FUNCTION recuse.extra(text) RETURNS int LANGUAGE sql RETURN 1",
    "procedure added": "CREATE PROCEDURE recuse.extra(text) LANGUAGE sql AS ''",
    "issue opened to all": "GRANT EXECUTE ON FUNCTION recuse.issue TO PUBLIC",
    "permits readable": "GRANT SELECT, INSERT ON recuse.permit TO PUBLIC",
    "accounts writable": "GRANT UPDATE (active) ON recuse.account TO agent",
    "membership in a class": "GRANT {standing} TO borrower; GRANT borrower TO analyst",
    "membership with admin option": "GRANT {standing} TO clerk WITH ADMIN OPTION",
    "membership by another superuser": "CREATE ROLE dba SUPERUSER; REVOKE {standing} FROM clerk; SET ROLE dba; "
    "GRANT {standing} TO clerk WITH ADMIN OPTION; RESET ROLE",  # by whom alone would be left as it is

    "class role dropped": "DROP OWNED BY {standing}; DROP ROLE {standing}",
    "support schema dropped": "DROP SCHEMA recuse CASCADE",
    "anyone may create in our schema": "GRANT CREATE ON SCHEMA recuse TO PUBLIC",
    "gate no longer callable": "REVOKE EXECUTE ON FUNCTION recuse.gate FROM PUBLIC",
    "membership in the class taken": "REVOKE {standing} FROM clerk",
    "membership in the owner": 'GRANT "arrest owner" TO analyst',
    "membership in a predefined role": "GRANT pg_read_all_data TO analyst",
    "class role logs in": "ALTER ROLE {standing} LOGIN PASSWORD 'x'",
    "class role bypasses row security": "ALTER ROLE {standing} BYPASSRLS",
    "class role is a superuser": "ALTER ROLE {standing} SUPERUSER CREATEROLE",
    "inactive account may log in": "ALTER ROLE agent LOGIN",
    "inactive account marked active": "UPDATE recuse.account SET active = true WHERE login = 'agent'",
    "account row taken": "DELETE FROM recuse.declaration; DELETE FROM recuse.account WHERE login = 'analyst'",
    "account row with another's id": "UPDATE recuse.account SET login_oid = 10 WHERE login = 'clerk'",
    "account row added": "INSERT INTO recuse.account VALUES ('borrower', 1, true)",
    "declaration moved": "UPDATE recuse.declaration SET class_role = '{standing}'",
    "declaration added": "INSERT INTO recuse.declaration SELECT 'clerk', 'crime', 'judicial', '', class_role "
    "FROM recuse.declaration LIMIT 1",
    "default privilege": 'ALTER DEFAULT PRIVILEGES FOR ROLE "arrest owner" GRANT SELECT ON TABLES TO clerk',
    "default privilege in a schema": 'ALTER DEFAULT PRIVILEGES FOR ROLE "arrest owner" IN SCHEMA records '
    "GRANT SELECT ON TABLES TO PUBLIC",
    "definer function": "CREATE FUNCTION records.all_rows() RETURNS SETOF records.arrest LANGUAGE sql SECURITY DEFINER "
    "AS 'SELECT * FROM records.arrest'",
    "definer procedure": "CREATE PROCEDURE records.wipe() LANGUAGE sql SECURITY DEFINER "
    "AS 'DELETE FROM records.arrest'",
    "view over the table": 'CREATE VIEW records."all" AS SELECT * FROM records.arrest; GRANT SELECT ON records."all" '
    "TO PUBLIC",
}  # fmt: skip


# What stays: objects that somebody made, and memberships that lead nowhere now.
LEFT: Final = {
    "definer function": ("Owner", "Definition"),
    "definer procedure": ("Owner", "Definition"),
    "view over the table": ("Owner", "Definition"),
    "membership by another superuser": ("Role(name='dba'",),
    "membership in a class": ("Membership(role='borrower', member='analyst'",),
}


def damage(governed: Governed, planned: Planned, text: str) -> None:
    """Do it as an administrator would, with the names of the classes applied."""
    gated = {each.role for each in planned.classes.declared}
    (standing,) = {role for role in planned.classes.standing.values() if role not in gated}
    (declared, *_) = sorted(gated)
    names = {
        "standing": standing,
        "read_policy": f"recuse_{standing[-12:]}_r",
        "gated_policy": f"recuse_{declared[-12:]}_r",
    }
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    governed.place.admin.execute(text.encode())


@dataclass(frozen=True, slots=True)
class Damaged:
    """A governed database that one damage after the other is done to, since each is mended before the next."""

    governed: Governed
    planned: Planned


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def damaged(request: pytest.FixtureRequest) -> Iterator[Damaged]:
    """On a server of its own, whose roles no other test takes away."""
    with throwaway(binaries=binaries_of(request.param)) as server, connect(server.dsn()) as admin:
        governed = govern(Place(server, "postgres", admin), TABLE, {name: name for name in LOGINS})
        admin.execute("CREATE ROLE zz_lender; GRANT USAGE ON SCHEMA records TO zz_lender")
        yield Damaged(governed, governed.settle())


@pytest.mark.parametrize("kind", sorted(DAMAGE, key=lambda kind: kind in LEFT))
def test_damage_by_hand_is_found_and_mended(damaged: Damaged, kind: str) -> None:
    """The plan is not empty, and once applied the facts are as before the damage, but for what is not ours to mend."""
    governed, planned = damaged.governed, damaged.planned
    before = governed.facts()
    damage(governed, planned, DAMAGE[kind])
    assert governed.facts() != before
    assert governed.settle().plan.changes
    assert before <= governed.facts()
    left = {repr(fact) for fact in governed.facts() - before}
    assert not [fact for fact in left if not fact.startswith(LEFT.get(kind, "nothing"))]


# Grants and memberships by others than the owner, as they stand before the first plan; each must really go.
SECOND_GRANTORS: Final = {
    "the lender sorts after the borrower": "GRANT SELECT ON records.arrest TO lender WITH GRANT OPTION; "
    "SET ROLE lender; GRANT SELECT ON records.arrest TO borrower",
    "the lender sorts before the borrower": "GRANT SELECT ON records.arrest TO borrower WITH GRANT OPTION; "
    "SET ROLE borrower; GRANT SELECT ON records.arrest TO lender",
    "a chain of three": "GRANT SELECT ON records.arrest TO borrower WITH GRANT OPTION; SET ROLE borrower; "
    "GRANT SELECT ON records.arrest TO lender WITH GRANT OPTION; SET ROLE lender; "
    "GRANT SELECT ON records.arrest TO analyst WITH GRANT OPTION; SET ROLE analyst; "
    "GRANT SELECT ON records.arrest TO PUBLIC",
    "a login lends to a role": "GRANT SELECT ON records.arrest TO agent WITH GRANT OPTION; SET ROLE agent; "
    "GRANT SELECT ON records.arrest TO borrower",
    "a login lends to PUBLIC": "GRANT UPDATE (grade) ON records.arrest TO clerk WITH GRANT OPTION; SET ROLE clerk; "
    "GRANT UPDATE (grade) ON records.arrest TO PUBLIC",
    "columns are lent": "GRANT SELECT (id, grade) ON records.arrest TO agent WITH GRANT OPTION; SET ROLE agent; "
    "GRANT SELECT (id, grade) ON records.arrest TO borrower; GRANT SELECT (id, grade) ON records.arrest TO lender",
    "the lender names the schema through a role that it leaves": "REVOKE USAGE ON SCHEMA records FROM lender; "
    "GRANT staff TO lender; GRANT SELECT ON records.arrest TO lender WITH GRANT OPTION; SET ROLE lender; "
    "GRANT SELECT ON records.arrest TO borrower",
    "columns lent on a table's option": "GRANT SELECT ON records.arrest TO borrower WITH GRANT OPTION; "
    "SET ROLE borrower; GRANT SELECT (grade) ON records.arrest TO lender",
    "a login names the schema through a role that it leaves": "REVOKE USAGE ON SCHEMA records FROM agent; "
    "GRANT SELECT ON records.arrest TO agent WITH GRANT OPTION; SET ROLE agent; "
    "GRANT SELECT ON records.arrest TO borrower",
    "the lender can no longer name the schema": "GRANT SELECT ON records.arrest TO lender WITH GRANT OPTION; "
    "SET ROLE lender; GRANT SELECT ON records.arrest TO borrower; RESET ROLE; "
    "REVOKE USAGE ON SCHEMA records FROM lender",
    "the lender keeps nothing but the option": "GRANT SELECT ON records.arrest TO lender WITH GRANT OPTION; "
    "SET ROLE lender; GRANT SELECT ON records.arrest TO borrower; RESET ROLE; "
    "ALTER TABLE records.arrest OWNER TO lender; ALTER TABLE records.arrest OWNER TO \"arrest owner\"",
    "a membership lent": "GRANT staff TO lender WITH ADMIN OPTION; SET ROLE lender; GRANT staff TO analyst",
    "a membership lent onwards": "GRANT staff TO borrower WITH ADMIN OPTION; SET ROLE borrower; "
    "GRANT staff TO agent WITH ADMIN OPTION; SET ROLE agent; GRANT staff TO analyst",
    "a sequence lent": "GRANT USAGE ON SEQUENCE records.arrest_id_seq TO borrower WITH GRANT OPTION; "
    "SET ROLE borrower; GRANT USAGE ON SEQUENCE records.arrest_id_seq TO agent",
    "a definer function lent": "CREATE FUNCTION records.total() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
    "AS 'SELECT count(*) FROM records.arrest'; GRANT EXECUTE ON FUNCTION records.total TO borrower WITH GRANT OPTION; "
    "SET ROLE borrower; GRANT EXECUTE ON FUNCTION records.total TO agent",
    "all kinds of rights, three deep over two grantors": "{three}",
}  # fmt: skip


def three_deep() -> str:
    """From the owner to the borrower and to the lender, from each through the others to PUBLIC or to the agent."""
    rights = (
        "SELECT ON records.arrest", "UPDATE (grade) ON records.arrest", "EXECUTE ON FUNCTION records.total()",
        "USAGE ON SEQUENCE records.arrest_id_seq", "USAGE ON SCHEMA records",
    )  # fmt: skip
    said = [
        "CREATE FUNCTION records.total() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
        "AS 'SELECT count(*) FROM records.arrest'; ALTER FUNCTION records.total() OWNER TO \"arrest owner\""
    ]
    for first, second, last in (("borrower", "clerk", "PUBLIC"), ("lender", "analyst", "agent")):
        for right in rights:
            for grantor, grantee in (("arrest owner", first), (first, second), (second, last)):
                option = "" if grantee == last else " WITH GRANT OPTION"
                said.append(f'SET ROLE "{grantor}"; GRANT {right} TO {grantee}{option}; RESET ROLE')
    for first, second, last in (("borrower", "clerk", "analyst"), ("lender", "agent", "analyst")):
        said.append(
            f"GRANT staff TO {first} WITH ADMIN OPTION; SET ROLE {first}; GRANT staff TO {second} WITH ADMIN OPTION"
        )
        said.append(f"SET ROLE {second}; GRANT staff TO {last}; RESET ROLE")
    return "; ".join(said)


@pytest.mark.parametrize("kind", SECOND_GRANTORS)
def test_second_grantors_grants_really_go(governed: Governed, kind: str) -> None:
    admin = governed.place.admin
    admin.execute("GRANT USAGE ON SCHEMA records TO lender, borrower, analyst, agent")
    admin.execute(SECOND_GRANTORS[kind].replace("{three}", three_deep()).encode() + b"; RESET ROLE")
    lenders = {f.grantor for f in governed.facts() if isinstance(f, Grant | Membership)}
    assert lenders & LENDERS or kind == "the lender keeps nothing but the option", "it was really lent"
    governed.settle()
    lent = [
        f for f in governed.facts() if isinstance(f, Grant) and f.on.kind not in ("schema",) and f.grantor in LENDERS
    ]
    assert lent == []
    assert not [f for f in governed.facts() if isinstance(f, Membership) and f.role == "staff"]
    for role in ("lender", "borrower", "agent", "analyst"):
        for privilege in ("SELECT", "UPDATE"):
            held = "SELECT has_any_column_privilege(%s, 'records.arrest', %s)"
            assert admin.execute(held, (role, privilege)).fetchone() == (False,)


LENDERS: Final = frozenset({"lender", "borrower", "agent", "analyst", "clerk"})


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
def test_undo_restores_the_facts(governed: Governed) -> None:
    """The undo texts of a plan, last first, in one transaction."""
    admin = governed.place.admin
    admin.execute("GRANT USAGE ON SCHEMA records TO lender, borrower")
    admin.execute(
        "GRANT SELECT ON records.arrest TO lender WITH GRANT OPTION; SET ROLE lender; "
        "GRANT SELECT ON records.arrest TO borrower; RESET ROLE; GRANT SELECT (id, grade) ON records.arrest TO agent; "
        'ALTER DEFAULT PRIVILEGES FOR ROLE "arrest owner" GRANT SELECT ON TABLES TO staff; '
        "GRANT pg_read_all_data TO agent"
    )
    before = governed.facts()
    planned = governed.settle()
    assert governed.facts() != before
    with admin.transaction():
        for statement in reversed(planned.statements):
            if statement.undo:
                admin.execute(statement.undo.encode())
    assert governed.facts() == before


def test_a_second_apply_at_the_same_time_is_refused(governed: Governed) -> None:
    """As long as the first has its connection, and no longer."""
    refused = pytest.raises(TargetError, match="another `recuse apply` is at work")
    with connect(governed.place.dsn()) as other:
        with PostgresSession(other).exclusive(), refused, governed.session.exclusive():
            pytest.fail("two at once")
        with governed.session.exclusive():
            pass


@pytest.mark.parametrize("version", [18, 15], ids=["pg18", "pg15"])
def test_a_change_by_hand_between_plan_and_apply_is_refused(version: int, tmp_path: Path) -> None:
    """Nothing is changed and nothing recorded; with the change taken back, the plan holds again to the byte."""
    with ExitStack() as stack:
        job = job_on(stack, version, tmp_path)
        job.sign()
        _, document = job.plan()
        admin = stack.enter_context(connect(job.world.dsn()))
        by_hand = {
            "GRANT SELECT ON records.person TO PUBLIC": "REVOKE SELECT ON records.person FROM PUBLIC",
            "CREATE POLICY p ON records.person USING (true)": "DROP POLICY p ON records.person",
            "CREATE ROLE squad IN ROLE pg_read_all_data": "DROP ROLE squad",
        }
        for done, undone in by_hand.items():
            admin.execute(done.encode())
            before = inspect(admin).facts
            with pytest.raises(StalePlanError, match="the database is not as it was when the plan was made"):
                apply_repository(job.policy, document, job.ledger, lambda _: job.world.dsn())
            assert inspect(admin).facts == before
            admin.execute(undone.encode())
        edited = document.replace(b"REVOKE", b"revoke", 1)
        with pytest.raises(PlanError, match="the plan file was changed after it was written"):
            apply_repository(job.policy, edited, job.ledger, lambda _: job.world.dsn())
        forged = sealed(json.loads(edited))
        with pytest.raises(StalePlanError, match="the plan file is not what would be planned now"):
            apply_repository(job.policy, forged, job.ledger, lambda _: job.world.dsn())
        assert record.entries(job.ledger) == ()
        assert job.plan()[1] == document


# What the support schema promises to an ordinary login.


def sentence(connection: psycopg.Connection, statement: str, *values: object) -> str:
    """What the server says when it refuses; a statement that it does not refuse fails the test."""
    with pytest.raises(psycopg.Error) as refused:
        connection.execute(statement.encode(), values)
    return str(refused.value.diag.message_primary)


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
def test_admitted_is_true_only_for_an_active_registered_login(governed: Governed) -> None:
    """NULL, never false and never an error: unregistered, inactive, renamed, made again."""
    governed.settle()
    admin = governed.place.admin
    admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA records TO stranger")

    def admitted(login: str) -> object:
        with psycopg.connect(governed.place.dsn(login, "x")) as connection:
            row = connection.execute("SELECT recuse.admitted()").fetchone()
            assert row is not None
            return row[0]

    assert admitted("clerk") is True
    assert admitted("stranger") is None
    admin.execute("UPDATE recuse.account SET active = false WHERE login = 'clerk'")
    assert admitted("clerk") is None
    admin.execute("UPDATE recuse.account SET active = true WHERE login = 'clerk'")
    admin.execute("ALTER ROLE clerk RENAME TO renamed; ALTER ROLE renamed PASSWORD 'x'")
    admin.execute("ALTER ROLE stranger RENAME TO clerk; ALTER ROLE clerk PASSWORD 'x'")
    assert admitted("renamed") is None
    assert admitted("clerk") is None
    admin.execute(
        "DROP OWNED BY clerk; DROP ROLE clerk; ALTER ROLE renamed RENAME TO clerk; ALTER ROLE clerk PASSWORD 'x'"
    )
    assert admitted("clerk") is True
    admin.execute("DROP OWNED BY clerk; DROP ROLE clerk; CREATE ROLE clerk LOGIN PASSWORD 'x'")
    assert admitted("clerk") is None


def test_the_session_s_login_counts_not_its_role(governed: Governed) -> None:
    governed.settle()
    governed.place.admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'; GRANT clerk TO stranger")
    with psycopg.connect(governed.place.dsn("stranger", "x"), autocommit=True) as connection:
        connection.execute("SET ROLE clerk")
        assert connection.execute("SELECT recuse.admitted()").fetchone() == (None,)
        assert governed.rows(connection) == []


def permit(governed: Governed, name: str = "p1", hours: float = 1) -> None:
    governed.place.admin.execute(
        "SELECT recuse.issue(%s, 'analyst', 'crime', 'judicial', NULL, '2026-7', now() + %s * interval '1 hour', 7)",
        (name, hours),
    )


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
def test_gate_never_raises(governed: Governed) -> None:
    """Whatever the setting, class and transaction: TRUE with a permit in force that this transaction chose, or NULL."""
    planned = governed.settle()
    permit(governed)
    (role,) = {each.role for each in planned.classes.declared}
    chosen = (
        "SELECT set_config('recuse.permit', %s, true), "
        "set_config('recuse.declared', extract(epoch FROM now())::text, true)"
    )
    with governed.login("analyst") as connection:
        for value in ("", "p2", "'", "\\", "\u00fc" * 5000, "NULL"):
            for name in (role, "no such class", "", None):
                with connection.transaction():
                    connection.execute(chosen, (value,))
                    assert connection.execute("SELECT recuse.gate(%s::name)", (name,)).fetchone() == (None,)
        assert connection.execute("SELECT recuse.gate(%s::name)", (role,)).fetchone() == (None,)
        with connection.transaction():
            connection.execute("SET TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE")
            connection.execute(chosen, ("p1",))
            assert connection.execute("SELECT recuse.gate(%s::name)", (role,)).fetchone() == (True,)
            assert connection.execute("SELECT recuse.gate('other'::name)").fetchone() == (None,)
    with governed.login("clerk") as connection, connection.transaction():
        connection.execute(chosen, ("p1",))
        assert connection.execute("SELECT recuse.gate(%s::name)", (role,)).fetchone() == (None,)


def test_a_permit_ends_inside_an_open_transaction(governed: Governed) -> None:
    """By expiry and by revocation; and what was declared ends with its transaction."""
    governed.settle()
    permit(governed)
    permit(governed, "p2", 0.5 / 3600)
    with governed.login("analyst") as connection:
        with connection.transaction():
            connection.execute("SELECT recuse.declare('crime', 'judicial')")
            assert governed.rows(connection) == [2, 3]
            governed.place.admin.execute("UPDATE recuse.permit SET revoked_at = now() WHERE permit_id = 'p1'")
            assert governed.rows(connection) == []
            connection.execute("SELECT pg_sleep(0.5), set_config('recuse.permit', 'p2', true)")
            assert governed.rows(connection) == []
        assert connection.execute("SELECT current_user, current_setting('recuse.permit')").fetchone() == ("analyst", "")
        assert "permission denied" in sentence(connection, "SELECT id FROM records.arrest")


NONE_ISSUED: Final = "the policy in force lets none be issued"


@pytest.mark.parametrize("running", EVERY, ids=version_id, indirect=True)
def test_declare_refuses_with_a_clear_sentence(governed: Governed) -> None:
    governed.settle()
    with governed.login("analyst") as connection:
        for purpose, authority, case in (
            ("crime", "judicial", None), ("crime", "judicial", "2026-8"), ("own", "judicial", None), ("it's", "", None),
        ):  # fmt: skip
            said = sentence(connection, "SELECT recuse.declare(%s, %s, %s)", purpose, authority, case)
            quoted = [sql.Literal(each).as_string(None) for each in (purpose, authority)]
            more = f" for case '{case}'" if case else "" if purpose == "crime" else f", and {NONE_ISSUED}"
            assert said == f"no permit in force lets analyst declare {quoted[0]} under {quoted[1]}{more}"
            permit(governed, f"for {purpose} {case}")  # for another case, purpose or authority
    with governed.login("clerk") as connection:
        said = sentence(connection, "SELECT recuse.declare('crime', 'judicial')")
        assert said == f"no permit in force lets clerk declare 'crime' under 'judicial', and {NONE_ISSUED}"


UNFIT: Final = ("now() + interval '72.1 hours'", "'infinity'", "'-infinity'", "now()", "'2001-01-01'", "NULL")


@pytest.mark.parametrize("until", UNFIT)
def test_issue_refuses_other_lengths_than_0_to_72_hours(governed: Governed, until: str) -> None:
    governed.settle()
    call = f"SELECT recuse.issue('p', 'analyst', 'crime', 'judicial', NULL, '1', {until}, 0)"
    said = sentence(governed.place.admin, call)
    assert said == "a permit runs for more than 0 and at most 72 hours"


def test_issue_refuses_outside_the_declarations(governed: Governed) -> None:
    governed.settle()
    admin = governed.place.admin
    call = "SELECT recuse.issue('p', %s, %s, %s, %s, '1', now() + interval '72 hours', 0)"
    for login, purpose, authority, agreement in (
        ("clerk", "crime", "judicial", None),
        ("analyst", "removal", "judicial", None),
        ("analyst", "crime", "none", None),
        ("analyst", "crime", "judicial", "exchange"),
    ):
        said = sentence(admin, call, login, purpose, authority, agreement)
        assert said == f"the policy in force lets {login} declare nothing as '{purpose}' under '{authority}'"
    assert sentence(admin, call, "nobody", "crime", "judicial", None) == "nobody is not an active account"
    admin.execute("UPDATE recuse.account SET active = false WHERE login = 'analyst'")
    assert sentence(admin, call, "analyst", "crime", "judicial", None) == "analyst is not an active account"
    admin.execute("UPDATE recuse.account SET active = true WHERE login = 'analyst'")
    permit(governed, "p", 72)
    assert "duplicate key" in sentence(admin, call, "analyst", "crime", "judicial", None)
    row = admin.execute("SELECT login, purpose, valid_until - valid_from <= '72 hours' FROM recuse.permit").fetchall()
    assert row == [("analyst", "crime", True)]


def test_nothing_of_the_schema_is_open_to_an_ordinary_login(governed: Governed) -> None:
    """No table can be read or written, no permit issued, nothing created, no function replaced."""
    governed.settle()
    permit(governed)
    tables = ("account", "declaration", "gateway_key", "permit", "support", "used")
    statements = [
        *(f"{verb} recuse.{table}" for table in tables for verb in ("TABLE", "DELETE FROM", "TRUNCATE")),
        *(f"INSERT INTO recuse.{table} DEFAULT VALUES" for table in tables),
        *(f"UPDATE recuse.{table} SET {column}" for table, column in (
            ("account", "active = true"), ("declaration", "class_role = 'x'"), ("permit", "revoked_at = NULL"),
        )),
        "SELECT recuse.issue('q', 'analyst', 'crime', 'judicial', NULL, '1', now() + interval '1 hour', 0)",
        "SELECT recuse.issuable('analyst', 'crime', 'judicial', NULL)",
        "SELECT recuse.revoke('p1')",
        "SELECT recuse.sever('p1')",
        "SELECT recuse.permits()",
        "SELECT recuse.token_permit('v1')",
        "SELECT recuse.new_key('analyst')",
        "CREATE TABLE recuse.extra ()",
        "CREATE OR REPLACE FUNCTION recuse.admitted() RETURNS boolean LANGUAGE sql RETURN true",
        "SET ROLE recuse_owner",
        "SET ROLE recuse_issuer",
        "SET ROLE recuse_worker",
        "GRANT recuse_owner TO clerk",
    ]  # fmt: skip
    for login in ("clerk", "analyst"):
        with governed.login(login) as connection:
            for statement in statements:
                said = sentence(connection, statement)
                assert said.startswith(("permission denied", "must be owner", "must have admin option")), (
                    f"{login}: {statement}: {said}"
                )
            entered = connection.execute(
                "SELECT permit_id FROM recuse.admission('crime', 'judicial', NULL, NULL)"
            ).fetchone()
            assert entered == ("p1" if login == "analyst" else None,)


def test_what_stands_in_the_search_path_changes_no_gate(governed: Governed) -> None:
    """A login that can create objects puts its own tables and operators in front; the functions look past them."""
    governed.settle()
    governed.place.execute("CREATE SCHEMA clerk AUTHORIZATION clerk; GRANT TEMPORARY ON DATABASE {} TO clerk",
                           governed.place.database)  # fmt: skip
    with governed.login("clerk") as connection:
        connection.execute(
            "CREATE TABLE clerk.account (login name, login_oid oid, active boolean); "
            "CREATE TABLE clerk.pg_roles (oid oid, rolname name); CREATE TEMPORARY TABLE permit (permit_id text); "
            "SET search_path = clerk, pg_temp, pg_catalog"
        )
        assert governed.rows(connection) == [1, 3]
