"""A program that is denied asks for a permit, a person answers it, and the question put again is permitted."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import anyio
import psycopg
import pytest
from anyio import to_thread

from recuse import clock, permits
from recuse.permits import Actor, Narrowing
from recuse.server.tasks.submission import DETAILS
from recuse.serving.permitting import PermitOffices
from recuse.serving.place import Place
from recuse.serving.shared import Shared
from tests.serve.test_serving import reads
from tests.serve.world import DECLARED, DETECTIVE, ENDER, PERSON, Institution, Reply, Serving, serving

EVIDENCE: Final = {"issuing_court": "Cook County", "judge": "A Judge", "issued": "2026-01-15",
                   "document_sha256": "ab" * 32}  # fmt: skip
QUESTION: Final = {
    "subject": {"type": "account", "id": f"clear/{DETECTIVE}"}, "action": {"name": "read"}, "resource": PERSON,
    "context": DECLARED,
}  # fmt: skip
REVIEWER: Final = Actor("Ada Example", "https://login.example.org ada")


@pytest.fixture(scope="module")
def running(institution: Institution) -> Iterator[Serving]:
    with serving(institution, institution.state(), workers=2) as made:
        yield made


def denied(running: Serving, **changes: Any) -> dict[str, Any]:
    """What a denial says of how it can be asked for."""
    reply = running.post("evaluation", {**QUESTION, **changes})
    assert reply.allow is False
    context = reply.document["context"]
    return {"evaluation_id": context["evaluation_id"], **context["access_request"]}


def submission(hint: dict[str, Any], **changes: Any) -> dict[str, Any]:
    until = (clock.now() + timedelta(hours=8)).isoformat()
    details = {"requested_by": "Desk 4", "on_behalf_of": "Unit 2", "evidence": EVIDENCE, **changes.pop("details", {})}
    binding = {name: hint[name] for name in ("evaluation_id", "expires_at", "binding_token")}
    return {**QUESTION, "denial": binding, "requested_access": {"requested_until": until, DETAILS: details}, **changes}


def sends(running: Serving, body: Any, key: str | None = None, client: str = "records-app") -> Reply:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {running.institution.token(client)}"}
    if key is not None:
        headers["Idempotency-Key"] = key
    return running.send("POST", "/access/v1/requests", json.dumps(body), headers)


def looks(running: Serving, name: str, client: str = "records-app", cancel: bool = False) -> Reply:
    headers = {"Authorization": f"Bearer {running.institution.token(client)}"}
    path = f"/access/v1/requests/{name}{'/cancel' if cancel else ''}"
    return running.send("POST" if cancel else "GET", path, None, headers)


@pytest.fixture
def acts(institution: Institution, running: Serving, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """An act of a person on a request, as a server process does it for the console."""
    for name, value in institution.environment().items():
        monkeypatch.setenv(name, value)
    policy = institution.job.policy
    place = Place(policy, policy, policy / ".ledger", institution.record, state_of(running))

    def act(done: Callable[..., Any], *words: Any, **named: Any) -> Any:
        def inside() -> Any:
            with offices.office() as office:
                return done(office, *words, **named)

        async def run() -> Any:
            return await to_thread.run_sync(inside)

        shared = Shared.of(place)
        offices = PermitOffices(shared)
        try:
            return anyio.run(run)
        finally:
            shared.close()

    return act


def test_what_was_denied_is_asked_for_approved_and_permitted(running: Serving, acts: Callable[..., Any]) -> None:
    """The permit opens the database and the question put again, ends as it was narrowed, and so does the approval."""
    reply = sends(running, submission(denied(running)), key="first")
    assert (reply.status, reply.headers["location"]) == (202, reply.document["task"]["status_endpoint"])
    task = reply.document["task"]
    assert (task["status"], sorted(task["links"])) == ("pending", ["cancel"])
    assert looks(running, task["id"]).document["task"]["status"] == "pending"
    assert reads(running.institution) == 0
    end = clock.now() + timedelta(hours=2)
    answer = acts(permits.approve, task["id"], REVIEWER, Narrowing(end))
    assert answer.issued
    done = looks(running, task["id"]).document
    assert done["task"]["status"] == "approved"
    approval = done["result"]["approval"]
    assert (done["result"]["mode"], approval["id"]) == ("reevaluate", task["id"])
    assert approval["approved_until"] == end.isoformat(timespec="microseconds").replace("+00:00", "Z")
    again = running.post("evaluation", {**QUESTION, "context": {**DECLARED, "approval": approval}})
    assert again.allow is True
    assert again.document["context"]["approval"]["id"] == task["id"]
    assert reads(running.institution) > 0
    here = ("permit", "list", "-r", str(running.institution.job.policy))
    assert "missing" in running.institution.run(*here, code=1), "its words are not beside the ledger"
    listed = running.institution.run(*here, "--state", state_of(running))
    assert "mismatch" not in listed
    assert task["id"] in listed


def state_of(running: Serving) -> str:
    """The connection string of the state that a server has."""
    settings = running.institution.folder / f"serve-{running.port}.toml"
    return settings.read_text().split('state = "')[1].split('"')[0]


def test_an_approval_opens_nothing(running: Serving, acts: Callable[..., Any]) -> None:
    """It is no bearer's: with one made up the answer is the same denial; one that was revoked says what to do next."""
    made_up = {"id": "x" * 24, "approved_until": "2099-01-01T00:00:00Z"}
    reply = running.post("evaluation", {**QUESTION, "context": {**DECLARED, "approval": made_up}})
    context = reply.document["context"]
    assert (reply.allow, context["reason"], context["next_action"]) == (False, "no_permit", "request")
    assert "approval" not in context
    name = sends(running, submission(denied(running))).document["task"]["id"]
    acts(permits.approve, name, REVIEWER)
    acts(permits.revoke, name, REVIEWER)
    reply = running.post("evaluation", {**QUESTION, "context": {**DECLARED, "approval": {"id": name}}})
    assert (reply.allow, reply.document["context"]["next_action"]) == (False, "request")
    assert looks(running, name).document["task"]["status"] == "approved", "a task that is over stays as it ended"


