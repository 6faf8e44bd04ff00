"""A console on a real ledger, asked without a browser."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from recuse.server.console import application
from tests.console import world


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history and the matrices; nothing may be added here."""
    return world.whole(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="session")
def client(folder: Path) -> TestClient:
    """An auditor's."""
    return TestClient(application(world.console(folder)))
