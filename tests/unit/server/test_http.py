"""The HTTPS binding of AuthZEN 1.0, on a record that is really written: what is answered was recorded before."""

import itertools
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from recuse.errors import TargetError
from recuse.ledger import create_ledger, decode, read_entries
from recuse.ledger.log import create_on
from recuse.ledger.shared import SharedLedger, share_ledger
from recuse.server.callers import Headers
from recuse.server.deciding import Permits
from recuse.server.grounds import Loaded
from recuse.server.http import Service, application
from recuse.server.receiving import LONGEST
from recuse.server.rounds import Rounds
from recuse.server.settings import Caller
from tests.unit.ledger.disk import SimulatedDisk
from tests.unit.policy.conftest import directive, repository, rules
from tests.unit.server.test_answers import ARREST, READ, REMOVAL, STAFF, STAFF_READS
from tests.unit.server.test_deciding import AT, Desk, desk

__all__ = ["desk", "directive", "repository", "rules"]  # fixtures

BASE: Final = "https://pdp.example.org"
KNOWN: Final = {"Authorization": "Bearer right"}
POSTS: Final = ("evaluation", "evaluations", "search/subject", "search/resource", "search/action")


class Tokens:
    """One caller."""

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        assert address == "testclient"
        known = (b"authorization", b"Bearer right") in headers
        return Caller("blotter-app", None, None, None, frozenset()) if known else None


@dataclass
class Ground:
    """One policy, and the permits of a desk."""

    loaded: Loaded
    permits: Permits
    asked: list[set[str]] = field(default_factory=list)

    async def current(self) -> Loaded:
        return self.loaded

    async def confirmed(self, loaded: Loaded, systems: Iterable[str]) -> Permits:
        assert loaded is self.loaded
        self.asked.append(set(systems))
        return self.permits


class Away(Ground):
    """A database that cannot be asked."""

    async def confirmed(self, loaded: Loaded, systems: Iterable[str]) -> Permits:
        raise TargetError("the state cannot be reached", "check its server")


