"""The hostile world of `tests/statements`, before any policy, once a module and version."""

from collections.abc import Iterator

import pytest

from tests.conftest import ENDS, version_id
from tests.statements.world import Lab, built


@pytest.fixture(scope="module", params=ENDS, ids=version_id)
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with built(request.param, tmp_path_factory.mktemp("lab")) as made:
        yield made
