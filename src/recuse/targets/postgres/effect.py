"""What a class may do in this database, read from the catalogs: row policies of ours, and the privileges beside them.

A permit class's condition begins with its gate, which asks for the permit and chooses no rows. The server always writes
it alike, so it is told apart by its text; a condition that does not begin so is shown whole.
"""

from collections.abc import Iterable
from typing import Any, Final

from recuse.model import Effect, TableEffect

_GATE: Final = "((( SELECT recuse.gate('{}'::name) AS gate) IS NOT NULL) AND "


def effect_of(role: str, rows: Iterable[tuple[Any, ...]]) -> Effect:
    """The effect of a class from the rows of `catalog/effect.sql`; an action without its privilege is none."""
    return Effect(
        role,
        tuple(
            TableEffect(table, action, frozenset(columns), without_gate(condition, role))
            for table, action, columns, condition, deletes in rows
            if columns or deletes
        ),
    )


def without_gate(condition: str, role: str) -> str | None:
    """A row policy's condition in the server's words, without the class's own gate; None where that leaves all rows."""
    gate = _GATE.format(role)
    rows = condition.removeprefix(gate).removesuffix(")") if condition.startswith(gate) else condition
    return None if rows == "true" else rows
