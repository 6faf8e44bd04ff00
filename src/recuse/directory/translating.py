"""The side-car of translations: one row a text and language, bound to the digest of the text that it translates.

A row is read strictly or rejected. What it translates may have changed since: then it is stale, and says so. A row with
the id `*` holds for every text of its field that has its digest: “Photo ID” is translated once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from recuse.directory import values
from recuse.directory.csv_rows import read_rows
from recuse.directory.rejects import Place, Tally
from recuse.directory.settings import TRANSLATED
from recuse.directory.texts import FIELDS, Text

COLUMNS: Final = (
    "table", "id", "field", "language", "text", "source_sha256", "translated_by", "reviewed_by", "reviewed_on",
)  # fmt: skip
BESIDE: Final = ("source", "source_now")
"""Columns that a person may keep for the work, and nobody reads."""
MACHINE: Final = "machine"
EVERY: Final = "*"
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
    """What translations are read against: the texts that they may name, and the day."""

    known: Mapping[tuple[str, str, str], frozenset[str]]
    """By table, id and field the digests of that text; by table, `*` and field those of every such text."""
    today: date


def read_translations(file: str, raw: bytes, reading: Reading, tally: Tally) -> Mapping[Key, Translation]:
    """Every translation of the file that can be taken; a row with an empty text is one that nobody has made yet."""
    found: dict[Key, Translation] = {}
    lines: dict[Key, int] = {}
    for row in read_rows(Place("", file), raw, COLUMNS, tally):
        if row.spoiled:
            continue
        place = Place("", file, row.line)
        if len(row.cells) > len(COLUMNS):
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
    table, name, field, language = cells["table"], cells["id"], cells["field"], cells["language"]
    if field not in FIELDS.get(table, ()):
        raise _WrongCellError(
            "field", f"{values.quoted(f'{table}.{field}')} is not translated", "see the reference page"
        )
    if (table, name, field) not in reading.known:
        raise _WrongCellError(
            "id", f"there is no `{field}` of a {table} {values.quoted(name)}", "look the id up in the feed"
        )
    if language not in TRANSLATED:
        known = ", ".join(TRANSLATED)
        raise _WrongCellError(
            "language", f"{values.quoted(language)} is not a language of the site", f"write one of: {known}"
        )
    digest = cells["source_sha256"]
    if not _SHA256.fullmatch(digest):
        raise _WrongCellError("source_sha256", "is not a digest", "take the row from `recuse directory export`")
    if name == EVERY and digest not in reading.known[(table, name, field)]:
        raise _WrongCellError("source_sha256", "no text here has this digest any more", "translate the new text")
    text, translator, reviewer = (_read(column, cells) for column in ("text", "translated_by", "reviewed_by"))
    if not translator:
        raise _WrongCellError("translated_by", "is empty", "write `machine` or who translated it")
    if reviewer == MACHINE:
        raise _WrongCellError("reviewed_by", "a machine reviews nothing", "write a person's name, or nothing")
    reviewed = _reviewed(cells, reading.today)
    return (table, f"{EVERY}{digest}" if name == EVERY else name, field, language), Translation(
        text, digest, translator, reviewer or None, reviewed
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


def known_texts(texts: Iterable[Text]) -> Mapping[tuple[str, str, str], frozenset[str]]:
    """What a row of the side-car may name, for `Reading`."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for text in texts:
        for name in (text.id, EVERY):
            found.setdefault((text.table, name, text.field), set()).add(text.sha256)
    return {key: frozenset(digests) for key, digests in found.items()}


def translated(found: Mapping[Key, Translation], text: Text, language: str) -> tuple[Translation | None, State]:
    """The translation of a text and how it stands: its own, unless that is stale and one for every such text is not."""
    own = found.get((text.table, text.id, text.field, language))
    if own is not None and own.source_sha256 == text.sha256:
        return own, own.state(text)
    every = found.get((text.table, f"{EVERY}{text.sha256}", text.field, language))
    best = own if every is None else every
    return best, "missing" if best is None else best.state(text)
