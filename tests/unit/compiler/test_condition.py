import math
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.compiler.condition import (
    ALWAYS,
    NEVER,
    All,
    Any,
    Atom,
    Condition,
    Elements,
    Flag,
    InRange,
    Like,
    Null,
    OneOf,
    Ordered,
    Value,
    Whole,
    Within,
    all_of,
    any_of,
    atoms,
    complement,
    elements,
    evaluate,
    given_not_null,
    holds,
    like,
    one_of,
    within,
)
from recuse.model import DAY, Address

Row = dict[str, Value]
Listed = TypeVar("Listed", int, str, Address)
NETS = (Address(4, 0, 0), Address(4, 0, 1), Address(4, 5, 30), Address(4, 5, 32), Address(6, 0, 0), Address(6, 5, 128))
RELATIONS = ("@>", "<@", "&&")
BOUNDS = st.sampled_from((None, -1, 0, 1, 5))


def sorted_tuples(constants: st.SearchStrategy[Listed]) -> st.SearchStrategy[tuple[Listed, ...]]:
    return st.sets(constants, min_size=1).map(lambda found: tuple(sorted(found)))


ATOMS: st.SearchStrategy[Atom] = st.one_of(
    st.builds(Flag, st.just("b"), st.booleans()),
    st.builds(Null, st.sampled_from("bnstde"), st.booleans()),
    st.builds(Ordered, st.just("n"), st.sampled_from(("<", "<=", ">", ">=")), st.integers(-1, 3)),
    st.builds(OneOf, st.just("n"), sorted_tuples(st.integers(0, 3)), st.booleans()),
    st.builds(OneOf, st.just("s"), sorted_tuples(st.sampled_from(("", "a", "ab"))), st.booleans()),
    st.builds(Like, st.just("s"), st.sampled_from((("a", ""), ("", "b"), ("", "a", ""))), st.booleans()),
    st.builds(Within, st.just("t"), BOUNDS, BOUNDS, st.booleans()),
    st.builds(InRange, st.just("d"), st.sampled_from(("<<=", ">>=")), st.sampled_from(NETS), st.booleans()),
    st.builds(OneOf, st.just("d"), sorted_tuples(st.sampled_from(NETS)), st.booleans()),
    st.builds(
        Elements, st.just("e"), st.sampled_from(RELATIONS), sorted_tuples(st.sampled_from(("", "a"))), st.booleans()
    ),
    st.builds(Whole, st.just("e"), st.booleans()),
)  # fmt: skip
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(ATOMS, ATOMS, ATOMS, st.sampled_from((ALWAYS, NEVER))),
    lambda inner: st.builds(
        lambda combine, parts: combine(parts), st.sampled_from((all_of, any_of)), st.lists(inner, max_size=4)
    ),
    max_leaves=8,
)
# Every value of a column with every value of the column before it: enough for what is said of two columns together.
VALUES: dict[str, tuple[Value, ...]] = {
    "b": (None, True, False),
    "n": (None, -1, 0, 1, 2, 3, 4),
    "s": (None, "", "a", "ab", "b"),
    "t": (None, -math.inf, -2, -1, 0, 1, 4, 5, math.inf),
    "d": (None, *NETS, Address(4, 4, 30), Address(4, 2**31, 1), Address(6, 5, 120)),
    "e": (None, frozenset(), frozenset({"a"}), frozenset({"", "a"}), frozenset({None}), frozenset({"a", "b", None})),
}
ROWS: list[Row] = [
    {name: values[(index * step + shift) % len(values)] for step, (name, values) in enumerate(VALUES.items(), 1)}
    for shift in range(3)
    for index in range(63)
]


@given(st.lists(CONDITIONS, max_size=5))
@settings(max_examples=300, deadline=None)
def test_constructors_keep_the_meaning(parts: list[Condition]) -> None:
    both, either = all_of(parts), any_of(parts)
    for row in ROWS:
        assert holds(both, row) is all(holds(part, row) for part in parts)
        assert holds(either, row) is any(holds(part, row) for part in parts)


