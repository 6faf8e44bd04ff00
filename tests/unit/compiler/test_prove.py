import math
from typing import Final
from uuid import UUID

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.compiler import prove
from recuse.compiler.cases import representatives
from recuse.compiler.condition import (
    ALWAYS,
    NEVER,
    Atom,
    Condition,
    Elements,
    Flag,
    InRange,
    Like,
    Null,
    OneOf,
    Ordered,
    Range,
    Value,
    Whole,
    Within,
    all_of,
    any_of,
    complement,
    holds,
    one_of,
    verdict,
)
from recuse.compiler.prove import Counterexample, equivalent, implies
from recuse.errors import PlanError
from recuse.model import DAY, Address, RowAttribute
from tests.unit.compiler.test_condition import CONDITIONS, ROWS

LONG_MAX = 2**63 - 1
SIDES: Final[tuple[Range, ...]] = ("<<=", ">>=")
# Few bits vary, so that networks often hold each other.
ADDRESSES = st.builds(
    lambda number, prefix: Address(4, (number & 7) << 29 | number >> 3, prefix),
    st.integers(0, 31),
    st.one_of(st.integers(0, 4), st.integers(29, 32)),
)
ATTRIBUTES = (
    ("b", RowAttribute("b", "Bool", True)),
    ("n", RowAttribute("n", "Long", True)),
    ("s", RowAttribute("s", "String", True)),
    ("k", RowAttribute("k", "Bool", False)),
    ("t", RowAttribute("t", "datetime", True)),
    ("d", RowAttribute("d", "ipaddr", True)),
    ("e", RowAttribute("e", "Set<String>", True)),
    ("day", RowAttribute("day", "date", False)),
    ("u", RowAttribute("u", "uuid", True)),
    ("a", RowAttribute("a", "Agency", False)),
    ("m", RowAttribute("m", "Set<String>", False)),
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


def test_moments_are_dense_to_the_millisecond_and_end_in_infinities() -> None:
    before, after = Within("t", None, 5, True), Within("t", 5, None, True)
    assert row(implies(Null("t", False), any_of((before, after)), ATTRIBUTES))["t"] in (math.inf, -math.inf)
    assert implies(any_of((before, after)), Within("t", None, None, True), ATTRIBUTES) is None
    assert implies(Within("t", 5, 6, True), after, ATTRIBUTES) is None
    assert row(implies(after, Within("t", 5, 6, True), ATTRIBUTES)) == {"t": 6}
    assert (
        implies(all_of((Within("t", 4, None, True), Within("t", None, 6, True))), Within("t", 4, 6, True), ATTRIBUTES)
        is None
    )
    assert row(implies(complement(before), after, ATTRIBUTES))["t"] == -math.inf


def test_a_date_is_a_whole_day() -> None:
    day = Within("day", 0, DAY, True, "date")
    assert row(implies(Within("day", 0, 2 * DAY, True, "date"), day, ATTRIBUTES)) == {"day": DAY}
    assert implies(day, Within("day", -DAY, 2 * DAY, True, "date"), ATTRIBUTES) is None


def test_networks_hold_each_other() -> None:
    wide, narrow = Address(4, 10 << 24, 8), Address(4, (10 << 24) + 256, 24)
    inside, over = InRange("d", "<<=", narrow, True), InRange("d", ">>=", narrow, True)
    assert implies(inside, InRange("d", "<<=", wide, True), ATTRIBUTES) is None
    found = row(implies(InRange("d", "<<=", wide, True), inside, ATTRIBUTES))["d"]
    assert isinstance(found, Address)
    assert found.within(wide)
    assert not found.within(narrow)
    # One that lies between the two holds the narrow one; nothing that does so and is as narrow lies beside it.
    assert implies(all_of((over, inside)), NEVER, ATTRIBUTES) is not None
    assert (
        implies(all_of((over, inside, one_of("d", [narrow], False))), NEVER, ATTRIBUTES) is not None
    )  # other host bits
    assert (
        implies(InRange("d", "<<=", Address(4, 0, 0), True), InRange("d", "<<=", Address(6, 0, 0), False), ATTRIBUTES)
        is None
    )
    both = [InRange("d", "<<=", Address(version, 0, 0), True) for version in (4, 6)]
    assert implies(Null("d", False), any_of(both), ATTRIBUTES) is None


def test_sets_are_free_but_for_what_is_asked() -> None:
    both = Elements("e", "@>", ("a", "b"), True)
    assert implies(both, Elements("e", "@>", ("a",), True), ATTRIBUTES) is None
    assert implies(both, Elements("e", "&&", ("b", "c"), True), ATTRIBUTES) is None
    assert implies(Elements("e", "<@", ("a",), True), Whole("e", True), ATTRIBUTES) is None
    assert row(implies(Elements("e", "@>", ("a",), True), Elements("e", "<@", ("a",), True), ATTRIBUTES))["e"] != {"a"}
    none = all_of((Elements("m", "@>", ("a",), False), Elements("m", "<@", ("a",), True)))
    assert implies(none, Elements("m", "<@", (), True), ATTRIBUTES) is None
    assert row(implies(Null("m", False), Whole("m", True), ATTRIBUTES)) == {"m": frozenset({None})}
    assert implies(Null("m", True), NEVER, ATTRIBUTES) is None
    assert row(implies(Null("e", True), NEVER, ATTRIBUTES)) == {"e": None}


def test_a_set_of_many_constants_is_decided() -> None:
    """Each told apart by itself: 2 to the power of 60 combinations."""
    names = tuple(f"D{number:02}" for number in range(60))
    assert implies(Elements("e", "@>", names, True), Elements("e", "&&", names[7:9], True), ATTRIBUTES) is None
    assert implies(Elements("e", "&&", names, True), Elements("e", "@>", names[:1], True), ATTRIBUTES) is not None


def test_uuids_and_ids() -> None:
    one, two = UUID(int=0), UUID(int=1)
    assert implies(one_of("u", [one]), one_of("u", [one, two]), ATTRIBUTES) is None
    assert row(implies(one_of("u", [one, two], False), NEVER, ATTRIBUTES)) == {"u": UUID(int=2)}
    assert implies(one_of("a", ["city"]), one_of("a", ["city.police"], False), ATTRIBUTES) is None


@given(st.sets(ADDRESSES, min_size=1, max_size=5), st.lists(ADDRESSES, min_size=30, max_size=30))
@settings(max_examples=150, deadline=None)
def test_every_address_answers_as_a_representative_does(mentioned: set[Address], others: list[Address]) -> None:
    asked: list[Atom] = [InRange("d", side, at, True) for at in mentioned for side in SIDES]
    asked += [OneOf("d", (at,), True) for at in mentioned]
    found = [tuple(verdict(atom, value) for atom in asked) for value in representatives("ipaddr", frozenset(asked))]
    assert len(set(found)) == len(found)
    near = [
        Address(a.version, a.number ^ bit, prefix)
        for a in mentioned
        for bit in (0, 1, 2)
        for prefix in range(a.bits + 1)
    ]
    for value in (*others, *near):
        assert tuple(verdict(atom, value) for atom in asked) in found, value
