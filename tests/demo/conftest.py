"""One small demo world a version; tests that damage it build their own."""

from collections.abc import Iterator

import pytest

from recuse.demo.world import World, build
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import ENDS, binaries_of, version_id

PEOPLE = 2_000


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world of 2,000 people on a server of its own, for the tests of one module."""
    with throwaway(binaries=binaries_of(request.param)) as server:
        yield build(server, people=PEOPLE)


@pytest.fixture(params=ENDS, ids=version_id)
def own_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world for this test alone, to be changed at will."""
    with throwaway(binaries=binaries_of(request.param)) as server:
        yield build(server, people=PEOPLE)
