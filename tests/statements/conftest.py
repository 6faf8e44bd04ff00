"""The enforced world, once a module and version."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.statements.enforced import Enforced
from tests.statements.world import built


def enforced_on(version: int, folder: Path) -> Iterator[Enforced]:
    """The world built, planned, applied and verified: the product's own way."""
    with built(version, folder) as lab:
        planned = lab.plan()
        lab.apply()
        yield Enforced(lab, planned, lab.verify(), lab.secrets(), lab.state())


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def enforced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enforced]:
    yield from enforced_on(request.param, tmp_path_factory.mktemp("lab"))
