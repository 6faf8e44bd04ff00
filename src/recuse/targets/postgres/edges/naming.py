"""What names mean in one database, as far as bodies of functions use them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from recuse.targets.postgres.edges.bodies import Uses
from recuse.targets.postgres.edges.columns import Shapes
from recuse.targets.postgres.edges.flows import Function
from recuse.targets.postgres.edges.hooks import Behind
from recuse.targets.postgres.edges.refused import Constraint


@dataclass(frozen=True)
class Names:
    """Relations, functions by name and by object id, relations of the server (`own`).

    `fired` are functions that run where a relation is written, by triggers, defaults, checks and indexes; `transitions`
    the names under which a trigger function gets the changed rows (REFERENCING); `behind` is what runs behind
    operators and types.
    """

    shapes: Shapes
    functions: Mapping[str, Sequence[Function]]
    by_oid: Mapping[int, Function]
    own: frozenset[str]
    fired: Mapping[int, Sequence[int]]
    transitions: Mapping[int, frozenset[str]]
    constraints: Mapping[int, Sequence[Constraint]]
    behind: Sequence[Behind]

    def unnamed(self, uses: Uses) -> Iterator[Function]:
        """The functions that a statement runs without calling them: behind operators and types, or as `row.name`."""
        used = {("operator", name) for _, name in uses.operators} | {("type", name) for _, name in uses.types}
        for one in self.behind:
            if (one.kind, one.name) in used and one.function in self.by_oid:
                yield self.by_oid[one.function]
        for name in sorted({name for _, name in (*uses.reads, *uses.fields)} & self._as_columns):
            yield from self.functions[name]

    @cached_property
    def _as_columns(self) -> frozenset[str]:
        """Names of functions that are none of a column: after a dot they call the function."""
        columns = {column.name for each in self.shapes.columns.values() for column in each.values()}
        return frozenset(self.functions) - columns
