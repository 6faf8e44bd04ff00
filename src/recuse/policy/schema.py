"""The Cedar schema of a policy repository: what rules may ask about accounts, circumstances and rows.

A resource is one row's columns of one category; its type is `system::schema::table`, its parent that category.
Every action takes the same circumstances, so that no rule can be written which forgets them.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from recuse.model import ACTIONS, Repository, System, TableMap

WRITE: Final = "write"  # the group of the three actions that change rows

_ENTITIES: Final = """\
entity Agency in [Agency];
entity Account in [Agency] = { serves: Set<Agency>, personal: Bool };
entity Purpose in [Purpose];
entity Authority in [Authority];
entity Category in [Category];
type Circumstances = { purpose: Purpose, authority: Authority, agreed: Set<Category> };
"""


def row_type(system: str, table: str) -> str:
    """The Cedar type of a table's rows: `system::schema::table`."""
    return f"{system}::{table.replace('.', '::')}"


def cedar_schema(repository: Repository) -> str:
    """Cedar's schema text for all tables of all systems, in the repository's order."""
    return schema_of([(system, table) for system in repository.systems.values() for table in system.tables])


def schema_of(tables: Sequence[tuple[System, TableMap]]) -> str:
    """Cedar's schema text for these tables alone, in their order."""
    rows = ", ".join(row_type(system.name, table.name) for system, table in tables)
    applies = f" appliesTo {{ principal: [Account], context: Circumstances,\n  resource: [{rows}] }}" if rows else ""
    reading, *writing = ACTIONS
    actions = f"action {WRITE};\naction {reading}{applies};\naction {', '.join(writing)} in [{WRITE}]{applies};\n"
    return _ENTITIES + actions + "".join(_namespaces(tables))


def _namespaces(tables: Sequence[tuple[System, TableMap]]) -> Iterator[str]:
    entities: dict[str, list[str]] = {}
    for system, table in tables:
        namespace, _, name = row_type(system.name, table.name).rpartition("::")
        entities.setdefault(namespace, []).append(f"  entity {name} in [Category] = {{ {attributes_text(table)} }};\n")
    for namespace, lines in entities.items():
        yield f"namespace {namespace} {{\n{''.join(lines)}}}\n"


def attributes_text(table: TableMap) -> str:
    """What the rows of a table have: all by which one type of rows differs from another, but its name."""
    built_in = ["category: Category", "public: Bool"]
    own = [f"{name}{'?' if row.optional else ''}: {row.cedar_type}" for name, row in table.attributes.items()]
    return ", ".join(built_in + own)
