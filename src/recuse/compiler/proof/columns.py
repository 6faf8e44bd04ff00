"""Columns that conditions ask about, against the category map: what it does not know has no meaning in a proof."""

from collections.abc import Mapping

from recuse.compiler.proof.kinds import unreadable
from recuse.compiler.proof.written import Ask, Unread, Written, leaves
from recuse.errors import PlanError
from recuse.model import RowAttribute, TableMap


def check_ask(ask: Ask, attributes: Mapping[str, RowAttribute], table: TableMap) -> None:
    """Raise PlanError for a question that the category map gives no meaning."""
    why = _why_not(ask, attributes)
    if why is not None:
        raise PlanError(
            f"a row condition of `{table.name}` was not proved: {why}", "let row conditions come from `recuse` alone"
        )


def _why_not(ask: Ask, attributes: Mapping[str, RowAttribute]) -> str | None:
    if ask.column not in attributes:
        return f"it asks about the column `{ask.column}`, which the category map gives no attribute"
    return unreadable(ask, attributes[ask.column])


def known(written: Written, table: TableMap) -> Written:
    """A condition, or what stands for it as a whole when it asks what the category map of its table cannot tell."""
    attributes = by_column(table)
    asked = (leaf for leaf in leaves(written) if isinstance(leaf, Ask))
    why = next((why for ask in asked if (why := _why_not(ask, attributes)) is not None), None)
    return written if why is None else Unread(repr(written), why)


def by_column(table: TableMap) -> dict[str, RowAttribute]:
    """The attributes of a table by their columns. PlanError when two give a column different types."""
    found: dict[str, RowAttribute] = {}
    for attribute in table.attributes.values():
        known = found.setdefault(attribute.column, attribute)
        if known.type != attribute.type:
            raise PlanError(
                f"two attributes of `{table.name}` give the column `{attribute.column}` different types",
                "give each column one attribute",
            )
    return found
