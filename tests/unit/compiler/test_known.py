"""What is known of an entity: what it is in, itself included."""

import pytest

from recuse.compiler.known import Hierarchy, Known, entity

ABOVE = {
    "read": {("Action", "read")},
    "insert": {("Action", "insert"), ("Action", "write")},
    "update": {("Action", "update"), ("Action", "write")},
    "delete": {("Action", "delete"), ("Action", "write")},
    "write": {("Action", "write")},
}


@pytest.mark.parametrize("action", ABOVE)
def test_an_action_is_in_itself_and_what_changes_is_a_writing_one(action: str) -> None:
    assert Known(Hierarchy({})).ancestors(entity("Action", action).value) == frozenset(ABOVE[action])


@pytest.mark.parametrize("kind", ["Agency", "Purpose", "Authority", "Category", "Action"])
def test_an_id_that_no_tree_has_is_in_itself_alone(kind: str) -> None:
    nobody = entity(kind, "nobody").value
    assert Known(Hierarchy({})).ancestors(nobody) == frozenset({(kind, "nobody")})
    assert Known(Hierarchy({})).attributes(nobody) == {}


@pytest.mark.parametrize("kind", ["Account", "records::arrest"])
def test_what_is_in_no_tree_is_not_known(kind: str) -> None:
    nobody = entity(kind, "nobody").value
    assert Known(Hierarchy({})).ancestors(nobody) is None
    assert Known(Hierarchy({})).attributes(nobody) is None
