import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recuse.compiler.pattern import matches, pieces


def parsed(pattern: str) -> tuple[str, ...]:
    policies = cedarpy.policies_to_pst(f'permit (principal, action, resource) when {{ "" like "{pattern}" }};')
    clause = policies.static_policies["policy0"].clauses[0]
    assert isinstance(clause.expr, cedarpy.pst.Like)
    return pieces(clause.expr.pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", ("",)),
        ("a", ("a",)),
        ("*", ("", "")),
        ("***", ("", "")),
        ("a*", ("a", "")),
        ("*a", ("", "a")),
        ("a**b", ("a", "b")),
        ("*a*b*", ("", "a", "b", "")),
        ("a\\**", ("a*", "")),
    ],
)
def test_pieces_are_the_texts_between_wildcards(pattern: str, expected: tuple[str, ...]) -> None:
    assert parsed(pattern) == expected


@given(st.text("ab*", max_size=5), st.text("ab\n", max_size=6))
def test_matches_as_cedar_does(pattern: str, text: str) -> None:
    written = text.replace("\n", "\\n")
    rule = f'permit (principal, action, resource) when {{ "{written}" like "{pattern}" }};'
    asked = {"principal": 'A::"a"', "action": 'Action::"a"', "resource": 'A::"a"'}
    assert matches(parsed(pattern), text) is cedarpy.is_authorized(asked, rule, "[]").allowed
