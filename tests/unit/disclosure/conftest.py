"""The fixture's policy, and a world over it."""

import pytest

from recuse.disclosure.lines import Register
from recuse.model import Repository
from recuse.policy.repository import read_repository
from tests.unit.disclosure.world import World
from tests.unit.policy.conftest import DIRECTIVE, FIXTURE


@pytest.fixture(scope="session")
def repository() -> Repository:
    return read_repository(FIXTURE)


@pytest.fixture
def world(repository: Repository) -> World:
    return World(repository, Register(repository, {"own-staff": DIRECTIVE, "civil-immigration-refused": DIRECTIVE}))
