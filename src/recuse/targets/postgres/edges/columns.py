"""The columns of a database: by their relation's object id, and by name as SQL looks them up."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recuse.targets.postgres.edges.node_tree import Read

TABLES: Final = frozenset("rpf")
"""Kinds of relations (pg_class.relkind) whose row policies are asked for whoever reads them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a node; its relation's node, kind (pg_class.relkind) and object id; names as they are stored."""

    relation: int
    node: str
    kind: str
    number: int
    column: str
    schema: str
    table: str
    name: str
    type: str

    @property
    def holds_text(self) -> bool:
        """Whether its values are texts."""
        return self.type in {"text", "character varying", "character", "name", "citext"}


@dataclass(frozen=True, slots=True)
class Shapes:
    """The columns of each relation by its object id, in order of their numbers; the ids by (schema, name)."""

    columns: Mapping[int, Mapping[int, Column]]
    relations: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, columns: Iterable[Column]) -> "Shapes":
        """The shapes of the relations that have these columns."""
        shapes: dict[int, dict[int, Column]] = {}
        relations: dict[tuple[str, str], int] = {}
        for column in columns:
            shapes.setdefault(column.relation, {})[column.number] = column
            relations[column.schema, column.table] = column.relation
        return cls(shapes, relations)

    def of_row(self, relation: int, names: Collection[str]) -> list[Column]:
        """The columns that are named of a row of a relation; `*` names all."""
        return [c for c in self.columns.get(relation, {}).values() if "*" in names or c.name in names]

    def named(self, reads: Iterable[Read]) -> Iterator[Column]:
        """The columns read; a whole row is all of them. System catalogs that PUBLIC reads are left out."""
        for read in sorted(reads, key=lambda r: (r.relation, sorted(r.columns))):
            known = self.columns.get(read.relation, {})
            wanted = known if 0 in read.columns else sorted(read.columns & known.keys())
            yield from (known[number] for number in wanted)
