"""One server a module for each version, with a world that every test gets a copy of."""

from collections.abc import Iterator

import pytest

from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import ENDS, binaries_of, version_id
from tests.downtime.place import Database, database, make_world


@pytest.fixture(scope="package", params=ENDS, ids=version_id)
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    with throwaway(binaries=binaries_of(request.param), settings=("wal_level=logical",)) as server:
        make_world(server)
        yield server


@pytest.fixture
def place(running: Server) -> Iterator[Database]:
    with database(running) as made:
        yield made
