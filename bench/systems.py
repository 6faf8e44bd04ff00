"""How long sessions read on when many systems are cut at once: 20 databases by one apply, against one of them alone.

In each database five sessions of a login hold a cursor, a role already set or a temporary copy, and read it on and on.
The product cuts all of them, a thread a system, and ends the sessions. A round's figure is the time from its start to
the last answer that any session had; rounds of one and of many take turns. All databases share one server, and so its
processors: on servers of their own they would only be faster.
"""

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from bench import place
from bench.measure import estimate, median
from bench.result import Place, Result
from bench.sever import HOLDING, PAUSE, NothingReadError, Reader
from bench.stage import FULL, Stage
from recuse.compiler.classes import ClassMap
from recuse.enforcement.facts import Grant, Membership, ObjectRef, Role
from recuse.enforcement.plan import Change, Plan
from recuse.operations.ended import EndedLog
from recuse.operations.journal import Journal
from recuse.operations.phases import Site, Telling, cut
from recuse.operations.plan import Planned, Proved
from recuse.operations.record import open_or_create
from recuse.targets.postgres.throwaway import Server, throwaway
from recuse.targets.records import PATIENCE
from recuse.targets.target import Session, target_for

SYSTEMS: Final = 20
SESSIONS: Final = 5
_FEW: Final = 3
_WORLD: Final = """
CREATE SCHEMA bench; GRANT USAGE ON SCHEMA bench TO PUBLIC;
CREATE TABLE bench.held (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO bench.held SELECT n, 'person ' || n FROM generate_series(1, 20000) n;
"""
_LET_IN: Final = (
    "GRANT SELECT ON bench.held TO {held}, {login}; GRANT {held} TO {login}; ALTER ROLE {login} LOGIN PASSWORD 'bench'"
)
_HELD = ObjectRef("table", ("bench", "held"))


def run(on: Stage) -> Iterator[Result]:
    """The figures: many against one, and each by itself."""
    count = SYSTEMS if on.rows >= FULL else _FEW
    on.say(f"systems: {count} cut at once")
    one: list[float] = []
    many: list[float] = []
    with throwaway(binaries=on.binaries) as server, ExitStack() as stack:
        names = [f"bench_{number}" for number in range(count)]
        sessions = {name: _made(stack, server, name) for name in names}
        for _ in range(on.rounds):
            one.append(_round(server, {names[0]: sessions[names[0]]}))
            many.append(_round(server, sessions))
        with psycopg.connect(server.dsn()) as connection:
            release = connection.execute("SHOW server_version").fetchone()
    here = f"{place.machine()}; {SESSIONS} sessions a system on one server; {on.rounds} rounds"
    where = Place(here, place.versions(str(release[0]) if release else "unknown"))
    ratios = [several / single for several, single in zip(many, one, strict=True)]
    yield where.result(f"systems/{count}/times-one", estimate(ratios), "×", "one system", 2.0)
    yield where.result(f"systems/{count}/last-byte", median(many, 1000), "ms", "the start of the cut")
    yield where.result("systems/1/last-byte", median(one, 1000), "ms", "the start of the cut")


def _made(stack: ExitStack, server: Server, name: str) -> Session:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        for role in (name, f"{name}_held"):
            connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        connection.execute(_WORLD.replace("\n", " ").encode())
    return stack.enter_context(target_for("postgresql").open(server.dsn(name)))


def _round(server: Server, sessions: dict[str, Session]) -> float:
    """Seconds from the start of the cut to the last answer of any session, never less than a reader's pause.

    A cut may be over before any session asks again: nothing finer than the pause can be told; no ratio is made of 0.
    """
    with ExitStack() as stack:
        readers = [reader for name in sessions for reader in _readers(stack, server, name)]
        threads = [threading.Thread(target=reader) for reader in readers]
        sites = [Site(session, _planned(session, name)) for name, session in sessions.items()]
        telling = _telling(stack)
        for thread in threads:
            thread.start()
        time.sleep(10 * PAUSE)
        start = time.perf_counter()
        cut(sites, telling)
        for thread in threads:
            thread.join()
    ended = sum(len(telling.ended.of(site.name).sessions) for site in sites)
    if ended != len(readers) or any(site.failure for site in sites) or any(reader.last == 0.0 for reader in readers):
        raise NothingReadError(f"{ended} of {len(readers)} sessions were there to be ended")
    return max(PAUSE, max(reader.last for reader in readers) - start)


def _readers(stack: ExitStack, server: Server, name: str) -> Sequence[Reader]:
    let_in = sql.SQL(_LET_IN).format(login=sql.Identifier(name), held=sql.Identifier(f"{name}_held"))
    with psycopg.connect(server.dsn(name), autocommit=True) as connection:
        connection.execute(let_in)
    found = []
    for number in range(SESSIONS):
        dsn = server.dsn(name, name, "bench")
        connection = stack.enter_context(psycopg.connect(dsn, autocommit=True))
        opened, read = HOLDING[number % len(HOLDING)]
        for each in opened:
            connection.execute(each.replace("bench_held", f"{name}_held").encode())
        found.append(Reader(connection, read.encode()))
    return found


def _planned(session: Session, name: str) -> Planned:
    """A plan of nothing but the cut of one login, on the facts as they are."""
    found = session.inspect()
    roles = {fact.name: fact for fact in found.facts if isinstance(fact, Role)}
    changes = [
        Change(name, "cut", make=False, fact=fact)
        for fact in found.facts
        if (isinstance(fact, Grant) and fact.on == _HELD and fact.grantee == name)
        or (isinstance(fact, Membership) and fact.member == name)
    ]
    ends = Role(name, False, False, inherit=True, bypass_rls=False, create_role=False)
    changes.append(Change(name, "cut", make=True, fact=ends, before=roles[name]))
    plan = Plan(name, "", (), tuple(changes), (), (), frozenset({name}), frozenset())
    return Planned(plan, (), found, frozenset(), ClassMap({}, {}, (), {}, {}), Proved((), (), ()))


def _telling(stack: ExitStack) -> Telling:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "ledger"
    log = stack.enter_context(open_or_create(folder, "example.org/bench"))
    return Telling(lambda *_: None, PATIENCE, stack.enter_context(Journal.open(folder, "0" * 64)), EndedLog(log))
