"""Columns that hold what was copied there by what runs: whoever reads the copy reads the source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.columns import Column, Shapes
from recuse.targets.postgres.edges.flows import Flow, columns_of
from recuse.targets.postgres.edges.row_security import RowSecurity

_MANY: Final = 100  # pairs of columns, beyond which a node between them saves edges


@dataclass(slots=True)
class Mirrors:
    """Gathers them, column by column."""

    shapes: Shapes
    security: RowSecurity
    under: Mapping[Column, Column]
    _copies: dict[Column, dict[str, str]] = field(default_factory=dict)

    def note(self, flow: Flow, reason: str, fired: int) -> None:
        """Notes what lies in the columns that are written; NEW and OLD are rows of the relation `fired`."""
        for target, value in flow.copied:
            written: Column | None = target
            while written is not None:  # by a view, what is under it
                for source in columns_of(value, self.shapes, fired):
                    if source.relation != written.relation:
                        self._copies.setdefault(written, {}).setdefault(part_of(source), reason)
                written = self.under.get(written)

    def edges(self) -> Iterator[Edge]:
        """From columns that hold copies to what was copied, for those who see rows of them.

        Where many hold many, or not everyone sees them, by a node between.
        """
        groups: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = {}
        for column, copied in self._copies.items():
            groups.setdefault((column.node, frozenset(copied.items())), []).append(column.column)
        for number, ((node, sources), targets) in enumerate(groups.items()):
            starts = targets
            if len(targets) * len(sources) > _MANY or node in self.security.tables:
                starts = [f"mirror:{node.partition(':')[2]}/{number}"]
                for target in targets:
                    yield from between(self.security, node, target, starts[0], "rows of other tables are copied there")
            for start in starts:
                for source, reason in sorted(sources):
                    yield Edge(start, source, "mirror", reason, identity=ANYONE)


def between(security: RowSecurity, table: str, column: str, node: str, reason: str) -> Iterator[Edge]:
    """From a column of a table to a node that stands for what it holds, for those who see rows of the table."""
    for identity, _ in security.seeing(table):
        yield Edge(column, node, "mirror", reason, only_as=identity, identity=ANYONE)


def part_of(column: Column) -> str:
    """The node of some values of a column."""
    return column.column.replace("column:", "part:", 1)
