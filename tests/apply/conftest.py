"""The town on a server of each end, with the states that trials begin at."""

from collections.abc import Iterator

import pytest

from tests.apply.trials import Bench, bench
from tests.conftest import ENDS, version_id


@pytest.fixture(scope="session", params=ENDS, ids=version_id)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(request.param, tmp_path_factory.mktemp("cuts")) as made:
        yield made
