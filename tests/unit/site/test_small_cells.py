"""Small counts of people: no count that is withheld can be worked out, told by every table that fits what is shown."""

from collections.abc import Iterator
from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recuse.site import small_cells
from recuse.site.small_cells import THRESHOLD, TOTAL, Shown, protect

ROWS: Final = ("a", "b", "c")
COLUMNS: Final = ("x", "y", "z")
Counts = dict[tuple[str, str], int]


def parts(total: int, places: int) -> Iterator[tuple[int, ...]]:
    """Every way to share a total out among places."""
    if places == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in parts(total - first, places - 1))


def tables(shown: Shown) -> Iterator[Counts]:
    """Every table of counts that fits what is shown, found by trying all: it shares no line with the rule."""
    by_row = [list(parts(shown.totals[row], len(shown.columns))) for row in shown.rows]
    for chosen in product(*by_row):
        table = {
            (row, column): count
            for row, line in zip(shown.rows, chosen, strict=True)
            for column, count in zip(shown.columns, line, strict=True)
        }
        table |= {(TOTAL, column): sum(table[row, column] for row in shown.rows) for column in shown.columns}
        if all(shown.cells[place] in (None, count) for place, count in table.items()):
            yield table


def worked_out(shown: Shown) -> set[tuple[str, str]]:
    """Places that are withheld and the same in every table that fits."""
    seen: dict[tuple[str, str], set[int]] = {place: set() for place, count in shown.cells.items() if count is None}
    for table in tables(shown):
        for place, counts in seen.items():
            counts.add(table[place])
    return {place for place, counts in seen.items() if len(counts) == 1}


@st.composite
def counts_of(draw: st.DrawFn) -> tuple[tuple[str, ...], tuple[str, ...], Counts, frozenset[str]]:
    high, wide = draw(st.sampled_from(((1, 1), (1, 3), (2, 2), (2, 3), (3, 2))))
    rows, columns = ROWS[:high], COLUMNS[:wide]
    counts = {(row, column): draw(st.sampled_from((0, 0, 1, 2, 3, 5, 6))) for row in rows for column in columns}
    return rows, columns, counts, frozenset(draw(st.sets(st.sampled_from(rows))))


@settings(max_examples=60, deadline=None)
@given(counts_of())
def test_no_withheld_count_can_be_worked_out(
    drawn: tuple[tuple[str, ...], tuple[str, ...], Counts, frozenset[str]],
) -> None:
    rows, columns, counts, people = drawn
    shown = protect(rows, columns, counts, people)
    if shown is None:
        assert len(columns) == 1, "two columns are enough to protect"
        return
    assert worked_out(shown) == set()
    for place, count in counts.items():
        assert shown.cells[place] in (None, count)
        if place[0] in people and 0 < count < THRESHOLD:
            assert shown.cells[place] is None
    totals = {column: sum(counts[row, column] for row in rows) for column in columns}
    for column, total in totals.items():
        assert shown.cells[TOTAL, column] in (None, total)
        assert not people or not 0 < total < THRESHOLD or shown.cells[TOTAL, column] is None
    small = [counts[place] for place in counts if place[0] in people] + ([*totals.values()] if people else [])
    if not any(0 < count < THRESHOLD for count in small):
        assert None not in shown.cells.values()


@pytest.mark.parametrize(
    "counts",
    [
        {("a", "x"): 1},
        {("a", "x"): 1, ("b", "x"): 9},
        {("a", "x"): 2, ("a", "y"): 2},
        {("a", "x"): 4, ("a", "y"): 4, ("a", "z"): 4},
        {("a", "x"): 1, ("b", "y"): 1, ("c", "z"): 1},
    ],
)
def test_few_in_all_are_protected_too(counts: Counts) -> None:
    shown = protect(ROWS, COLUMNS, counts, frozenset(ROWS))
    assert shown is not None
    assert worked_out(shown) == set()


def test_acts_of_agencies_are_shown_whole() -> None:
    shown = protect(ROWS, COLUMNS, {("a", "x"): 1}, frozenset())
    assert shown is not None
    assert None not in shown.cells.values()


def test_one_column_protects_nobody() -> None:
    assert protect(ROWS, ("x",), {("a", "x"): 1}, frozenset(ROWS)) is None


def test_a_rule_that_withholds_the_small_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: nothing is withheld besides, so that the total gives the count back."""
    monkeypatch.setattr(small_cells, "_hidden", lambda *_: {"a"})
    shown = protect(ROWS, COLUMNS, {("a", "x"): 1, ("a", "y"): 9, ("a", "z"): 9}, frozenset(ROWS))
    assert shown is not None
    assert ("a", "x") in worked_out(shown)


@settings(max_examples=60, deadline=None)
@given(counts_of())
def test_who_runs_the_program_learns_no_count_either(
    drawn: tuple[tuple[str, ...], tuple[str, ...], Counts, frozenset[str]],
) -> None:
    """Of tables that fit, those alone are asked that would be shown in just this way: no small count is left over."""
    rows, columns, counts, people = drawn
    shown = protect(rows, columns, counts, people)
    if shown is None:
        return
    alike = [each for each in tables(shown) if protect(rows, columns, each, people) == shown]
    for (row, column), count in counts.items():
        if row in people and 0 < count < THRESHOLD:
            assert len({each[row, column] for each in alike}) > 1
