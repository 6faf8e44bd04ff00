"""What is described of asking for what was denied is kept by a server that runs: no 500, no answer of another form."""

import json
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import GenerationMode

from tests.serve.test_description import CHECKS, HEALTH, TASKS
from tests.serve.test_tasks import denied, looks, running, sends, submission
from tests.serve.world import Serving

__all__ = ["running"]  # a fixture


@pytest.fixture(scope="module")
def described(running: Serving) -> Any:
    document = json.loads(running.send("GET", "/openapi.json").text)
    assert document["servers"] == [{"url": f"http://127.0.0.1:{running.port}"}]
    return schemathesis.openapi.from_dict(document)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), TASKS)
def test_what_is_described_is_what_comes_back(
    described: Any, running: Serving, path: str, method: str, mode: GenerationMode
) -> None:
    if mode is GenerationMode.NEGATIVE and method == "GET":
        return  # a GET takes nothing that could be wrong
    operation, statuses = described[path][method], set[int]()
    headers = {"Authorization": f"Bearer {running.institution.token()}"}
    base = f"http://127.0.0.1:{running.port}"

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=HEALTH)
    def ask(case: schemathesis.Case[Any]) -> None:
        statuses.add(case.call_and_validate(base_url=base, headers=headers, checks=CHECKS).status_code)

    ask()
    assert statuses <= {200, 400, 404}
    assert (path, method) in TASKS[1:] or statuses == {400}, "no token that is made up binds anything"


def test_what_is_taken_in_is_as_described(described: Any, running: Serving) -> None:
    """Tokens cannot be made up: one that is real, from the denial to the end of its task."""

    def kept(name: str, document: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": described.raw_schema["components"]}
        jsonschema_rs.Draft202012Validator(schema).validate(document)

    denial = running.post("evaluation", body(running)).document
    kept("Decision", denial)
    assert denial["context"]["access_request"]
    sent = submission(denied(running))
    kept("AccessRequest", sent)
    taken = sends(running, sent)
    assert taken.status == 202
    for reply in (taken, looks(running, taken.document["task"]["id"])):
        kept("TaskHandle", reply.document)
    gone = looks(running, taken.document["task"]["id"], cancel=True)
    kept("TaskHandle", gone.document)
    kept("Problem", looks(running, "nobody").document)
    kept("Metadata", json.loads(running.send("GET", "/.well-known/authzen-configuration").text))


def body(running: Serving) -> dict[str, Any]:
    sent = submission(denied(running))
    return {name: sent[name] for name in ("subject", "action", "resource", "context")}
