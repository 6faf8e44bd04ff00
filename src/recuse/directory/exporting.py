"""A directory as CSV for who edits it: one HSDS package of all entries, which is a feed again, and the translations.

What is read again is what was written: same ids, same values. Tables come with every column, so that an editor sees
what there is to fill in. Where two feeds use one id for two things, the later one gets `:2` behind it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from recuse.csv_text import Cell, csv_text
from recuse.directory.fields import TABLES, Table
from recuse.directory.reading import Directory
from recuse.directory.records import Service
from recuse.directory.translating import BESIDE, COLUMNS, EVERY

_LINK: Final = ("link_id", "link_entity", "taxonomy_term_id")
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "service": ("organization_id",), "service_at_location": ("location_id",), "attribute": _LINK,
}  # fmt: skip
_ONE: Final = {"organization": "organization_id", "location": "location_id"}


class _Package:
    """Rows by table and id; what hangs below several records (a place, an organization) is written once."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, dict[str, Cell]]] = {name: {} for name in TABLES}
        self._records: dict[tuple[str, str], Any] = {}

    def add(self, name: str, record: Any, beside: Mapping[str, Cell]) -> str:
        """A record with all that lies in it; `beside` says what it belongs to. Gives the id that it has here."""
        table = TABLES[name]
        own = self._own_id(name, record, beside)
        row: dict[str, Cell] = {field: _cell(getattr(record, field, None)) for field in table.fields}
        known = self.rows[name].setdefault(own, row | {"id": own})
        self._records[(name, own)] = record
        known |= beside
        if name == "attribute":
            self._term(record, known)
        for column in ("organization", "location"):
            inner = getattr(record, column, None)
            if inner is not None and column in table.beside:
                known[_ONE[column]] = self.add(column, inner, {})
        for key, child in table.lists.items():
            for each in getattr(record, key):
                self.add(child, each, _parent(name, child, own))
        return own

    def _own_id(self, name: str, record: Any, beside: Mapping[str, Cell]) -> str:
        own, count = record.id, 1
        while (name, own) in self._records:
            row = self.rows[name][own]
            if self._records[(name, own)] == record and all(row.get(key, each) == each for key, each in beside.items()):
                break
            count += 1
            own = f"{record.id}:{count}"
        return str(own)

    def _term(self, attribute: Any, row: dict[str, Cell]) -> None:
        name = f"term-{row['id']}"
        row["taxonomy_term_id"] = name
        term = {"id": name, "taxonomy": attribute.taxonomy, "code": attribute.code, "name": attribute.name}
        self.rows["taxonomy_term"][name] = dict(term)


def _parent(name: str, child: str, parent: str) -> dict[str, Cell]:
    if child == "attribute":
        return {"link_id": parent, "link_entity": name}
    return {f"{name}_id": parent}


def _cell(value: object) -> Cell:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float):
        return int(value) if value.is_integer() else repr(value) if "e" not in repr(value) else f"{value:.15f}"
    return value if isinstance(value, str | int) else None


def package(services: Iterable[Service]) -> dict[str, str]:
    """CSV files by name: services with all that belongs to them, as HSDS 3 tables."""
    made = _Package()
    for service in services:
        made.add("service", service, {})
    return {f"{table.files[0]}.csv": _file(table, made.rows[name].values()) for name, table in TABLES.items()}


def _file(table: Table, rows: Iterable[Mapping[str, Cell]]) -> str:
    columns = [*table.fields, *table.parents, *_BESIDE.get(table.name, ())]
    return csv_text([columns, *([row.get(column) for column in columns] for row in rows)])


def translations(directory: Directory, languages: Iterable[str]) -> str:
    """Every text that readers see in every language, with its translation; each once; what is missing has an empty one.

    A stale translation stands with the digest that it was made for: who translates anew writes the one in `source_now`.
    """
    return csv_text([(*COLUMNS, *BESIDE), *dict.fromkeys(_translation_rows(directory, languages))])


def _translation_rows(directory: Directory, languages: Iterable[str]) -> Iterator[tuple[Cell, ...]]:
    for language in languages:
        for text in directory.texts:
            found, _ = directory.translated(text, language)
            own = directory.translations.get((text.table, text.id, text.field, language)) is found is not None
            head = (text.table, text.id if own else EVERY, text.field, language)
            if found is None:
                yield (*head, None, text.sha256, None, None, None, text.source, text.sha256)
                continue
            reviewed = None if found.reviewed_on is None else found.reviewed_on.isoformat()
            yield (
                *head, found.text, found.source_sha256, found.translated_by, found.reviewed_by, reviewed, text.source,
                text.sha256,
            )  # fmt: skip
