"""The rows of one CSV file (RFC 4180), each with its line; a row that cannot be read loses no other row.

A quote that is never closed would swallow what follows: a row has at most so many lines, and after one that cannot be
read the next line begins anew.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from recuse.directory.rejects import Place, Tally
from recuse.directory.values import quoted

_LINES: Final = 100
_FORMULA: Final = re.compile("'[=+@\t\r\0-]")
"""How a cell begins that was written with an apostrophe, so that no spreadsheet runs it (see `recuse.csv_text`)."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by column, and the line that it begins on; `spoiled` where they do not fit the header."""

    line: int
    cells: dict[str, str]
    spoiled: tuple[str, ...] = ()


class _Lines:
    """Lines of a file, given out one by one for a row at a time."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.at, self.start = lines, 0, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines) or self.at - self.start >= _LINES:
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def read_rows(place: Place, raw: bytes, required: tuple[str, ...], tally: Tally) -> Iterator[Row]:
    """Each row below the header, also a spoiled one, which is rejected here; nothing when the header is wrong."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        tally.whole(place, "is not text in UTF-8", "save it as CSV in UTF-8")
        return
    text = raw.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    source = _Lines(re.findall(r"[^\n]*\n|[^\n]+$", text))
    marked = "'" in text or "null" in text
    header: list[str] | None = None
    for line, cells, wrong in _split(source):
        if header is None:
            header = [cell.strip() for cell in cells]
            told = wrong or _header_problem(header, required)
            if told:
                tally.whole(place, told, "write the columns as HSDS names them, separated by commas")
                return
            continue
        tally.rows += 1
        if not wrong and len(cells) == len(header):
            yield Row(line, dict(zip(header, map(_cell, cells) if marked else cells, strict=True)))
            continue
        said = wrong or f"has {len(cells)} cells where the header has {len(header)}: its columns are shifted"
        tally.reject(
            Place(place.feed, place.file, line),
            "",
            said,
            "put text that holds commas or quotes in quotes, and double these",
        )
        yield Row(line, {}, tuple(cells) or tuple(source.lines[line - 1].strip().split(",")))
    if header is None:
        tally.whole(place, "is empty", "write a header, or take the file out")


def _split(source: _Lines) -> Iterator[tuple[int, list[str], str]]:
    """Each row with the line it begins on, and what is wrong with it as CSV. Blank lines are no rows."""
    while source.at < len(source.lines):
        source.start = source.at
        try:
            # One reader for many rows would be quicker to make, and would not know where a row began.
            for cells in csv.reader(source, strict=True):
                if cells:
                    yield source.start + 1, cells, ""
                source.start = source.at
            return
        except csv.Error as error:
            line = source.start
            source.at = line + 1
            yield line + 1, [], f"cannot be read as CSV: {error}"


def _header_problem(header: list[str], required: tuple[str, ...]) -> str:
    for name in required:
        if name not in header:
            return f"has no column `{name}`"
    twice = next((name for name in header if header.count(name) > 1), None)
    return f"has two columns {quoted(twice)}" if twice is not None else ""


def _cell(cell: str) -> str:
    if cell == "null":  # as the standard's own examples write a cell without a value
        return ""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
