"""The category map against the catalog: a rule may only ask about what the database really holds (SOUNDNESS §2.8)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recuse.enforcement.facts import TableShape
from recuse.errors import PlanError
from recuse.model import AttributeType, System, TableMap


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a column's type holds nothing that rules may ask about, after its name; and what to do instead."""

    why: str
    remedy: str


# Why a relation cannot stand under [[table]], and where it can.
_CARRIES_NONE: Final[Mapping[str, str]] = {
    "foreign": "foreign table, which carries no row policies: leave it out, and it is closed here; govern it where its "
    "rows are",
    "matview": "materialized view, which carries no row policies: list it under [[derived]], and it holds what its "
    "owner may read",
    "view": "view, which carries no row policies: list it under [[derived]], and it shows what its owner may read",
}


@dataclass(frozen=True, slots=True)
class ColumnTypes:
    """What a target's types can hold: those that fit each attribute, those refused by name, and a type's plain name."""

    held: Mapping[AttributeType, frozenset[str]]
    refused: Mapping[str, Refused]
    plain: Callable[[str], str]

    def problem(self, found: str, kind: AttributeType) -> str | None:
        """Why a column of the type `found` cannot hold the attribute, after “is”; None when it can."""
        base = self.plain(found)
        if base in self.held[kind]:
            return None
        refused = self.refused.get(base)
        return f"{found}, not {kind}" if refused is None else f"{found}, {refused.why} ({refused.remedy})"


def check_catalog(system: System, shapes: Mapping[str, TableShape], types: ColumnTypes) -> None:
    """Raise PlanError with everything in which the category map of `system` differs from the catalog."""
    problems = [problem for table in system.tables for problem in _table(table, shapes, types)]
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


def _table(table: TableMap, shapes: Mapping[str, TableShape], types: ColumnTypes) -> Iterator[str]:
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
        wrong = types.problem(found.type, attribute.type)
        if wrong is not None:
            yield f"`{table.name}.{found.name}` is {wrong}"
        if found.nullable != attribute.optional:
            fact, needed = ("may be NULL", "true") if found.nullable else ("is never NULL", "false")
            yield f"`{table.name}.{found.name}` {fact}, so attribute `{name}` needs `optional = {needed}`"
        if not found.deterministic:
            yield f"`{table.name}.{found.name}` has a collation under which different texts are equal"
