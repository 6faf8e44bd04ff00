import pytest
import z3
from hypothesis import given, settings

from recuse.compiler import prove
from recuse.compiler.condition import (
    ALWAYS,
    NEVER,
    Condition,
    Flag,
    Like,
    Null,
    Ordered,
    Value,
    all_of,
    any_of,
    holds,
    one_of,
)
from recuse.compiler.prove import Counterexample, equivalent, implies
from recuse.errors import PlanError
from recuse.model import RowAttribute
from tests.unit.compiler.test_condition import CONDITIONS, ROWS

LONG_MAX = 2**63 - 1
ATTRIBUTES = (
    ("b", RowAttribute("b", "Bool", True)),
    ("n", RowAttribute("n", "Long", True)),
    ("s", RowAttribute("s", "String", True)),
    ("k", RowAttribute("k", "Bool", False)),
)


def row(found: Counterexample | None) -> dict[str, Value]:
    assert found is not None
    return dict(found.row)


@given(CONDITIONS, CONDITIONS)
@settings(max_examples=150, deadline=None)
def test_proofs_and_counterexamples_are_true(stronger: Condition, weaker: Condition) -> None:
    """No row of the grid contradicts a proof; a counterexample is one."""
    found = implies(stronger, weaker, ATTRIBUTES)
    if found is None:
        assert not [r for r in ROWS if holds(stronger, r) and not holds(weaker, r)]
    else:
        assert holds(stronger, row(found))
        assert not holds(weaker, row(found))


@given(CONDITIONS)
@settings(max_examples=50, deadline=None)
def test_a_condition_implies_itself_and_lies_between_never_and_always(condition: Condition) -> None:
    assert implies(condition, condition, ATTRIBUTES) is None
    assert implies(NEVER, condition, ATTRIBUTES) is None
    assert implies(condition, ALWAYS, ATTRIBUTES) is None


def test_a_null_is_the_counterexample() -> None:
    """`NOT COALESCE(vip, false)` shows what `NOT vip` hides: the rows where it is NULL."""
    coalesced = any_of((Flag("b", False), Null("b", True)))
    assert row(implies(coalesced, Flag("b", False), ATTRIBUTES)) == {"b": None}
    assert implies(Flag("b", False), coalesced, ATTRIBUTES) is None
    assert row(equivalent(Flag("b", False), coalesced, ATTRIBUTES)) == {"b": None}


def test_a_column_that_is_not_null_has_no_null() -> None:
    assert implies(ALWAYS, any_of((Flag("k", True), Flag("k", False))), ATTRIBUTES) is None
    assert row(implies(ALWAYS, any_of((Flag("b", True), Flag("b", False))), ATTRIBUTES)) == {"b": None}
    assert implies(Null("k", True), NEVER, ATTRIBUTES) is None


def test_numbers_end_at_64_bits() -> None:
    assert implies(Ordered("n", ">=", LONG_MAX), one_of("n", [LONG_MAX]), ATTRIBUTES) is None
    assert implies(Ordered("n", "<", -(2**63)), NEVER, ATTRIBUTES) is None
    assert row(implies(Ordered("n", ">=", LONG_MAX - 1), one_of("n", [LONG_MAX]), ATTRIBUTES)) == {"n": LONG_MAX - 1}
    assert implies(all_of((Ordered("n", ">", 3), Ordered("n", "<", 5))), one_of("n", [4]), ATTRIBUTES) is None


@pytest.mark.parametrize("text", ["", "a'b", "\\u{41}", "\\", "a\\b", "é", "😀", "\n", '"', "{", "\x7f", "\U00030000"])
def test_texts_keep_their_characters(text: str) -> None:
    assert row(implies(one_of("s", [text]), NEVER, ATTRIBUTES)) == {"s": text}
    assert implies(one_of("s", [text]), Like("s", (text, ""), True), ATTRIBUTES) is None
    assert implies(one_of("s", [text]), Like("s", ("", text), True), ATTRIBUTES) is None


def test_an_escape_is_not_read_in_a_text() -> None:
    assert row(implies(one_of("s", ["\\u{41}"]), one_of("s", ["A"]), ATTRIBUTES)) == {"s": "\\u{41}"}


@pytest.mark.parametrize(
    ("stronger", "weaker", "proved"),
    [
        (("ab", ""), ("a", ""), True),
        (("a", ""), ("ab", ""), False),
        (("a", "b"), ("a", ""), True),
        (("a", "b", "c"), ("a", "c"), True),
        (("a", "c"), ("a", "b", "c"), False),
        (("", "ab", ""), ("", "b", ""), True),
        (("a", "a"), ("", "a"), True),
        (("a", "b", "c", "d"), ("", "b", "c", ""), True),
        (("", "aba", ""), ("", "ab", "a"), False),
        (("", "aab", "ba"), ("", "ab", "a"), True),
    ],
)
def test_patterns(stronger: tuple[str, ...], weaker: tuple[str, ...], proved: bool) -> None:
    assert (implies(Like("s", stronger, True), Like("s", weaker, True), ATTRIBUTES) is None) is proved
    assert (implies(Like("s", weaker, False), Like("s", stronger, False), ATTRIBUTES) is None) is proved
    assert implies(Like("s", stronger, True), Null("s", False), ATTRIBUTES) is None


def test_what_is_not_decided_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3.Solver, "check", lambda self: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda self: "timeout")
    with pytest.raises(PlanError) as caught:
        implies(Flag("b", True), Flag("b", True), ATTRIBUTES)
    assert str(caught.value) == (
        "it cannot be decided whether one row condition implies another: timeout; simplify the rules"
    )


def test_a_counterexample_that_is_none_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "holds", lambda condition, row: False)
    with pytest.raises(PlanError, match="does not bear it out"):
        implies(Flag("b", True), NEVER, ATTRIBUTES)


def test_an_unknown_column_is_not_proved() -> None:
    with pytest.raises(PlanError, match="no attribute names the column `x`"):
        implies(Flag("x", True), ALWAYS, ATTRIBUTES)


def test_a_text_may_answer_in_ways_that_no_constant_does() -> None:
    """Contains `a`, is neither `a` nor `ab`, and does not begin with `a`."""
    stronger = all_of((Like("s", ("", "a", ""), True), one_of("s", ["a", "ab"], False)))
    assert row(implies(stronger, Like("s", ("a", ""), True), ATTRIBUTES)) == {"s": "ca"}


def test_many_constants_and_patterns_are_decided() -> None:
    constants = one_of("s", [f"D{number:04}" for number in range(300)])
    patterns = any_of(Like("s", (f"D{number}", ""), True) for number in range(10))
    assert implies(constants, patterns, ATTRIBUTES) is None
    assert implies(patterns, constants, ATTRIBUTES) is not None
