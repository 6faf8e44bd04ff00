"""The certification scenario of AuthZEN 1.0 (2026): its fixture and cases, by their numbers, over the HTTPS binding."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.unit.server.archive import BASE, CATEGORY, Scenario, answering, policy

RULES: Final = """
permit (principal, action == Action::"read", resource);
permit (principal == Account::"archive/alice", action == Action::"update", resource)
when { resource.status == "active" };
permit (principal == Account::"archive/bob", action == Action::"update", resource)
when { resource.status == "archived" };
"""
NAMES: Final = f"""
[[subject]]
type = "user"
id = "alice"
account = "archive/alice"
[[subject]]
type = "user"
id = "bob"
account = "archive/bob"
[[action]]
name = "read"
action = "read"
[[action]]
name = "write"
action = "update"
[[action]]
name = "delete"
action = "update"
properties = {{ soft = true }}
[[action]]
name = "delete"
action = "delete"
properties = {{ soft = false }}
[[resource]]
type = "record"
id = "record-1"
rows = "archive::filed::record"
category = "{CATEGORY}"
attributes = {{ status = "active" }}
[[resource]]
type = "record"
id = "record-2"
rows = "archive::filed::record"
category = "{CATEGORY}"
attributes = {{ status = "archived" }}
"""
ALICE: Final = {"type": "user", "id": "alice"}
BOB: Final = {"type": "user", "id": "bob"}
ADMIN: Final = {**BOB, "properties": {"role": "admin"}}
READ: Final = {"name": "read"}
WRITE: Final = {"name": "write"}
FIRST: Final = {"type": "record", "id": "record-1"}
SECOND: Final = {"type": "record", "id": "record-2"}
ACTIVE: Final = {**FIRST, "properties": {"status": "active"}}
ARCHIVED: Final = {**SECOND, "properties": {"status": "archived"}}
CONTEXT: Final = {"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}


def asked(subject: Any, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "action": action, "resource": resource, **more}


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    whole = policy(("alice", "bob"), {"filed.record": ("status",)})
    with answering(whole, RULES, NAMES, tmp_path_factory.mktemp("certification")) as scenario:
        yield scenario


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(asked(ALICE, READ, FIRST), True, id="2.2.1"),
        pytest.param(asked(BOB, WRITE, FIRST), False, id="2.2.2"),
        pytest.param(asked(ALICE, READ, FIRST, context=CONTEXT), True, id="2.2.3"),
        pytest.param(asked(ALICE, WRITE, ARCHIVED), False, id="2.2.4"),
        pytest.param(asked(ADMIN, WRITE, ARCHIVED), True, id="2.2.5"),
        pytest.param(asked(ALICE, {"name": "delete", "properties": {"soft": True}}, FIRST), True, id="2.2.6"),
        pytest.param(asked(ALICE, {"name": "delete", "properties": {"soft": False}}, FIRST), False, id="2.2.7"),
        pytest.param(
            asked(
                {**ALICE, "properties": {"department": "Sales", "role": "manager"}},
                {**READ, "properties": {"method": "GET"}},
                {**FIRST, "properties": {"status": "active", "owner": "bob"}},
            ),
            True, id="2.2.8",
        ),
        pytest.param(asked(ALICE, READ, FIRST, foo="bar", futureField={"nested": True}), True, id="2.2.9"),
        pytest.param(asked(ALICE, WRITE, FIRST), True, id="rule-2"),
        pytest.param(asked(BOB, READ, FIRST), True, id="rule-3"),
        pytest.param(asked(ALICE, {"name": "delete"}, FIRST), False, id="a-delete-of-neither-kind"),
        pytest.param(asked(ALICE, WRITE, {**SECOND, "properties": {"status": "active"}}), False, id="a-false-claim"),
    ],
)  # fmt: skip
def test_basic(harness: Scenario, body: Any, expected: bool) -> None:
    assert [harness.decides(body) for _ in range(3)] == [expected] * 3, "2.6: the same each time"


@pytest.mark.parametrize("left_out", ["subject", "action", "resource"])
def test_what_is_missing_is_400(harness: Scenario, left_out: str) -> None:
    whole = asked(ALICE, READ, FIRST)
    assert (
        harness.post("evaluation", {name: each for name, each in whole.items() if name != left_out}).status_code == 400
    )
    for field in whole[left_out]:
        part = {name: each for name, each in whole[left_out].items() if name != field}
        assert harness.post("evaluation", {**whole, left_out: part}).status_code == 400, "2.4.2"
    wrongs: tuple[Any, ...] = ("alice", 1, None, [])
    for wrong in wrongs:
        assert harness.post("evaluation", {**whole, left_out: wrong}).status_code == 400, "2.4.6"


def test_the_request_id_comes_back(harness: Scenario) -> None:
    sent = {"X-Request-ID": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"}
    assert harness.post("evaluation", asked(ALICE, READ, FIRST), **sent).headers["x-request-id"] == sent["X-Request-ID"]
    assert harness.post("evaluation", asked(ALICE, READ, FIRST)).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {"subject": ALICE, "action": READ, "evaluations": [{"resource": FIRST}, {"resource": SECOND}]},
            [True, True], id="3.2.1",
        ),
        pytest.param(
            {"subject": BOB, "resource": FIRST, "evaluations": [{"action": READ}, {"action": WRITE}]},
            [True, False], id="3.2.2",
        ),
        pytest.param(
            {"subject": ALICE, "action": WRITE, "evaluations": [{"resource": ACTIVE}, {"resource": ARCHIVED}]},
            [True, False], id="3.2.3",
        ),
        pytest.param(
            {"action": WRITE, "resource": ARCHIVED, "evaluations": [{"subject": ALICE}, {"subject": ADMIN}]},
            [False, True], id="3.2.4",
        ),
        pytest.param(
            {"evaluations": [asked(ALICE, READ, FIRST), asked(BOB, WRITE, FIRST)]}, [True, False], id="3.2.5"
        ),
        pytest.param(
            {"subject": ALICE, "action": READ, "context": CONTEXT,
             "evaluations": [{"resource": FIRST}, {"resource": SECOND, "context": {"source": "batch-override"}}]},
            [True, True], id="3.2.6",
        ),
        pytest.param(
            {"subject": ALICE, "action": WRITE, "resource": ACTIVE, "evaluations": [{}, {"resource": ARCHIVED}]},
            [True, False], id="3.2.7",
        ),
    ],
)  # fmt: skip
def test_batch(harness: Scenario, body: Any, expected: list[bool]) -> None:
    assert harness.decides_all(body) == expected


SUBJECTS: Final = {"subject": {"type": "user"}, "action": READ, "resource": FIRST}
RESOURCES: Final = {"subject": ALICE, "action": READ, "resource": {"type": "record"}}
ALL_ACTIONS: Final = {"subject": ALICE, "resource": FIRST}


@pytest.mark.parametrize(
    ("sought", "body", "least"),
    [
        pytest.param("subject", SUBJECTS, {"alice", "bob"}, id="4.2.1"),
        pytest.param("subject", {**SUBJECTS, "context": CONTEXT}, {"alice", "bob"}, id="4.2.2"),
        pytest.param("subject", {**SUBJECTS, "subject": ALICE}, {"alice", "bob"}, id="4.2.3"),
        pytest.param("subject", {**SUBJECTS, "action": WRITE, "resource": ARCHIVED}, {"bob"}, id="4.2.4"),
        pytest.param("resource", RESOURCES, {"record-1"}, id="4.3.1"),
        pytest.param("resource", {**RESOURCES, "context": CONTEXT}, {"record-1"}, id="4.3.2"),
        pytest.param("resource", {**RESOURCES, "resource": FIRST}, {"record-1"}, id="4.3.3"),
        pytest.param("resource", {**RESOURCES, "subject": ADMIN, "action": WRITE}, {"record-2"}, id="4.3.4"),
        pytest.param("action", ALL_ACTIONS, {"read", "write"}, id="4.4.1"),
        pytest.param("action", {**ALL_ACTIONS, "context": CONTEXT}, {"read", "write"}, id="4.4.2"),
        pytest.param("action", {"subject": ADMIN, "resource": ARCHIVED}, {"write"}, id="4.4.3"),
    ],
)
def test_search(harness: Scenario, sought: str, body: Any, least: set[str]) -> None:
    found = harness.finds(sought, body)
    assert least <= set(found)
    assert "delete" not in found, "nobody said which kind"


def test_pages(harness: Scenario) -> None:
    """4.5: one a page, until the token is empty."""
    found, token = list[str](), ""
    for _ in range(3):
        page = {"page": {"limit": 1, "token": token}} if token else {"page": {"limit": 1}}
        document = harness.post("search/subject", {**SUBJECTS, **page}).json()
        found += [each["id"] for each in document["results"]]
        token = document["page"]["next_token"]
        if not token:
            break
    assert (found, token) == (["alice", "bob"], "")


@pytest.mark.parametrize(
    ("sought", "body"),
    [
        ("action", {"subject": {"type": "user", "id": "nonexistent-user"}, "resource": FIRST}),
        ("subject", {**SUBJECTS, "subject": {"type": "spaceship"}}),
        ("resource", {**RESOURCES, "resource": {"type": "spaceship"}}),
        ("resource", {**RESOURCES, "subject": {"type": "user", "id": "nonexistent-user"}}),
        ("subject", {**SUBJECTS, "resource": {"type": "record", "id": "record-9"}}),
    ],
)
def test_what_is_not_known_is_found_nowhere(harness: Scenario, sought: str, body: Any) -> None:
    assert harness.finds(sought, body) == [], "4.6"


@pytest.mark.parametrize(
    ("sought", "body"),
    [
        ("subject", {"subject": {"type": "user"}, "resource": FIRST}),
        ("resource", {"action": READ, "resource": {"type": "record"}}),
        ("action", {"subject": ALICE}),
        ("subject", {**SUBJECTS, "resource": {"type": "record"}}),
        ("resource", {**RESOURCES, "subject": {"type": "user"}}),
        ("action", {"subject": {"type": "user"}, "resource": FIRST}),
    ],
)
def test_a_search_that_lacks_something_is_400(harness: Scenario, sought: str, body: Any) -> None:
    assert harness.post(f"search/{sought}", body).status_code == 400, "4.7"


def test_discovery(harness: Scenario) -> None:
    response = harness.client.get("/.well-known/authzen-configuration")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    document = response.json()
    assert document["policy_decision_point"] == BASE
    assert all(address.startswith("https://") for address in document.values())
