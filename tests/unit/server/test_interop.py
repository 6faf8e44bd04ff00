"""The interoperability scenarios of the AuthZEN working group: shared to-do lists, and searches over twenty records.

What is expected is worked out here from the scenarios' rules in words; the decision point answers by Cedar and names.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Final

import pytest

from tests.unit.server.archive import CATEGORY, Scenario, answering, policy

ROLES: Final = {
    "rick": {"admin", "evil_genius"}, "morty": {"editor"}, "summer": {"editor"},
    "beth": {"viewer"}, "jerry": {"viewer"},
}  # fmt: skip
"""To-do lists: an editor changes and deletes its own, an admin deletes any, an evil genius changes any."""
DEPARTMENT: Final = {"alice": "Sales", "bob": "Legal", "carol": "Legal", "dan": "Finance", "erin": "Finance",
                     "felix": "Accounting"}  # fmt: skip
MANAGERS: Final = {"alice", "dan"}
_OF: Final = {"L": "Legal", "A": "Accounting", "S": "Sales", "F": "Finance"}
RECORDS: Final = {
    str(101 + place): (_OF[department], list(DEPARTMENT)[place % len(DEPARTMENT)])
    for place, department in enumerate("LLLALASLASALSAFLLALA")
}
"""Twenty records, each of a department, owned by the six people in turn."""


def named(kind: str, **said: str) -> str:
    """An entry of names.toml."""
    attributes = said.pop("attributes", "")
    lines = [f'{name} = "{value}"' for name, value in said.items()]
    return "\n".join([f"[[{kind}]]", *lines, *([f"attributes = {{ {attributes} }}"] if attributes else [])]) + "\n"


def rule(login: str, action: str, when: str = "true") -> str:
    head = f'principal == Account::"archive/{login}", action == Action::"{action}", resource is archive::todo::item'
    return f"permit ({head}) when {{ {when} }};\n"


@pytest.fixture(scope="module")
def todo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    rules = 'permit (principal, action == Action::"read", resource);\n'
    for login, roles in ROLES.items():
        own = f'resource.ownerID == "{login}@example.org"'
        if roles & {"editor", "admin", "evil_genius"}:
            rules += rule(login, "insert")
            rules += rule(login, "update", "true" if "evil_genius" in roles else own)
            rules += rule(login, "delete", "true" if "admin" in roles else own)
    names = "".join(named("subject", type="user", id=f"pid-{login}", account=f"archive/{login}") for login in ROLES)
    for name, action in (("read_user", "read"), ("read_todos", "read"), ("create_todo", "insert"),
                         ("update_todo", "update"), ("delete_todo", "delete")):  # fmt: skip
        names += named("action", name=f"can_{name}", action=action)
    names += named("resource", type="todo", rows="archive::todo::item", category=CATEGORY)
    names += named("resource", type="user", rows="archive::todo::person", category=CATEGORY)
    whole = policy(ROLES, {"todo.item": ("ownerID",), "todo.person": ()})
    with answering(whole, rules, names, tmp_path_factory.mktemp("todo")) as scenario:
        yield scenario


def expected_of_todo(login: str, action: str, owner: str | None) -> bool:
    roles = ROLES[login]
    writes = bool(roles & {"editor", "admin", "evil_genius"})
    return {
        "can_read_user": True,
        "can_read_todos": True,
        "can_create_todo": writes,
        "can_update_todo": "evil_genius" in roles or (writes and owner == login),
        "can_delete_todo": "admin" in roles or (writes and owner == login),
    }[action]


def asked_of_todo(login: str, action: str, owner: str | None) -> dict[str, Any]:
    properties = {"properties": {"ownerID": f"{owner}@example.org"}} if owner else {}
    resource = (
        {"type": "user", "id": f"{login}@example.org"} if action == "can_read_user" else {"type": "todo", "id": "1"}
    )
    return {
        "subject": {"type": "user", "id": f"pid-{login}"},
        "action": {"name": action},
        "resource": {**resource, **properties},
        "context": {},
    }


TODO: Final = [
    (login, action, owner)
    for login, action in product(ROLES, ("can_read_user", "can_read_todos", "can_create_todo", "can_update_todo",
                                         "can_delete_todo"))
    for owner in (ROLES if action in ("can_update_todo", "can_delete_todo") else (None,))
]  # fmt: skip


def test_every_decision_about_to_do_lists(todo: Scenario) -> None:
    assert len(TODO) == 65
    for case in TODO:
        assert todo.decides(asked_of_todo(*case)) is expected_of_todo(*case), case


def test_to_do_lists_in_one_batch(todo: Scenario) -> None:
    """Draft 02 of the scenario: which buttons each person sees, in one request."""
    for login in ROLES:
        cases = [case for case in TODO if case[0] == login]
        items = [{name: each for name, each in asked_of_todo(*case).items() if name != "subject"} for case in cases]
        subject = {"type": "user", "id": f"pid-{login}"}
        decisions = todo.decides_all({"subject": subject, "evaluations": items})
        assert decisions == [expected_of_todo(*case) for case in cases]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    rules = ""
    for login, department in DEPARTMENT.items():
        of = f'principal == Account::"archive/{login}", action == Action::"{{}}", resource'
        owns, near = f'resource.owner == "{login}"', f'resource.department == "{department}"'
        sees = "true" if login in MANAGERS else f"{owns} || {near}"
        edits = f"{owns} || {near}" if login in MANAGERS else owns
        for action, when in (("read", sees), ("update", edits), ("delete", owns)):
            rules += f"permit ({of.format(action)}) when {{ {when} }};\n"
    names = "".join(named("subject", type="user", id=login, account=f"archive/{login}") for login in DEPARTMENT)
    for name, action in (("view", "read"), ("edit", "update"), ("delete", "delete")):
        names += named("action", name=name, action=action)
    for number, (department, owner) in RECORDS.items():
        known = f'department = "{department}", owner = "{owner}"'
        where = {"rows": "archive::filed::record", "category": CATEGORY, "attributes": known}
        names += named("resource", type="record", id=number, **where)
    whole = policy(DEPARTMENT, {"filed.record": ("department", "owner")})
    with answering(whole, rules, names, tmp_path_factory.mktemp("records")) as scenario:
        yield scenario


def permitted(login: str, action: str, number: str) -> bool:
    department, owner = RECORDS[number]
    near, boss = department == DEPARTMENT[login], login in MANAGERS
    return {
        "view": owner == login or near or boss,
        "edit": owner == login or (near and boss),
        "delete": owner == login,
    }[action]


def chosen(of: list[str], holds: Callable[[str], bool]) -> list[str]:
    return sorted(each for each in of if holds(each))


def test_every_search_over_the_records(records: Scenario) -> None:
    people, numbers, actions = list(DEPARTMENT), list(RECORDS), ["view", "edit", "delete"]
    assert len(numbers) == 20
    for action, number in product(actions, numbers):
        body = {"subject": {"type": "user"}, "action": {"name": action}, "resource": {"type": "record", "id": number}}
        assert records.finds("subject", body) == chosen(people, lambda who: permitted(who, action, number))  # noqa: B023
    for login, action in product(people, actions):
        who = {"type": "user", "id": login}
        body = {"subject": who, "action": {"name": action}, "resource": {"type": "record"}}
        assert records.finds("resource", body) == chosen(numbers, lambda it: permitted(login, action, it))  # noqa: B023
    for login, number in product(people, numbers):
        body = {"subject": {"type": "user", "id": login}, "resource": {"type": "record", "id": number}}
        assert records.finds("action", body) == chosen(actions, lambda do: permitted(login, do, number))  # noqa: B023


def test_what_is_known_of_a_record_is_not_the_caller_s_to_say(records: Scenario) -> None:
    claim = {"type": "record", "id": "101", "properties": {"owner": "bob", "department": "Legal"}}
    assert not records.decides(
        {"subject": {"type": "user", "id": "bob"}, "action": {"name": "delete"}, "resource": claim}
    )
