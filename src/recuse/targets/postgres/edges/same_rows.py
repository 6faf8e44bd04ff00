"""Where the same rows are seen under another name: parents and children, generated columns, copies.

Row security is asked once, of the identity that reads; so such edges differ by identity.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from recuse.paths import ANYONE, FILTERED, Edge
from recuse.targets.postgres.edges.copies import copies
from recuse.targets.postgres.edges.database import Database
from recuse.targets.postgres.edges.foreign import Linker
from recuse.targets.postgres.edges.row_security import RowSecurity


@dataclass(frozen=True, slots=True)
class Child:
    """One column that a table inherits from an ancestor."""

    parent: str
    parent_name: str
    parent_column: str
    child: str
    child_name: str
    child_column: str
    foreign: bool


@dataclass(frozen=True, slots=True)
class Derived:
    """A column whose values come from another one: computed from it, put there by a trigger, or held to it by a key."""

    node: str
    column: str
    base: str
    name: str
    kind: str = "generated column"
    why: str = ""


def inherited(children: Iterable[Child], security: RowSecurity) -> Iterator[Edge]:
    """Row security is asked once, at the table that the query names: so these edges differ by identity."""
    for one in children:
        down = f"a query on {one.parent_name} reads {one.child_name} too"
        for identity, rows in security.seeing(one.parent):
            target = one.child_column if rows == "all" else one.child_column.replace("column:", "part:", 1)
            asks = None if one.foreign else ANYONE  # a foreign table is read by the user mapping of whoever asks
            yield Edge(one.parent_column, target, "inheritance", down, only_as=identity, identity=asks)
        up = f"{one.child_name} holds part of the rows of {one.parent_name}"
        target = one.parent_column.replace("column:", "part:", 1)
        for identity, _ in security.seeing(one.child):
            yield Edge(one.child_column, target, "partition", up, only_as=identity, identity=ANYONE)


def derived(computed: Iterable[Derived], security: RowSecurity) -> Iterator[Edge]:
    """Whoever reads a generated column reads what was made of the columns under it, of the rows that it sees."""
    for one in computed:
        reason = one.why or f"{one.name} is computed from it"
        for identity, _ in security.seeing(one.node):
            yield Edge(one.column, one.base, one.kind, reason, only_as=identity, identity=ANYONE)


def referring(keyed: Iterable[Derived], security: RowSecurity) -> Iterator[Edge]:
    """Whoever reads a foreign key's column reads values of the column that it refers to."""
    for one in keyed:
        reason = f"{one.name} holds values of it, since its foreign key refers to it"
        for identity, _ in security.seeing(one.node):
            yield Edge(one.column, one.base, "foreign key value", reason, only_as=identity, identity=ANYONE)


def copied(asked: Collection[str], home: Database, there: Database, linker: Linker) -> Iterator[Edge]:
    """From what looks like a copy of the tables that are asked about; who sees none of its rows learns nothing of it.

    They are asked for by name, since of alike tables, one for each tenant say, all would be copies of all.
    """
    for like in copies(home.relations, there.relations, asked, same=there is home):
        node = there.marked(f"{'matview' if like.copy.kind == 'm' else 'table'}:{like.copy.name}")
        readers = linker.readers(there, like.copy.name) if like.copy.kind == "f" else None
        for identity in readers if readers is not None else (who for who, _ in there.security.seeing(node)):
            for name in like.columns:
                source = there.marked(f"column:{like.copy.name}.{like.copy.columns[name].written}")
                target = f"part:{like.original.name}.{like.original.columns[name].written}"
                yield Edge(source, target, "copy", like.reason, only_as=identity, identity=ANYONE)


def held_on(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Who reads some values of a column reads some of what that column holds itself."""
    known = list(edges)
    sources = {edge.source for edge in known}
    for part in dict.fromkeys(edge.target for edge in known if edge.target.startswith("part:")):
        column = part.replace("part:", "column:", 1)
        if column in sources:
            yield Edge(part, column, "column", "it is made of values of the column", identity=FILTERED)
