"""One enforced database a version and module: roles belong to a server, so it is this module's own."""

from collections.abc import Iterator

import pytest

from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.context.world import Enforced, enforced


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def world(request: pytest.FixtureRequest) -> Iterator[Enforced]:
    with throwaway(binaries=binaries_of(request.param)) as server, enforced(server) as made:
        yield made


@pytest.fixture(autouse=True)
def without_permits(request: pytest.FixtureRequest) -> None:
    """Each test issues its own."""
    if "world" in request.fixturenames:
        made: Enforced = request.getfixturevalue("world")
        made.admin.execute("TRUNCATE recuse.permit, recuse.used, recuse.gateway_key")
