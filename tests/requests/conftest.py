"""Every store, on files and on real PostgreSQL servers, and the fixture's repository."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from recuse import clock
from recuse.model import Repository
from recuse.operations.kept_assistance import FileStore
from recuse.policy.repository import read_repository
from recuse.requests.store import Store
from recuse.server.state.migrations import prepare
from recuse.server.state.requests import StateStore
from recuse.server.state.serving import connected
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, create_database, version_id
from tests.unit.policy.assistance import judicial
from tests.unit.policy.conftest import FIXTURE


@pytest.fixture(scope="session")
def repository() -> Repository:
    return judicial(read_repository(FIXTURE))


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[int], Server]]:
    """A server for each version that is asked for."""
    with ExitStack() as stack:
        yield cache(lambda version: stack.enter_context(throwaway(binaries=binaries_of(version))))


@dataclass(frozen=True)
class State:
    """A prepared state, and the connection string of a login that has what the server needs, and no more."""

    dsn: str


def prepared(server: Server) -> State:
    name, password = f"t_{clock.random_name(12)}", clock.random_name(16)
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        create_database(admin, name)
        login = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
        admin.execute(login)
    with psycopg.connect(server.dsn(name), autocommit=True) as admin:
        prepare(admin, [name])
    return State(make_conninfo(server.dsn(name), user=name, password=password))


@pytest.fixture(params=ENDS, ids=version_id)
def state(request: pytest.FixtureRequest, servers: Callable[[int], Server]) -> State:
    return prepared(servers(request.param))


Another = Callable[[], Store]
"""Gives another store on what a store has, as another process would have it."""


@pytest.fixture(params=["files", *ENDS], ids=str)
def stores(request: pytest.FixtureRequest, servers: Callable[[int], Server], tmp_path: Path) -> Iterator[Another]:
    if request.param == "files":
        yield lambda: FileStore(tmp_path / "ledger")
        return
    state = prepared(servers(request.param))
    with ExitStack() as stack:

        def another() -> Store:
            connection = stack.enter_context(closing(connected(state.dsn)))
            return StateStore(lambda: connection)

        yield another


@pytest.fixture
def store(stores: Another) -> Store:
    return stores()
