"""`reach` on large schemas that nobody here wrote: for every login, relation and column, what it says is what happens.

Each schema is loaded into a throw-away server, every table gets rows, and grants are drawn as administrators leave
them. `reach` foretells from one collection; then every login connects and tries. What it reads by a name must have been
foretold; what was foretold must be read by a name, or by the SQL that `reach` gives for it. What a login reads by a
query of its own is compared a second time, with the steps of that query alone.

`make schemas` (SCHEMAS=whole) draws five sets of grants, on both ends, and types every piece of SQL that is owed.
"""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from recuse.targets.postgres.edges import Collected, catalog
from recuse.targets.postgres.edges import collect as collect_all
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of
from tests.schemas.administration import GROUPS, LOGINS, Office, administer
from tests.schemas.attacker import EXPECTED, TOOLS, Loot, attack
from tests.schemas.comparison import Ground, Tally, compare, settle, survey
from tests.schemas.foretold import Foretold, foretell
from tests.schemas.rows import Place, drop_unrunnable, fill
from tests.schemas.schemas import SCHEMAS, Schema, load

WHOLE: Final = os.environ.get("SCHEMAS") == "whole"
SEEDS: Final = range(5) if WHOLE else range(1)
TYPED: Final = 10_000 if WHOLE else 40
FEW: Final = {15: ("kea", "logto", "ledgersmb"), 18: ("synapse", "litellm", "logto", "kea", "chado")}
CASES: Final = [
    pytest.param(version, schema, seed, id=f"{schema.name}-pg{version}-{seed}")
    for version, few in FEW.items()
    for schema in SCHEMAS
    for seed in SEEDS
    if version in schema.versions and (WHOLE or schema.name in few)
]
_CLOSED: Final = (  # system catalogs that PUBLIC may not read and that hold data
    "pg_catalog.pg_authid", "pg_catalog.pg_statistic", "pg_catalog.pg_statistic_ext_data", "pg_catalog.pg_user_mapping",
    "pg_catalog.pg_largeobject",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """A database of a public schema with rows and grants, and a connection to it as superuser."""

    server: Server
    office: Office
    connection: psycopg.Connection[Any]
    relations: dict[str, list[str]]

    def ground(self) -> Ground:
        return survey(self.office, collect(self.connection, self.connection.info.dbname), self.relations)


class Labs:
    """One server a version, started when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[int, Server] = {}

    def __getitem__(self, version: int) -> Server:
        if version not in self._running:
            self._running[version] = self._stack.enter_context(throwaway(binaries=binaries_of(version)))
        return self._running[version]


@pytest.fixture(scope="module")
def labs() -> Iterator[Labs]:
    with ExitStack() as stack:
        yield Labs(stack)


@pytest.fixture
def world(labs: Labs, version: int, schema: Schema, seed: int) -> Iterator[World]:
    """The schema with rows and grants in a database of its own, whose roles go with it."""
    server, name = labs[version], schema.name
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            load(server, name, schema)
            with psycopg.connect(server.dsn(name), autocommit=True) as connection:
                yield _made(server, connection, schema, seed)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            roles = [role for (role,) in admin.execute("SELECT rolname FROM pg_roles WHERE oid >= 16384")]
            if roles:
                admin.execute(sql.SQL("DROP ROLE {}").format(sql.SQL(", ").join(map(sql.Identifier, roles))))


def _made(server: Server, connection: psycopg.Connection[Any], schema: Schema, seed: int) -> World:
    if schema.fewer and not WHOLE:
        connection.execute(schema.fewer)
    assert fill(connection, _values(schema)) == [], "every table has rows"
    with psycopg.connect(server.dsn(schema.name), autocommit=True) as fresh:
        drop_unrunnable(fresh)
    office = administer(connection, seed)
    if schema.name == "logto":  # as its installer does for its own role: its row policies ask this table
        office.do("GRANT SELECT (id, db_user) ON tenants TO PUBLIC")
    connection.execute(TOOLS)
    connection.execute("ANALYZE")
    asked = "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    closed = {name: connection.execute(asked, (name,)).fetchone() for name in _CLOSED}
    office.kinds |= dict.fromkeys(_CLOSED, "catalog")
    return World(server, office, connection, office.relations | {n: row[0] for n, row in closed.items() if row})


def _values(schema: Schema) -> dict[Place, Sequence[str]]:
    """Logto's row policies show each role the rows of its own tenant: so each role is one, with rows everywhere."""
    if schema.name != "logto":
        return {}
    roles = [*LOGINS, *GROUPS]
    ids = [f"tenant{number}" for number in range(len(roles))]
    return {("public.tenants", "id"): ids, ("public.tenants", "db_user"): roles, ("", "tenant_id"): ids}


def _logins(world: World) -> dict[str, Loot]:
    return {login: attack(world.server, world.office, login, world.relations) for login in LOGINS}


def _compared(ground: Ground, foretold: dict[str, Foretold], loots: dict[str, Loot]) -> Tally:
    tally = Tally()
    for login, loot in loots.items():
        compare(tally, ground, foretold[login], loot)
    return tally


def _close_opaque_definers(world: World) -> int:
    """Take EXECUTE on definer functions whose bodies the catalog does not know from everyone; gives their number."""
    asked = """
        SELECT p.oid::regprocedure::text, array_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC'
          ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
        FROM pg_proc AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        WHERE p.prosecdef AND p.prosqlbody IS NULL AND p.oid >= 16384 GROUP BY p.oid"""
    found = world.connection.execute(asked).fetchall()
    for function, grantees in found:
        world.office.do(f"REVOKE EXECUTE ON ROUTINE {function} FROM {', '.join(grantees)}")
    return len(found)


_LEFT_OUT: Final = frozenset({"planted code", "lookup", "copy", "foreign key action", "failed constraint"})
"""Steps that no attacker here tries: waiting for others, or for a row that fits or that a constraint refuses; taking
over a name; and likenesses."""


def collect(connection: psycopg.Connection[Any], database: str) -> Collected:
    """What is foretold, without what is left out."""
    found = collect_all(connection, database)
    return replace(found, edges=tuple(edge for edge in found.edges if edge.kind not in _LEFT_OUT), copies=lambda _: ())


@pytest.mark.parametrize(("version", "schema", "seed"), CASES)
def test_every_login_relation_and_column(world: World, seed: int, record_property: Any) -> None:
    """Definer functions that come with the schema are closed first; below, what they add while they are open."""
    as_it_came = foretell(collect(world.connection, world.connection.info.dbname), LOGINS)
    closed = _close_opaque_definers(world)
    ground = world.ground()
    assert not [line for line in ground.collected.not_examined if "not understood" in line]
    foretold = foretell(ground.collected, LOGINS)
    loots = _logins(world)
    tally = _compared(ground, foretold, loots)
    dice = random.Random(seed)  # noqa: S311 - which of the owed are typed
    settle(tally, ground, world.connection, dice.sample(tally.owed, min(TYPED, len(tally.owed))))
    added = sum(
        len((as_it_came[login].reached - foretold[login].reached) & set(ground.nodes.values())) for login in LOGINS
    )
    line = (
        f"{world.connection.info.dbname}, PostgreSQL {world.server.version}, seed {seed}:"
        f" {len(world.relations)} relations, {len(ground.nodes)} columns, {len(LOGINS)} logins: {tally.line()};"
        f" {closed} definer functions closed, which add {added} answers while they are open"
    )
    record_property("comparison", line)
    print(line)  # noqa: T201 - the figures of the comparison
    assert {
        refusal: loot.login for loot in loots.values() for refusal in loot.refusals if refusal not in EXPECTED
    } == {}
    assert not tally.missed, f"reads that were not foretold: {tally.missed[:5]}"
    assert not tally.too_many, f"foretold but refused: {tally.too_many[:5]}"
    assert not tally.direct_differs, f"a login's own query: {tally.direct_differs[:5]}"
    assert sum(kind == "r" for kind in world.office.kinds.values()) > 50, "a large schema"
    assert tally.answers * 0.1 < tally.read < tally.answers * 0.9, (
        "grants that allow nothing or everything prove nothing"
    )
    if closed:
        assert added > 0
        assert all(as_it_came[login].reached >= foretold[login].reached for login in LOGINS)


FAULTS: Final = {
    "column grants are not seen": ("WHERE g.privilege_type = 'SELECT'", "WHERE false", "missed"),
    "NOINHERIT is not weighed": ("('membership', m.inherit_option,", "('membership', true,", "direct_differs"),
    "grants to PUBLIC are not seen": (
        "CASE a.grantee WHEN 0 THEN 'public:'",
        "CASE a.grantee WHEN 0 THEN 'none:'",
        "missed",
    ),
    "owners are not seen": ("pg_get_userbyid(r.relowner) AS source", "'nobody' AS source", "missed"),
}


@pytest.mark.parametrize(("version", "schema", "seed"), [pytest.param(18, SCHEMAS[3], 0, id="kea-pg18-0")])
def test_a_planted_fault_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One database and one attack; before each prediction, a fault in one of the queries that collect edges."""
    loots = _logins(world)
    ground = world.ground()
    sound = _compared(ground, foretell(ground.collected, LOGINS), loots)
    real = catalog.queries
    for fault, (text, planted, seen) in FAULTS.items():
        faulty = tuple(replace(query, text=query.text.replace(text, planted)) for query in real("edges"))
        assert faulty != real("edges"), fault
        monkeypatch.setattr(catalog, "queries", lambda folder, faulty=faulty: faulty if folder == "edges" else ())
        tally = _compared(ground, foretell(collect(world.connection, "kea"), LOGINS), loots)
        assert len(getattr(tally, seen)) > len(getattr(sound, seen)), fault