@given(st.lists(CONDITIONS, max_size=4), st.randoms())
@settings(max_examples=200, deadline=None)
def test_order_and_repetition_do_not_matter(parts: list[Condition], random: object) -> None:
    again = [*reversed(parts), *parts]
    assert all_of(parts) == all_of(again)
    assert any_of(parts) == any_of(again)
    assert all_of([all_of(parts)]) == all_of(parts)
    assert any_of([any_of(parts)]) == any_of(parts)


@given(ATOMS, st.sampled_from(ROWS))
def test_a_complement_is_the_other_truth(atom: Atom, row: Row) -> None:
    truth, other = evaluate(atom, row), evaluate(complement(atom), row)
    assert (truth is None) == (other is None)
    assert truth is None or truth is not other
    assert complement(complement(atom)) == atom


@given(CONDITIONS, st.sets(st.sampled_from("bnstde")))
@settings(max_examples=200, deadline=None)
def test_not_null_answers_only_what_it_may(condition: Condition, columns: set[str]) -> None:
    folded = given_not_null(condition, frozenset(columns))
    assert not any(isinstance(atom, Null) and atom.column in columns for atom in atoms(folded))
    for row in ROWS:
        if all(row[column] is not None for column in columns):
            assert holds(folded, row) is holds(condition, row)


@given(CONDITIONS)
@settings(max_examples=200, deadline=None)
def test_no_negation_stands_above_an_atom(condition: Condition) -> None:
    """Monotone: making a column NULL never shows a row, but where a condition asks for NULL itself."""
    if any(isinstance(atom, Null) and atom.expected for atom in atoms(condition)):
        return
    for row in ROWS:
        for column in row:
            assert holds(condition, row) or not holds(condition, row | {column: None})


def test_three_valued_tables() -> None:
    true, false, null = Flag("t", True), Flag("f", True), Flag("n", True)
    row: Row = {"t": True, "f": False, "n": None}
    assert [evaluate(All((a, b)), row) for a in (true, false, null) for b in (true, false, null)] == [
        True, False, None, False, False, False, None, False, None,
    ]  # fmt: skip
    assert [evaluate(Any((a, b)), row) for a in (true, false, null) for b in (true, false, null)] == [
        True, True, True, True, False, None, True, None, None,
    ]  # fmt: skip
    assert holds(true, row)
    assert not holds(false, row)
    assert not holds(null, row)


def test_a_missing_column_is_an_error_and_not_null() -> None:
    with pytest.raises(KeyError):
        holds(Flag("b", True), {})


def test_a_truth_value_is_no_number() -> None:
    assert not holds(OneOf("c", (1,), True), {"c": True})
    assert not holds(Ordered("c", "<", 5), {"c": True})
    assert not holds(Flag("c", True), {"c": 1})


