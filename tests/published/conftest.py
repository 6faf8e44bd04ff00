"""One signed body a session; its policy never changes, and each test gives it a record of its own."""

import pytest

from recuse.site.sources import Sources
from tests.published.world import body_of


@pytest.fixture(scope="session")
def body(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return body_of(tmp_path_factory.mktemp("body"))
