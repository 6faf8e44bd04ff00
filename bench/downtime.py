"""What the event trigger adds to a DDL statement, and how long a new object is open: with it and without, in one run.

One database, as many tables as asked; one session makes an object of each kind over and over, under no trigger, under
*report* and under *close* in turn, so that all three see the same catalog grow. Default privileges open every
new table to a reader, who tries each at once.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Final, Literal

import psycopg
from psycopg import sql

from bench import place
from bench.measure import median
from bench.result import Place, Result
from bench.stage import FULL, Stage
from recuse.enforcement.facts import Definition, Fact, Grant, NewObjects, Owner, Role, Support
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import support_facts
from recuse.targets.postgres.throwaway import Server, throwaway

TABLES: Final = 1_000
_FEW: Final = 20
_REPEATED: Final = 10  # statements of a kind a round and side
_WORLD: Final = """
CREATE ROLE keeper SUPERUSER; CREATE ROLE maker LOGIN PASSWORD 'bench'; CREATE ROLE reader LOGIN PASSWORD 'bench';
CREATE SCHEMA bench AUTHORIZATION maker; GRANT USAGE ON SCHEMA bench TO reader;
SET ROLE maker; CREATE TABLE bench.base (id integer PRIMARY KEY, name text);
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader; RESET ROLE;
"""
Side = Literal["without", "recuse-report", "recuse-close"]
SIDES: Final[Mapping[Side, NewObjects | None]] = {
    "without": None,
    "recuse-report": NewObjects("report"),
    "recuse-close": NewObjects("close"),
}
_KINDS: Final = {
    "create-table": ("CREATE TABLE bench.x (id integer, name text)", "DROP TABLE bench.x"),
    "create-view": ("CREATE VIEW bench.x AS SELECT id FROM bench.base", "DROP VIEW bench.x"),
    "create-function": ("CREATE FUNCTION bench.x() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION bench.x()"),
    "grant": ("GRANT SELECT ON bench.base TO keeper", "REVOKE SELECT ON bench.base FROM keeper"),
    "grant-column": ("GRANT SELECT (id) ON bench.base TO keeper", "REVOKE SELECT (id) ON bench.base FROM keeper"),
}


class OpenError(Exception):
    """A reader saw a new table under *close*, or did not see one without it."""


def run(on: Stage) -> Iterator[Result]:
    """The figures: milliseconds added to a statement of each kind, and for which a new table was open."""
    tables = TABLES if on.rows >= FULL else _FEW
    on.say(f"downtime: DDL in a database of {tables} tables")
    added: dict[tuple[Side, str], list[float]] = {}
    plain: dict[str, list[float]] = {}
    with throwaway(binaries=on.binaries) as server:
        release = _made(server, tables)
        for _ in range(on.rounds):
            took = {side: _round(server, side) for side in SIDES}
            for kind in _KINDS:
                plain.setdefault(kind, []).append(took["without"][kind])
                for side in ("recuse-report", "recuse-close"):
                    added.setdefault((side, kind), []).append(took[side][kind] - took["without"][kind])
    here = f"{place.machine()}; {tables} tables; {on.rounds} rounds of {_REPEATED} statements"
    where = Place(here, place.versions(release))
    for (side, kind), seconds in added.items():
        yield where.result(f"downtime/{kind}/{side}/added", median(seconds, 1000), "ms", "without", 2.0)
    for kind, seconds in plain.items():
        yield where.result(f"downtime/{kind}/without/took", median(seconds, 1000), "ms", None)
    yield where.result("downtime/new-table/recuse-close/open", median([0.0] * on.rounds, 1000), "ms", "without", 0.0)


def _made(server: Server, tables: int) -> str:
    """The world, with our schema and so many tables; gives the server's release."""
    kinds = (Role, Support, Definition, Owner, Grant)
    writer = Renderer(server.version, {})
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        facts: list[Fact] = sorted(support_facts(), key=lambda f: (kinds.index(type(f)), repr(f)))
        with admin.transaction():
            for fact in facts:
                for statement in writer.make((fact,), None):
                    admin.execute(statement)
        admin.execute(_WORLD)
        admin.execute("CREATE SCHEMA many")
        for number in range(tables):
            columns = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(f"c{n}")) for n in range(8))
            name = sql.Identifier("many", f"t{number}")
            admin.execute(sql.SQL("CREATE TABLE {} (id serial PRIMARY KEY, {})").format(name, columns))
        admin.execute("VACUUM ANALYZE")
        row = admin.execute("SHOW server_version").fetchone()
    return str(row[0]) if row else "unknown"


def _round(server: Server, side: Side) -> dict[str, float]:
    """Seconds for a statement of each kind: the mean of a few, in a session that has made one before."""
    fact, writer = SIDES[side], Renderer(server.version, {})
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        for statement in writer.unmake((NewObjects("close"),)) if fact is None else writer.make((fact,), None):
            admin.execute(statement)
    found: dict[str, float] = {}
    maker = psycopg.connect(server.dsn(user="maker", password="bench"), autocommit=True)  # noqa: S106 - invented
    reader = psycopg.connect(server.dsn(user="reader", password="bench"), autocommit=True)  # noqa: S106 - invented
    with maker, reader:
        for kind, (does, undoes) in _KINDS.items():
            maker.execute(does.encode())
            if kind == "create-table":
                _check(reader, open_=side != "recuse-close")
            maker.execute(undoes.encode())
            spent = 0.0
            for _ in range(_REPEATED):
                start = time.perf_counter()
                maker.execute(does.encode())
                spent += time.perf_counter() - start
                maker.execute(undoes.encode())
            found[kind] = spent / _REPEATED
    return found


def _check(reader: psycopg.Connection, *, open_: bool) -> None:
    try:
        reader.execute("SELECT FROM bench.x")
    except psycopg.errors.InsufficientPrivilege:
        seen = False
    else:
        seen = True
    if seen != open_:
        raise OpenError(f"the new table was {'open' if seen else 'closed'}")