@dataclass
class Server:
    """A decision point behind its binding, and the folder of its record."""

    client: TestClient
    service: Service
    folder: Path

    def post(self, path: str, body: Any, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {**KNOWN, "Content-Type": "application/json", **headers}
        return self.client.post(f"/access/v1/{path}", content=content, headers=sent)

    def recorded(self) -> list[dict[str, Any]]:
        """What the record holds now, read as a stranger would."""
        entries = map(decode, read_entries(self.folder))
        return [{"kind": each.kind, **each.body} for each in entries]


def service(desk: Desk, record: SharedLedger, patience: float = 5.0) -> Service:
    numbers, ground = itertools.count(1), Ground(Loaded("policy-1", 0, desk.point), desk.kept)
    return Service(
        ground, Rounds(record.append, "record"), Tokens(), BASE, lambda: AT, lambda: f"e-{next(numbers)}", patience
    )


@pytest.fixture
def server(desk: Desk, tmp_path: Path) -> Iterator[Server]:
    create_ledger(tmp_path / "record", "example.org/decisions").close()
    with ExitStack() as stack:
        record = stack.enter_context(share_ledger(tmp_path / "record"))
        serving = service(desk, record)
        client = stack.enter_context(TestClient(application(serving), base_url=BASE))
        yield Server(client, serving, tmp_path / "record")


def test_a_decision_is_recorded_before_it_is_answered(server: Server) -> None:
    asked = {**STAFF_READS, "context": {"purpose": "own.records", "authority": "official_duty", "case": "26-1"}}
    response = server.post("evaluation", asked)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.json()["decision"] is True
    assert response.json()["context"]["evaluation_id"] == "e-1"
    assert server.recorded() == [
        {
            "kind": "decided", "caller": "blotter-app", "evaluation": "e-1", "allow": True, "reason": "permitted",
            "rules": ["own-staff"], "account": "blotter/records_app", "action": "read",
            "resource": "blotter::records::arrest arrest_record", "purpose": "own.records",
            "authority": "official_duty", "case": "26-1", "policy": "policy-1",
        }
    ]  # fmt: skip


def test_each_answer_of_a_batch_and_each_search_is_recorded(server: Server) -> None:
    items = [{"subject": STAFF}, {"subject": REMOVAL}, {}, {"subject": STAFF}]
    whole = {"action": READ, "resource": ARREST, "evaluations": items}
    decisions = [each["decision"] for each in server.post("evaluations", whole).json()["evaluations"]]
    assert decisions == [True, False, False, True]
    assert server.post("evaluations", STAFF_READS).json()["decision"] is True
    found = server.post("search/action", STAFF_READS).json()["results"]
    assert [each["allow"] for each in server.recorded() if each["kind"] == "decided"] == [True, False, True, True]
    [search] = [each for each in server.recorded() if each["kind"] == "searched"]
    assert (search["sought"], search["found"], search["caller"]) == ("action", len(found), "blotter-app")


def test_what_cannot_be_recorded_is_not_answered(desk: Desk) -> None:
    """The disk fails at the first write: 503, and every time after."""
    disk = SimulatedDisk(1)
    create_on(disk, "example.org/decisions").close()
    disk.plan(fail_at=1, forever=True)
    with TestClient(application(service(desk, SharedLedger(disk))), base_url=BASE) as client:
        for path in (*POSTS, *POSTS):
            response = client.post(f"/access/v1/{path}", json=STAFF_READS, headers=KNOWN)
            assert (response.status_code, response.headers["retry-after"]) == (503, "1")
            assert "decision" not in response.text.replace("the decision could not be recorded", "")


def test_a_record_that_is_held_up_is_not_waited_for(desk: Desk, tmp_path: Path) -> None:
    """Another writer holds the lock."""
    create_ledger(tmp_path / "record", "example.org/decisions").close()
    slow, holding = (share_ledger(tmp_path / "record") for _ in range(2))
    serving = service(desk, slow, patience=0.2)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await serving.recorder.close()

    with TestClient(application(serving, lifespan), base_url=BASE) as client, holding._turn():
        assert client.post("/access/v1/evaluation", json=STAFF_READS, headers=KNOWN).status_code == 503
    slow.close()
    holding.close()


def test_what_was_not_foreseen_is_500_and_decides_nothing(server: Server) -> None:
    class Broken(Ground):
        async def current(self) -> Loaded:
            raise RuntimeError("not foreseen")

    ground = server.service.grounds
    assert isinstance(ground, Ground)
    broken = replace(server.service, grounds=Broken(ground.loaded, ground.permits))
    client = TestClient(application(broken), base_url=BASE, raise_server_exceptions=False)
    for path in POSTS:
        response = client.post(f"/access/v1/{path}", json=STAFF_READS, headers={**KNOWN, "X-Request-ID": "r"})
        assert (response.status_code, response.headers["x-request-id"]) == (500, "r")
        assert response.text.startswith("the decision point failed, and nothing was decided")
    with pytest.raises(RuntimeError):  # whoever runs the server is told
        TestClient(application(broken), base_url=BASE).post("/access/v1/evaluation", json=STAFF_READS, headers=KNOWN)
    assert server.recorded() == []


def test_nothing_is_answered_while_a_database_is_away(server: Server) -> None:
    ground = server.service.grounds
    assert isinstance(ground, Ground)
    client = TestClient(application(replace(server.service, grounds=Away(ground.loaded, ground.permits))))
    for path in POSTS:
        response = client.post(f"/access/v1/{path}", json=STAFF_READS, headers=KNOWN)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.text == "nothing was decided: what an answer rests on cannot be asked now, so ask again"
    assert (client.get("/health").status_code, server.client.get("/health").status_code) == (503, 200)
    assert server.recorded() == []


def test_permits_are_asked_for_only_where_something_is_declared(server: Server) -> None:
    ground = server.service.grounds
    assert isinstance(ground, Ground)
    declared = {**STAFF_READS, "context": {"purpose": "own.records", "authority": "official_duty"}}
    server.post("evaluation", STAFF_READS)
    server.post("evaluation", declared)
    server.post("evaluations", {**STAFF_READS, "evaluations": [{}, {"context": declared["context"]}, 1]})
    server.post("search/subject", declared)
    assert ground.asked == [set(), {"blotter"}, {"blotter"}, {"blotter"}]


@pytest.mark.parametrize("path", POSTS)
def test_a_caller_that_is_not_known_is_told_so_and_nothing_else(server: Server, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"}):
        response = server.client.post(f"/access/v1/{path}", json=STAFF_READS, headers=headers)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert server.recorded() == []


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"", {}, "the body is not JSON"),
        (b"[]", {}, "the body is not an object"),
        (b"{}", {}, "is missing"),
        (b'{"subject": 1, "subject": 2}', {}, "a key stands twice"),
        (STAFF_READS, {"Content-Type": "text/plain"}, "the content type is not `application/json`"),
        (STAFF_READS, {"Content-Type": ""}, "the content type is not `application/json`"),
        (b" " * (LONGEST + 1), {}, "the body is longer than"),
    ],
)
def test_what_cannot_be_read_is_400(server: Server, path: str, body: Any, headers: dict[str, str], reason: str) -> None:
    response = server.post(path, body, **headers)
    assert response.status_code == 400
    assert reason in response.text
    assert server.recorded() == []


def test_a_charset_beside_the_content_type_is_no_fault(server: Server) -> None:
    assert server.post("evaluation", STAFF_READS, **{"Content-Type": "Application/JSON; charset=utf-8"}).json()[
        "decision"
    ]


def test_the_request_id_comes_back_as_it_came(server: Server) -> None:
    sent = {"X-Request-ID": "bfe9; a=b"}
    known, kind = {**KNOWN, **sent}, {"Content-Type": "application/json"}
    client, asked = server.client, json.dumps(STAFF_READS).encode()
    for status, response in (
        (200, client.post("/access/v1/evaluation", content=asked, headers={**known, **kind})),
        (400, client.post("/access/v1/evaluation", headers=known)),
        (401, client.post("/access/v1/evaluation", headers=sent)),
        (404, client.get("/nothing", headers=sent)),
        (405, client.get("/access/v1/evaluation", headers=sent)),
        (200, client.get("/.well-known/authzen-configuration", headers=sent)),
    ):
        assert response.status_code == status
        assert response.headers.get_list("X-Request-ID") == ["bfe9; a=b"]
    assert "X-Request-ID" not in server.post("evaluation", STAFF_READS).headers


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(server: Server, path: str, method: str) -> None:
    response = server.client.request(method, f"/access/v1/{path}", headers=KNOWN)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_the_metadata_are_for_everyone(server: Server) -> None:
    response = server.client.get("/.well-known/authzen-configuration")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    document = response.json()
    assert document["policy_decision_point"] == BASE
    for name, address in document.items():
        if name != "policy_decision_point":
            assert server.client.post(address, json=STAFF_READS, headers=KNOWN).status_code == 200
