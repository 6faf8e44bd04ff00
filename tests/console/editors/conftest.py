"""Edits in a real state, a content folder that may be changed, and a person at the console for each role."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from recuse.server.console.editors import ContentDesk
from recuse.server.identity import Role
from recuse.server.identity.kept import Kept
from recuse.server.state.edits import StateEdits
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of
from tests.console.editors import world
from tests.console.world import person
from tests.requests.conftest import State, prepared


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with throwaway(binaries=binaries_of(18)) as running:
        yield running


@pytest.fixture
def state(server: Server) -> State:
    return prepared(server)


@pytest.fixture
def edits(state: State) -> Iterator[StateEdits]:
    with closing(Kept(state.dsn)) as kept:
        yield StateEdits(kept.together)


@dataclass
class Office:
    """A console over a content folder and what editors kept."""

    folder: Path
    service: ContentDesk

    @property
    def content(self) -> Path:
        return self.folder / "content"

    def client(self, *roles: Role, name: str = "Ola Example", since: datetime = world.FRESH, **more: Any) -> TestClient:
        """Somebody with these roles, who authenticated at that time."""
        visitor = replace(person(name, *roles, subject=f"{name}-{'-'.join(roles)}"), auth_time=since)
        app = world.served(self.folder, self.service, recognise=lambda _: visitor, **more)
        return TestClient(app, follow_redirects=False)


@pytest.fixture
def office(tmp_path: Path, edits: StateEdits) -> Office:
    return Office(tmp_path, world.desk(world.content(tmp_path), edits))
