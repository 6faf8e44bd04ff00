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


def test_an_entity_of_no_tree_is_not_known() -> None:
    assert Known(Hierarchy({})).ancestors(entity("Account", "records/nobody").value) is None
    assert Known(Hierarchy({})).ancestors(entity("Agency", "nobody").value) == frozenset({("Agency", "nobody")})
