"""What the nodes of an export's graph are called: `login:`, `role:` for any principal, `table:`, `column:`."""

import re
from collections.abc import Iterator
from typing import Final, Literal

from recuse.targets.listing.records import Listing, Name, Object

Verb = Literal["read", "insert", "update", "delete"]
VERBS: Final[tuple[Verb, ...]] = ("read", "insert", "update", "delete")
EVERYTHING: Final = "everything:"
"""Whoever is here can give itself any right that there is."""

_PLAIN: Final = re.compile(r"[^\W\d]\w*")
_PREFIX: Final = {"table": "table", "view": "view", "materialized view": "matview", "synonym": "synonym"}


def dotted(*parts: str) -> str:
    """Names as one text, each in quotation marks where it could be read as two."""
    return ".".join(part if _PLAIN.fullmatch(part) else '"' + part.replace('"', '""') + '"' for part in parts)


def login(name: str) -> str:
    """Where an account begins."""
    return f"login:{name}"


def role(name: str) -> str:
    """Where somebody has a principal's rights: a login's, a user's, a role's, everyone's."""
    return f"role:{name}"


def relation(listing: Listing, name: Name, verb: Verb = "read") -> str:
    """Reading a relation, or changing its rows."""
    prefix = _PREFIX[listing.relations[name].kind] if verb == "read" else verb
    return f"{prefix}:{dotted(*name)}"


def column(name: Name, at: str, verb: Verb = "read") -> str:
    """Reading one column, or changing it."""
    return f"{'column' if verb == 'read' else verb}:{dotted(*name, at)}"


def routine(name: Name) -> str:
    """Running a routine."""
    return f"execute:{dotted(*name)}"


def targets(listing: Listing, name: Name, verb: Verb, at: str | None = None) -> Iterator[str]:
    """The nodes that mean reaching a relation, or one column of it: the whole is more than a column."""
    yield relation(listing, name, verb)
    if verb in ("read", "update", "insert"):
        yield from (column(name, each, verb) for each in ([at] if at else listing.columns_of.get(name, ())))


def named(each: Object) -> Name:
    """An object's schema and name; a schema's own has no name."""
    return each.schema, each.name or ""
