"""What a class may do in one database, by the policy applied there; and whether one such effect lies in another."""

from dataclasses import dataclass

from recuse.model.documents import Action


@dataclass(frozen=True, slots=True)
class TableEffect:
    """One action on one table (`schema.table`): on which columns (none for delete), and on which rows.

    `rows` is the condition in the database's own words, without the gate that asks for the permit; None for all rows.
    """

    table: str
    action: Action
    columns: frozenset[str]
    rows: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """All that a class may do: its role, and each action on each table. What is not listed is refused."""

    role: str
    tables: tuple[TableEffect, ...]


def within(narrow: Effect, wide: Effect) -> bool:
    """Whether all that `narrow` opens is open in `wide`, as far as texts tell; in doubt not.

    Conditions are compared as texts of one database: the same text, or none in `wide`.
    """
    return all(any(_covers(large, small) for large in wide.tables) for small in narrow.tables)


def _covers(wide: TableEffect, narrow: TableEffect) -> bool:
    same = (wide.table, wide.action) == (narrow.table, narrow.action)
    return same and narrow.columns <= wide.columns and wide.rows in (None, narrow.rows)
