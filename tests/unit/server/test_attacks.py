"""The decision point as somebody sees it who would like more: what systems, databases and the record do not show."""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from recuse.errors import HaltedError, TargetError
from recuse.server.callers import Headers
from recuse.server.deciding import Permits
from recuse.server.grounds import Loaded
from recuse.server.http import application
from recuse.server.names import Names, read_names
from recuse.server.settings import Caller
from tests.unit.policy.conftest import FIXTURE, directive, repository, rules
from tests.unit.server.test_answers import ARREST, READ, STAFF, STAFF_READS
from tests.unit.server.test_deciding import desk
from tests.unit.server.test_http import BASE, KNOWN, POSTS, Ground, Server, server

__all__ = ["desk", "directive", "repository", "rules", "server"]  # fixtures

DECLARED: Final = {"purpose": "own.records", "authority": "official_duty", "case": "26-1"}
MARK: Final = "secret-of-a-row"
NAMES: Final = """\
format = 1
[[subject]]
type = "user"
id = "alice"
account = "blotter/records_app"
[[resource]]
type = "record"
rows = "blotter::records::arrest"
category = "arrest_record"
"""


class Elsewhere:
    """A caller that may ask about another system than the one there is."""

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        return Caller("elsewhere", frozenset({"another"}), None, None, frozenset())


def limited(server: Server, names: Names | None = None) -> Server:
    """The same server, asked by a caller that may ask about another system alone."""
    serving = replace(server.service, callers=Elsewhere(), names=names or Names())
    return replace(server, service=serving, client=TestClient(application(serving), base_url=BASE))


