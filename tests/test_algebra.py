"""How rules combine, apart from what they say: every set of up to three of six abstract rules, exhaustively.

Source of the method: cedar-spec, `rbac-authorizer`. The expected answer is stated here in one line, and Cedar itself is
asked as well; the two differ only where a forbid errs, which Cedar skips and this compiler blocks.
"""

from itertools import product
from typing import Final

import cedarpy
import pytest

from recuse.compiler.condition import NEVER, holds
from tests.conformance.world import ASKING, ATTRIBUTES, Row, compiled, entities, oracle, parsed, requests

ROW: Final[Row] = {
    **dict.fromkeys((attribute.column for _, attribute in ATTRIBUTES), None),
    "is_sealed": True, "is juvenile": None, 'vi"p': False, "district": "a", "Note": None, "alías": "b", "grade": 1,
    "weight": None,
}  # fmt: skip
WRITTEN: Final = {
    "by constants": {"True": "1 == 1", "False": "1 == 2", "Error": "1 < true"},
    "by columns": {"True": "resource.sealed", "False": "resource.vip", "Error": "resource.weight == 1"},
    "by short circuits": {
        "True": "resource.sealed || resource.weight == 1",
        "False": "resource.vip && resource.weight == 1",
        "Error": "resource.weight == 1 && resource.vip",
    },
    "by what no column holds": {
        "True": "!(resource has missing)",
        "False": "resource has missing",
        "Error": "resource.missing || resource.sealed",
    },
}
SIX: Final = tuple(product(("permit", "forbid"), ("True", "False", "Error")))
SETS: Final = tuple(rules for size in (1, 2, 3) for rules in product(SIX, repeat=size))


def expected(rules: tuple[tuple[str, str], ...]) -> bool:
    """Some permit is true, and every forbid is false."""
    return ("permit", "True") in rules and all(said == "False" for effect, said in rules if effect == "forbid")


def test_there_are_258_sets() -> None:
    assert len(SETS) == 258 == 6 + 6**2 + 6**3
    # Sequences of the four rules that never block, less those without the one that permits.
    assert sum(map(expected, SETS)) == sum(4**size - 3**size for size in (1, 2, 3))


@pytest.mark.parametrize("written", WRITTEN)
def test_every_set_of_three_rules(written: str) -> None:
    texts, found, asked = WRITTEN[written], entities([ROW]), requests(ASKING[0], 1)
    for rules in SETS:
        text = "\n".join(f"{effect} (principal, action, resource) when {{ {texts[said]} }};" for effect, said in rules)
        both = parsed(cedarpy.PolicySet.from_str(text))
        assert holds(compiled(both, ASKING[0]), ROW) is expected(rules), text
        assert bool(oracle(both, found, asked).allowed) is expected(rules), text


def test_a_forbid_that_errs_is_where_we_differ_from_cedar() -> None:
    text = "permit (principal, action, resource); forbid (principal, action, resource) when { resource.weight == 1 };"
    policies = cedarpy.PolicySet.from_str(text)
    answer = cedarpy.is_authorized_batch(requests(ASKING[0], 1), policies, entities([ROW]))[0]
    assert answer.allowed
    assert answer.diagnostics.errors
    assert not holds(compiled(parsed(policies), ASKING[0]), ROW)


def test_no_rules_show_nothing() -> None:
    assert compiled(parsed(cedarpy.PolicySet.from_str("")), ASKING[0]) == NEVER
