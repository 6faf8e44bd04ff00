"""Small counts of people are withheld, and with them as many others as keep totals from giving them back.

A table has rows with their totals shown, and columns whose totals may be withheld as cells are. A count is *worked out*
when every table of counts that fits what is shown has the same there. Whoever reads is taken to know the rule, and not
which counts were withheld for their size and which to protect those.

The check is exact: a count differs in another table that fits if and only if it lies on a circle of counts that can go
up and down in turn (Ahuja, Magnanti, Orlin, Network Flows, 1993, ch. 3: residual networks).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

THRESHOLD: Final = 5
"""A count of people from 1 up to, and not with, this is withheld. That nobody is concerned, 0, may be said."""

Place = tuple[str, str]
TOTAL: Final = "total"
"""Names the row of the totals of columns; no row is called so."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as it may be published: `cells` by row and column, and totals of columns in the row `TOTAL`.

    None is a count that is withheld. Totals of rows are all shown.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[Place, int | None]
    totals: Mapping[str, int]

    @property
    def withheld(self) -> int:
        """How many counts are withheld."""
        return sum(each is None for each in self.cells.values())


def protect(
    rows: Sequence[str], columns: Sequence[str], counts: Mapping[Place, int], people: frozenset[str]
) -> Shown | None:
    """The table with small counts withheld in the rows that are about people; None where no table protects them.

    What is absent from `counts` is 0. There is none for a table of one column: its cells are the totals of rows.
    """
    whole = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    totals = {row: sum(whole[row, column] for column in columns) for row in rows}
    whole |= {(TOTAL, column): sum(whole[row, column] for row in rows) for column in columns}
    # The total of a column counts people too.
    guarded = people | {TOTAL} if people & set(rows) else people
    hidden = {place for place, count in whole.items() if place[0] in guarded and 0 < count < THRESHOLD}
    while known := {place for place in hidden if not _open(place, whole, hidden)}:
        more = _next(min(known), whole, hidden)
        if more is None:
            return None
        hidden.add(more)
    shown = {place: None if place in hidden else count for place, count in whole.items()}
    return Shown(tuple(rows), tuple(columns), shown, totals)


def _next(known: Place, whole: Mapping[Place, int], hidden: set[Place]) -> Place | None:
    """What is withheld besides: in the row of what is known, then in its column, then anywhere; the smallest first."""
    # In a row whose total is 0 all is known to be 0.
    empty = {place[0] for place in whole} - {place[0] for place, count in whole.items() if count}
    free = [place for place in whole if place not in hidden and place[0] not in empty]
    for wanted in (
        [each for each in free if each[0] == known[0]],
        [each for each in free if each[1] == known[1]],
        free,
    ):
        if wanted:
            return min(wanted, key=lambda each: (whole[each] == 0, whole[each], each))
    return None


def _open(place: Place, whole: Mapping[Place, int], hidden: set[Place]) -> bool:
    """Whether a withheld count may be another: one more, or one less, with others to make up for it."""
    first, second = _ends(place)
    up = _leads(second, first, place, whole, hidden)
    return up or (whole[place] > 0 and _leads(first, second, place, whole, hidden))


Node = tuple[str, str]


def _leads(start: Node, end: Node, without: Place, whole: Mapping[Place, int], hidden: set[Place]) -> bool:
    """Whether steps lead from one line of the table to another, none of them by the count that is asked about."""
    seen, waiting = {start}, [start]
    while waiting:
        for each in _steps(waiting.pop(), without, whole, hidden):
            if each == end:
                return True
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return False


def _steps(here: Node, without: Place, whole: Mapping[Place, int], hidden: set[Place]) -> Iterator[Node]:
    """A count can always go up, along its way; down, the other way, only where it is not 0."""
    for place in hidden - {without}:
        first, second = _ends(place)
        if here == first:
            yield second
        elif here == second and whole[place] > 0:
            yield first


def _ends(place: Place) -> tuple[Node, Node]:
    """The way of a count that goes up: from its row to its column; of a column's total the contrary."""
    row, column = ("row", place[0]), ("column", place[1])
    return (column, row) if place[0] == TOTAL else (row, column)