def said(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer, but for what every answer has of its own."""
    context = {name: value for name, value in answer["context"].items() if name != "evaluation_id"}
    return {**answer, "context": context}


# --- a caller that is limited to some systems ---


@pytest.mark.parametrize("context", [{}, DECLARED, {"purpose": "nothing", "authority": "nothing"}])
def test_what_a_caller_may_not_ask_about_is_as_if_it_were_not_there(server: Server, context: dict[str, str]) -> None:
    """The answer to a question about somebody else's account is, word for word, that about one that does not exist."""
    other = limited(server)
    nobody = {**STAFF, "id": "blotter/nobody"}
    asked, missing = ({**STAFF_READS, "subject": each, "context": context} for each in (STAFF, nobody))
    assert said(other.post("evaluation", asked).json()) == said(other.post("evaluation", missing).json())
    batch = other.post("evaluations", {**asked, "evaluations": [{}, {"subject": nobody}]}).json()["evaluations"]
    assert said(batch[0]) == said(batch[1])
    for path in ("search/subject", "search/resource", "search/action"):
        found = [other.post(path, each).json() for each in (asked, missing)]
        assert found[0] == found[1] == {"page": {"next_token": ""}, "results": []}


def test_a_name_of_an_application_tells_no_other_system(server: Server) -> None:
    """What a name stands for is not told to whom it is not shown, nor that it stands for anything."""
    other = limited(server, read_names(FIXTURE / "names.toml", NAMES.encode()))
    answers = [
        said(
            other.post("evaluation", {"subject": {"type": "user", "id": name}, "action": READ, "resource": each}).json()
        )
        for name in ("alice", "nobody")
        for each in ({"type": "record", "id": "1"}, ARREST, {"type": "nothing", "id": "1"})
    ]
    assert all(each == answers[0] for each in answers)
    assert "blotter" not in json.dumps(answers)
    found = other.post("search/subject", {"subject": {"type": "user"}, "action": READ, "resource": ARREST}).json()
    assert found["results"] == []


def test_a_resource_of_another_system_is_not_named(server: Server) -> None:
    """Also where the account is one's own: neither type nor category that a name stands for is told."""
    asked = {"subject": STAFF, "action": READ, "resource": {"type": "another::records::thing", "id": "x"}}
    answer = server.post("evaluation", asked).json()
    assert answer["context"]["reason_admin"] == {"en": "unknown_resource"}


@pytest.mark.parametrize("path", POSTS)
def test_no_database_is_asked_for_who_may_not_ask_about_it(server: Server, path: str) -> None:
    """Else its delay, or its failure, would tell that there is such an account."""
    ground = server.service.grounds
    assert isinstance(ground, Ground)
    limited(server).post(path, {**STAFF_READS, "context": DECLARED})
    assert ground.asked == [set()]


# --- errors ---


class Broken(Ground):
    """A ground that fails with more in its error than a caller should read."""

    error: Exception = TargetError("connection to 10.9.8.7 failed for user recuse_clerk", "see /srv/recuse/pgpass")

    async def confirmed(self, loaded: Loaded, systems: Iterable[str]) -> Permits:
        raise self.error


@contextmanager
def broken(server: Server, error: Exception) -> Iterator[TestClient]:
    ground = server.service.grounds
    assert isinstance(ground, Ground)
    behind = Broken(ground.loaded, ground.permits)
    behind.error = error
    serving = replace(server.service, grounds=behind)
    yield TestClient(application(serving), base_url=BASE, raise_server_exceptions=False)


@pytest.mark.parametrize(("kind", "status"), [(TargetError, 503), (RuntimeError, 500)])
def test_an_error_is_told_to_the_log_and_not_to_callers(
    server: Server, caplog: pytest.LogCaptureFixture, kind: type[Exception], status: int
) -> None:
    with broken(server, kind("connection to 10.9.8.7 failed for user recuse_clerk")) as client:
        for path in POSTS:
            answer = client.post(f"/access/v1/{path}", json=STAFF_READS, headers=KNOWN)
            assert answer.status_code == status
            for word in ("10.9.8.7", "recuse_clerk", "Traceback", "Error"):
                assert word not in answer.text + str(answer.headers)
        if kind is TargetError:
            assert "10.9.8.7" in caplog.text, "else nobody would know"
            assert client.get("/health").text == "no answers can be given now"


def test_why_answers_were_halted_is_told(server: Server) -> None:
    """It was written for those who ask."""
    with broken(server, HaltedError("nothing is answered now: a key is lost", "ask again later")) as client:
        answer = client.post("/access/v1/evaluation", json=STAFF_READS, headers=KNOWN)
    assert (answer.status_code, answer.text) == (503, "nothing was decided: nothing is answered now: a key is lost")


def test_who_is_refused_is_logged_without_what_they_sent(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.client.post("/access/v1/evaluation", json=STAFF_READS, headers={"Authorization": f"Bearer {MARK}"})
    server.post("evaluation", {**STAFF_READS, "subject": {"type": MARK}})
    server.post("evaluations", f'{{"{MARK}": NaN}}'.encode())
    told = [(each.name, each.levelno, each.getMessage()) for each in caplog.records if each.name == "recuse.server"]
    assert [level for _, level, _ in told] == [logging.WARNING] * 3
    assert [text for _, _, text in told] == [
        "a caller at testclient is not known: /access/v1/evaluation",
        "what `blotter-app` sent cannot be read: `subject.id` is missing",
        "what `blotter-app` sent cannot be read: `NaN` is no number of JSON",
    ]
    assert MARK not in caplog.text


# --- what is kept of a question ---


def test_the_record_holds_no_row_and_no_token(server: Server) -> None:
    """Rows, claims about accounts and credentials are not the decision point's to keep."""
    asked = {
        "subject": {**STAFF, "properties": {"name": MARK}},
        "action": {**READ, "properties": {"why": MARK}},
        "resource": {**ARREST, "properties": {**ARREST["properties"], "name": MARK}},  # type: ignore[dict-item]
        "context": {**DECLARED, "ip": MARK, "note": MARK},
    }
    for path in POSTS:
        body = {**asked, "evaluations": [{}, asked]} if path == "evaluations" else asked
        assert server.post(path, body, **{"X-Request-ID": MARK, "Cookie": MARK}).status_code == 200
    whole = b"".join(each.read_bytes() for each in server.folder.iterdir())
    assert len(server.recorded()) == 6
    assert MARK.encode() not in whole
    assert b"Bearer" not in whole
    assert {name for each in server.recorded() for name in each} <= {
        "kind", "caller", "policy", "evaluation", "allow", "reason", "rules", "account", "action", "resource",
        "purpose", "authority", "agreement", "case", "sought", "found",
    }  # fmt: skip


HOSTILE: Final = 'x\n{"kind":"decided"}\r\n\x1b[2J\x00\x9b31m\u2028\u202e"\\'


def test_hostile_names_make_no_second_entry(server: Server) -> None:
    """Line breaks, terminal codes and quotes in what is asked stay inside of their text."""
    context = dict.fromkeys(("purpose", "authority", "agreement", "case"), HOSTILE)
    asked = {"subject": {"type": HOSTILE, "id": HOSTILE}, "action": {"name": HOSTILE},
             "resource": {"type": HOSTILE, "id": HOSTILE}, "context": context}  # fmt: skip
    assert server.post("evaluation", asked).json()["decision"] is False
    [entry] = server.recorded()
    assert (entry["account"], entry["action"], entry["case"]) == (HOSTILE, HOSTILE, HOSTILE)
    raw = (server.folder / "entries").read_bytes()
    assert raw.count(b'{"at":') == 1
    assert not any(each in raw[8:] for each in (b"\n", b"\r", b"\x1b"))


def test_a_long_name_is_cut_where_it_is_kept(server: Server) -> None:
    """A caller that sends much fills neither the record nor makes an entry that cannot be kept."""
    long = "x" * 70_000
    context = dict.fromkeys(("purpose", "authority", "case"), long)
    asked = {"subject": {"type": "account", "id": long}, "action": {"name": long},
             "resource": {"type": long, "id": "x"}, "context": context}  # fmt: skip
    assert server.post("evaluation", asked).status_code == 200
    [entry] = server.recorded()
    assert all(len(value) <= 200 for value in entry.values() if isinstance(value, str))
    assert server.post("evaluation", {**asked, "more": "x" * (1 << 20)}).status_code == 400
