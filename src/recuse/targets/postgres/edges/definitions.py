"""What views, materialized views and rules read, and with whose rights, as edges.

A view reads with its owner's rights, and fails as a whole if the owner lacks one of them, or if a view inside it fails;
so its edges need that somebody grants what, as PostgreSQL itself says, the owner lacks. A `security_invoker` view asks
the rights of whoever runs the query, even under a view that does not. Who may SELECT from a view that fails is shown
none of it: so to read a view's own column is to come to `shown:`, not to `column:`.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from recuse.paths import ANYONE, FILTERED, Edge
from recuse.targets.postgres.edges.catalog import Connection, numbers_of, rows_of
from recuse.targets.postgres.edges.columns import TABLES, Column, Shapes
from recuse.targets.postgres.edges.node_tree import Query, Read, read_query

SHOWN: Final = "shown:"
"""Before a view's column: its query runs, so the column is shown to whoever may SELECT it."""

HELD: Final = "held:"
"""Before a node: the right is held, whether or not the object can be named (a stored query names it already)."""

COMPUTED: Final = "it computes the column"
"""Why a view has a column that is made of others: it is shown after those that are what they show."""

GRANTS: Final = "grants:"
"""Before a relation and a role: somebody can grant that role SELECT on it, so that a view of its works again."""

EVENTS: Final = {"2": "update", "3": "insert", "4": "delete"}
"""What fires a rule, by pg_rewrite.ev_type."""

