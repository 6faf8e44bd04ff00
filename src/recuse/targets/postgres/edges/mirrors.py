"""Columns that hold what was copied there by what runs: whoever reads the copy reads the source."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.columns import Column, Shapes
from recuse.targets.postgres.edges.flows import Flow

_MANY: Final = 100  # pairs of columns, beyond which a node between them saves edges


@dataclass(slots=True)
class Mirrors:
    """Gathers them, column by column."""

    shapes: Shapes
    _copies: dict[Column, dict[str, str]] = field(default_factory=dict)

    def note(self, flow: Flow, reason: str, fired: int) -> None:
        """Notes what lies in the columns that are written; NEW and OLD are rows of the relation `fired`."""
        for target, value in flow.copied:
            for source in self.shapes.of_row(fired, {value}) if isinstance(value, str) else [value]:
                if source.relation != target.relation:
                    self._copies.setdefault(target, {}).setdefault(part_of(source), reason)

    def edges(self) -> Iterator[Edge]:
        """From columns that hold copies to what was copied; where many hold many, by a node between them."""
        groups: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = {}
        for column, copied in self._copies.items():
            groups.setdefault((column.node.partition(":")[2], frozenset(copied.items())), []).append(column.column)
        for number, ((table, sources), targets) in enumerate(groups.items()):
            starts = targets
            if len(targets) * len(sources) > _MANY:
                starts = [f"mirror:{table}/{number}"]
                for target in targets:
                    yield Edge(target, starts[0], "mirror", "rows of other tables are copied there", identity=ANYONE)
            for start in starts:
                for source, reason in sorted(sources):
                    yield Edge(start, source, "mirror", reason, identity=ANYONE)


def part_of(column: Column) -> str:
    """The node of some values of a column."""
    return column.column.replace("column:", "part:", 1)
