"""A whole plan, proved from its SQL; and plans with one fault each, refuted with a row that PostgreSQL bears out."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final, cast

import psycopg
import pytest
from psycopg import sql

from recuse.compiler.proof.claims import COLUMNS, NEEDS_ADMISSION, NEEDS_PERMIT, SHOWS_ALL, SHOWS_ONLY, Proof
from recuse.compiler.proof.prover import Prover
from recuse.compiler.proof.values import Value
from recuse.enforcement.diff import diff
from recuse.enforcement.held import Holdings
from recuse.enforcement.order import Situation, order
from recuse.enforcement.scope import Scope
from recuse.errors import Counterexample, PlanError, RefutedError
from recuse.operations.policy import Policy
from recuse.operations.proofs import Texts, prove
from recuse.targets.postgres.reading.reader import PostgresReader
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.throwaway import throwaway
from tests.conformance.world import definitions
from tests.conftest import binaries_of
from tests.proof.small import cedar, stored
from tests.unit.enforcement.small import (
    AGENCY_OF,
    DAY,
    OWNER,
    RELATION,
    accounts,
    classified,
    found_facts,
    repository,
    rules,
    system_of,
    table_map,
    wanted_facts,
)

RULES: Final = """
permit (principal, action, resource)
when { context.purpose in Purpose::"own" && !resource.sealed };
permit (principal, action == Action::"read", resource)
when { context.purpose == Purpose::"crime" && context.authority in Authority::"judicial" && resource.district == "a" };
permit (principal, action == Action::"read", resource in Category::"custody")
when { context.purpose == Purpose::"undeclared" && resource has vip && !resource.vip };
"""
READS: Final = "CREATE POLICY .* FOR SELECT TO "
BODY: Final = r"USING \(.*\)$"
FORCED: Final = r";\nALTER TABLE .* FORCE ROW LEVEL SECURITY"
Sql = tuple[str, ...]
Fault = Callable[[Sql], Sql]


@cache
def plan() -> Sql:
    """The texts of the plan that makes the small world's database what the rules say."""
    found = found_facts()
    wanted = wanted_facts(RULES)
    scope = Scope.of(found, frozenset(AGENCY_OF), frozenset({"postgres"}))
    standing = dict(classified(RULES).standing)
    situation = Situation(
        "clear", Holdings(found), standing, frozenset({"clerk"}), {RELATION: "table records.arrest"},
        frozenset(AGENCY_OF), frozenset(), frozenset(), frozenset(),
    )  # fmt: skip
    changes = order(diff(found, wanted, scope.governs), situation)
    return tuple(s.text()[0] for s in Renderer(18, {RELATION: frozenset({OWNER})}).statements(changes))


def proved(texts: Sql) -> tuple[Proof, ...]:
    system = system_of(table_map())
    policy = Policy(repository(system, accounts()), rules(RULES), ("d",), DAY)
    return prove(Prover(cedar(), policy.rules, system), policy, PostgresReader(), Texts((), texts))


def role_of(text: str) -> str:
    """The class role that a pattern's first statement of the plan names."""
    found = next(re.search(r"recuse_c_[0-9a-f]{8}_[0-9a-f]{12}", each) for each in plan() if re.search(text, each))
    assert found is not None
    return found[0]


@cache
def roles() -> dict[str, str]:
    return {
        "clerk": role_of(r'^GRANT "recuse_c_.* TO "clerk"'),
        "analyst": role_of(r'^GRANT "recuse_c_.* TO "analyst" .*INHERIT TRUE'),
        "crime": role_of(r"INSERT INTO recuse.declaration .*'judicial'"),
    }


def edited(where: str, old: str, new: str) -> Fault:
    """Every statement that matches `where`, with `old` as `new`; roles in braces by what enters them."""

    def fault(texts: Sql) -> Sql:
        pattern, before, after = (part.format(**roles()) for part in (where, old, new))
        changed = tuple(re.sub(before, after, text) if re.search(pattern, text) else text for text in texts)
        assert changed != texts, (pattern, before)
        return changed

    return fault


def added(statement: str) -> Fault:
    return lambda texts: (*texts, statement.format(**roles()))


def dropped(where: str) -> Fault:
    def fault(texts: Sql) -> Sql:
        left = tuple(text for text in texts if not re.search(where.format(**roles()), text))
        assert left != texts
        return left

    return fault


def swapped(texts: Sql) -> Sql:
    """Two classes with each other's conditions for reading."""
    one, other = (next(t for t in texts if re.search(f'{READS}"{roles()[name]}"', t)) for name in ("clerk", "analyst"))
    (head, mine), (tail, theirs) = one.split(" USING ", 1), other.split(" USING ", 1)
    made = {one: f"{head} USING {theirs}", other: f"{tail} USING {mine}"}
    return tuple(made.get(text, text) for text in texts)


