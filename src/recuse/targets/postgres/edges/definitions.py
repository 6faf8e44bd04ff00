"""What views, materialized views, rules and definer functions read, and with whose rights, as edges.

A view reads with its owner's rights, and fails as a whole if the owner lacks one of them; so its edges exist only if
PostgreSQL itself says that the owner has them all. A `security_invoker` view asks the rights of whoever runs the query,
even under a view that does not. A function body that the catalog does not understand counts as reading whatever its
owner can read.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from recuse.paths import ANYONE, FILTERED, Edge
from recuse.targets.postgres.edges.catalog import Connection, numbers_of, rows_of
from recuse.targets.postgres.edges.node_tree import Query, Read, read_query

HELD: Final = "held:"
"""Before a node: the right is held, whether or not the object can be named (a stored query names it already)."""

_EVENTS: Final = {"2": "update", "3": "insert", "4": "delete"}  # pg_rewrite.ev_type
_TABLES: Final = frozenset("rpf")
_LEAK: Final = (
    "CREATE FUNCTION pg_temp.recuse_reach(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
    " 'BEGIN RAISE NOTICE ''%'', $1;RETURN true;END'"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a relation, as a node, and the relation's node, kind (pg_class.relkind) and object id."""

    relation: int
    node: str
    kind: str
    number: int
    column: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A stored query of a relation: a view's own (`event` '1') or a rule's action."""

    relation: int
    node: str
    name: str
    kind: str
    event: str
    rule: str
    tree: str
    owner: int
    owner_name: str
    invoker: bool
    barrier: bool
    calls: Sequence[str]


@dataclass(frozen=True, slots=True)
class Definer:
    """A function that runs as its owner; `tree` is its body where the catalog knows all that it reads."""

    node: str
    owner: int
    owner_name: str
    superuser: bool
    create_role: bool
    tree: str | None


@dataclass(frozen=True, slots=True)
class Defined:
    """Edges out of views, rules and functions; owners that a caller can act as; what was not understood."""

    edges: tuple[Edge, ...]
    definers: frozenset[str]
    not_understood: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shapes:
    """The columns of each relation by object id, in order of their numbers."""

    columns: Mapping[int, Mapping[int, Column]]

    def named(self, reads: Iterable[Read]) -> Iterator[Column]:
        """The columns read; a whole row is all of them. System catalogs that PUBLIC reads are left out."""
        for read in sorted(reads, key=lambda r: (r.relation, sorted(r.columns))):
            known = self.columns.get(read.relation, {})
            wanted = known if 0 in read.columns else sorted(read.columns & known.keys())
            yield from (known[number] for number in wanted)


def defined(connection: Connection, columns: Sequence[Column], guarded: Container[str]) -> Defined:
    """Everything reached through stored queries and definer functions of this database."""
    shapes: dict[int, dict[int, Column]] = {}
    for column in columns:
        shapes.setdefault(column.relation, {})[column.number] = column
    definitions = rows_of(connection, "definitions", Definition)
    definers = rows_of(connection, "definers", Definer)
    queries: dict[str, Query] = {}
    unknown = []
    for text, name in [(d.tree, d.node) for d in definitions] + [(f.tree, f.node) for f in definers if f.tree]:
        try:
            queries[text] = read_query(text)
        except ValueError:
            unknown.append(f"definitions not understood: {name}: its stored query has an unknown form")
    maker = _Maker(_Shapes(shapes), queries, _allowed(connection, definitions, definers, queries), guarded)
    found = [maker.definition(d) for d in definitions if d.tree in queries]
    edges = tuple(chain(*found, *(maker.definer(f) for f in definers)))
    acting = frozenset(edge.identity or "" for edge in edges if edge.target.startswith("definer:"))
    return Defined(edges, acting, tuple(unknown))


def _allowed(
    connection: Connection, definitions: Sequence[Definition], definers: Sequence[Definer], queries: Mapping[str, Query]
) -> frozenset[tuple[int, Read]]:
    """The (owner, read) pairs that PostgreSQL allows."""
    texts = [(d.owner, d.tree) for d in definitions] + [(f.owner, f.tree) for f in definers if f.tree]
    asked = list(dict.fromkeys((owner, r) for owner, text in texts if text in queries for r in queries[text].reads))
    answers = numbers_of(connection, "rights", {
        "checkers": [owner for owner, _ in asked], "relations": [read.relation for _, read in asked],
        "columns": ["{" + ",".join(map(str, sorted(read.columns))) + "}" for _, read in asked],
    })  # fmt: skip
    return frozenset(asked[number - 1] for number in answers)


@dataclass(frozen=True, slots=True)
class _Maker:
    shapes: _Shapes
    queries: Mapping[str, Query]
    allowed: frozenset[tuple[int, Read]]
    guarded: Container[str]

    def definition(self, one: Definition) -> Iterator[Edge]:
        """Edges of a view, a materialized view, or a rule."""
        query = self.queries[one.tree]
        if one.event != "1":
            yield from self._rule(one, query)
        elif one.kind == "m":
            reason = f"{one.name} holds a copy of it, whatever rows who refreshed it last could see"
            copy = replace(one, calls=(), owner_name=ANYONE)
            yield from self._outputs(copy, query, "materialized view", reason)
        elif one.invoker:
            needs = tuple(HELD + column.column for column in self.shapes.named(query.reads))
            reason = f"the view {one.name} shows it to whoever may read it (security_invoker)"
            yield from self._outputs(one, query, "invoker view", reason, needs)
        elif all((one.owner, read) in self.allowed for read in query.reads):
            reason = f"the view {one.name} shows it with the rights of its owner {one.owner_name}"
            yield from self._outputs(one, query, "view", reason)

    def _outputs(
        self, one: Definition, query: Query, kind: str, reason: str, needs: tuple[str, ...] = ()
    ) -> Iterator[Edge]:
        """From each output column to the column it is; a computed one leads to every column that the query reads."""
        needs += tuple(HELD + function for function in one.calls)
        shown = self.shapes.columns.get(one.relation, {})
        for output, origin in zip(shown.values(), query.outputs, strict=True):
            reads = query.reads if origin is None else [Read(origin[0], frozenset({origin[1]}))]
            for column in self.shapes.named(reads):
                identity = None if one.invoker else _checked_as(one.owner_name, column)
                edge = Edge(output.column, column.column, kind, reason, needs=needs, identity=identity)
                filters = query.filtered and not one.invoker and column.kind in _TABLES
                yield from self._filtered(one, query, edge) if filters and column.node not in self.guarded else (edge,)
            for function in one.calls:
                yield Edge(output.column, function, "call", f"{one.name} calls it", needs=(HELD + function,))

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
            source = f"{_EVENTS[one.event]}:{one.name}"
            yield Edge(source, column.column, "rule", reason, identity=_checked_as(one.owner_name, column))

    def definer(self, one: Definer) -> Iterator[Edge]:
        """Edges of a definer function: what its body reads, or else all that its owner can do."""
        query = self.queries.get(one.tree) if one.tree else None
        columns = list(self.shapes.named(query.reads)) if query else []
        if query and all(column.kind in _TABLES for column in columns):
            readable = list(self.shapes.named(read for read in query.reads if (one.owner, read) in self.allowed))
            reason = f"{one.node.partition(':')[2]} reads it as its owner {one.owner_name} (SECURITY DEFINER)"
            for column in readable:
                yield Edge(one.node, column.column, "SECURITY DEFINER", reason, identity=one.owner_name)
            return
        reason = f"it runs as its owner {one.owner_name}, and what its body reads cannot be known from the catalog"
        yield Edge(one.node, f"definer:{one.owner_name}", "SECURITY DEFINER", reason, identity=one.owner_name)
        if one.superuser:
            yield Edge(
                one.node, "superuser:", "SECURITY DEFINER", f"{reason}; its owner is a superuser", identity=ANYONE
            )
        if one.create_role:
            yield Edge(one.node, "createrole:", "SECURITY DEFINER", reason, identity=ANYONE)


def _checked_as(owner: str, column: Column) -> str | None:
    """Row policies of a table are asked for the owner; a further view decides for itself."""
    return owner if column.kind in _TABLES else None
