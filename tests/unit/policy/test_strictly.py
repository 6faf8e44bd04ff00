"""Strict validation a few rules at a time: a slip in one rule about one of many equal tables is told."""

import re
from dataclasses import replace

import cedarpy
import pytest

from recuse.model import Repository
from recuse.policy.schema import cedar_schema
from recuse.policy.strictly import Strictly
from recuse.policy.validate import split

MANY = 30


@pytest.fixture(scope="module")
def large(repository: Repository) -> Repository:
    """The fixture with many tables more: all with the attributes of `records.person`, but one, which has none."""
    system = repository.systems["blotter"]
    person = system.table("records.person")
    more = [replace(person, name=f"more.t{n}", attributes={} if n == 17 else person.attributes) for n in range(MANY)]
    return replace(repository, systems={"blotter": replace(system, tables=(*system.tables, *more))})


def sound(number: int) -> str:
    return f'permit (principal, action, resource is blotter::more::t{number}) when {{ principal in Agency::"x" }};'


def errors(large: Repository, rules: list[str]) -> list[str]:
    text = "\n".join(rules)
    nodes = cedarpy.policies_to_pst(text)
    found = {**nodes.static_policies, **nodes.templates}
    templates = [found[f"policy{n}"] for n in range(len(found))]
    told = Strictly(large).errors(text, [part.text for part in split(text)], templates)
    return [error.error for error in told]


def unnamed(message: str) -> str:
    """Cedar names any one of the types for which something is so, and not always the same."""
    return re.sub(r"blotter::more::t\d+", "a table", message)


@pytest.mark.parametrize(
    "wrong",
    [
        "forbid (principal, action, resource is blotter::more::t17) when { resource.is_sealed };",
        "forbid (principal, action, resource) when { resource is blotter::more::t17 && resource.is_sealed };",
        "forbid (principal, action, resource) when { resource.nothing };",
        "forbid (principal, action, resource is blotter::more::none);",
        "forbid (principal, action, resource) when { principal.personal < 3 };",
        "forbid (principal, action, resource) when { principal.serves };",
        'permit (principal, action == Action::"copy", resource);',
    ],
)
@pytest.mark.parametrize("place", [0, 11, 21])
def test_one_wrong_rule_among_many_is_told_in_the_words_of_the_whole(large: Repository, wrong: str, place: int) -> None:
    rules = [sound(number) for number in range(21)]
    rules.insert(place, wrong)
    text = "\n".join(rules)
    expected = cedarpy.validate_policies(text, cedar_schema(large)).errors
    assert expected
    assert set(map(unnamed, errors(large, rules))) == {unnamed(error.error) for error in expected}


def test_what_is_sound_needs_no_look_at_the_whole(large: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = cedarpy.validate_policies

    def validate(text: str, schema: cedarpy.Schema) -> cedarpy.ValidationResult:
        seen.append(text)
        return real(text, schema)

    monkeypatch.setattr(cedarpy, "validate_policies", validate)
    assert errors(large, [sound(number) for number in range(9)]) == []
    assert [text.count("permit") for text in seen] == [4, 4, 1]


def test_a_text_that_does_not_mean_its_rules_is_validated_as_a_whole(large: Repository) -> None:
    rules = [sound(1), "forbid (principal, action, resource) when { resource.nothing };"]
    text = "\n".join(rules)
    nodes = cedarpy.policies_to_pst("\n".join([sound(1), sound(1)]))
    templates = [nodes.static_policies[f"policy{n}"] for n in range(2)]
    assert Strictly(large).errors(text, [sound(1), sound(2)], templates)
