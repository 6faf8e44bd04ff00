"""With a secret, an entry is tied to the record that a program says it means: by the program's own id, or its key."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from recuse.disclosure.asked import NamedRecord
from recuse.disclosure.marks import mark_of
from recuse.server.authzen import Evaluation, parse_batch, parse_evaluation
from recuse.server.names import Names, read_names
from recuse.server.ways import ONE, SEVERAL, Sitting
from tests.unit.policy.conftest import directive, repository, rules
from tests.unit.server.test_answers import ARREST, READ, STAFF
from tests.unit.server.test_deciding import AT, Desk, desk

__all__ = ["desk", "directive", "repository", "rules"]  # fixtures

SECRET: Final = b"s" * 32
ROW: Final = {"sealed": False, "juvenile": None}
NAMES: Final = """\
format = 1
[[resource]]
type = "file"
rows = "blotter::records::arrest"
category = "arrest_record"
[[resource]]
type = "file"
id = "index"
rows = "blotter::records::arrest"
category = "arrest_record"
"""


def sitting(desk: Desk, names: Names | None = None) -> Sitting:
    numbers = itertools.count(1)
    at = Sitting(desk.point, AT, lambda: f"e-{next(numbers)}", names or Names())
    return replace(at, marks=SECRET)


def asked(**resource: Any) -> Evaluation:
    return parse_evaluation({"subject": STAFF, "action": READ, "resource": {**ARREST, **resource}})


def test_a_program_says_which_record_by_its_key(desk: Desk) -> None:
    properties = {**ROW, "arrest_id": 7, "person_id": "p"}
    (body,) = ONE.answer(sitting(desk), asked(properties=properties)).bodies
    assert body["record"] == mark_of(SECRET, "e-1", NamedRecord("blotter::records::arrest", "7/p"))
    (body,) = ONE.answer(sitting(desk), asked(properties={**properties, "person_id": None})).bodies
    assert "record" not in body
    (body,) = ONE.answer(replace(sitting(desk), marks=None), asked(properties=properties)).bodies
    assert "record" not in body, "no secret, no mark"


@pytest.mark.parametrize(("name", "marked"), [("canary-4711", True), ("index", False)])
def test_a_program_says_which_record_by_its_own_id(desk: Desk, name: str, marked: bool) -> None:
    """What names.toml names one by one is a kind of data; what it names as a type is a record by its id."""
    names = read_names(Path("names.toml"), NAMES.encode())
    done = ONE.answer(sitting(desk, names), asked(type="file", id=name))
    (body,) = done.bodies
    assert "canary" not in str({**body, **done.document})
    assert body.get("record") == (mark_of(SECRET, "e-1", NamedRecord("file", name)) if marked else None)


def test_each_answer_of_a_batch_is_tied_to_its_own_record(desk: Desk) -> None:
    items = [{"resource": {**ARREST, "properties": {**ROW, "arrest_id": n, "person_id": 1}}}
             for n in (1, 2)]  # fmt: skip
    batch = parse_batch({"subject": STAFF, "action": READ, "evaluations": [items[0], "no question", items[1]]})
    bodies = SEVERAL.answer(sitting(desk), batch).bodies
    records = [NamedRecord("blotter::records::arrest", f"{n}/1") for n in (1, 2)]
    assert [each["record"] for each in bodies] == [
        mark_of(SECRET, str(body["evaluation"]), record) for body, record in zip(bodies, records, strict=True)
    ]
