"""One institution a module and end of the supported versions; its permits are each test's own."""

from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.remembering import remembering
from tests.serve.world import Institution, institution_on


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def institution(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Institution]:
    with ExitStack() as stack:
        stack.enter_context(remembering())
        server = stack.enter_context(throwaway(binaries=binaries_of(request.param), durable=True))
        beside = stack.enter_context(throwaway(binaries=binaries_of(request.param), durable=True))
        yield institution_on(server, beside, tmp_path_factory.mktemp("institution"))


@pytest.fixture(autouse=True)
def without_permits(request: pytest.FixtureRequest) -> None:
    if "institution" in request.fixturenames:
        made: Institution = request.getfixturevalue("institution")
        with psycopg.connect(made.job.world.dsn(), autocommit=True) as admin:
            admin.execute("TRUNCATE recuse.permit, recuse.used")
