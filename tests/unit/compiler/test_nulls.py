"""What a NULL does to a rule is what Cedar answers for a row without the attribute."""

import cedarpy
import pytest

from recuse.compiler.condition import ALWAYS, NEVER, Flag, Null, all_of, any_of, one_of
from recuse.compiler.nulls import Guard, effect_of_null, guards, without_value
from recuse.compiler.residual import RuleText
from tests.conformance.world import rules_of

PERMIT = '@id("all") permit (principal, action, resource);'
NONE = ""


def rules(text: str) -> tuple[RuleText, ...]:
    return rules_of(cedarpy.PolicySet.from_str(text))


def allowed(text: str, row: dict[str, object]) -> bool:
    request = {"principal": 'P::"p"', "action": 'Action::"read"', "resource": 'R::"r"', "context": {}}
    entities = [{"uid": {"type": "R", "id": "r"}, "attrs": row, "parents": []}]
    return bool(cedarpy.is_authorized(request, text, entities).allowed)


FORBID = '@id("f") forbid (principal, action, resource) {};'
PERMITS = '@id("p") permit (principal, action, resource) {};'


@pytest.mark.parametrize(
    ("rule", "effect"),
    [
        (FORBID.format("when { resource has x && resource.x }"), "shown"),
        (FORBID.format("when { true && resource has x && resource.x }"), "shown"),
        (FORBID.format("unless { resource has x && !resource.x }"), "hidden"),
        (FORBID.format("unless { resource has x && resource.x }"), "hidden"),
        (FORBID.format("when { !(resource has x && !resource.x) }"), "hidden"),
        (FORBID.format("when { !(resource has x) || resource.x }"), "hidden"),
        (PERMITS.format("when { resource has x && resource.x }"), "hidden"),
        (PERMITS.format("unless { resource has x && resource.x }"), "shown"),
        (PERMITS.format("unless { !(resource has x) || resource.x }"), "hidden"),
    ],
)
def test_a_row_without_the_attribute(rule: str, effect: str) -> None:
    found = guards(rules(rule))
    assert {guard.effect for guard in found} == {effect}
    assert {guard.attribute for guard in found} == {"x"}
    base = PERMIT if "forbid" in rule else NONE
    assert allowed(base + rule, {}) == (effect == "shown")


@pytest.mark.parametrize("rest", ["", 'principal == P::"p" && ', "resource has y && "])
def test_the_rewording_hides_those_rows_and_changes_no_other(rest: str) -> None:
    """The clause of the advice, put in place of the guard; every row with a value is answered as before."""
    old = FORBID.format(f"when {{ {rest}resource has x && resource.x }}")
    (guard,) = (g for g in guards(rules(old)) if g.attribute == "x")
    assert guard == Guard("policy0", "x", "shown", "unless { resource has x && !resource.x }")
    new = FORBID.format(f"when {{ {rest}true }} {guard.rewording}")
    row: dict[str, object] = {"y": 1} if "has y" in rest else {}
    for value in (True, False):
        assert allowed(PERMIT + old, {**row, "x": value}) == allowed(PERMIT + new, {**row, "x": value})
    assert allowed(PERMIT + old, row)
    assert not allowed(PERMIT + new, row)


def test_what_is_not_plain_is_not_reworded() -> None:
    text = FORBID.format('when { resource has x && resource.x == "k" }')
    assert guards(rules(text)) == (Guard("policy0", "x", "shown", None),)
    assert guards(rules(FORBID.format("when { if resource has x then resource.x else true }"))) == (
        Guard("policy0", "x", "shown", None),
        Guard("policy0", "x", "hidden", None),
    )


def test_a_condition_without_the_value() -> None:
    sealed, juvenile = Flag("sealed", False), Flag("juvenile", False)
    guarded = all_of((sealed, any_of((juvenile, Null("juvenile", True)))))
    assert without_value(guarded, "juvenile") == sealed
    assert effect_of_null(guarded, "juvenile") == "shown"
    assert effect_of_null(all_of((sealed, juvenile)), "juvenile") == "hidden"
    assert effect_of_null(sealed, "juvenile") is None
    assert without_value(one_of("kind", ("a",)), "kind") == NEVER
    assert without_value(ALWAYS, "kind") == ALWAYS
