"""Which names can be ids, and which can stand in Cedar's schema as types and attributes."""

import re
from typing import Final

from recuse.toml_source import Section

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

# Cedar's reserved words, and the type names that a table of the same name would hide.
_RESERVED: Final = frozenset({"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"})
_TYPES: Final = frozenset(
    {"Account", "Action", "Agency", "Authority", "Bool", "Boolean", "Category", "Circumstances", "Entity", "Extension"}
    | {"Long", "Purpose", "Record", "Set", "String", "datetime", "decimal", "duration", "ipaddr"}
)
BUILT_IN_ATTRIBUTES: Final = frozenset({"category", "public"})  # every row has them


def is_identifier(name: str) -> bool:
    """Whether a name can stand in Cedar without quotes and means nothing else there."""
    return _IDENTIFIER.fullmatch(name) is not None and name not in _RESERVED | _TYPES


def is_table(name: str) -> bool:
    """Whether a name is `schema.table`, both parts being identifiers."""
    parts = name.split(".")
    return len(parts) == 2 and all(map(is_identifier, parts))


def is_id(name: str) -> bool:
    """Whether a name is dotted parts of lower-case letters, digits, `_` and `-`."""
    return _ID.fullmatch(name) is not None


def take_id(section: Section, key: str = "id") -> str:
    """An id: dotted parts of lower-case letters, digits, `_` and `-`; `""` after a problem."""
    found = section.text(key)
    if not found or is_id(found):
        return found
    remedy = "use lower-case letters, digits, `_` and `-`, with dots between parts"
    section.report(f"`{found}` is not an id", key, remedy=remedy)
    return ""


def take_digest(section: Section, key: str) -> str:
    """A SHA-256 in lower-case hexadecimal."""
    found = section.text(key)
    if found and not _DIGEST.fullmatch(found):
        section.report(f"`{key}` must be a SHA-256 in lower-case hexadecimal", key)
    return found
