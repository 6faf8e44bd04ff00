"""The side-car of translations: one row a text and language, bound to the digest of the text that it translates.

A row is read strictly or rejected. What it translates may have changed since: then it is stale, and says so.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from recuse.directory import values
from recuse.directory.csv_rows import read_rows
from recuse.directory.rejects import Place, Tally
from recuse.directory.texts import FIELDS, Text

COLUMNS: Final = (
    "table", "id", "field", "language", "text", "source_sha256", "translated_by", "reviewed_by", "reviewed_on",
)  # fmt: skip
BESIDE: Final = ("source",)
"""Columns that a person may keep for the work, and nobody reads."""
MACHINE: Final = "machine"
State = Literal["reviewed", "unreviewed", "stale", "missing"]
Key = tuple[str, str, str, str]
_SHA256: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Translation:
    """One text in one language; `translated_by` is `machine` or a person's name, as `reviewed_by` is."""

    text: str
    source_sha256: str
    translated_by: str
    reviewed_by: str | None
    reviewed_on: date | None

    @property
    def machine(self) -> bool:
        """Whether a machine made it."""
        return self.translated_by == MACHINE

    def state(self, source: Text) -> State:
        """How it stands to a text: stale when that has changed since, else reviewed by a person or not."""
        if self.source_sha256 != source.sha256:
            return "stale"
        return "unreviewed" if self.reviewed_by is None else "reviewed"


@dataclass(frozen=True, slots=True)
class Reading:
    """What translations are read against: languages there are, the texts that they may name, the day."""

    languages: Sequence[str]
    known: frozenset[tuple[str, str, str]]
    today: date


def read_translations(file: str, raw: bytes, reading: Reading, tally: Tally) -> Mapping[Key, Translation]:
    """Every translation of the file that can be taken; a row with an empty text is one that nobody has made yet."""
    found: dict[Key, Translation] = {}
    lines: dict[Key, int] = {}
    for row in read_rows(Place("", file), raw, COLUMNS, tally):
        if row.spoiled:
            continue
        place = Place("", file, row.line)
        tally.pass_over("translations", (name for name in row.cells if name not in (*COLUMNS, *BESIDE)))
        if not row.cells["text"].strip():
            tally.left_out += 1
            continue
        try:
            key, translation = _translation(row.cells, reading)
        except _WrongCellError as error:
            tally.reject(place, error.column, error.message, error.remedy)
            continue
        if key in found:
            tally.reject(place, "", f"translates what line {lines[key]} does", "keep one of them")
            continue
        tally.kept += 1
        found[key], lines[key] = translation, row.line
    return found


class _WrongCellError(ValueError):
    def __init__(self, column: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.column, self.message, self.remedy = column, message, remedy


def _translation(cells: Mapping[str, str], reading: Reading) -> tuple[Key, Translation]:
    table, name, field, language = (cells[column].strip() for column in COLUMNS[:4])
    if field not in FIELDS.get(table, ()):
        raise _WrongCellError("field", f"`{table[:40]}.{field[:40]}` is not translated", "see the reference page")
    if (table, name, field) not in reading.known:
        raise _WrongCellError("id", f"there is no `{field}` of a {table} `{name[:60]}`", "look the id up in the feed")
    if language not in reading.languages:
        known = ", ".join(reading.languages)
        raise _WrongCellError("language", f"`{language[:20]}` is not a language of the site", f"write one of: {known}")
    digest = cells["source_sha256"].strip()
    if not _SHA256.fullmatch(digest):
        raise _WrongCellError("source_sha256", "is not a digest", "take the row from `recuse directory export`")
    read = {column: _read(column, cells) for column in ("text", "translated_by", "reviewed_by")}
    if not read["translated_by"]:
        raise _WrongCellError("translated_by", "is empty", "write `machine` or who translated it")
    if read["reviewed_by"] == MACHINE:
        raise _WrongCellError("reviewed_by", "a machine reviews nothing", "write a person's name, or nothing")
    reviewed = _reviewed(cells, reading.today)
    return (table, name, field, language), Translation(
        read["text"], digest, read["translated_by"], read["reviewed_by"] or None, reviewed
    )


def _read(column: str, cells: Mapping[str, str]) -> str:
    try:
        return values.text(cells[column]) if column == "text" else values.line(cells[column])
    except values.WrongValueError as error:
        raise _WrongCellError(column, error.message, error.remedy) from error


def _reviewed(cells: Mapping[str, str], today: date) -> date | None:
    given = cells["reviewed_on"].strip()
    if bool(given) != bool(cells["reviewed_by"].strip()):
        raise _WrongCellError("reviewed_on", "a review has a person and a day", "write both, or neither")
    if not given:
        return None
    try:
        found = values.day(given)
    except values.WrongValueError as error:
        raise _WrongCellError("reviewed_on", error.message, error.remedy) from error
    if found > today:
        raise _WrongCellError("reviewed_on", f"`{given}` is still to come", "write the day of the review")
    return found


def counted(texts: Iterable[Text], found: Mapping[Key, Translation], language: str) -> dict[State, int]:
    """How the translations of texts into one language stand."""
    counts: dict[State, int] = {"reviewed": 0, "unreviewed": 0, "stale": 0, "missing": 0}
    for text in texts:
        translation = found.get((text.table, text.id, text.field, language))
        counts["missing" if translation is None else translation.state(text)] += 1
    return counts
