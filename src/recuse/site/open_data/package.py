"""The description of the open data: a Data Package of version 2.0 (datapackage.org), one resource a table.

Each resource has its size and SHA-256. `ledger` is ours: the checkpoint that figures were counted from, whole, so that
the description can be checked against the ledger. The standard lets a description have such properties. No licence
stands in it: only who publishes can give one.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from recuse.content.values import ORIGINAL
from recuse.ledger import JSON
from recuse.site.open_data.table import Field, Table
from recuse.site.sources import Sources
from recuse.site.verified import counted_from

_PROFILE: Final = "https://datapackage.org/profiles/2.0"
FORMAT: Final = "1.0.0"
"""The version of the tables: its first number grows when a field goes or means something else."""


def package(sources: Sources, files: Mapping[str, bytes], tables: tuple[Table, ...]) -> bytes:
    """`datapackage.json` of these tables, whose files are as given."""
    record = sources.record
    body = sources.names.name("agency", sources.repository.institution.id, ORIGINAL)
    whole: dict[str, JSON] = {
        "$schema": f"{_PROFILE}/datapackage.json",
        "name": "policy-and-record",
        "title": f"Who may see records, and what was asked: {body}",
        "created": sources.now.isoformat(timespec="seconds"),
        "version": FORMAT,
        "contributors": [{"title": body, "roles": ["publisher"]}],
        "ledger": {
            **counted_from(record), "checkpoint": record.checkpoint, "verifier": record.verifier,
        },
        "demonstration": sources.settings.demonstration,
        "resources": [resource(each, files[each.file]) for each in tables],
    }  # fmt: skip
    if sources.settings.address is not None:
        whole["homepage"] = sources.settings.address
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def resource(table: Table, content: bytes) -> Mapping[str, JSON]:
    """One table as the standard describes a resource."""
    schema: dict[str, JSON] = {
        "$schema": f"{_PROFILE}/tableschema.json",
        "fields": [field(each) for each in table.fields],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    return {
        "$schema": f"{_PROFILE}/dataresource.json",
        "name": table.name, "title": table.title, "type": "table", "path": table.file,
        "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
        "dialect": {"$schema": f"{_PROFILE}/tabledialect.json", "delimiter": ",", "lineTerminator": "\r\n"},
        "bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }  # fmt: skip


def field(each: Field) -> Mapping[str, JSON]:
    """One column as Table Schema describes a field."""
    told: dict[str, JSON] = {"name": each.name, "type": each.type, "example": each.example}
    constraints: dict[str, JSON] = {"required": True} if each.required else {}
    if each.words:
        constraints["enum"] = list(each.words)
    return told | ({"constraints": constraints} if constraints else {})
