"""Drafts in a real state, and a person at the console for each role."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from recuse.server.console.directives import DirectiveDesk
from recuse.server.identity import Role
from recuse.server.identity.kept import Kept
from recuse.server.state.drafts import StateDrafts
from recuse.targets.postgres.throwaway import Server, throwaway
from tests.conftest import binaries_of
from tests.console.directives import world
from tests.console.world import person
from tests.requests.conftest import State, prepared


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with throwaway(binaries=binaries_of(18)) as running:
        yield running


@pytest.fixture
def state(server: Server) -> State:
    return prepared(server)


@pytest.fixture
def drafts(state: State) -> Iterator[StateDrafts]:
    with closing(Kept(state.dsn)) as kept:
        yield StateDrafts(kept.together)


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signed policy and two keys; nothing may be changed here."""
    folder = tmp_path_factory.mktemp("signed")
    world.policy(folder)
    return folder


@dataclass
class Office:
    """A console over a policy, its drafts, and what somebody else planned."""

    folder: Path
    service: DirectiveDesk
    plans: world.Planned

    def client(self, *roles: Role, subject: str = "", **changes: Any) -> TestClient:
        """Somebody with these roles."""
        visitor = person("Ola Example", *roles, subject=subject or "-".join(roles))
        app = world.served(self.folder, self.service, recognise=lambda _: visitor, **changes)
        return TestClient(app, follow_redirects=False)

    def begin(self, client: TestClient, begin_with: str = world.OLD, title: str = "Arrests") -> str:
        """Begin a draft; its address."""
        answer = client.post("/console/directives", data={"title": title, "begin_with": begin_with})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].partition("#")[0]

    def sign(self, key: str, namespace: str, path: Path) -> bytes:
        """A signature made by stock OpenSSH."""
        path.with_name(path.name + ".sig").unlink(missing_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(self.folder / key), str(path)],
            check=True, capture_output=True,
        )  # fmt: skip
        return path.with_name(path.name + ".sig").read_bytes()


@pytest.fixture
def office(signed: Path, drafts: StateDrafts) -> Office:
    plans = world.Planned()
    return Office(signed, world.desk(signed / "policy", drafts, plans), plans)
