"""A state with two logins that cannot do each other's part: a server's, which asks, and a worker's, which does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from recuse import clock
from recuse.server.state.jobs import StateQueue
from recuse.server.state.migrations import prepare
from recuse.server.state.serving import State
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, create_database, version_id


@dataclass(frozen=True)
class Kept:
    """A prepared state: the connection strings of its owner, of a server's login, and of a worker's."""

    owner: str
    server: str
    worker: str
    opened: ExitStack = field(default_factory=ExitStack)

    def queue(self, dsn: str) -> StateQueue:
        """The queue by its own connection."""
        state = State(dsn)
        self.opened.callback(state.close)
        return StateQueue(state.connected)

    @property
    def asking(self) -> StateQueue:
        return self.queue(self.server)

    @property
    def working(self) -> StateQueue:
        return self.queue(self.worker)


def prepared(server: Server) -> Kept:
    name, password = f"t_{clock.random_name(12)}", clock.random_name(16)
    logins = [f"{name}_server", f"{name}_worker"]
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        create_database(admin, name)
        for login in logins:
            make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(login), sql.Literal(password))
            admin.execute(make)
    with psycopg.connect(server.dsn(name), autocommit=True) as admin:
        prepare(admin, logins[:1], logins[1:])
    asks, works = (make_conninfo(server.dsn(name), user=login, password=password) for login in logins)
    return Kept(server.dsn(name), asks, works)


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[int], Server]]:
    """A server for each version that is asked for."""
    with ExitStack() as stack:
        yield cache(lambda version: stack.enter_context(throwaway(binaries=binaries_of(version))))


@pytest.fixture(params=ENDS, ids=version_id)
def kept(request: pytest.FixtureRequest, servers: Callable[[int], Server]) -> Iterator[Kept]:
    made = prepared(servers(request.param))
    with made.opened:
        yield made