_LEAK: Final = (
    "CREATE FUNCTION pg_temp.recuse_reach(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
    " 'BEGIN RAISE NOTICE ''%'', $1;RETURN true;END'"
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A stored query of a relation: a view's own (`event` '1') or a rule's action; `text` is the rule as SQL."""

    relation: int
    node: str
    name: str
    kind: str
    event: str
    rule: str
    tree: str
    text: str | None
    owner: int
    owner_name: str
    invoker: bool
    barrier: bool
    calls: Sequence[str]


@dataclass(frozen=True, slots=True)
class Defined:
    """Edges out of views and rules; the definitions themselves; what was not understood.

    `under` has, by a view's column, the column that it is: what is written to the one is written to the other.
    `computed` are the columns of views that are no column but made of some.
    """

    edges: tuple[Edge, ...]
    definitions: tuple[Definition, ...]
    under: Mapping[Column, Column]
    computed: frozenset[Column]
    not_understood: tuple[str, ...]


def defined(connection: Connection, shapes: Shapes, guarded: Container[str]) -> Defined:
    """Everything reached through stored queries of this database."""
    definitions = rows_of(connection, "definitions", Definition)
    queries: dict[str, Query] = {}
    unknown = []
    for one in definitions:
        try:
            queries[one.tree] = _of_others(one, read_query(one.tree))
        except ValueError:
            unknown.append(f"definitions not understood: {one.node}: its stored query has an unknown form")
    known = [one for one in definitions if one.tree in queries]
    asked = [(one.owner, read) for one in known for read in queries[one.tree].reads]
    views = {one.relation: one for one in known if one.event == "1" and one.kind == "v"}
    maker = _Maker(shapes, queries, allowed(connection, asked), guarded, views)
    outputs = [(one, column, base) for one in known if one.event == "1"
               for column, base in _outputs(shapes, one, queries[one.tree])]  # fmt: skip
    return Defined(
        tuple(chain(*map(maker.definition, known))),
        tuple(definitions),
        {column: base for one, column, base in outputs if one.kind == "v" and base is not None},
        frozenset(column for _, column, base in outputs if base is None),
        tuple(unknown),
    )


def _outputs(shapes: Shapes, view: Definition, query: Query) -> Iterator[tuple[Column, Column | None]]:
    """The columns of a view, each with the one that it is, if it is one."""
    for column, origin in zip(shapes.columns.get(view.relation, {}).values(), query.outputs, strict=True):
        yield column, shapes.columns.get(origin[0], {}).get(origin[1]) if origin else None


def _of_others(one: Definition, query: Query) -> Query:
    """Without the view itself, which from PostgreSQL 16 a query names as read where CREATE RULE has written it."""
    if one.event != "1":
        return query
    return replace(query, reads=frozenset(read for read in query.reads if read.relation != one.relation))


def plain(definitions: Sequence[Definition]) -> frozenset[int]:
    """Views that ask nothing of their reader but SELECT on themselves."""
    return frozenset(one.relation for one in definitions if one.event == "1" and not one.invoker and not one.calls)


def allowed(connection: Connection, asked: Iterable[tuple[int, Read]]) -> frozenset[tuple[int, Read]]:
    """Of (role, read) pairs those that PostgreSQL allows."""
    pairs = list(dict.fromkeys(asked))
    answers = numbers_of(connection, "rights", {
        "checkers": [owner for owner, _ in pairs], "relations": [read.relation for _, read in pairs],
        "columns": ["{" + ",".join(map(str, sorted(read.columns))) + "}" for _, read in pairs],
    })  # fmt: skip
    return frozenset(pairs[number - 1] for number in answers)


@dataclass(frozen=True, slots=True)
class _Maker:
    shapes: Shapes
    queries: Mapping[str, Query]
    allowed: frozenset[tuple[int, Read]]
    guarded: Container[str]
    views: Mapping[int, Definition]
    _asked: dict[int, frozenset[str] | None] = field(default_factory=dict, repr=False)

    def definition(self, one: Definition) -> Iterator[Edge]:
        """Edges of a view, a materialized view, or a rule."""
        query = self.queries.get(one.tree)
        if query is None:
            yield from (self._shown(column, "view", "its query is not understood") for column in self._columns(one))
        elif one.event != "1":
            yield from self._rule(one, query)
        elif one.kind == "m":
            reason = f"{one.name} holds a copy of it, whatever rows who refreshed it last could see"
            yield from self._outputs(replace(one, calls=()), query, "materialized view", reason)
        elif (asked := self._asks(one)) is not None:
            kind, whose = "view", f"with the rights of its owner {one.owner_name}"
            if one.invoker:
                kind, whose = "invoker view", "to whoever may read it (security_invoker)"
            yield from self._outputs(one, query, kind, f"the view {one.name} shows it {whose}", tuple(sorted(asked)))

    def _asks(self, one: Definition) -> frozenset[str] | None:
        """What a view, and the views inside it, ask of whoever runs a query on it; None if it fails for everyone."""
        if one.relation not in self._asked:
            self._asked[one.relation] = None  # of views that read each other the server shows nothing to anybody
            self._asked[one.relation] = self._asks_anew(one)
        return self._asked[one.relation]

    def _asks_anew(self, one: Definition) -> frozenset[str] | None:
        query = self.queries.get(one.tree)
        if query is None:
            return frozenset()  # it was told as not understood
        read = self.shapes.named(query.reads) if one.invoker else ()
        asked = {HELD + name for name in (*one.calls, *(column.column for column in read))}
        if not one.invoker:
            asked |= {
                self._granted(one, each.relation) for each in query.reads if (one.owner, each) not in self.allowed
            }
        for relation in sorted({read.relation for read in query.reads} & self.views.keys()):
            inside = self._asks(self.views[relation])
            if inside is None:
                return None
            asked |= inside
        return frozenset(asked)

    def _granted(self, one: Definition, relation: int) -> str:
        """What makes a view work again whose owner lacks SELECT on a relation."""
        names = (column.node.partition(":")[2] for column in self.shapes.columns.get(relation, {}).values())
        return f"{GRANTS}{next(names, '')}/{one.owner_name}"

    def _outputs(
        self, one: Definition, query: Query, kind: str, reason: str, needs: tuple[str, ...] = ()
    ) -> Iterator[Edge]:
        """From each output column to the column it is; a computed one leads to every column that the query reads."""
        for output, origin in zip(self._columns(one), query.outputs, strict=True):
            if one.kind == "v":
                yield self._shown(output, kind, reason, needs)
            reads = query.reads if origin is None else [Read(origin[0], frozenset({origin[1]}))]
            for column in self.shapes.named(reads):
                kept = one.kind == "m" and column.kind != "f"  # whom a foreign server let in, its rights tell
                identity = None if one.invoker else checked_as(ANYONE if kept else one.owner_name, column)
                edge = Edge(output.column, column.column, kind, reason, needs=needs, identity=identity)
                filters = query.filtered and not one.invoker and column.kind in TABLES
                yield from self._filtered(one, query, edge) if filters and column.node not in self.guarded else (edge,)
            for function in one.calls:
                yield Edge(output.column, function, "call", f"{one.name} calls it", needs=(HELD + function,))

    def _columns(self, one: Definition) -> Collection[Column]:
        return self.shapes.columns.get(one.relation, {}).values()

    @staticmethod
    def _shown(column: Column, kind: str, reason: str, needs: tuple[str, ...] = ()) -> Edge:
        return Edge(column.column, column.column.replace("column:", SHOWN, 1), kind, reason, needs=needs)

    def _filtered(self, one: Definition, query: Query, edge: Edge) -> Iterator[Edge]:
        """Some rows; and all of them where a function of one's own may see a row before the condition hides it."""
        yield replace(edge, identity=FILTERED)
        if query.pulled_up and one.kind == "v" and not one.barrier:
            reason = f"{edge.reason}; its condition is no barrier to a function of one's own"
            yield replace(
                edge, kind="leaky view", reason=reason, needs=(*edge.needs, "leaks:"), widens=True, attempt=_LEAK
            )

    def _rule(self, one: Definition, query: Query) -> Iterator[Edge]:
        """A rule's action runs as the owner of its relation; it may show what it reads or put it where it is read."""
        reason = f"the rule {one.rule} on {one.name} reads it with the rights of the owner {one.owner_name}"
        reads = [read for read in query.reads if read.relation != one.relation and (one.owner, read) in self.allowed]
        for column in self.shapes.named(reads):
            source = f"{EVENTS[one.event]}:{one.name}"
            yield Edge(source, column.column, "rule", reason, identity=checked_as(one.owner_name, column))


def checked_as(owner: str, column: Column) -> str | None:
    """Row policies of a table are asked for the owner; a further view decides for itself."""
    return owner if column.kind in TABLES else None