@pytest.mark.parametrize(
    ("built", "expected"),
    [
        (lambda: all_of(()), ALWAYS),
        (lambda: any_of(()), NEVER),
        (lambda: all_of((Flag("b", True), Flag("b", False))), NEVER),
        (lambda: any_of((Flag("b", True), Flag("b", False))), Null("b", False)),
        (lambda: any_of((Null("b", True), Flag("b", True), Flag("b", False))), ALWAYS),
        (lambda: all_of((Null("b", False), Flag("b", False))), Flag("b", False)),
        (lambda: all_of((Null("b", True), Flag("b", False))), NEVER),
        (lambda: any_of((Null("b", False), Flag("b", False))), Null("b", False)),
        (lambda: all_of((one_of("s", ["a", "b"]), one_of("s", ["b", "c"]))), OneOf("s", ("b",), True)),
        (lambda: any_of((one_of("s", ["b"]), one_of("s", ["a"]))), OneOf("s", ("a", "b"), True)),
        (
            lambda: any_of((one_of("s", ["a"]), all_of((one_of("s", ["a"], False), one_of("s", ["b"]))))),
            one_of("s", ["a", "b"]),
        ),
        (lambda: all_of((one_of("s", ["a"], False), one_of("s", ["b"], False))), OneOf("s", ("a", "b"), False)),
        (lambda: any_of((one_of("s", ["a", "b"], False), one_of("s", ["b", "c"], False))), OneOf("s", ("b",), False)),
        (lambda: any_of((one_of("s", ["a"], False), one_of("s", ["a"]))), Null("s", False)),
        (lambda: all_of((one_of("n", [1, 5]), Ordered("n", "<", 3))), OneOf("n", (1,), True)),
        (lambda: all_of((one_of("n", [5], False), Ordered("n", "<", 3))), Ordered("n", "<", 3)),
        (lambda: any_of((one_of("n", [1]), Ordered("n", "<", 3))), Ordered("n", "<", 3)),
        (lambda: any_of((Ordered("n", "<", 3), Ordered("n", ">=", 3))), Null("n", False)),
        (lambda: all_of((Ordered("n", "<", 3), Ordered("n", ">=", 3))), NEVER),
        (lambda: all_of((Flag("b", True), any_of((Flag("b", True), Flag("c", True))))), Flag("b", True)),
        (lambda: any_of((Flag("b", True), all_of((Flag("b", True), Flag("c", True))))), Flag("b", True)),
        (lambda: all_of((Null("t", True), Within("t", 1, 5, True))), NEVER),
        (lambda: all_of((Null("s", True), Like("s", ("a", ""), False))), NEVER),
        (lambda: one_of("s", []), NEVER),
        (lambda: one_of("s", [], False), Null("s", False)),
        (lambda: one_of("s", ["b", "a", "b"]), OneOf("s", ("a", "b"), True)),
        (lambda: like("s", ("", "")), Null("s", False)),
        (lambda: like("s", ("", ""), False), NEVER),
        (lambda: like("s", ("a",)), OneOf("s", ("a",), True)),
        (lambda: like("s", ("a", ""), False), Like("s", ("a", ""), False)),
        (lambda: all_of((Within("t", 1, None, True), Within("t", None, 5, True))), Within("t", 1, 5, True)),
        (lambda: all_of((Within("t", 1, 7, True), Within("t", 3, 9, True))), Within("t", 3, 7, True)),
        (lambda: all_of((Within("t", 5, None, True), Within("t", None, 5, True))), NEVER),
        (lambda: any_of((Within("t", 1, 2, True), Within("t", 1, 2, False))), Null("t", False)),
        (lambda: within("t", 5, 5, of="datetime"), NEVER),
        (lambda: within("t", 5, 5, False, of="datetime"), Null("t", False)),
        (lambda: within("t", 1, DAY + 1, of="date"), Within("t", DAY, 2 * DAY, True, "date")),
        (lambda: within("t", 1, 2, of="date"), NEVER),
        (lambda: within("t", -DAY - 1, 0, of="date"), Within("t", -DAY, 0, True, "date")),
        (lambda: elements("e", "@>", []), Null("e", False)),
        (lambda: elements("e", "@>", [], False), NEVER),
        (lambda: elements("e", "&&", []), NEVER),
        (lambda: elements("e", "&&", [], False), Null("e", False)),
        (lambda: elements("e", "<@", []), Elements("e", "<@", (), True)),
        (lambda: elements("e", "@>", ["b", "a", "b"]), Elements("e", "@>", ("a", "b"), True)),
        # Constants of several types have an order too; no column has more than one.
        (lambda: one_of("c", [NETS[0], UUID(int=1), "a", 1]), OneOf("c", (1, "a", UUID(int=1), NETS[0]), True)),
        (lambda: all_of((Within("t", 1, 2, True),)), Within("t", 1, 2, True, "datetime")),
        (lambda: given_not_null(all_of((Null("b", True), Flag("n", True))), frozenset("b")), NEVER),
        (lambda: given_not_null(any_of((Null("b", True), Flag("n", True))), frozenset("b")), Flag("n", True)),
        (lambda: given_not_null(any_of((Null("b", False), Flag("n", True))), frozenset("b")), ALWAYS),
        (lambda: given_not_null(any_of((Null("b", True), Null("n", True))), frozenset("n")), Null("b", True)),
        (lambda: all_of((one_of("d", NETS[2:4]), InRange("d", "<<=", NETS[3], True))), one_of("d", [NETS[3]])),
    ],
)
def test_equal_meaning_is_an_equal_value(built: Callable[[], Condition], expected: Condition) -> None:
    assert built() == expected
