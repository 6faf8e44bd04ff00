"""Rows found, in plain words."""

from collections.abc import Mapping

from recuse.compiler.proof.values import Value, in_words


def row_in_words(row: Mapping[str, Value]) -> str:
    """A row by its columns: `is_sealed` is true, `note` is NULL."""
    if not row:
        return "any row"
    return ", ".join(f"`{column}` is {in_words(value)}" for column, value in sorted(row.items()))
