"""The picture of `recuse reach`: who reaches what, each cell with its paths, and every step under an id. Records alone.

A page whose parts contradict each other is refused: a cell that says more or less than the paths beside it, a path
with a step that is not explained, a count that does not fit.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from recuse.errors import InputError
from recuse.operations.html import render
from recuse.operations.page import Limit
from recuse.operations.reach_graph import BOX, Drawing, draw
from recuse.operations.reach_graph import Step as DrawnStep

Rows = Literal["none", "some", "all"]
Across = Literal["category", "table", "column"]
WIDER: Final[tuple[Rows, ...]] = ("none", "some", "all")


@dataclass(frozen=True, slots=True)
class Source:
    """What was looked at: the server, the database, its service entry if it was named by one, the object, the time."""

    version: str
    database: str
    service: str | None
    object: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Step:
    """A grant or another step of a path, with the page of the documentation that says so.

    `paths` is how many of those on the page take it.
    """

    id: str
    source: str
    target: str
    kind: str
    reason: str
    page: str | None
    paths: int


@dataclass(frozen=True, slots=True)
class Route:
    """A path, by the ids of its steps, and the SQL that takes it."""

    steps: tuple[str, ...]
    reproduce: str


@dataclass(frozen=True, slots=True)
class Reader:
    """An account that reads something of a cell: which rows, by which paths (shortest first), and how many more."""

    account: str
    rows: Rows
    routes: tuple[Route, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What the accounts of a row read of a column: the widest counts. `drawn` get a picture, `listed` a line."""

    id: str
    rows: Rows
    accounts: int
    reading: int
    drawn: tuple[Reader, ...]
    listed: tuple[Reader, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An agency with its accounts, or one account."""

    name: str
    accounts: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """A server's version against the least that repairs what discloses data; None where no such version is known."""

    version: str
    minimum: str | None
    holds: bool
    unrepaired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReachPage:
    """Everything the page says. `left_out` counts tables that are reached and have no column here.

    `institution` is None without a policy repository; then a row is an account and not an agency.
    """

    institution: str | None
    source: Source
    across: Across
    columns: tuple[str, ...]
    left_out: int
    rows: tuple[Row, ...]
    steps: tuple[Step, ...]
    residual: tuple[Limit, ...]
    outside: tuple[Limit, ...]
    not_examined: tuple[Limit, ...]
    floor: Floor


def render_reach(page: ReachPage) -> str:
    """The page as one HTML document. Raises InputError when its parts contradict each other."""
    problem = next(_contradictions(page), None)
    if problem is not None:
        raise InputError(f"the page contradicts itself: {problem}", "build it from one look at the database")
    steps = {step.id: step for step in page.steps}

    def drawing(reader: Reader) -> Drawing:
        return draw([[_drawn(steps[each]) for each in route.steps] for route in reader.routes])

    filters: dict[str, Callable[..., Any]] = {"drawing": drawing, "named": _named, "parts": _parts}
    return render("reach.html", ("page.css", "reach.css"), filters, page=page, steps=steps, box=BOX)


def _drawn(step: Step) -> DrawnStep:
    return DrawnStep(step.id, step.source, step.target)


def _named(node: str) -> str:
    """A node in words: its kind, then its name."""
    kind, _, name = node.partition(":")
    return f"{'PUBLIC' if kind == 'public' else kind} {name}".rstrip()


def _parts(name: str) -> list[str]:
    """Where a name may be broken, so that a column of the matrix is no wider than a word."""
    return re.findall(r"[^_.]+[_.]*|[_.]+", name)


def _contradictions(page: ReachPage) -> Iterator[str]:
    """What does not fit together; each as a sentence's end."""
    known = {step.id for step in page.steps}
    taken: Counter[str] = Counter()
    for row in page.rows:
        if len(row.cells) != len(page.columns):
            yield f"`{row.name}` has {len(row.cells)} cells for {len(page.columns)} columns"
        for name, cell in zip(page.columns, row.cells, strict=False):
            yield from (f"`{row.name}` and `{name}`: {what}" for what in _of_cell(row, cell))
            for reader in (*cell.drawn, *cell.listed):
                for route in reader.routes:
                    taken.update(set(route.steps))
    for each in sorted(taken.keys() - known):
        yield f"step `{each}` is not explained"
    for step in page.steps:
        if step.paths != taken[step.id]:
            yield f"step `{step.id}` is said to be on {step.paths} paths and is on {taken[step.id]}"


def _of_cell(row: Row, cell: Cell) -> Iterator[str]:
    readers = (*cell.drawn, *cell.listed)
    widest = max((reader.rows for reader in readers), key=WIDER.index, default="none")
    if cell.rows != widest:
        yield f"it says `{cell.rows}`, and its accounts read `{widest}`"
    if cell.reading != len(readers) or not len(readers) <= cell.accounts == row.accounts:
        yield f"it says {cell.reading} of {cell.accounts} accounts, and shows {len(readers)} of {row.accounts}"
    for reader in readers:
        if reader.rows == "none" or not reader.routes:
            yield f"`{reader.account}` is shown without a path"
