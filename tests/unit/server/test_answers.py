"""Answers, batches and searches as the certification scenario of AuthZEN 1.0 has them, over the fictional policy."""

import itertools
import json
from typing import Any, Final, get_args

import pytest

from recuse.errors import MalformedError
from recuse.model import ACTIONS
from recuse.server import answers
from recuse.server.answers import many, metadata, one, search
from recuse.server.authzen import Batch, Sought, parse_batch, parse_evaluation, parse_search
from recuse.server.deciding import REASONS
from tests.unit.policy.conftest import directive, repository, rules
from tests.unit.server.test_deciding import AT, Desk, desk

__all__ = ["desk", "directive", "repository", "rules"]  # fixtures

STAFF: Final = {"type": "account", "id": "blotter/records_app"}
REMOVAL: Final = {"type": "account", "id": "blotter/removal_017"}
ARREST: Final = {"type": "blotter::records::arrest", "id": "arrest_record",
                 "properties": {"sealed": False, "juvenile": None}}  # fmt: skip
READ: Final = {"name": "read"}
STAFF_READS: Final = {"subject": STAFF, "action": READ, "resource": ARREST}


def batch(desk: Desk, whole: dict[str, Any]) -> list[bool]:
    """The decisions on a batch, in their order."""
    parsed, numbers = parse_batch(whole), itertools.count()
    assert isinstance(parsed, Batch)
    return [each["decision"] for each in many(desk.point, parsed, AT, lambda: str(next(numbers)))["evaluations"]]


def found(desk: Desk, sought: Sought, **whole: Any) -> list[str]:
    """All that a search finds, page by page of the given length; no page but the last leaves nothing to find."""
    names, token = list[str](), ""
    while True:
        page = {**whole.get("page", {}), "token": token}
        document = search(desk.point, parse_search(sought, {**whole, "page": page}), AT)
        assert [*document] == ["page", "results"], "the page stands first"
        names += [each["name" if sought == "action" else "id"] for each in document["results"]]
        token = document["page"]["next_token"]
        if not token:
            return names
        assert document["results"]


def test_an_answer_says_why_and_what_would_change_it(desk: Desk) -> None:
    asked = parse_evaluation({"subject": REMOVAL, "action": READ, "resource": ARREST})
    document = one(desk.point, asked, AT, lambda: "e-1")
    assert document == {
        "decision": False,
        "context": {
            "reason": "no_rule",
            "reason_user": {"en": "No rule permits this in these circumstances."},
            "reason_admin": {"en": "no_rule"},
            "evaluation_id": "e-1",
            "evaluated_at": "2026-01-15T12:00:00.000000Z",
            "rules": [],
            "would_change": [
                {"purpose": "crim", "authority": "judicial"},
                {"purpose": "court_process", "authority": "judicial"},
            ],
        },
    }
    assert json.loads(json.dumps(document)) == document


def test_every_reason_has_a_sentence_for_persons() -> None:
    assert set(answers._TO_PERSONS) == set(REASONS)


def test_a_batch_is_answered_in_its_order_and_a_broken_item_is_denied(desk: Desk) -> None:
    items = [{"action": READ}, {"action": {"name": "export"}}, {}, {"action": {"name": "update"}}, "x"]
    assert batch(desk, {"subject": STAFF, "resource": ARREST, "evaluations": items}) == [
        True,
        False,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        ("execute_all", [True, False, True, False]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_a_semantic_says_where_a_batch_stops(desk: Desk, semantic: str, expected: list[bool]) -> None:
    items = [{"subject": STAFF}, {"subject": REMOVAL}, {"subject": STAFF}, {}]
    whole = {"action": READ, "resource": ARREST, "evaluations": items, "options": {"evaluations_semantic": semantic}}
    assert batch(desk, whole) == expected
    turned = {**whole, "evaluations": [{}, *items]}
    ends = {"execute_all": [False, *expected], "deny_on_first_deny": [False], "permit_on_first_permit": [False, True]}
    assert batch(desk, turned) == ends[semantic]


def test_a_search_finds_what_questions_one_by_one_are_permitted(desk: Desk) -> None:
    """Of every kind, whatever the length of a page; sorted, each once."""
    repository = desk.point.repository
    asked: dict[Sought, tuple[list[str], dict[str, Any]]] = {
        "subject": (sorted(repository.accounts), STAFF_READS),
        "resource": (sorted(repository.categories), STAFF_READS),
        "action": (sorted(ACTIONS), STAFF_READS),
    }
    for sought, (names, whole) in asked.items():
        permitted = [
            name
            for name in names
            if desk.point.answer(
                parse_evaluation({**whole, sought: {**whole[sought], "name" if sought == "action" else "id": name}}), AT
            ).allow
        ]
        assert permitted, sought
        for limit in (1, 2, 100):
            assert found(desk, sought, **whole, page={"limit": limit}) == permitted, (sought, limit)


@pytest.mark.parametrize(
    ("sought", "changes"),
    [
        ("subject", {"subject": {"type": "spaceship"}}),
        ("subject", {"resource": {**ARREST, "id": "nothing"}}),
        ("subject", {"resource": {**ARREST, "type": "blotter::records::nothing"}}),
        ("resource", {"resource": {"type": "spaceship"}}),
        ("resource", {"subject": {"type": "account", "id": "blotter/nobody"}}),
        ("resource", {"action": {"name": "export"}}),
        ("action", {"subject": {"type": "user", "id": "blotter/records_app"}}),
        ("action", {"resource": {"type": "spaceship", "id": "arrest_record"}}),
    ],
)
def test_what_is_not_known_finds_nothing(desk: Desk, sought: Sought, changes: dict[str, Any]) -> None:
    assert found(desk, sought, **{**STAFF_READS, **changes}) == []


@pytest.mark.parametrize("token", ["\xe9", "x", "=", "/w==", "_w=="])
def test_a_token_that_was_never_given_is_refused(desk: Desk, token: str) -> None:
    for sought in get_args(Sought):
        with pytest.raises(MalformedError, match=r"`page\.token` is none that was given here"):
            search(desk.point, parse_search(sought, {**STAFF_READS, "page": {"token": token}}), AT)


def test_the_metadata_name_the_base_that_was_asked() -> None:
    document = metadata("https://pdp.example.org/tenant")
    assert document["policy_decision_point"] == "https://pdp.example.org/tenant"
    assert all(value.startswith("https://pdp.example.org/tenant") for value in document.values())
    assert len(set(document.values())) == len(document)
