"""Small counts of people are withheld by whole lines, so that neither totals nor the choice of them give one back.

A table has rows with their totals shown. Where a count of people is small, its whole row is withheld but for that
total, and the totals of columns are withheld too: a row of which only the total is known may be shared out in any way.
Which rows are withheld says in none of them where the small count stands, to whoever knows this program too: the rule
treats all columns alike.
"""

from collections.abc import Iterable, Mapping, Sequence
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


def protect(
    rows: Sequence[str], columns: Sequence[str], counts: Mapping[Place, int], people: frozenset[str]
) -> Shown | None:
    """The table without the rows about people that have a small count; None where no table protects them.

    What is absent from `counts` is 0. There is none for a table of one column: its cells are the totals of rows.
    """
    lines = {row: [counts.get((row, column), 0) for column in columns] for row in rows}
    totals = {row: sum(line) for row, line in lines.items()}
    lines[TOTAL] = [sum(counts.get((row, column), 0) for row in rows) for column in columns]
    hidden = _hidden(lines, totals, people)
    if hidden and len(columns) == 1:
        return None
    cells = {
        (row, column): None if row in hidden else count
        for row, line in lines.items()
        for column, count in zip(columns, line, strict=True)
    }
    return Shown(tuple(rows), tuple(columns), cells, totals)


def _hidden(lines: Mapping[str, list[int]], totals: Mapping[str, int], people: frozenset[str]) -> set[str]:
    """The rows that are withheld, and the row of totals with them: alone, either would be worked out from the rest."""
    hidden = {row for row, line in lines.items() if row in people and _has_small(line)}
    # The total of a column counts people too.
    if not hidden and people & totals.keys() and _has_small(lines[TOTAL]):
        hidden = {min((row for row in totals if totals[row]), key=lambda row: (row in people, totals[row], row))}
    return hidden | {TOTAL} if hidden else hidden


def _has_small(line: Iterable[int]) -> bool:
    return any(0 < count < THRESHOLD for count in line)
