"""The description in OpenAPI is kept: requests that programs make from it get no 500 and no answer of another form."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from recuse.server.openapi import description
from tests.unit.server.archive import BASE, Scenario, answering, policy
from tests.unit.server.test_certification import ALICE, FIRST, NAMES, READ, RULES
from tests.unit.server.test_http import POSTS

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip
OPERATIONS = [
    *((f"/access/v1/{path}", "POST") for path in POSTS), ("/.well-known/authzen-configuration", "GET"),
    ("/openapi.json", "GET"), ("/health", "GET"),
]  # fmt: skip
REQUESTS = [
    ("/requests/v1/assistance", "POST"), ("/requests/v1/assistance", "GET"),
    ("/requests/v1/assistance/{id}", "GET"), ("/requests/v1/assistance/import", "POST"),
]  # fmt: skip
TASKS = [
    ("/access/v1/requests", "POST"), ("/access/v1/requests/{name}", "GET"),
    ("/access/v1/requests/{name}/cancel", "POST"), ("/access/v1/jwks", "GET"), ("/access/v1/request-schema", "GET"),
]  # fmt: skip
HEALTH = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    whole = policy(("alice", "bob"), {"filed.record": ("status",)})
    with answering(whole, RULES, NAMES, tmp_path_factory.mktemp("description")) as made:
        yield made


@pytest.fixture(scope="module")
def described(scenario: Scenario) -> Any:
    """Without authentication, which is tried elsewhere."""
    document = scenario.client.get("/openapi.json").json()
    del document["security"], document["components"]["securitySchemes"]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = scenario.client.app
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_is_described_is_what_comes_back(described: Any, path: str, method: str, mode: GenerationMode) -> None:
    operation, statuses = described[path][method], set[int]()
    if mode is GenerationMode.NEGATIVE and method == "GET":
        return  # a GET takes nothing that could be wrong

    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=HEALTH)
    def ask(case: schemathesis.Case[Any]) -> None:
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    ask()
    assert statuses <= {200, 400}
    assert (200 in statuses) or mode is GenerationMode.NEGATIVE
    assert (400 in statuses) or mode is GenerationMode.POSITIVE


def test_the_document_is_for_this_address(scenario: Scenario) -> None:
    document = scenario.client.get("/openapi.json").json()
    assert document == description(BASE)
    assert document["servers"] == [{"url": BASE}]
    described = [(path, method.upper()) for path, methods in document["paths"].items() for method in methods]
    assert sorted(described) == sorted([*OPERATIONS, *REQUESTS, *TASKS])


def test_an_answer_of_another_form_is_noticed(scenario: Scenario) -> None:
    """The same check, with a description that promises what is not given."""
    promised = description(BASE)
    promised["components"]["schemas"]["Decision"]["properties"]["decision"] = {"type": "string"}
    schema = schemathesis.openapi.from_dict(promised)
    schema.app = scenario.client.app
    operation = schema["/access/v1/evaluation"]["POST"]
    asked: dict[str, Any] = {"subject": ALICE, "action": READ, "resource": FIRST}
    case = operation.Case(body=asked, media_type="application/json")
    with pytest.raises((FailureGroup, AssertionError)):
        case.call_and_validate(checks=CHECKS)