def test_the_server_ends_no_session_and_the_worker_does(running: Serving, acts: Callable[..., Any]) -> None:
    name = sends(running, submission(denied(running))).document["task"]["id"]
    acts(permits.approve, name, REVIEWER)
    with psycopg.connect(running.institution.job.world.dsn(DETECTIVE), autocommit=True) as session:
        session.execute("SELECT 1")
        assert acts(permits.revoke, name, REVIEWER) is None, "handed on"
        session.execute("SELECT 1")
        owner = running.institution.owner(state_of(running))
        running.institution.run("worker", "--once", "--state", owner, "-r", str(running.institution.job.policy),
                                "--kinds", "end_sessions", login=ENDER)  # fmt: skip
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_what_is_sent_again_is_the_same(running: Serving) -> None:
    body = submission(denied(running))
    one, other = sends(running, body, key="k"), sends(running, body, key="k")
    assert one.document == other.document
    assert problem(sends(running, {**body, "client": {"id": "x"}}, key="k")) == (409, "duplicate_request")
    assert problem(sends(running, body)) == (400, "invalid_denial_binding"), "a denial is asked for once"
    assert problem(sends(running, submission(denied(running)), key="a b")) == (400, "about:blank")


def test_another_program_sees_and_ends_nothing(running: Serving) -> None:
    denial = denied(running)
    assert problem(sends(running, submission(denial), client="elsewhere"))[0] == 400
    name = sends(running, submission(denial)).document["task"]["id"]
    assert problem(looks(running, name, client="elsewhere")) == (404, "unknown_task")
    assert problem(looks(running, name, client="elsewhere", cancel=True)) == (404, "unknown_task")
    assert looks(running, name, client="nobody").status == 401
    assert looks(running, name).document["task"]["status"] == "pending"


def test_it_is_withdrawn_and_cannot_be_approved(running: Serving, acts: Callable[..., Any]) -> None:
    name = sends(running, submission(denied(running))).document["task"]["id"]
    assert looks(running, name, cancel=True).document["task"]["status"] == "cancelled"
    assert problem(looks(running, name, cancel=True)) == (409, "invalid_task_state")
    with pytest.raises(Exception, match="withdrawn"):
        acts(permits.approve, name, REVIEWER)


def test_a_reviewer_refuses_it(running: Serving, acts: Callable[..., Any]) -> None:
    name = sends(running, submission(denied(running))).document["task"]["id"]
    acts(permits.refuse, name, REVIEWER, "the warrant names another")
    document = looks(running, name).document
    assert (document["task"]["status"], "result" in document) == ("denied", False)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"context": {**DECLARED, "case": "26-CR-2"}}, (400, "invalid_denial_binding")),
        ({"action": {"name": "update"}}, (400, "invalid_denial_binding")),
        ({"details": {"evidence": {}}}, (400, "not_requestable")),
        ({"details": {"requested_by": ""}}, (400, "about:blank")),
        ({"denial": {"binding_token": "x", "expires_at": "2026-01-01T00:00:00Z"}}, (400, "invalid_denial_binding")),
        ({"items": []}, (400, "about:blank")),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_told(running: Serving, changes: dict[str, Any], wanted: tuple[int, str]) -> None:
    assert problem(sends(running, submission(denied(running), **changes))) == wanted


def test_what_was_refused_is_mended_and_sent_again(running: Serving) -> None:
    denial = denied(running)
    assert problem(sends(running, submission(denial, details={"evidence": {}}))) == (400, "not_requestable")
    assert sends(running, submission(denial)).status == 202


def test_other_denials_cannot_be_asked_for(running: Serving) -> None:
    undeclared = running.post("evaluation", {**QUESTION, "context": {}})
    assert "access_request" not in undeclared.document["context"]
    batch = running.post("evaluations", {**QUESTION, "evaluations": [{}, {"context": {}}]}).document["evaluations"]
    assert ["access_request" in each["context"] for each in batch] == [True, False]


def test_the_metadata_says_where(running: Serving) -> None:
    said = json.loads(running.send("GET", "/.well-known/authzen-configuration").text)
    assert said["access_request_endpoint"].endswith("/access/v1/requests")
    assert said["capabilities"] == ["urn:openid:authzen:capability:access-request"]
    keys = json.loads(running.send("GET", "/access/v1/jwks").text)["keys"]
    assert [sorted(each) for each in keys] == [["alg", "crv", "kid", "kty", "use", "x"]]
    assert DETAILS in running.send("GET", "/access/v1/request-schema").text


def problem(reply: Reply) -> tuple[int, str]:
    assert reply.headers["content-type"] == "application/problem+json", reply
    return reply.status, str(reply.document["type"]).rpartition("error:")[2]
