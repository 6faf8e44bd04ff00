"""Functions that are declared leakproof and tell what they are given: they run before a row policy hides the row."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.row_security import RowSecurity


@dataclass(frozen=True, slots=True)
class Leakproof:
    """A column of a guarded table that such a function takes, and the query that gives it every value."""

    node: str
    column: str
    name: str
    function: str
    attempt: str


def leaking(security: RowSecurity, taken: Iterable[Leakproof], base: Iterable[Edge]) -> Iterator[Edge]:
    """From each column that an account may read to values of it in rows that it may not."""
    reading: dict[str, set[str]] = {}
    for edge in base:
        reading.setdefault(edge.target, set()).add(edge.source)
    for one in taken:
        told = f"{one.function} is declared leakproof and tells what it is given"
        reason = f"{told}, before the row policies of {one.name} hide it"
        for identity in security.bound(reading.get(one.node, set()) | reading.get(one.column, set())):
            if security.rows(one.node, identity).verdict != "all":
                for source in (one.node, one.column):
                    yield Edge(
                        source, one.column.replace("column:", "part:", 1), "leakproof function", reason, one.attempt,
                        (f"leakproof:{one.function}",), identity, ANYONE, widens=True,
                    )  # fmt: skip