GATE: Final = r"\(SELECT recuse\.gate\('recuse_c_[0-9a-f]{{8}}_[0-9a-f]{{12}}'::name\)\) IS NOT NULL AND "
WITH_ROWS: Final[dict[str, Fault]] = {
    "dropped conjunct": edited(READS + '"{clerk}"', BODY, "USING (true)"),
    "NULL counts as true": edited(READS + '"{analyst}"', r"\(NOT \"vi\"\"p\"\)", r'("vi""p" IS NOT TRUE)'),
    "COALESCE": edited(READS + '"{analyst}"', r"\(NOT \"vi\"\"p\"\)", r'(NOT COALESCE("vi""p", false))'),
    "swapped constant": edited(READS + '"{crime}"', "'a'::text", "'b'::text"),
    "missing gate": edited("CREATE POLICY", GATE, ""),
    "the gate of another class": edited(READS + '"{crime}"', r"gate\('{crime}'", "gate('{clerk}'"),
    "a gate that lets all pass": edited("CREATE POLICY", GATE, r"COALESCE((SELECT recuse.gate('x'::name)), true) AND "),
    "swapped conditions": swapped,
    "extra permissive policy": added(
        'CREATE POLICY "recuse_x" ON "records"."arrest" AS PERMISSIVE FOR SELECT TO "{clerk}" USING (true)'
    ),
    "policy to another role": edited(READS + '"{clerk}"', 'TO "{clerk}"', 'TO "{analyst}"'),
    "no cut": dropped("recuse_cut"),
    "nothing is shown": edited(READS + '"{clerk}"', BODY, "USING (false)"),
}
OTHERWISE: Final[dict[str, tuple[Fault, str]]] = {
    "permissive cut": (edited("recuse_cut", "AS RESTRICTIVE", "AS PERMISSIVE"), "makes the row policy `recuse_cut`"),
    "policy to everybody": (
        added('CREATE POLICY "recuse_x" ON "records"."arrest" AS PERMISSIVE FOR SELECT TO PUBLIC USING (true)'),
        "makes the row policy `recuse_x`",
    ),
    "grant beside the classes": (added('GRANT SELECT ON TABLE "records"."arrest" TO "agent"'), "to `agent`"),
    "grant to everybody": (added('GRANT SELECT ("id") ON TABLE "records"."arrest" TO PUBLIC'), "to PUBLIC"),
    "two classes at once": (
        added('GRANT "{analyst}" TO "clerk" WITH ADMIN FALSE, INHERIT TRUE, SET FALSE GRANTED BY "postgres"'),
        "2 classes at once",
    ),
    "truncating": (added('GRANT TRUNCATE ON TABLE "records"."arrest" TO "{clerk}"'), "holds TRUNCATE"),
    "membership in a role of others": (added('GRANT "pg_read_all_data" TO "agent"'), "member of `pg_read_all_data`"),
    "administering a class": (added('GRANT "{clerk}" TO "clerk" WITH ADMIN OPTION'), "member of"),
    "superuser": (added('ALTER ROLE "agent" SUPERUSER'), "gives the role `agent` superuser"),
    "login of an inactive account": (added('ALTER ROLE "agent" LOGIN'), "gives the role `agent` canlogin"),
    "row security off": (added('ALTER TABLE "records"."arrest" DISABLE ROW LEVEL SECURITY'), "turns row security"),
    "row security not forced": (edited("FORCE", FORCED, ""), "not on for everyone"),
    "no row security at all": (dropped("CREATE POLICY|ROW LEVEL SECURITY"), "not on for everyone"),
    "a new owner": (added('ALTER TABLE "records"."arrest" OWNER TO "agent"'), "makes `agent` the owner"),
    "a policy of others dropped": (added('DROP POLICY "theirs" ON "records"."arrest"'), "drops the row policy"),
    "the next objects": (
        added('ALTER DEFAULT PRIVILEGES FOR ROLE "records_owner" GRANT SELECT ON TABLES TO "agent"'), "next objects",
    ),
    "an inactive account admitted": (
        added("INSERT INTO recuse.account (login, login_oid, active, gateway) VALUES ('agent', 16385, true, false) "
              "ON CONFLICT (login) DO UPDATE SET login_oid = excluded.login_oid, active = excluded.active, "
              "gateway = excluded.gateway"), "admits `agent`",
    ),
    "a purpose that is not the account's": (
        added("INSERT INTO recuse.declaration (login, purpose, authority, agreement, class_role) VALUES "
              "('clerk', 'crime', 'judicial', '', '{crime}') ON CONFLICT (login, purpose, authority, agreement) "
              "DO UPDATE SET class_role = excluded.class_role"), "declare `crime`",
    ),
    "another gate": (added("CREATE FUNCTION recuse.gate(x name) RETURNS boolean RETURN true"), "no plan writes"),
    "a condition that calls": (edited(READS + '"{clerk}"', BODY, "USING (public.ok())"), "it calls `public.ok`"),
    "a condition that selects": (
        edited(READS + '"{clerk}"', BODY, "USING (EXISTS (SELECT FROM pg_class))"), "was not proved",
    ),
    "a form of DROP that no plan writes": (added('DROP POLICY "recuse_x" ON "arrest"'), "no plan writes"),
    "every table at once": (added('GRANT SELECT ON ALL TABLES IN SCHEMA records TO "{clerk}"'), "targtype"),
    "everything": (added('GRANT ALL ON TABLE "records"."arrest" TO "{clerk}"'), "holds ALL"),
    "a hidden second statement": (edited(READS + '"{clerk}"', "$", "; DROP TABLE x"), "was not proved"),
}  # fmt: skip
ENTERING: Final[dict[str, Fault]] = {
    "an account in the class of another": lambda texts: edited(r'^GRANT "{clerk}" TO "clerk"', '"clerk"', '"analyst"')(
        dropped('^GRANT "{analyst}" TO "analyst"')(texts)
    ),
    "a purpose that opens another class": edited(
        "INSERT INTO recuse.declaration", "'recuse_c_[0-9a-f]{{8}}_[0-9a-f]{{12}}'", "'{clerk}'"
    ),
    "more columns": edited(r'^GRANT SELECT .* TO "{analyst}"', r"SELECT \(", 'SELECT ("grade", '),
    "WITH CHECK dropped": edited(
        'CREATE POLICY .* FOR UPDATE TO "{clerk}"', r"WITH CHECK \(.*\)$", "WITH CHECK (true)"
    ),
}


