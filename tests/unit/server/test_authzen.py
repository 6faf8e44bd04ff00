"""Requests are read as AuthZEN's certification scenario 1.0 says, and nothing else gets through."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.errors import MalformedError
from recuse.server.authzen import (
    MOST,
    Action,
    Batch,
    Entity,
    Evaluation,
    Sought,
    parse_batch,
    parse_evaluation,
    parse_object,
    parse_search,
)

ALICE: Final = {"type": "user", "id": "alice"}
READ: Final = {"name": "read"}
RECORD: Final = {"type": "record", "id": "record-1"}
ASKED: Final = {"subject": ALICE, "action": READ, "resource": RECORD}
PLAIN: Final = Evaluation(Entity("user", "alice", {}), Action("read", {}), Entity("record", "record-1", {}), {})

KEYS = st.sampled_from([*ASKED, "context", "evaluations", "options", "page", "type", "id", "name", "properties"])
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


def without(name: str, field: str | None = None) -> dict[str, Any]:
    """The question without an entity, or without one of its fields."""
    if field is None:
        return {key: value for key, value in ASKED.items() if key != name}
    return {**ASKED, name: {key: value for key, value in ASKED[name].items() if key != field}}


def test_a_question_is_its_three_entities_and_the_context() -> None:
    assert parse_evaluation(ASKED) == PLAIN
    whole = {
        "subject": {**ALICE, "properties": {"department": "Sales"}}, "action": {**READ, "properties": {"soft": True}},
        "resource": {**RECORD, "properties": {"status": "active"}}, "context": {"time": "2026-01-15T09:30:00Z"},
        "foo": "bar", "futureField": {"nested": True},
    }  # fmt: skip
    found = parse_evaluation(whole)
    assert (found.subject.properties, found.action.properties) == ({"department": "Sales"}, {"soft": True})
    assert (found.resource.properties, found.context) == ({"status": "active"}, {"time": "2026-01-15T09:30:00Z"})


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        *((without(name), f"`{name}` is missing") for name in ASKED),
        *((without(name, field), f"`{name}.{field}` is missing") for name, entity in ASKED.items() for field in entity),
        ({**ASKED, "subject": "alice"}, "`subject` is not an object"),
        ({**ASKED, "subject": None}, "`subject` is not an object"),
        ({**ASKED, "action": {"name": 123}}, "`action.name` is not a text"),
        ({**ASKED, "action": {**READ, "properties": []}}, "`action.properties` is not an object"),
        ({**ASKED, "resource": {**RECORD, "properties": None}}, "`resource.properties` is not an object"),
        ({**ASKED, "context": "now"}, "`context` is not an object"),
    ],
)
def test_what_is_missing_or_of_another_type_is_refused(whole: dict[str, Any], reason: str) -> None:
    for parse in (parse_evaluation, parse_batch):
        with pytest.raises(MalformedError) as caught:
            parse(whole)
        assert caught.value.message == reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b"\xff", "the body is not JSON"),
        (b'{"a": "\\ud800"}', "the body is not JSON"),
        (b"[" * 100_000, "the body is not JSON"),
        (b"9" * 5000, "the body is not JSON"),
        (b"[]", "the body is not an object"),
        (b"null", "the body is not an object"),
        (b'{"subject": {"type": "user", "id": "a", "id": "b"}}', "a key stands twice in one object"),
        (b'{"subject": {}, "subject": {}}', "a key stands twice in one object"),
        (b'{"a": NaN}', "`NaN` is no number of JSON"),
        (b'{"a": -Infinity}', "`-Infinity` is no number of JSON"),
    ],
)
def test_only_one_json_object_is_taken(body: bytes, reason: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_object(body)
    assert caught.value.message == reason


def test_an_item_replaces_a_default_as_a_whole_but_for_what_identifies_it() -> None:
    """3.2.3 to 3.2.7: a default adds no attribute, which might hide or lend one."""
    default = {"type": "record", "id": "record-1", "properties": {"status": "active"}}
    items = [
        {},
        {"resource": {"id": "record-2"}},
        {"resource": {"type": "file", "properties": {"a": 1}}, "context": {}},
    ]
    batch = parse_batch({**ASKED, "resource": default, "context": {"at": 1}, "evaluations": items})
    assert isinstance(batch, Batch)
    found = [item for item in batch.items if isinstance(item, Evaluation)]
    assert [item.resource for item in found] == [
        Entity("record", "record-1", {"status": "active"}), Entity("record", "record-2", {}),
        Entity("file", "record-1", {"a": 1}),
    ]  # fmt: skip
    assert [item.context for item in found] == [{"at": 1}, {"at": 1}, {}]


def test_a_broken_item_keeps_its_place_and_spoils_no_other() -> None:
    items = [{"resource": RECORD}, {}, {"resource": "record-1"}, "x", {"resource": {"id": "record-1"}}]
    batch = parse_batch({"subject": ALICE, "action": READ, "evaluations": items})
    assert isinstance(batch, Batch)
    assert batch.items[0] == PLAIN
    assert [item.message for item in batch.items if isinstance(item, MalformedError)] == [
        "`resource.type` is missing", "`resource` is not an object", "the evaluation is not an object",
        "`resource.type` is missing",
    ]  # fmt: skip


def test_a_batch_without_evaluations_is_one_question() -> None:
    assert parse_batch(ASKED) == parse_batch({**ASKED, "evaluations": []}) == PLAIN


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        ({**ASKED, "evaluations": {}}, "`evaluations` is not a list"),
        ({**ASKED, "evaluations": [{}], "subject": "alice"}, "`subject` is not an object"),
        ({**ASKED, "evaluations": [{}], "context": 1}, "`context` is not an object"),
        ({**ASKED, "evaluations": [{}], "options": 1}, "`options` is not an object"),
        ({**ASKED, "options": {"evaluations_semantic": "any"}}, "`options.evaluations_semantic` is unknown"),
        ({**ASKED, "options": {"evaluations_semantic": ["execute_all"]}}, "`options.evaluations_semantic` is unknown"),
        ({**ASKED, "evaluations": [{}] * (MOST + 1)}, f"`evaluations` holds {MOST + 1} questions: {MOST} is the most"),
    ],
)
def test_a_fault_of_the_whole_batch_refuses_it(whole: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_batch(whole)
    assert caught.value.message == reason


def test_what_is_sought_needs_no_id_and_an_id_of_it_is_ignored() -> None:
    for body in (without("subject", "id"), ASKED):
        assert parse_search("subject", body).asked.subject == Entity("user", "", {})
    for body in (without("resource", "id"), ASKED):
        assert parse_search("resource", body).asked.resource == Entity("record", "", {})
    for body in (without("action"), ASKED, {**ASKED, "action": 1}):
        assert parse_search("action", body).asked.action == Action("", {})
    page = {"token": "there", "limit": 2}
    assert (parse_search("action", {**ASKED, "page": page}).token, parse_search("action", ASKED).token) == ("there", "")
    assert parse_search("action", {**ASKED, "page": {"limit": 10**9}}).limit == MOST
    assert parse_search("action", {**ASKED, "page": {"next_token": "there"}}).token == "there"


@pytest.mark.parametrize(
    ("sought", "whole", "reason"),
    [
        ("subject", without("action"), "`action` is missing"),
        ("subject", without("resource", "id"), "`resource.id` is missing"),
        ("subject", without("subject", "type"), "`subject.type` is missing"),
        ("resource", without("subject"), "`subject` is missing"),
        ("resource", without("subject", "id"), "`subject.id` is missing"),
        ("action", without("resource"), "`resource` is missing"),
        ("action", {**ASKED, "page": []}, "`page` is not an object"),
        ("action", {**ASKED, "page": {"token": 1}}, "`page.token` is not a text"),
        ("action", {**ASKED, "page": {"limit": True}}, "`page.limit` is not a number above 0"),
        ("action", {**ASKED, "page": {"limit": 0}}, "`page.limit` is not a number above 0"),
    ],
)
def test_what_a_search_lacks_is_refused(sought: Sought, whole: dict[str, Any], reason: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_search(sought, whole)
    assert caught.value.message == reason


@given(BODIES)
def test_anything_is_read_or_refused(body: object) -> None:
    """Nothing else is raised, and what is read is of the types that it says."""
    searches = (partial(parse_search, sought) for sought in get_args(Sought))
    parsers: list[Callable[[dict[str, Any]], object]] = [parse_evaluation, parse_batch, *searches]
    with suppress(MalformedError):
        whole = parse_object(json.dumps(body).encode())
        for parse in parsers:
            with suppress(MalformedError):
                found = parse(whole)
                items = found.items if isinstance(found, Batch) else (getattr(found, "asked", found),)
                assert all(isinstance(item, (Evaluation, MalformedError)) for item in items)
