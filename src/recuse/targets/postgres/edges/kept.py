"""Values that functions put where they stay: into materialized views, into columns by default, into the row itself.

They ran as somebody else, and who reads the place reads what they read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.bodies import WHOLE
from recuse.targets.postgres.edges.columns import TABLES, Column, Shapes
from recuse.targets.postgres.edges.flows import Function, Role
from recuse.targets.postgres.edges.hooks import Trigger
from recuse.targets.postgres.edges.mirrors import part_of
from recuse.targets.postgres.edges.same_rows import Derived
from recuse.targets.postgres.edges.tracing import Tracer

Acting = Callable[[str, Role, str], Iterator[Edge]]
Readable = Callable[[Role, Iterable[Column]], list[Column]]


@dataclass(frozen=True, slots=True)
class Stored:
    """A column that keeps what a function gave.

    `refreshed`: a materialized view's, where the function runs as the owner of the view.
    """

    column: str
    title: str
    function: int
    refreshed: bool
    owner: int
    owner_name: str
    superuser: bool
    create_role: bool

    @property
    def runs_as(self) -> Role:
        """The owner of the relation."""
        return Role(self.owner, self.owner_name, self.superuser, self.create_role)


@dataclass(frozen=True, slots=True)
class Kept:
    """Finds them, by what functions lead to."""

    functions: Mapping[int, Function]
    tracer: Tracer
    readable: Readable
    acting: Acting

    def edges(self, stored: Iterable[Stored]) -> Iterator[Edge]:
        """From each column to what its function read; to all that its owner reads where that is not known."""
        for one in stored:
            function = self.functions.get(one.function)
            if function is None:
                continue
            flow = self.tracer.flow(function)
            role = function.runs_as if function.definer else one.runs_as if one.refreshed else None
            what = f"{one.title} holds what {function.title} gave"
            if flow.unknown:
                if role is not None and (function.definer or function.extension is None):
                    yield from self.acting(
                        one.column, role, f"{what} as {role.name}, which cannot be told: {flow.unknown}"
                    )
                continue
            reads = flow.reads | flow.given if flow.returns else frozenset[Column]()
            kind = "materialized view" if one.refreshed else "mirror"
            for column in self.readable(role, reads) if role else sorted(reads, key=lambda each: each.column):
                identity = role.name if role and column.kind not in TABLES else ANYONE
                yield Edge(one.column, part_of(column), kind, f"{what}, which reads it", identity=identity)


def filled(
    shapes: Shapes, tracer: Tracer, functions: Mapping[int, Function], triggers: Iterable[Trigger]
) -> Iterator[Derived]:
    """Columns that a trigger fills with others of the same row."""
    for one in triggers:
        function = functions.get(one.function)
        if not one.fills or function is None:
            continue
        columns = {column.name: column for column in shapes.columns.get(one.relation, {}).values()}
        why = f"the trigger {one.name} on {one.relation_name} puts it there, of the same row"
        for target, value in sorted(tracer.flow(function).filled):
            for base in columns.values() if value == WHOLE else filter(None, [columns.get(value)]):
                if target in columns and base.name != target:
                    yield Derived(one.node, columns[target].column, part_of(base), target, "mirror", why)
