"""What names mean in one database, as far as bodies of functions use them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from recuse.targets.postgres.edges.bodies import Uses
from recuse.targets.postgres.edges.catalog import Connection, grouped, rows_of
from recuse.targets.postgres.edges.columns import Shapes
from recuse.targets.postgres.edges.flows import Function
from recuse.targets.postgres.edges.hooks import Behind, Hook, Trigger
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


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


def names_in(
    connection: Connection, shapes: Shapes, functions: Sequence[Function], triggers: Sequence[Trigger],
    hooks: Sequence[Hook],
) -> Names:  # fmt: skip
    """What names mean in the connected database, which has these."""
    transitions: dict[int, frozenset[str]] = {}
    for trigger in triggers:
        transitions[trigger.function] = transitions.get(trigger.function, frozenset()) | frozenset(trigger.rows)
    fired = [(trigger.relation, trigger.function) for trigger in triggers]
    fired += [(hook.relation, hook.function) for hook in hooks if hook.action in {"insert", "update"}]
    refusing = rows_of(connection, "constraints", Constraint) if functions else []
    return Names(
        shapes=shapes,
        functions=grouped((one.name, one) for one in functions),
        by_oid={one.oid: one for one in functions},
        own=frozenset(each.name for each in rows_of(connection, "names", _Name)),
        fired=grouped(dict.fromkeys(fired)),
        transitions=transitions,
        constraints=grouped((one.relation, one) for one in refusing),
        behind=rows_of(connection, "behind", Behind) if functions else [],
    )
