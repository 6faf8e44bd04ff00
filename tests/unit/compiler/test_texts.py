from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.compiler import texts
from recuse.compiler.pattern import matches
from recuse.compiler.texts import representatives
from recuse.errors import PlanError

PATTERNS = st.lists(
    st.lists(st.text("ab", max_size=3), min_size=1, max_size=4).map(
        lambda p: (p[0], *(text for text in p[1:-1] if text), *p[1:][-1:])
    ),
    max_size=4,
)
EVERY_SHORT_TEXT = ["".join(letters) for length in range(7) for letters in product("abc", repeat=length)]


@given(PATTERNS)
@settings(max_examples=150, deadline=None)
def test_every_text_answers_as_a_representative_does(patterns: list[tuple[str, ...]]) -> None:
    found = {tuple(matches(p, text) for p in patterns) for text in representatives(patterns)}
    assert {tuple(matches(p, text) for p in patterns) for text in EVERY_SHORT_TEXT} <= found


@given(PATTERNS)
@settings(max_examples=150, deadline=None)
def test_no_two_representatives_answer_alike(patterns: list[tuple[str, ...]]) -> None:
    answers = [tuple(matches(p, text) for p in patterns) for text in representatives(patterns)]
    assert len(answers) == len(set(answers))


def test_the_shortest_text_of_each_kind() -> None:
    assert representatives([]) == ("",)
    assert representatives([("",)]) == ("", "a")
    assert representatives([("a", "")]) == ("", "a")
    assert representatives([("a",), ("", "b")]) == ("", "a", "b")


def test_too_many_patterns_are_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MOST_STATES", 10)
    with pytest.raises(PlanError, match="too many to be compared"):
        representatives([("", "abc", ""), ("", "bcd", ""), ("", "cda", "")])
