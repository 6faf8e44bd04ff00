"""What is described of requests for assistance is kept: no 500, no answer of another form, on a real state.

The description cannot know the words of a policy; here it is given those of the fixture's, so that some are taken in.
"""

import copy
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from recuse import clock
from recuse.ledger import decode, read_entries
from recuse.requests.table import template
from recuse.server.callers import Headers
from recuse.server.openapi import description
from recuse.server.requesting.http import Interface, application
from recuse.server.settings import Caller
from recuse.server.state.requests import StateStore
from recuse.server.state.serving import connected
from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.console import desks, world
from tests.requests.conftest import prepared
from tests.serve.test_description import CHECKS, HEALTH, REQUESTS
from tests.unit.server.archive import BASE

POLICY = desks.repository()
WORDS = {
    "on_behalf_of": [*POLICY.agencies], "purpose": [*POLICY.purposes], "authority": [*POLICY.authorities],
    "received": ["2026-01-14T12:00:00Z", "2026-01-15T06:00:00-06:00"], "lapses": ["2026-01-16T12:00:00Z"],
}  # fmt: skip


class Everybody:
    """Callers are tried elsewhere."""

    async def known(self, headers: Headers, address: str | None) -> Caller:
        return Caller("harness", None, None, None, frozenset(), takes_in=True)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.write(tmp_path_factory.mktemp("requests") / "ledger", iter(()))


@pytest.fixture(scope="module")
def described(ledger: Path) -> Iterator[Any]:
    with throwaway(binaries=binaries_of(18)) as server, closing(connected(prepared(server).dsn)) as connection:
        made = desks.desks(ledger, StateStore(lambda: connection))
        interface = Interface(Everybody(), made, lambda: desks.NOW, lambda: clock.random_name(16))
        document = copy.deepcopy(description(BASE))
        del document["security"], document["components"]["securitySchemes"]
        asked = document["components"]["schemas"]["AssistanceRequest"]
        for name, words in WORDS.items():
            asked["properties"][name] = {"type": "string", "enum": words}
        for name in ("source", "supersedes", "sender", "agreement", "instrument", "until"):
            del asked["properties"][name]  # what fits is tried in test_assistance.py
        header = template(POLICY)
        document["paths"]["/requests/v1/assistance/import"]["post"]["requestBody"]["content"]["text/csv"]["schema"] = {
            "type": "string", "enum": [header, header[:-2] + ",x", "x"],
        }  # fmt: skip
        schema = schemathesis.openapi.from_dict(document)
        schema.app = application(interface)
        yield schema


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), REQUESTS)
def test_what_is_described_is_what_comes_back(
    described: Any, ledger: Path, path: str, method: str, mode: GenerationMode
) -> None:
    if mode is GenerationMode.NEGATIVE and path.endswith("{id}"):
        return  # any text may be looked for
    operation, statuses = described[path][method], set[int]()
    before = len([*read_entries(ledger)])

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=HEALTH)
    def ask(case: schemathesis.Case[Any]) -> None:
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    ask()
    allowed = {"POST": {200, 201, 400}, "GET": {200, 400, 404}}[method]
    assert statuses <= allowed
    if mode is GenerationMode.POSITIVE and path == "/requests/v1/assistance":
        assert statuses & {200, 201}
        taken = [decode(each) for each in read_entries(ledger)][before:]
        assert (method == "GET") == (not taken)
        assert {each.body["caller"] for each in taken} <= {"harness"}


def test_the_same_form_of_one_that_is_not_there_is_a_sentence(described: Any) -> None:
    client = TestClient(described.app)
    assert client.get("/requests/v1/assistance/00", headers={"X-Request-ID": "a"}).headers["x-request-id"] == "a"
    assert client.get("/requests/v1/nothing").status_code == 404
    allowed = client.delete("/requests/v1/assistance").headers["allow"]
    assert {*allowed.split(", ")} == {"GET", "HEAD", "POST"}
