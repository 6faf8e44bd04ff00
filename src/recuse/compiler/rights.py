"""What a class may do with one table, as PostgreSQL can express it: columns by grants, rows by one condition an action.

Row security has one condition a row, so categories of one table that an action opens must agree on the rows; when they
do not, the table is refused by name. Changing or deleting needs reading too; deleting a row deletes all its categories.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from recuse.compiler.condition import NEVER, Condition, all_of
from recuse.compiler.known import attributes_of
from recuse.compiler.prove import equivalent
from recuse.enforcement.facts import TableShape
from recuse.errors import UnsupportedRuleError
from recuse.model import Action, TableMap

Conditions = Mapping[tuple[str, Action], Condition]


@dataclass(frozen=True, slots=True)
class TableRights:
    """Columns (in the table's order) and rows, by action; an action without columns or rows is not allowed."""

    table: str
    read: tuple[str, ...]
    read_rows: Condition
    insert: tuple[str, ...]
    insert_rows: Condition
    update: tuple[str, ...]
    update_rows: Condition
    delete_rows: Condition

    def reading(self) -> "TableRights":
        """The same rights without any that change data."""
        return replace(
            self, insert=(), insert_rows=NEVER, update=(), update_rows=NEVER, delete_rows=NEVER
        )  # fmt: skip


def rights_of(table: TableMap, shape: TableShape, conditions: Conditions) -> TableRights | None:
    """The rights that `conditions` (by category and action) come to; None when they allow nothing.

    Raises UnsupportedRuleError when two categories of the table would need different row conditions for one action.
    """
    read_rows = _rows(table, "read", conditions)
    update_rows = all_of((read_rows, _rows(table, "update", _reading_too(table, conditions))))
    insert_rows = _rows(table, "insert", conditions)
    every = [conditions[category, action] for category in table.categories for action in ("read", "delete")]
    rights = TableRights(
        table.name,
        _columns(table, shape, "read", conditions),
        read_rows,
        _columns(table, shape, "insert", conditions, writing=True),
        insert_rows,
        _columns(table, shape, "update", _reading_too(table, conditions), writing=True),
        update_rows,
        all_of(every),
    )
    nothing = read_rows == NEVER and insert_rows == NEVER and update_rows == NEVER and rights.delete_rows == NEVER
    return None if nothing else rights


def _reading_too(table: TableMap, conditions: Conditions) -> Conditions:
    """The conditions of updating, for the categories that may also be read."""
    return {
        (category, "update"): NEVER if conditions[category, "read"] == NEVER else conditions[category, "update"]
        for category in table.categories
    }


def _rows(table: TableMap, action: Action, conditions: Conditions) -> Condition:
    """The one row condition of an action over all categories that it opens."""
    opened = [(c, conditions[c, action]) for c in table.categories if conditions[c, action] != NEVER]
    if not opened:
        return NEVER
    first_category, first = opened[0]
    for category, condition in opened[1:]:
        if condition != first and equivalent(condition, first, attributes_of(table)) is not None:
            raise UnsupportedRuleError(
                f"the rules give `{first_category}` and `{category}` of `{table.name}` different rows for `{action}`, "
                "and a table has one row condition",
                "move one category to a table of its own, or let the rules treat both alike",
            )
    return min((condition for _, condition in opened), key=repr)


def _columns(
    table: TableMap, shape: TableShape, action: Action, conditions: Conditions, *, writing: bool = False
) -> tuple[str, ...]:
    """The columns of the opened categories; key columns go with any of them."""
    opened = {c for c in table.categories if conditions[c, action] != NEVER}
    if not opened:
        return ()
    return tuple(
        column.name
        for column in shape.columns
        if (column.name in table.key or table.columns.get(column.name, table.category) in opened)
        and not (writing and column.generated)
    )
