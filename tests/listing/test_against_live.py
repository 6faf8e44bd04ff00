"""The shape and its reading, against `recuse reach` on the same running server: same accounts, same columns.

Of the live answer the steps count that the shape describes: memberships, grants, PUBLIC, owners, schemas, views.
Where a view is granted by column, or filters by a column that it does not show, the export answers with every column
that the view names: more, and never less.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from recuse.demo.world import build
from recuse.paths import Graph, Place
from recuse.targets.listing.access import Access
from recuse.targets.listing.nodes import dotted
from recuse.targets.listing.reading import read_listing
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.listing.exporting import export

KINDS: Final = {
    "CONNECT", "ownership", "grant SELECT", "grant SELECT (column)", "grant USAGE", "PUBLIC", "membership", "column",
    "view", "leaky view", "invoker view", "materialized view", "SET ROLE", "predefined role", "superuser",
    "ADMIN OPTION",
}  # fmt: skip
WORLDS: Final = 6
Pairs = set[tuple[str, str]]


def by_live(dsn: str) -> tuple[Pairs, set[str]]:
    """Who reads which column by the live collectors, as far as the shape goes; and every column of a table or copy."""
    with psycopg.connect(dsn) as connection:
        collected = collect(connection, connection.info.dbname)
    graph = Graph.of(edge for edge in collected.edges if edge.kind in KINDS)
    search = graph.search_all([Place(f"login:{name}", name) for name in collected.logins])
    columns = {
        column: relation
        for column, relation in collected.columns.items()
        if relation.startswith(("table:", "matview:")) and "@" not in relation
        and not relation.partition(":")[2].startswith(("pg_catalog.", "information_schema."))
    }  # fmt: skip
    found = {
        (login, column.partition(":")[2])
        for column, relation in columns.items()
        for node in (column, relation)
        for who in search.who(node).values()
        for number, login in enumerate(collected.logins)
        if who >> number & 1
    }
    return found, {column.partition(":")[2] for column in columns}


def by_export(folder: Path) -> tuple[Pairs, set[str]]:
    listing = read_listing(folder)
    access = Access.of(listing)
    names = [name for name, each in listing.relations.items() if each.kind in ("table", "materialized view")]
    every = {dotted(*name, column) for name in names for column in listing.columns_of.get(name, ())}
    found = {
        (login, dotted(*name, column))
        for login in access.logins
        for name in names
        for column in access.columns(login, name, "read")
    }
    return found, every


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def shared(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One server for all worlds of a version: each has roles and a database of its own."""
    with throwaway(binaries=binaries_of(request.param)) as running:
        yield running


def test_the_demo_world_is_answered_alike(own_server: Server, tmp_path: Path) -> None:
    dsn = build(own_server, people=500).dsn()
    live, columns = by_live(dsn)
    listed, known = by_export(export(dsn, tmp_path))
    assert known == columns
    assert listed == live
    assert 1000 < len(live) < len(columns) * 42, "neither nothing nor everything"


