"""What is known of an entity: what it is in, itself included."""

import pytest

from recuse.compiler.known import Hierarchy, Known, Principal, entity

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


TREE = Hierarchy({
    ("Agency", "unit"): frozenset({("Agency", "unit"), ("Agency", "city")}),
    ("Agency", "city"): frozenset({("Agency", "city")}),
    ("Account", "records/clerk"): frozenset({("Account", "records/clerk"), ("Agency", "unit")}),
})  # fmt: skip
CLERK = entity("Account", "records/clerk").value


def of_principal(*agencies: str) -> Known:
    return Known(TREE, principal=Principal("records/clerk", frozenset(agencies), frozenset(), personal=True))


def test_an_account_is_in_what_its_tree_says() -> None:
    assert Known(TREE).ancestors(CLERK) == TREE.ancestors["Account", "records/clerk"]
    agencies = frozenset({("Account", "records/clerk"), ("Agency", "city")})
    assert of_principal("city").ancestors(CLERK) == agencies, "who asks is in its own agencies"


def test_the_agencies_directly_above_the_principal() -> None:
    """Not those above them, and of nobody else."""
    assert of_principal("unit", "city").agencies(CLERK) == (entity("Agency", "unit"),)
    assert of_principal("unit", "elsewhere").agencies(CLERK) == (
        entity("Agency", "elsewhere"),
        entity("Agency", "unit"),
    )
    assert of_principal("unit").agencies(entity("Account", "records/other").value) == ()
    assert of_principal("unit").agencies(entity("Agency", "records/clerk").value) == ()
    assert Known(TREE).agencies(CLERK) == ()


def test_the_ids_within_an_entity() -> None:
    assert Known(TREE).within("Agency", entity("Agency", "city").value) == frozenset({"unit", "city"})
    assert Known(TREE).within("Agency", entity("Agency", "elsewhere").value) == frozenset({"elsewhere"})
    assert Known(TREE).within("Agency", entity("Purpose", "city").value) == frozenset()
