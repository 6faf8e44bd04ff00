"""The access request service tells programs no more than the decision point does, and asks no other database."""

from dataclasses import replace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from recuse.errors import TargetError
from recuse.server.http import application
from recuse.server.tasks.binding import Binder
from recuse.server.tasks.handling import Tasks
from tests.unit.policy.conftest import directive, repository, rules
from tests.unit.server.test_answers import STAFF_READS
from tests.unit.server.test_attacks import DECLARED, Broken, limited
from tests.unit.server.test_deciding import AT, desk
from tests.unit.server.test_http import BASE, KNOWN, Ground, Server, server
from tests.unit.server.test_tasks import SEED, body

__all__ = ["desk", "directive", "repository", "rules", "server"]  # fixtures


def with_tasks(server: Server, **changes: Any) -> TestClient:
    """The server with its service of access requests; a request with a forged denial reaches nothing that is kept."""
    nothing = cast("Any", None)
    tasks = Tasks(Binder(SEED, BASE), nothing, nothing, BASE, lambda: AT, lambda: "t-1")
    return TestClient(application(replace(server.service, tasks=tasks, **changes)), base_url=BASE)


def sent(client: TestClient) -> Any:
    asked = {**body(), **STAFF_READS, "context": DECLARED}
    return client.post("/access/v1/requests", json=asked, headers=KNOWN)


def test_no_database_is_asked_for_who_may_not_ask_about_it(server: Server) -> None:
    ground = server.service.grounds
    assert isinstance(ground, Ground)
    for callers, asked in ((limited(server).service.callers, set[str]()), (server.service.callers, {"blotter"})):
        ground.asked.clear()
        assert 400 <= sent(with_tasks(server, callers=callers)).status_code < 500
        assert ground.asked == [asked]


def test_an_error_is_told_to_the_log_and_not_to_callers(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    ground = server.service.grounds
    assert isinstance(ground, Ground)
    behind = Broken(ground.loaded, ground.permits)
    behind.error = TargetError("connection to 10.9.8.7 failed for user recuse_clerk", "see /srv/recuse/pgpass")
    client = with_tasks(server, grounds=behind)
    answer = sent(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "10.9.8.7" not in answer.text
    assert "10.9.8.7" in caplog.text


def test_who_is_refused_is_logged_without_what_they_sent(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    client = with_tasks(server)
    assert client.post("/access/v1/requests", json={}, headers={"Authorization": "Bearer a-secret"}).status_code == 401
    assert client.post("/access/v1/requests", content=b"{", headers=KNOWN).status_code == 400
    told = [each.getMessage() for each in caplog.records if each.name == "recuse.server"]
    assert told[0] == "a caller at testclient is not known: /access/v1/requests"
    assert told[1].startswith("what `blotter-app` sent cannot be read: ")
    assert "a-secret" not in caplog.text
