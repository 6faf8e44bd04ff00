"""Rows found, in plain words."""

from collections.abc import Mapping

from recuse.compiler.proof.written import Value


def row_in_words(row: Mapping[str, Value]) -> str:
    """A row by its columns: `is_sealed` is true, `note` is NULL."""
    if not row:
        return "any row"
    return ", ".join(f"`{column}` is {_value(value)}" for column, value in sorted(row.items()))


def _value(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"`{value}`" if isinstance(value, str) else str(value)
