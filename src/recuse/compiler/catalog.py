"""The category map against the catalog: a rule may only ask about what the database really holds (SOUNDNESS §2.8)."""

from collections.abc import Iterator, Mapping
from typing import Final

from recuse.enforcement.facts import TableShape
from recuse.errors import PlanError
from recuse.model import AttributeType, System, TableMap

_TYPES: Final[Mapping[AttributeType, frozenset[str]]] = {
    "Bool": frozenset({"boolean"}),
    "String": frozenset({"text", "character varying"}),
    "Long": frozenset({"smallint", "integer", "bigint"}),
}


# Why a relation cannot stand under [[table]], and where it can.
_CARRIES_NONE: Final[Mapping[str, str]] = {
    "foreign": "foreign table, which carries no row policies: leave it out, and it is closed here; govern it where its "
    "rows are",
    "matview": "materialized view, which carries no row policies: list it under [[derived]], and it holds what its "
    "owner may read",
    "view": "view, which carries no row policies: list it under [[derived]], and it shows what its owner may read",
}


def check_catalog(system: System, shapes: Mapping[str, TableShape]) -> None:
    """Raise PlanError with everything in which the category map of `system` differs from the catalog."""
    problems = [problem for table in system.tables for problem in _table(table, shapes)]
    problems += [
        f"derived object `{d.name}` reads `{name}`, which is not a categorised table"
        for d in system.derived
        for name in d.tables
        if name not in {t.name for t in system.tables}
    ]
    if problems:
        raise PlanError(
            f"the category map of `{system.name}` does not fit the database: {'; '.join(problems)}",
            f"correct categories/{system.name}.toml, or the table",
        )


def _table(table: TableMap, shapes: Mapping[str, TableShape]) -> Iterator[str]:
    shape = shapes.get(table.name)
    if shape is None:
        yield f"`{table.name}` is not in the database"
        return
    if shape.kind not in ("table", "partitioned"):
        yield f"`{table.name}` is a {_CARRIES_NONE[shape.kind]}"
        return
    for column in (*table.columns, *table.key):
        if shape.column(column) is None:
            yield f"`{table.name}` has no column `{column}`"
    for name, attribute in table.attributes.items():
        found = shape.column(attribute.column)
        if found is None:
            yield f"`{table.name}` has no column `{attribute.column}` for attribute `{name}`"
            continue
        base = found.type.split("(")[0]
        if base not in _TYPES[attribute.type]:
            yield f"`{table.name}.{found.name}` is {found.type}, not {attribute.type}"
        if found.nullable != attribute.optional:
            fact, needed = ("may be NULL", "true") if found.nullable else ("is never NULL", "false")
            yield f"`{table.name}.{found.name}` {fact}, so attribute `{name}` needs `optional = {needed}`"
        if not found.deterministic:
            yield f"`{table.name}.{found.name}` has a collation under which different texts are equal"
