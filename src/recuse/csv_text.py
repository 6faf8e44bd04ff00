"""Writes CSV (RFC 4180): a cell that a spreadsheet would run as a formula begins with an apostrophe (ASVS 1.2.10)."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

Cell = str | int | bool | None
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0")
"""How a cell begins that a spreadsheet would run."""


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as text: yes and no as `true` and `false`, nothing as an empty cell."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows([_text(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _text(cell: Cell) -> str:
    text = "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
