"""names.toml: what is wrong is told with its line, and what it means is what is asked."""

from pathlib import Path
from typing import Final

import pytest

from recuse.errors import RepositoryError
from recuse.server.authzen import parse_evaluation
from recuse.server.names import Names, read_names
from tests.unit.server.test_certification import ALICE, FIRST, NAMES

RESOURCE: Final = '[[resource]]\ntype = "r"\nrows = "a::b::c"\ncategory = "d"\n'
ACTION: Final = '[[action]]\nname = "x"\naction = "read"\n'


def read(text: str) -> Names:
    return read_names(Path("names.toml"), f"format = 1\n{text}".encode())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ACTION + ACTION, "names.toml:6: two actions `x` could both be meant"),
        (ACTION + "properties = { a = 1 }\n" + ACTION + "properties = { b = 2 }\n", "two actions `x` could both be"),
        (ACTION + "properties = { a = 1.5 }\n", "`a` must be a text, a whole number, true or false"),
        (RESOURCE + RESOURCE, "names.toml:7: `r` `` stands twice"),
        (RESOURCE + "attributes = { a = [1] }\n", "`a` must be a text, a whole number, true or false"),
        ('[[subject]]\ntype = "user"\nid = "a"\n', "names.toml:2: missing key `account`"),
        (RESOURCE + "categories = 1\n", "names.toml:6: unknown key `categories`"),
        ("x", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(RepositoryError) as refused:
        read(text)
    assert any(told in str(problem) for problem in refused.value.problems), str(refused.value)


def test_what_is_not_named_stays_as_it_came() -> None:
    asked = parse_evaluation({"subject": {"type": "user", "id": "carol"}, "action": {"name": "sign"},
                              "resource": {"type": "letter", "id": "1", "properties": {"a": 1}}})  # fmt: skip
    ours = read(NAMES).ours(asked)
    assert (ours.subject.id, ours.action.name, ours.resource) == ("carol", "sign", asked.resource)


@pytest.mark.parametrize("soft", [1, "true", None])
def test_a_property_of_another_type_is_another(soft: object) -> None:
    """Python's `1 == True` is no reason to delete."""

    def meant(said: object) -> str:
        action = {"name": "delete", "properties": {"soft": said}}
        return read(NAMES).ours(parse_evaluation({"subject": ALICE, "resource": FIRST, "action": action})).action.name

    assert meant(soft) == "delete"
    assert meant(True) == "update"
