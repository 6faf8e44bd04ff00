"""Guards that leave rows with NULL visible are found by what they come to, however they are written."""

from dataclasses import replace

import pytest

from recuse.compiler.guards import Guarded, guarded_attributes
from recuse.compiler.residual import hierarchy_of
from tests.unit.enforcement.small import repository, rules, system_of, table_map

SYSTEM = system_of(table_map())
HIERARCHY = hierarchy_of(repository(SYSTEM, ()))


def found(text: str) -> list[tuple[str, str]]:
    return [(g.table, g.attribute) for g in guarded_attributes(rules(text), SYSTEM, HIERARCHY)]


@pytest.mark.parametrize(
    ("said", "attributes"),
    [
        ("when { resource has vip && resource.vip }", ["vip"]),
        ("when { resource has vip && resource.vip == true }", ["vip"]),
        ("when { resource.sealed && resource has vip && resource.vip }", ["vip"]),
        ("when { resource.sealed || (resource has vip && resource.vip) }", ["vip"]),
        ("when { (resource.sealed || context.agreed.isEmpty()) && (resource has vip && resource.vip) }", ["vip"]),
        ("when { if resource has vip then resource.vip else false }", ["vip"]),
        ("unless { !(resource has vip) || !resource.vip }", ["vip"]),
        ('when { resource has tags && resource.tags.contains("a") }', ["tags"]),
        (
            "when { resource has vip && resource has juvenile && resource.vip && resource.juvenile }",
            ["juvenile", "vip"],
        ),
        ("when { resource has vip && resource.vip } unless { resource.sealed }", ["vip"]),
        # What is not known is forbidden, or an error, which forbids as well.
        ("unless { resource has vip && !resource.vip }", []),
        ("when { !(resource has vip) || resource.vip }", []),
        ("when { if resource has vip then resource.vip else true }", []),
        ("when { resource.vip }", []),
        ("when { resource has vip }", []),
        ("when { resource has sealed && resource.sealed }", []),  # never NULL
        ("when { resource has missing && resource.missing }", []),
    ],
)
def test_a_guard_is_found_by_what_it_comes_to(said: str, attributes: list[str]) -> None:
    assert found(f"forbid (principal, action, resource) {said};") == [("records.arrest", name) for name in attributes]


def test_only_forbid_rules_and_only_tables_they_speak_of() -> None:
    guard = "when { resource has vip && resource.vip };"
    assert found(f"permit (principal, action, resource) {guard}") == []
    assert found(f"forbid (principal, action, resource is clear::records::person) {guard}") == []
    assert found(f'forbid (principal, action, resource in Category::"arrest_record") {guard}') == [
        ("records.arrest", "vip")
    ]
    other = system_of(replace(table_map(of_record=()), category="release_date"))
    scoped = rules(f'forbid (principal, action, resource in Category::"arrest_record") {guard}')
    assert guarded_attributes(scoped, other, HIERARCHY) == ()


def test_the_remedy_names_the_attribute() -> None:
    [guard] = guarded_attributes(
        rules("forbid (principal, action, resource) when { resource has vip && resource.vip };"), SYSTEM, HIERARCHY
    )
    assert guard == Guarded("policy0", "records.arrest", "vip", 'vi"p')
    assert guard.remedy == ("write `unless { resource has vip && !(…) }`, with what it asks of `resource.vip` for `…`")
