"""A feed as a package of CSV files, one a table: rows are read file by file, then put together from the inside out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from recuse.directory.csv_rows import Row, read_rows
from recuse.directory.fields import LEFT_OUT, TABLES, Table
from recuse.directory.making import Making
from recuse.directory.records import Service
from recuse.directory.rejects import Place
from recuse.directory.values import quoted

FILES: Final = {f"{stem}.csv": table for table in TABLES.values() for stem in table.files}
_ORDER: Final = (
    "language", "phone", "schedule", "address", "accessibility", "funding", "service_area", "cost_option",
    "required_document", "taxonomy_term", "attribute", "location", "organization", "service_at_location", "service",
)  # fmt: skip
"""What lies inside something comes before it."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that was read: its values, its cells, and where it stands."""

    values: dict[str, Any]
    cells: Mapping[str, str]
    place: Place


def read_csv(files: Mapping[str, bytes], making: Making) -> list[Service]:
    """Every service of the package that can be taken, in the order of `services.csv`."""
    package = _Package(making)
    for name in sorted(files):
        place = Place(making.tally.feed, name)
        if name in FILES:
            package.read(FILES[name], place, files[name])
        elif name.removesuffix(".csv") in LEFT_OUT:
            making.tally.unread[name] += 1
        else:
            making.tally.whole(place, "is no table of an HSDS package", "name it as HSDS does, such as `services.csv`")
    if not package.has("service"):
        making.tally.whole(Place(making.tally.feed, ""), "has no `services.csv` that can be read", "add it")
    for name in _ORDER:
        package.build(TABLES[name])
    return package.services


class _Package:
    def __init__(self, making: Making) -> None:
        self._making, self._tally = making, making.tally
        self._rows: dict[str, dict[str, _Read]] = defaultdict(dict)
        self._bad: list[tuple[str, Row]] = []
        self._bad_ids: dict[str, set[str]] = defaultdict(set)
        self._children: dict[tuple[str, str], dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._lost: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._records: dict[tuple[str, str], Any] = {}
        self._tables: set[str] = set()
        self.services: list[Service] = []

    def has(self, table: str) -> bool:
        """Whether the package has a file of a table, with a header that can be read."""
        return table in self._tables

    def read(self, table: Table, place: Place, raw: bytes) -> None:
        """Read the rows of one file; a second row of the same id is rejected."""
        whole = len(self._tally.rejects)
        for row in read_rows(place, raw, table.required, self._tally):
            if row.spoiled:
                self._bad.append((table.name, row))
                continue
            at = Place(place.feed, place.file, row.line)
            values = self._making.values(table, row.cells, at)
            if values is not None and values["id"] in self._rows[table.name]:
                first = self._rows[table.name][values["id"]].place.line
                self._tally.reject(at, "id", f"`{values['id']}` is also the id of line {first}", "keep one of them")
                self._bad.append((table.name, row))
            elif values is None:
                self._bad.append((table.name, row))
                self._bad_ids[table.name].add(row.cells["id"])
            else:
                self._rows[table.name][values["id"]] = _Read(values, row.cells, at)
        if not any(each.whole for each in self._tally.rejects[whole:]):
            self._tables.add(table.name)

    def build(self, table: Table) -> None:
        """Make the records of a table, whose parts are made, and hand them to what they belong to."""
        if table.name == _ORDER[0]:
            self._note_lost()
        for row in self._rows[table.name].values():
            parents = self._parents(table, row)
            if parents is None:
                self._spoil(table.name, row.cells.values())
                continue
            if not parents and (table.parents or table.name == "attribute"):
                self._tally.left_out += 1
                continue
            record = self._record(table, row)
            for parent in parents:
                self._children[parent][table.name].append(record)
                self._lost[parent] |= self._lost[(table.name, record.id)]

    def _record(self, table: Table, row: _Read) -> Any:
        values, key = dict(row.values), (table.name, row.values["id"])
        for name, child in table.lists.items():
            values[name] = tuple(self._children[key][child])
        if table.name == "attribute":
            term = self._records[("taxonomy_term", row.cells["taxonomy_term_id"].strip())]
            values |= {"taxonomy": term.taxonomy, "code": term.code, "name": term.name}
        elif table.name == "service_at_location":
            inner = ("location", row.cells["location_id"].strip())
            values["location"] = self._records[inner]
            self._lost[key] |= self._lost[inner]
        elif table.name == "service":
            inner = ("organization", row.cells.get("organization_id", "").strip())
            values["organization"] = self._records.get(inner)
            lost = self._lost[key] | self._lost[inner]
            if inner[1] and inner not in self._records:
                lost.add("organization")
            values["incomplete"] = tuple(sorted(lost))
        record = self._making.made(table, **values)
        self._records[key] = record
        if table.name == "service":
            self.services.append(record)
        return record

    def _parents(self, table: Table, row: _Read) -> list[tuple[str, str]] | None:
        """What a row belongs to; empty where that is something that is not read; None, and a reject, if it is lost."""
        found: list[tuple[str, str]] = []
        for column, name in _references(table, row.cells):
            reference = row.cells.get(column, "").strip()
            if not reference:
                continue
            if reference not in self._rows[name]:
                why = "was rejected" if reference in self._bad_ids[name] else "is not in the feed"
                if (table.name, name) == ("service", "organization") and why == "was rejected":
                    continue  # a service is shown without its organization, and says that something is missing
                self._tally.reject(
                    row.place, column, f"the {name.replace('_', ' ')} {quoted(reference)} {why}", "mend what it names"
                )
                return None
            if column in table.parents or column == "link_id":
                found.append((name, reference))
        missing = [name for name in _NEEDED.get(table.name, ()) if not row.cells.get(name, "").strip()]
        if missing or not (found or _elsewhere(table, row.cells) or not table.parents):
            self._tally.reject(row.place, (missing or [""])[0], "does not say what it belongs to", "add the id")
            return None
        return found

    def _note_lost(self) -> None:
        for name, row in self._bad:
            self._spoil(name, row.spoiled or row.cells.values())

    def _spoil(self, table: str, cells: Any) -> None:
        """Mark whatever a rejected row speaks of: by any of its cells, since its columns may be shifted."""
        for cell in map(str.strip, cells):
            for name in ("service", "location", "service_at_location", "organization", "phone"):
                if cell in self._rows[name]:
                    self._lost[(name, cell)].add(table)


_NEEDED: Final = {"service_at_location": ("service_id", "location_id"), "attribute": ("link_id", "taxonomy_term_id")}


def _references(table: Table, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from table.parents.items()
    if table.name == "service_at_location":
        yield "location_id", "location"
    elif table.name == "service":
        yield "organization_id", "organization"
    elif table.name == "attribute" and cells.get("link_entity", "").strip() == "service":
        yield from (("taxonomy_term_id", "taxonomy_term"), ("link_id", "service"))


def _elsewhere(table: Table, cells: Mapping[str, str]) -> bool:
    """Whether a row belongs to something that is not read: a phone of a contact, a term of a place."""
    return bool(table.name == "phone" and cells.get("contact_id", "").strip()) or table.name == "attribute"
