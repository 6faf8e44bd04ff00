"""A strict reader of Data Packages (datapackage.org, version 2.0): what the standard asks, and that files are as said.

Written from the standard's text: properties, their types and patterns, and the values of Table Schema's types.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

Files = Mapping[str, bytes]
_PROFILES: Final = "https://datapackage.org/profiles/2.0/"
_HASH: Final = re.compile(r"sha256:[a-f0-9]{64}")
_NAME: Final = re.compile(r"[-a-z0-9._/]+")
_PATH: Final = re.compile(r"(?!/|.*\.\.)[-\w./]+")
_PACKAGE: Final = {
    "$schema", "name", "id", "title", "description", "homepage", "version", "created", "contributors", "keywords",
    "image", "licenses", "resources", "sources",
}  # fmt: skip
OURS: Final = {"ledger", "demonstration"}
_RESOURCE: Final = {
    "$schema", "name", "title", "description", "path", "type", "format", "mediatype", "encoding", "bytes", "hash",
    "dialect", "schema", "homepage", "sources", "licenses",
}  # fmt: skip
_FIELD: Final = {"name", "type", "title", "description", "example", "constraints", "format"}


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _integer(text: str) -> int:
    if not re.fullmatch(r"0|-?[1-9][0-9]*", text):
        raise ValueError(text)
    return int(text)


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _datetime(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


_VALUE: Final[Mapping[str, Callable[[str], object]]] = {
    "string": str, "integer": _integer, "boolean": _boolean, "date": _date, "datetime": _datetime,
}  # fmt: skip


def faults(descriptor: bytes, files: Files) -> list[str]:
    """Everything wrong with a package whose files are these, by their paths."""
    whole = json.loads(descriptor)
    return [*_package(whole), *(fault for each in whole["resources"] for fault in _resource(each, files))]


def _package(whole: Mapping[str, Any]) -> Iterator[str]:
    if whole.get("$schema") != f"{_PROFILES}datapackage.json":
        yield "package: $schema"
    if unknown := whole.keys() - _PACKAGE - OURS:
        yield f"package: {sorted(unknown)}"
    if not _NAME.fullmatch(whole.get("name", "")):
        yield "package: name"
    try:
        _datetime(whole["created"])
    except (KeyError, ValueError):
        yield "package: created"
    resources = whole.get("resources")
    if not isinstance(resources, list) or not resources:
        yield "package: resources"
        return
    names = [each.get("name") for each in resources]
    if len(set(names)) < len(names):
        yield "package: two resources have one name"
    for each in whole.get("contributors", ()):
        if not isinstance(each.get("title"), str) or not isinstance(each.get("roles"), list):
            yield "package: contributors"


def _resource(each: Mapping[str, Any], files: Files) -> Iterator[str]:
    name = each.get("name", "")
    if each.get("$schema") != f"{_PROFILES}dataresource.json" or each.get("type") != "table":
        yield f"{name}: $schema or type"
    if unknown := each.keys() - _RESOURCE:
        yield f"{name}: {sorted(unknown)}"
    if not _NAME.fullmatch(name) or not _PATH.fullmatch(each.get("path", "")) or each.get("path") not in files:
        yield f"{name}: name or path"
        return
    content = files[each["path"]]
    if each.get("bytes") != len(content):
        yield f"{name}: bytes"
    if not _HASH.fullmatch(each.get("hash", "")) or each["hash"][7:] != hashlib.sha256(content).hexdigest():
        yield f"{name}: hash"
    if (each.get("mediatype"), each.get("encoding"), each["dialect"].get("delimiter")) != ("text/csv", "utf-8", ","):
        yield f"{name}: form"
    yield from _table(name, each["schema"], content)


def _table(name: str, schema: Mapping[str, Any], content: bytes) -> Iterator[str]:
    fields = schema.get("fields")
    if schema.get("$schema") != f"{_PROFILES}tableschema.json" or not isinstance(fields, list) or not fields:
        yield f"{name}: schema"
        return
    names = [field["name"] for field in fields]
    if len(set(names)) < len(names):
        yield f"{name}: two fields have one name"
    for field in fields:
        if field.keys() - _FIELD or field["type"] not in _VALUE:
            yield f"{name}.{field['name']}: field"
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    if head != names:
        yield f"{name}: the head is {head}"
        return
    for number, row in enumerate(rows, 2):
        if len(row) != len(fields):
            yield f"{name} row {number}: {len(row)} cells"
            continue
        for field, cell in zip(fields, row, strict=True):
            yield from (f"{name} row {number}: {fault}" for fault in _cell(field, cell, schema["missingValues"]))
    key = [names.index(each) for each in schema.get("primaryKey", ())]
    keys = [tuple(row[place] for place in key) for row in rows]
    if key and len(set(keys)) < len(keys):
        yield f"{name}: two rows have one key"


def _cell(field: Mapping[str, Any], cell: str, missing: list[str]) -> Iterator[str]:
    constraints = field.get("constraints", {})
    if cell in missing:
        if constraints.get("required"):
            yield f"{field['name']} is empty"
        return
    try:
        _VALUE[field["type"]](cell)
    except ValueError:
        yield f"{field['name']} is no {field['type']}: {cell}"
    if "enum" in constraints and cell not in constraints["enum"]:
        yield f"{field['name']} is none of its words: {cell}"
