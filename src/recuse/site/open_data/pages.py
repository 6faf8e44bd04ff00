"""The pages of the open data, and its files."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from recuse.csv_text import csv_text
from recuse.languages import Texts
from recuse.ledger import JSON
from recuse.site.open_data import dictionary
from recuse.site.open_data.package import package
from recuse.site.open_data.table import Table
from recuse.site.open_data.tables import TABLES
from recuse.site.pages import Page, Section
from recuse.site.personal import check_no_person
from recuse.site.required import HEAD, REPORTS, Report, rows, say
from recuse.site.sources import Sources
from recuse.site.verified import counted_from

PATH: Final = "data/index.html"
DICTIONARY: Final = "data/dictionary.html"
REQUIRED: Final = "data/reports.html"
FOLDER: Final = "data"


@dataclass(frozen=True, slots=True)
class Written:
    """A table with its file: bytes, rows, and the digest of the file."""

    table: Table
    content: bytes
    rows: int

    @property
    def sha256(self) -> str:
        """The digest as the description has it."""
        return hashlib.sha256(self.content).hexdigest()


def written(sources: Sources) -> tuple[Written, ...]:
    """Every table with its file."""
    return tuple(Written(each, *each.written(sources)) for each in TABLES)


def _pages(sources: Sources, texts: Texts) -> Iterator[Page]:
    above = ((texts.say("Open data"), PATH),)
    found, said = written(sources), dictionary.tables(texts)
    document: list[JSON] = [
        {"name": each.table.name, "file": f"{FOLDER}/{each.table.file}", "rows": each.rows, "sha256": each.sha256}
        for each in found
    ]
    values = {
        "files": found, "said": said, "folder": FOLDER, "counted_from": counted_from(sources.record),
        "dictionary": DICTIONARY, "required": REQUIRED,
    }  # fmt: skip
    data: dict[str, JSON] = {"counted_from": counted_from(sources.record), "tables": document}
    yield Page(PATH, "data/index.html", texts.say("Open data"), values, data)
    yield _dictionary(texts, said, above)
    yield _required(texts, above)


def _dictionary(texts: Texts, said: Mapping[str, str], above: tuple[tuple[str, str], ...]) -> Page:
    meanings, types = dictionary.fields(texts), dictionary.types(texts)
    values = {"tables": TABLES, "said": said, "meanings": meanings, "types": types, "folder": FOLDER}
    data: dict[str, JSON] = {
        each.name: [
            {"name": one.name, "type": one.type, "meaning": meanings[each.name, one.name], "example": one.example}
            for one in each.fields
        ]
        for each in TABLES
    }
    title = texts.say("What the fields of the open data mean")
    return Page(DICTIONARY, "data/dictionary.html", title, values, {"tables": data}, above)


def _required(texts: Texts, above: tuple[tuple[str, str], ...]) -> Page:
    data: list[JSON] = [
        {
            "id": each.id, "law": each.citation, "sure": each.sure, "every": each.every, "draft": each.draft,
            "fields": [{"id": one.id, "held_by": one.held} for one in each.asked],
        }
        for each in REPORTS
    ]  # fmt: skip
    values = {"reports": REPORTS, "said": say(texts), "folder": FOLDER}
    return Page(REQUIRED, "data/reports.html", texts.say("Reports that laws ask for"), values, {"reports": data}, above)


def _files(sources: Sources) -> Iterator[tuple[str, bytes]]:
    found = {each.table.file: each.content for each in written(sources)}
    for each in REPORTS:
        yield f"{FOLDER}/{each.file}", template(each, sources)
    for file, content in found.items():
        yield f"{FOLDER}/{file}", content
    yield f"{FOLDER}/datapackage.json", package(sources, found, TABLES)


def template(report: Report, sources: Sources) -> bytes:
    """The CSV template of a report. InputError where it would name a person."""
    every = [HEAD, *rows(report, sources)]
    check_no_person(report.file, every)
    return csv_text(every).encode()


SECTION = Section(
    "data", "Open data", PATH, _pages, _files,
    tile="The policy and the figures of this site as tables that anybody may use.",
)  # fmt: skip