def test_the_plan_is_proved() -> None:
    found = proved(plan())
    said = {(p.role, p.command): p for p in found}
    assert {p.command for p in found if p.role == roles()["clerk"]} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert said[roles()["clerk"], "SELECT"].proved == (SHOWS_ONLY, SHOWS_ALL, COLUMNS, NEEDS_ADMISSION)
    assert said[roles()["crime"], "SELECT"].proved == (SHOWS_ONLY, SHOWS_ALL, COLUMNS, NEEDS_ADMISSION, NEEDS_PERMIT)
    assert all(len(p.sql) == 1 and p.contexts >= 1 for p in found)


@pytest.mark.parametrize("fault", OTHERWISE)
def test_a_plan_that_does_anything_else_is_refused(fault: str) -> None:
    edit, sentence = OTHERWISE[fault]
    with pytest.raises(PlanError) as caught:
        proved(edit(plan()))
    assert sentence in caught.value.message


@pytest.mark.parametrize("fault", ENTERING)
def test_who_enters_what_is_proved(fault: str) -> None:
    with pytest.raises(RefutedError) as caught:
        proved(ENTERING[fault](plan()))
    assert caught.value.counterexample is not None


@pytest.fixture(scope="module")
def world() -> Iterator[psycopg.Connection]:
    """The small world before any plan; the gates answer by settings, so that a test can be any session."""
    with throwaway(binaries=binaries_of(18)) as server, psycopg.connect(server.dsn()) as connection:
        for role in (*AGENCY_OF, OWNER):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        connection.execute("CREATE SCHEMA records AUTHORIZATION records_owner; CREATE SCHEMA recuse")
        connection.execute(sql.SQL("CREATE TABLE records.arrest (id serial, {})").format(definitions()))
        connection.execute(
            "ALTER TABLE records.arrest OWNER TO records_owner; GRANT USAGE ON SCHEMA recuse TO PUBLIC;"
            "CREATE TABLE recuse.account (login name PRIMARY KEY, login_oid oid, active boolean, gateway boolean);"
            "CREATE TABLE recuse.declaration (login name, purpose text, authority text, agreement text,"
            " class_role name, PRIMARY KEY (login, purpose, authority, agreement));"
            "CREATE FUNCTION recuse.admitted() RETURNS boolean STABLE RETURN"
            " nullif(current_setting('test.admitted', true) = 'yes', false);"
            "CREATE FUNCTION recuse.gate(class_role name) RETURNS boolean STABLE RETURN"
            " nullif(class_role = ANY (string_to_array(current_setting('test.permits', true), ' ')), false)"
        )
        yield connection


def reached(connection: psycopg.Connection, found: Counterexample) -> bool:
    """Whether the class role really reads the row, in the session that the counterexample describes."""
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in found.row)
    values = sql.SQL(", ").join(stored(cast("Value", value)) for value in found.row.values())
    connection.execute(sql.SQL("INSERT INTO records.arrest ({}) VALUES ({})").format(columns, values))
    permits = " ".join(sorted(found.permits))
    connection.execute("SELECT set_config('test.admitted', %s, true)", ("yes" if found.admitted else "no",))
    connection.execute("SELECT set_config('test.permits', %s, true)", (permits,))
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(found.role)))
    answered = connection.execute("SELECT count(id) FROM records.arrest").fetchone()
    return answered == (1,)


@pytest.mark.parametrize("fault", WITH_ROWS)
def test_a_faulty_plan_is_refuted_by_a_row_that_is_really_so(fault: str, world: psycopg.Connection) -> None:
    """The plan with its fault is applied, the row put there, and the class really reaches it (or does not)."""
    texts = WITH_ROWS[fault](plan())
    with pytest.raises(RefutedError) as caught:
        proved(texts)
    found = caught.value.counterexample
    assert found is not None
    assert found.command == "SELECT"
    with world.transaction(force_rollback=True):
        for text in texts:
            world.execute(text)
        assert reached(world, found) is found.shown
