"""What an issuer is told of a permit's effect is what the login can do with it, on the demonstration's database."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Final

import psycopg
import pytest
from psycopg import sql

from recuse import clock
from recuse.demo.repository import write_repository
from recuse.demo.world import build
from recuse.errors import MissingRightError, RefusedError
from recuse.model import Effect, Permit, within
from recuse.targets.postgres.throwaway import throwaway
from recuse.targets.target import target_for
from tests.conftest import ENDS, binaries_of, version_id
from tests.test_main_job import Job, make_keys

ISSUER: Final = "records_clerk_01"
ATTEMPTS: Final = {
    "read": "SELECT {column} FROM {table} LIMIT 0",
    "insert": "INSERT INTO {table} ({column}) SELECT NULL WHERE false",
    "update": "UPDATE {table} SET {column} = NULL WHERE false",
}
COLUMNS: Final = """
SELECT n.nspname::text, c.relname::text, array_agg(a.attname::text) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('recuse', 'information_schema') AND n.nspname !~ '^pg_'
GROUP BY 1, 2 ORDER BY 1, 2
"""
KINDS: Final = """
SELECT DISTINCT ON (d.class_role) d.login::text, d.purpose, d.authority, nullif(d.agreement, ''), d.class_role::text
FROM recuse.declaration d JOIN recuse.account a USING (login) WHERE a.active AND NOT a.gateway
ORDER BY d.class_role, d.login
"""


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def job(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    with ExitStack() as stack:
        server = stack.enter_context(throwaway(binaries=binaries_of(request.param)))
        made = Job(build(server, people=500), tmp_path_factory.mktemp("effect"))
        write_repository(made.policy, make_keys(made.folder), "recuse-test", False)
        made.give({ISSUER: "may_issue"})
        made.sign()
        made.apply()
        yield made


def permit(name: str, login: str, purpose: str, authority: str, agreement: str | None) -> Permit:
    now = clock.now()
    until = now + timedelta(hours=1)
    return Permit(name, "clear", login, purpose, authority, agreement, "1", now, until, 0, None, used=False)


def told(job: Job, asked: Permit, login: str = ISSUER) -> Effect:
    with target_for("postgresql").open(job.world.dsn(login)) as session:
        return session.desk().effect(asked)


@contextmanager
def declared(job: Job, asked: Permit) -> Iterator[psycopg.Connection]:
    """The login in a transaction in which it has declared a permit issued for it."""
    with target_for("postgresql").open(job.world.dsn(ISSUER)) as session:
        session.desk().issue(asked)
    with psycopg.connect(job.world.dsn(asked.login)) as connection:
        connection.execute("SELECT recuse.declare(%s, %s)", (asked.purpose, asked.authority))
        yield connection


def may(connection: psycopg.Connection, statement: sql.Composed) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def done(connection: psycopg.Connection, admin: psycopg.Connection) -> set[tuple[str, str, frozenset[str]]]:
    """Every action on every table that is not refused, by attempt."""
    found: set[tuple[str, str, frozenset[str]]] = set()
    for schema, table, columns in admin.execute(COLUMNS).fetchall():
        name = sql.Identifier(schema, table)
        for action, attempt in ATTEMPTS.items():
            text = sql.SQL(attempt)
            may_in = {c for c in columns if may(connection, text.format(table=name, column=sql.Identifier(c)))}
            if may_in:
                found.add((f"{schema}.{table}", action, frozenset(may_in)))
        if may(connection, sql.SQL("DELETE FROM {} WHERE false").format(name)):
            found.add((f"{schema}.{table}", "delete", frozenset()))
    return found


def counts(connection: psycopg.Connection, effect: Effect, *, by_condition: bool) -> dict[str, int]:
    """Rows of each readable table: as the login sees them, or as its condition chooses them from all."""
    found: dict[str, int] = {}
    for each in effect.tables:
        if each.action == "read":
            chosen = f" WHERE {each.rows}" if by_condition and each.rows else ""
            row = connection.execute(f"SELECT count(*) FROM {each.table}{chosen}".encode()).fetchone()
            found[each.table] = int(row[0]) if row else -1
    return found


def test_the_effect_is_what_the_login_can_do(job: Job) -> None:
    """For every class of the policy that a permit opens: columns by attempt, rows by count."""
    with psycopg.connect(job.world.dsn(), autocommit=True) as admin:
        kinds = admin.execute(KINDS).fetchall()
        assert len(kinds) >= 2
        partly = False
        for number, (*asked, role) in enumerate(kinds):
            made = permit(f"p{number}", *asked)
            effect = told(job, made)
            assert effect.role == role
            assert not any("gate" in (each.rows or "") for each in effect.tables)
            with declared(job, made) as connection:
                assert done(connection, admin) == {(e.table, e.action, e.columns) for e in effect.tables}
                seen = counts(connection, effect, by_condition=False)
            assert seen == counts(admin, effect, by_condition=True)
            whole = {table: admin.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() for table in seen}
            partly = partly or any(whole[table] != (count,) and count for table, count in seen.items())
        assert partly, "no class sees some rows and not others: the counts would show nothing"
        effects = [told(job, permit("q", *asked)) for *asked, _ in kinds]
    assert all(within(each, each) for each in effects)
    assert any(not within(one, other) for one in effects for other in effects)


def test_it_follows_the_database_and_not_the_policy(job: Job) -> None:
    """A grant by hand, past the policy, is in what is told, since the login has it."""
    with psycopg.connect(job.world.dsn(), autocommit=True) as admin:
        columns = {f"{schema}.{table}": names for schema, table, names in admin.execute(COLUMNS).fetchall()}
        asked, role, table, other = next(
            (asked, role, each, column)
            for *asked, role in admin.execute(KINDS).fetchall()
            for each in told(job, permit("q", *asked)).tables
            for column in columns[each.table]
            if each.action == "read" and column not in each.columns
        )
        before = told(job, permit("q", *asked))
        words = f'SELECT ("{other}") ON {table.table}'
        admin.execute(f"GRANT {words} TO {role}".encode())
        try:
            after = told(job, permit("q", *asked))
        finally:
            admin.execute(f"REVOKE {words} FROM {role}".encode())
    assert {c for e in after.tables if (e.table, e.action) == (table.table, "read") for c in e.columns} == {
        *table.columns, other
    }  # fmt: skip
    assert within(before, after)
    assert not within(after, before)


def test_what_opens_nothing_has_no_effect_and_others_are_told_nothing(job: Job) -> None:
    with pytest.raises(RefusedError, match="opens nothing"):
        told(job, permit("q", ISSUER, "crim.investigation", "judicial.warrant", None))
    with pytest.raises(MissingRightError) as refused:
        told(job, permit("q", ISSUER, "crim.investigation", "judicial.warrant", None), "detective_211")
    assert refused.value.remedy == "connect as a member of recuse_issuer"
