"""An identity provider and a decision point that know each other, both running, one pair a module."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from recuse.client import Action as Named
from recuse.client import ClientCredentials, Question, Resource, Subject
from recuse.ledger import decode, read_entries
from tests.client.running import free_port, running
from tests.client.serving import AUDIENCE

SECRET: Final = "a-secret.of_one~program"
SETTINGS: Final = """\
config_version: 1
server: {{host: 127.0.0.1, port: {port}}}
oauth:
  issuer: http://127.0.0.1:{port}
  audience: {audience}
  token_expiry_minutes: 60
  clients:
    - {{client_id: "records-app", client_secret: "{secret}", description: a program}}
"""
READ: Final = Named("read")
STAFF: Final = Subject("blotter/records_app")
REMOVAL: Final = Subject("blotter/removal_017")
COURT: Final = {"purpose": "crim.investigation", "authority": "judicial.court_order", "case": "26-CR-1"}


def arrest(**row: object) -> Resource:
    return Resource("blotter::records::arrest", "arrest_record", {"sealed": False, "juvenile": None, **row})


STAFF_READS: Final = Question(STAFF, READ, arrest())
REMOVAL_READS: Final = Question(REMOVAL, READ, arrest())


@dataclass(frozen=True)
class Point:
    """A running decision point, the provider of its tokens, and the folder of its record."""

    base: str
    issuer: str
    folder: Path
    log: Path

    def credentials(self, secret: str = SECRET) -> ClientCredentials:
        return ClientCredentials(f"{self.issuer}/token", "records-app", lambda: secret)

    def recorded(self) -> list[dict[str, Any]]:
        return [{"kind": each.kind, **each.body} for each in map(decode, read_entries(self.folder))]


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    place = tmp_path_factory.mktemp("point")
    provider, port = free_port(), free_port()
    (place / "provider").mkdir()
    settings = SETTINGS.format(port=provider, audience=AUDIENCE, secret=SECRET)
    (place / "provider" / "settings.yaml").write_text(settings)
    (place / "provider" / "users.yaml").write_text("config_version: 1\nusers: {}\n")
    asks = [sys.executable, "-m", "nanoidp", "--config", str(place / "provider"), "--strict-config"]
    serves = [sys.executable, "-m", "tests.client.serving", str(port), str(place / "record")]
    with (
        running(asks, provider, place / "provider.log") as issuer,
        running([*serves, issuer], port, place / "point.log") as base,
    ):
        yield Point(base, issuer, place / "record", place / "provider.log")