@pytest.mark.parametrize("seed", range(WORLDS))
def test_generated_worlds_are_answered_alike(shared: Server, tmp_path: Path, seed: int) -> None:
    name = f"w{seed}"
    with psycopg.connect(shared.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    dsn = shared.dsn(name)
    with psycopg.connect(dsn) as connection:
        made = list(_world(random.Random(seed), name, connection.info.server_version))  # noqa: S311 - no secret
        for statement in made:
            connection.execute(statement.encode())
    live, columns = by_live(dsn)
    listed, known = by_export(export(dsn, tmp_path))
    assert known == columns
    assert listed == live, "\n".join(made)
    own = {pair for pair in live if pair[0].startswith(name)}
    assert 0 < len(own) < len(columns) * 6, "neither nothing nor everything"
    with psycopg.connect(dsn) as connection:
        connection.execute(
            f"GRANT SELECT (a) ON {name}_s.v0 TO PUBLIC; CREATE VIEW {name}_s.filtering AS"
            f" SELECT b FROM {name}_s.t0 WHERE c <> ''; GRANT SELECT ON {name}_s.filtering TO PUBLIC".encode()
        )
    more, _ = by_export(export(dsn, tmp_path / "more"))
    assert more >= by_live(dsn)[0]


def _world(rng: random.Random, name: str, version: int) -> Iterator[str]:
    """Roles, memberships with every option, schemas, tables, views over tables and views, a copy, and grants."""
    logins = [f"{name}_l{n}" for n in range(6)]
    groups = [f"{name}_g{n}" for n in range(4)]
    for login in logins:
        yield f"CREATE ROLE {login} LOGIN {rng.choice(['INHERIT', 'INHERIT', 'NOINHERIT'])}"
    for group in groups:
        yield f"CREATE ROLE {group} {rng.choice(['INHERIT', 'NOINHERIT'])}"
    yield from _memberships(rng, logins, groups, granular=version >= 160000)
    if rng.random() < 0.5:
        yield f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"
        yield f"GRANT CONNECT ON DATABASE {name} TO {groups[0]}, {logins[0]}, {logins[1]}"
    if rng.random() < 0.4:
        yield f"GRANT pg_read_all_data TO {rng.choice([*groups, logins[5]])}"
    roles = [*logins, *groups]
    for schema in (f"{name}_s", f"{name}_r"):
        yield f"CREATE SCHEMA {schema} AUTHORIZATION {rng.choice(roles)}"
        for role in rng.sample([*roles, "PUBLIC"], 5):
            yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield from _relations(rng, name, roles)


def _memberships(rng: random.Random, logins: list[str], groups: list[str], *, granular: bool) -> Iterator[str]:
    for member in (*logins, *groups):
        later = groups[groups.index(member) + 1 :] if member in groups else groups
        for role in rng.sample(later, min(len(later), rng.randrange(3))):
            options = rng.choice(["", "", " WITH ADMIN OPTION"])
            if granular:
                words = [f"{word} {rng.choice(['TRUE', 'FALSE'])}" for word in ("INHERIT", "SET", "ADMIN")]
                options = " WITH " + ", ".join(words)
            yield f"GRANT {role} TO {member}{options}"


def _relations(rng: random.Random, name: str, roles: list[str]) -> Iterator[str]:
    readable: list[str] = []
    for n in range(4):
        schema = rng.choice([f"{name}_s", f"{name}_r"]) if n else f"{name}_s"
        table = f"{schema}.t{n}"
        yield f"CREATE TABLE {table} (a text, b text, c text)"
        yield f"ALTER TABLE {table} OWNER TO {rng.choice(roles)}"
        readable.append(table)
    for n in range(4):
        source, view = rng.choice(readable), f"{name}_s.v{n}"
        invoker = rng.random() < 0.3 and n > 0
        option = " WITH (security_invoker)" if invoker else ""
        columns = rng.choice(["a, a AS b, a AS c", "a, b, b AS c", "a, b, c"])
        yield f"CREATE VIEW {view}{option} AS SELECT {columns}, 1 AS one FROM {source}"
        yield f"ALTER VIEW {view} OWNER TO {rng.choice(roles)}"
        readable.append(view)
    yield f"CREATE MATERIALIZED VIEW {name}_s.m0 AS SELECT a, b, c FROM {readable[0]}"
    yield f"ALTER MATERIALIZED VIEW {name}_s.m0 OWNER TO {rng.choice(roles)}"
    for relation in (*readable, f"{name}_s.m0"):
        for role in rng.sample([*roles, "PUBLIC"], 2):
            yield f"GRANT {rng.choice(['SELECT', 'SELECT', 'INSERT, UPDATE'])} ON {relation} TO {role}"
    for table in readable[:4]:
        yield f"GRANT SELECT ({rng.choice('abc')}) ON {table} TO {rng.choice(roles)}"


def test_the_comparison_would_notice(own_server: Server, tmp_path: Path) -> None:
    """One grant more on the server than in the export, and the two part."""
    dsn = build(own_server, people=500).dsn()
    folder = export(dsn, tmp_path)
    with psycopg.connect(dsn) as connection:
        connection.execute("GRANT SELECT ON records.gang_card TO usms_402")
    live: Any = by_live(dsn)[0]
    assert {login for login, _ in live - by_export(folder)[0]} == {"usms_402"}
