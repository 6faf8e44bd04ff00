"""`reach` against an attacker who only tries: in random worlds, every answer must equal what was really read.

The attacker knows nothing of edges. It becomes whatever it can become, grants itself whatever it can grant, prepares
every query it can name and executes it as everyone it can be, and looks for markers in what comes back.
"""

import json
import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
import pytest
from psycopg.pq import ExecStatus

from recuse.errors import InputError, MissingRightError, TargetError, UnreachableError
from recuse.operations.reach import answers, find_targets, reach
from recuse.targets.postgres.access import holds_password, read_only
from recuse.targets.postgres.edges import collect
from recuse.targets.postgres.edges.changes import changes, changing, toward
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id

WORLDS = 60
CHANGED = 6
TRIED = {"insert", "update", "delete", "truncate", "drop"}
ROLES = [f"r{n}" for n in range(5)]
LOGINS = [f"l{n}" for n in range(3)]
TABLES = {
    "public.pgbench_branches": ["bid", "bbalance", "filler"],
    "public.pgbench_tellers": ["tid", "bid", "tbalance", "filler"],
    "s1.pgbench_accounts": ["aid", "bid", "abalance", "filler"],
    "s1.pgbench_history": ["tid", "bid", "aid", "delta", "mtime", "filler"],
}
MARKERS = {
    str(910000 + 100 * t + c): (table, column)
    for t, (table, columns) in enumerate(TABLES.items(), 1)
    for c, column in enumerate(columns, 1)
}
QUOTE = "'"
Columns = set[tuple[str, str]]


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def bench(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of its own whose database `postgres` was made by `pgbench -i`: two rows a table, a marker a column."""
    binaries = binaries_of(request.param)
    with throwaway(binaries=binaries) as server:
        environment = {"PGPASSWORD": server.password, "PATH": "/usr/bin:/bin"}
        made = subprocess.run(
            [binaries / "pgbench", "-i", "-q", "-I", "dtg", "-h", server.host, "-p", str(server.port), "-U", "postgres",
             "-d", "postgres"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            _mark(connection)
        yield server


def _mark(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE SCHEMA s1")
    for table in TABLES:
        schema, name = table.split(".")
        if schema == "s1":
            connection.execute(f"ALTER TABLE public.{name} SET SCHEMA s1")
        keys = "ctid IN (SELECT ctid FROM " + table + " LIMIT 1)"
        connection.execute(f"DELETE FROM {table} WHERE NOT {keys}")
        if name == "pgbench_history":
            connection.execute(f"INSERT INTO {table} DEFAULT VALUES")
    for marker, (table, column) in MARKERS.items():
        value = "'2001-01-01 00:00:00." + marker + "'" if column == "mtime" else f"'{marker}'"
        connection.execute(f"UPDATE {table} SET {column} = {value}")
    for table in TABLES:  # twice, so that the marker is a most common value
        connection.execute(f"INSERT INTO {table} SELECT * FROM {table}; ANALYZE {table}")
    connection.execute("GRANT CREATE ON SCHEMA public, s1 TO PUBLIC")  # so that roles can own what is made there


# --- a random world ---------------------------------------------------------------------------------------------------


@dataclass
class World:
    """One world being made inside a transaction: what there is to ask for, and every statement that made it."""

    connection: psycopg.Connection[Any]
    dice: random.Random
    version: int
    relations: dict[str, list[str]]
    functions: list[str]
    dynamic: list[str]
    made: list[str]
    bases: dict[str, str] = field(default_factory=dict)
    copies: list[str] = field(default_factory=list)

    def do(self, statement: str) -> None:
        self.made.append(statement)
        self.connection.execute(statement)

    def chance(self, probability: float) -> bool:
        return self.dice.random() < probability

    def holder(self) -> str:
        return self.dice.choice([*ROLES, *LOGINS, "PUBLIC"])


def make_world(connection: psycopg.Connection[Any], version: int, seed: int) -> World:
    dice = random.Random(seed)  # noqa: S311 - the same worlds for the same seed
    world = World(connection, dice, version, dict(TABLES), [], [], [])
    _make_roles(world)
    _make_schemas_and_owners(world)
    for number in range(world.dice.randrange(4)):
        _make_view(world, number)
    for number in range(world.dice.randrange(3)):
        _make_function(world, number)
    _make_grants(world)
    for table in TABLES:
        if world.chance(0.25):
            _make_row_security(world, table)
    return world


def _make_roles(world: World) -> None:
    for name in (*ROLES, *LOGINS):
        attributes = ["LOGIN"] if name in LOGINS else []
        attributes += [
            word for word, p in (("NOINHERIT", 0.3), ("BYPASSRLS", 0.1), ("CREATEROLE", 0.05)) if world.chance(p)
        ]
        world.do(f"CREATE ROLE {name} {' '.join(attributes)}")
    if world.chance(0.1):
        world.do(f"ALTER ROLE {world.dice.choice(ROLES)} SUPERUSER")
    order = [*ROLES, *LOGINS]
    for _ in range(world.dice.randrange(2, 9)):
        low, high = sorted(world.dice.sample(range(len(order)), 2))
        granted = "pg_read_all_data" if world.chance(0.05) else order[low]
        admin = world.chance(0.15)
        if world.version >= 16:
            inherit, become = world.chance(0.6), world.chance(0.6)
            world.do(f"GRANT {granted} TO {order[high]} WITH INHERIT {inherit}, SET {become}, ADMIN {admin}")
        else:
            world.do(f"GRANT {granted} TO {order[high]} {'WITH ADMIN OPTION' if admin else ''}")


def _make_schemas_and_owners(world: World) -> None:
    for schema in ("public", "s1"):
        if world.chance(0.5):
            world.do(f"REVOKE USAGE ON SCHEMA {schema} FROM PUBLIC")
        if world.chance(0.2):
            world.do(f"ALTER SCHEMA {schema} OWNER TO {world.dice.choice(ROLES)}")
        for _ in range(world.dice.randrange(4)):
            world.do(f"GRANT USAGE ON SCHEMA {schema} TO {world.holder()}")
    for table in TABLES:
        if world.chance(0.3):
            world.do(f"ALTER TABLE {table} OWNER TO {world.dice.choice([*ROLES, LOGINS[0]])}")


def _make_view(world: World, number: int) -> None:
    """Of plain columns with a filter, of one computed column, or of a whole row: a copy, or asked when it is read."""
    copy = world.chance(0.2)
    base = world.dice.choice(list(TABLES if copy else world.relations))  # a view may be broken: nothing to copy
    columns = world.relations[base]
    name = f"{world.dice.choice(['public', 's1'])}.v{number}"
    shape = world.dice.random()
    if shape < 0.6:
        shown = world.dice.sample(columns, world.dice.randrange(1, len(columns) + 1))
        query = f"SELECT {', '.join(shown)} FROM {base} WHERE {world.dice.choice(columns)} IS NOT NULL"
    elif shape < 0.8:
        shown, column = ["computed"], world.dice.choice(columns)
        query = f"SELECT x.c::text || '' AS computed FROM (SELECT {column} AS c FROM {base}) AS x"
    else:
        shown, query = ["whole"], f"SELECT b::text AS whole FROM {base} AS b"
    invoker = not copy and world.chance(0.3)
    kind = "MATERIALIZED VIEW" if copy else "VIEW"
    world.do(f"CREATE {kind} {name} {'WITH (security_invoker = true)' if invoker else ''} AS {query}")
    world.relations[name] = shown
    world.bases[name] = world.bases.get(base, base)
    world.copies += [name] if copy else []
    if world.chance(0.8):
        world.do(f"ALTER {kind} {name} OWNER TO {world.dice.choice(ROLES)}")


def _make_function(world: World, number: int) -> None:
    table = world.dice.choice(list(TABLES))
    schema = world.dice.choice(["public", "s1"])
    if world.chance(0.6):
        name, column = f"{schema}.f{number}()", world.dice.choice(TABLES[table])
        body = f"BEGIN ATOMIC SELECT {column}::text FROM {table}; END"
        world.do(f"CREATE FUNCTION {name} RETURNS SETOF text SECURITY DEFINER {body}")
        world.functions.append(f"SELECT * FROM {name}")
    else:
        name = f"{schema}.any{number}(text)"
        body = "LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE $1; EXCEPTION WHEN others THEN EXECUTE $1; END $$"
        world.do(f"CREATE FUNCTION {name} RETURNS SETOF text SECURITY DEFINER {body}")
        world.dynamic.append(name.partition("(")[0])
    if world.chance(0.9):
        world.do(f"ALTER FUNCTION {name} OWNER TO {world.dice.choice(ROLES)}")
    if world.chance(0.6):
        world.do(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC")
        world.do(f"GRANT EXECUTE ON FUNCTION {name} TO {world.holder()}")


def _make_grants(world: World) -> None:
    for relation, columns in world.relations.items():
        for _ in range(world.dice.randrange(3)):
            privilege = world.dice.choice(["SELECT", "SELECT", "INSERT", "UPDATE", "TRUNCATE", "TRIGGER"])
            world.do(f"GRANT {privilege} ON {relation} TO {world.holder()}")
        if world.chance(0.4):
            world.do(f"GRANT SELECT ({world.dice.choice(columns)}) ON {relation} TO {world.holder()}")
        if world.chance(0.2):
            first = world.dice.choice(ROLES)
            world.do(f"GRANT SELECT ON {relation} TO {first} WITH GRANT OPTION")
            world.do(f"SET LOCAL ROLE {first}")
            with_usage = world.connection.execute(
                "SELECT has_schema_privilege(%s, 'USAGE')", (relation.split(".")[0],)
            ).fetchone()
            if with_usage == (True,):
                world.do(f"GRANT SELECT ON {relation} TO {world.dice.choice(LOGINS)}")
            world.do("RESET ROLE")


def _make_row_security(world: World, table: str) -> None:
    """Conditions whose truth does not depend on the row: this test is about who is asked, not about what they say."""
    world.do(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    if world.chance(0.4):
        world.do(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for number in range(world.dice.randrange(3)):
        kind = "RESTRICTIVE" if world.chance(0.3) else "PERMISSIVE"
        condition = world.dice.choice(["true", "false", f"{TABLES[table][0]} IS NOT NULL"])
        command = world.dice.choice(["ALL", "SELECT", "UPDATE"])
        world.do(f"CREATE POLICY p{number} ON {table} AS {kind} FOR {command} TO {world.holder()} USING ({condition})")


# --- the attacker -----------------------------------------------------------------------------------------------------


@dataclass
class Attacker:
    """Tries everything as one login; `identities` are the roles it has become so far."""

    world: World
    login: str
    identities: list[str]
    granted: bool = False

    def attempt(self, identity: str, statement: str) -> list[str] | None:
        """The rows as text, or None when refused. What succeeds stays done.

        There are hundreds of thousands of attempts: each is one message to the server, and one more to take it back.
        """
        role = f"SET LOCAL ROLE {identity}" if identity != self.login else "RESET ROLE"
        rows = self._told(f"SAVEPOINT attempt; {role}; {statement}; RELEASE attempt")
        if rows is None:
            assert self._told("ROLLBACK TO attempt; RELEASE attempt") == [], statement
        return rows

    def _told(self, statements: str) -> list[str] | None:
        """The rows that statements of one message give, as text; None when one of them is refused."""
        asked = self.world.connection.pgconn
        asked.send_query(statements.encode())
        rows: list[str] | None = []
        while (result := asked.get_result()) is not None:
            if result.status == ExecStatus.FATAL_ERROR:
                rows = None
            elif rows is not None:
                rows += (str([result.get_value(n, c) for c in range(result.nfields)]) for n in range(result.ntuples))
        return rows

    def everywhere(self, statement: str) -> list[str] | None:
        """As every identity, directly and through every function that runs what it is told; the first that works."""
        quoted = "'" + statement.replace("'", "''") + "'"
        ways = [statement, *(f"EXECUTE {self.called(name)}({quoted})" for name in self.world.dynamic)]
        return next((r for i in self.identities for way in ways if (r := self.attempt(i, way)) is not None), None)

    @staticmethod
    def called(function: str) -> str:
        """The prepared statement that calls a function which runs what it is told."""
        return "call_" + function.replace(".", "_")

    def learn(self) -> None:
        """Prepare calls of such functions, as whoever can name them, so that everyone can try to execute them."""
        for _ in self.world.dynamic:
            for name in self.world.dynamic:
                self.everywhere(f"PREPARE {self.called(name)}(text) AS SELECT * FROM {name}($1)")

    def become(self) -> None:
        """Until nothing more is gained: SET ROLE and GRANT … TO SESSION_USER, for every role."""
        grown = True
        while grown:
            grown = False
            self.learn()
            for role in (*ROLES, *LOGINS, "pg_read_all_data", "pg_write_all_data"):
                if role in self.identities:
                    continue
                options = "WITH SET TRUE" if self.world.version >= 16 else ""
                granted = self.everywhere(f"GRANT {role} TO SESSION_USER {options}") is not None
                self.granted = self.granted or granted
                if self.attempt(self.login, f"SET LOCAL ROLE {role}") is not None:
                    self.identities.append(role)
                    grown = True
                elif granted:
                    pytest.fail(f"{self.login} was granted {role} and cannot become it")

    def loot(self) -> Columns:
        self.world.connection.execute(f"SET LOCAL SESSION AUTHORIZATION {self.login}")
        self.world.connection.execute("DEALLOCATE ALL")
        self.world.connection.execute("SET LOCAL search_path = ''")  # or each role's own path makes it prepare anew
        self.become()
        for schema in ("public", "s1"):
            self.everywhere(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")
        found = self._read()
        for table in TABLES:  # an owner helps itself
            if self.everywhere(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") is not None:
                self.everywhere(f"GRANT SELECT ON {table} TO PUBLIC")
        return found | self._read() | self._after_leaving()

    def _after_leaving(self) -> Columns:
        """A role takes itself out of the row policies that restrict it, and loses its own grants."""
        found: Columns = set()
        if any("AS RESTRICTIVE" in statement for statement in self.world.made):
            for role in self.identities:
                self.world.connection.execute("SAVEPOINT leaving")
                if self.attempt(role, f"DROP OWNED BY {role}") is not None:
                    found |= self._read()
                self.world.connection.execute("ROLLBACK TO leaving")
        return found

    def _read(self) -> Columns:
        found = ""
        queries = [f"SELECT {c}::text FROM {r}" for r, columns in self.world.relations.items() for c in columns]
        statistics = "SELECT stavalues1::text FROM pg_catalog.pg_statistic WHERE stanumbers1 = '{1}'"
        for query in (*queries, *self.world.functions, statistics):
            self.attempt(self.login, "DEALLOCATE p")
            if self.everywhere(f"PREPARE p AS {query}") is None:
                continue
            told = "('" + query.replace("'", "''") + "')"
            for identity in self.identities:
                found += str(self.attempt(identity, "EXECUTE p"))
                for name in self.world.dynamic:
                    found += str(self.attempt(identity, f"EXECUTE {self.called(name)}{told}"))
                    found += str(self.attempt(identity, f"EXECUTE {self.called(name)}('EXECUTE p')"))
        return {MARKERS[marker] for marker in re.findall(r"\d{6}", found) if marker in MARKERS}

    def change(self) -> set[tuple[str, str]]:
        """Tables and what can be done to them, tried on every relation, each taken back again."""
        self.world.connection.execute(f"SET LOCAL SESSION AUTHORIZATION {self.login}")
        self.world.connection.execute("DEALLOCATE ALL")
        self.world.connection.execute("SET LOCAL search_path = ''")
        self.become()
        for schema in ("public", "s1"):
            self.everywhere(f"GRANT USAGE ON SCHEMA {schema} TO PUBLIC")
        done: set[tuple[str, str]] = set()
        for again in (False, True):
            for relation, columns in self.world.relations.items():
                table = self.world.bases.get(relation, relation)
                for verb, statement in _statements(relation, columns):
                    if (table, verb) not in done and relation not in self.world.copies and self._does(verb, statement):
                        done.add((table, verb))
            for table in TABLES if not again else ():  # an owner helps itself
                if self.everywhere(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY") is not None:
                    self.everywhere(f"GRANT ALL ON {table} TO PUBLIC")
                    self.everywhere(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        return done

    def _does(self, verb: str, statement: str) -> bool:
        """Whether some role changes a row so, or through a function that runs what it is told."""
        plain = verb in {"truncate", "drop"}
        told = statement if plain else f"{statement} RETURNING '1'"
        calls = [f"EXECUTE {self.called(name)}('{told.replace(QUOTE, QUOTE * 2)}')" for name in self.world.dynamic]
        calls += [f"EXECUTE {self.called(name)}('EXECUTE p')" for name in self.world.dynamic]
        for maker in self.identities:
            self.attempt(self.login, "DEALLOCATE p")
            prepared = not plain and self.attempt(maker, f"PREPARE p AS {told}") is not None
            ways = [*([told] if plain else []), *(["EXECUTE p"] if prepared else []), *calls]
            if any(self._changes(identity, way, plain=plain) for identity in self.identities for way in ways):
                return True
        return False

    def _changes(self, identity: str, way: str, *, plain: bool) -> bool:
        """Whether this changes something; taken back."""
        self.world.connection.execute("SAVEPOINT change")
        rows = self.attempt(identity, way)
        self.world.connection.execute("ROLLBACK TO change")
        return rows is not None and (plain or bool(rows))


def _statements(relation: str, columns: list[str]) -> list[tuple[str, str]]:
    values = {c: "'y'" if c == "filler" else "now()" if c == "mtime" else "1" for c in columns}
    kind = "TABLE" if relation in TABLES else "VIEW"
    last = columns[-1]
    found = [
        ("insert", f"INSERT INTO {relation} ({', '.join(columns)}) VALUES ({', '.join(values.values())})"),
        ("update", f"UPDATE {relation} SET {last} = {values[last]}"),
        ("delete", f"DELETE FROM {relation}"),
    ]
    return [*found, ("truncate", f"TRUNCATE {relation}"), ("drop", f"DROP {kind} {relation} CASCADE")][
        : 5 if kind == "TABLE" else 3
    ]


def predicted_changes(connection: psycopg.Connection[Any], accounts: list[str]) -> dict[str, set[tuple[str, str]]]:
    collected = collect(connection, "postgres")
    collected = replace(collected, edges=tuple(edge for edge in collected.edges if edge.kind != "planted code"))
    found: dict[str, set[tuple[str, str]]] = {account: set() for account in accounts}
    for table in TABLES:
        ways = changing(connection, collected, table.split("."))
        graph = toward(ways, collected.database)
        for account in accounts:
            found[account] |= {(table, c.verb) for c in changes(collected, ways, graph, account) if c.verb in TRIED}
    return found


def test_random_changes(bench: Server, request: pytest.FixtureRequest) -> None:
    """What an account can change equals what it changes when it tries; a new row may be refused by its values."""
    first = int(request.config.getoption("--seed"))
    over, under, done = [], [], 0
    with psycopg.connect(bench.dsn(), prepare_threshold=None) as connection:
        for seed in range(first, first + CHANGED):
            world = make_world(connection, bench.version, seed)
            foretold = predicted_changes(connection, LOGINS)
            secured = {str(t) for (t,) in connection.execute("SELECT oid::regclass FROM pg_class WHERE relrowsecurity")}
            for login in LOGINS:
                connection.execute("SAVEPOINT login")
                attacker = Attacker(world, login, [login])
                made = attacker.change()
                connection.execute("ROLLBACK TO login")
                wrong = {
                    c for c in foretold[login] ^ made if c[1] != "insert" or c[0].removeprefix("public.") not in secured
                }
                over += [(seed, login, *c) for c in sorted(wrong - made)]
                # who grants itself a role may join its rights with its own, which no path says
                under += [(seed, login, *c) for c in sorted(wrong & made) if not attacker.granted]
                done += len(made)
            connection.execute("DEALLOCATE ALL")
            connection.rollback()
    assert not over, over
    assert not under, under
    assert done > CHANGED


def predicted(connection: psycopg.Connection[Any], accounts: list[str]) -> dict[str, Columns]:
    """What is foretold, but for code that waits until another account runs it: the attacker waits for nobody."""
    collected = collect(connection, "postgres")
    collected = replace(collected, edges=tuple(edge for edge in collected.edges if edge.kind != "planted code"))
    found: dict[str, Columns] = {account: set() for account in accounts}
    for table, columns in TABLES.items():
        for column in columns:
            targets = find_targets(collected, [*table.split("."), column])
            for answer in answers(collected, targets, accounts):
                if answer.reaches:
                    found[answer.account].add((table, column))
    return found


def test_random_worlds(bench: Server, request: pytest.FixtureRequest) -> None:
    first = int(request.config.getoption("--seed"))
    over, under, compared, read = [], [], 0, 0
    with psycopg.connect(bench.dsn(), prepare_threshold=None) as connection:
        for seed in range(first, first + WORLDS):
            world = make_world(connection, bench.version, seed)
            foretold = predicted(connection, LOGINS)
            for login in LOGINS:
                connection.execute("SAVEPOINT login")
                taken = Attacker(world, login, [login]).loot()
                connection.execute("ROLLBACK TO login")
                over += [(seed, login, *c) for c in sorted(foretold[login] - taken)]
                under += [(seed, login, *c) for c in sorted(taken - foretold[login])]
                compared += len(MARKERS)
                read += len(taken)
            connection.execute("DEALLOCATE ALL")
            connection.rollback()
    print(  # noqa: T201 - the figures of the comparison
        f"PostgreSQL {bench.version}: {WORLDS} worlds from seed {first}, {compared} answers, {read} reads,"
        f" {len(under)} missed, {len(over)} too many"
    )
    assert not under, f"reads that were not foretold: {under[:5]}"
    assert not over, f"foretold but refused: {over[:5]}"
    assert compared * 0.1 < read < compared * 0.9, "worlds that allow nothing or everything prove nothing"


def test_the_comparison_can_fail(bench: Server) -> None:
    """A world in which one grant appears after the prediction: the attacker finds it."""
    with psycopg.connect(bench.dsn(), prepare_threshold=None) as connection:
        world = World(connection, random.Random(0), bench.version, dict(TABLES), [], [], [])  # noqa: S311 - not rolled
        for name in (*ROLES, *LOGINS):
            world.do(f"CREATE ROLE {name} LOGIN")
        foretold = predicted(connection, ["l0"])["l0"]
        world.do("GRANT USAGE ON SCHEMA s1 TO l0; GRANT SELECT (aid) ON s1.pgbench_history TO l0")
        assert Attacker(world, "l0", ["l0"]).loot() - foretold == {("s1.pgbench_history", "aid")}
        connection.rollback()


# --- the document -----------------------------------------------------------------------------------------------------


def test_every_login_table_and_column_of_pgbench(bench: Server) -> None:
    """The whole verb over its own connection, against live attempts by the logins themselves."""
    made = [
        "CREATE ROLE reader", "CREATE ROLE app LOGIN PASSWORD 'x'", "CREATE ROLE clerk LOGIN NOINHERIT PASSWORD 'x'",
        "CREATE ROLE other LOGIN PASSWORD 'x'", "GRANT reader TO app, clerk", "GRANT USAGE ON SCHEMA s1 TO app, clerk",
        "GRANT SELECT ON s1.pgbench_accounts TO reader",
        "GRANT SELECT (tid, filler) ON public.pgbench_tellers TO PUBLIC",
        "GRANT SELECT ON s1.pgbench_history TO other", "GRANT UPDATE ON public.pgbench_branches TO other",
    ]  # fmt: skip
    reads = 0
    with psycopg.connect(bench.dsn(), autocommit=True) as connection:
        for statement in made:
            connection.execute(statement)
        try:
            for table, column in [(t, c) for t, columns in TABLES.items() for c in columns]:
                document = reach(bench.dsn(), f"{table}.{column}", ["app", "clerk", "other"])
                for answer in document["accounts"]:
                    known = attempted(bench, answer["account"], f"SELECT {column} FROM {table}")
                    assert answer["reaches"] == known, (answer, table, column)
                    reads += known
                    for path in answer["paths"]:
                        shown = connection.execute(path["reproduce"])
                        while shown.nextset():
                            pass
                        assert shown.fetchall(), path["reproduce"]
                        connection.execute("RESET SESSION AUTHORIZATION; DEALLOCATE ALL")
            assert reads == 2 * 4 + 3 * 2, "app and clerk read accounts; everyone two columns of tellers"
            widest = reach(bench.dsn(), None, ["app", "clerk", "other"])["tables"]
            assert widest == [
                {"object": "public.pgbench_tellers", "accounts": 3, "of": 3},
                {"object": "s1.pgbench_accounts", "accounts": 2, "of": 3},
            ]
        finally:
            connection.execute("DROP OWNED BY reader, app, clerk, other")
            connection.execute("DROP ROLE reader, app, clerk, other")


def attempted(bench: Server, login: str, query: str) -> bool:
    """Prepared as the login, executed as it or as `reader`."""
    with psycopg.connect(bench.dsn(user=login, password="x"), autocommit=True) as connection:
        connection.execute("SET search_path = ''")
        for statement in (f"PREPARE p AS {query}", "EXECUTE p", "SET ROLE reader", "EXECUTE p"):
            try:
                cursor = connection.execute(statement)
                if cursor.description and cursor.fetchall():
                    return True
            except psycopg.Error:
                continue
    return False


def test_shape_of_the_document(bench: Server) -> None:
    document = reach(bench.dsn(), "public.pgbench_branches.bid")
    assert list(document) == [
        "object", "server_version", "accounts", "sessions", "residual", "outside", "not_examined", "floor",
    ]  # fmt: skip
    [answer] = document["accounts"]
    assert answer["account"] == "postgres"
    assert answer["paths"][0]["steps"][-1] == {
        "from": "login:postgres", "to": "table:public.pgbench_branches", "kind": "ownership",
        "reason": "postgres owns public.pgbench_branches",
        "page": f"https://www.postgresql.org/docs/{bench.version}/ddl-priv.html",
    }  # fmt: skip
    assert document["floor"]["version"] == document["server_version"]
    json.dumps(document)


@pytest.mark.parametrize(("name", "message"), [
    ("public.pgbench_brnches", "did you mean `public.pgbench_branches`"),
    ("public.pgbench_branches.bad", "has no column `bad`"),
    ("pgbench_branches", "does not name a table or a column; write `schema.table`"),
    ("a.b.c.d", "does not name a table or a column"),
    ('"', "does not name a table or a column"),
    ("Public.PGBENCH_Branches.bidd", "did you mean `public.pgbench_branches.bid`"),
])  # fmt: skip
def test_wrong_names(bench: Server, name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        reach(bench.dsn(), name)
    assert message in str(caught.value)


def test_wrong_accounts_and_addresses(bench: Server) -> None:
    with pytest.raises(InputError, match=r"there is no account `postgrse` that can log in; did you mean `postgres`$"):
        reach(bench.dsn(), "public.pgbench_branches", ["postgrse"])
    for dsn in (bench.dsn(password="s3cret"), "host=127.0.0.1 port=1 user=u password=s3cret"):
        with pytest.raises(
            UnreachableError, match=r"no connection to `127.0.0.1:.*(refused|failed for user)"
        ) as caught:
            reach(dsn, None)
        assert "s3cret" not in str(caught.value)
    with pytest.raises(InputError, match="the connection string cannot be read") as refused:
        reach("host=h password s3cret", None)
    assert "s3cret" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_closed_catalog_is_named(bench: Server) -> None:
    with psycopg.connect(bench.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE weak LOGIN PASSWORD 'x'; REVOKE SELECT ON pg_proc FROM PUBLIC")
        try:
            with pytest.raises(MissingRightError, match="permission denied for table pg_proc"):
                reach(bench.dsn(user="weak", password="x"), None)
        finally:
            connection.execute("GRANT SELECT ON pg_proc TO PUBLIC; DROP ROLE weak")


def test_a_slow_server_ends_in_one_sentence(bench: Server) -> None:
    with (
        pytest.raises(TargetError, match="took longer than 1 seconds"),
        read_only(bench.dsn(), statement_seconds=1) as c,
    ):
        c.execute("SELECT pg_sleep(5)")


def test_passwords_in_addresses_are_seen() -> None:
    assert holds_password("postgresql://u:secret@host/db")
    assert holds_password("host=h password=x")
    assert not holds_password("service=records")
