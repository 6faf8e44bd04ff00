"""The fixture's repository and rules on assistance."""

import pytest

from recuse.model import Repository
from recuse.policy.assisting import Assisting
from recuse.policy.repository import read_repository
from tests.unit.policy import assistance
from tests.unit.policy.conftest import FIXTURE


@pytest.fixture(scope="session")
def repository() -> Repository:
    return assistance.judicial(read_repository(FIXTURE))


@pytest.fixture(scope="session")
def point(repository: Repository) -> Assisting:
    return assistance.assisting(repository)
