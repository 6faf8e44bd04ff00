"""Values of a row's attributes, by type: whether they fit, how a person writes them, and how Cedar is given them.

PostgreSQL holds values that no Cedar type does: an infinity, an array with a NULL element. Cedar is given something of
a type that no attribute has, which is there, equal to nothing, and on which every other operator errs, as in the
database.
"""

import json
import math
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from recuse.model import ENTITY_TYPES, Address, AttributeType, Value, address, moment

ORDINARY: Final[Mapping[AttributeType, Value]] = {
    "Bool": False, "String": "", "Long": 0, "datetime": 0, "date": 0, "ipaddr": Address(4, 0, 32),
    "Set<String>": frozenset(), "uuid": UUID(int=0), **dict.fromkeys(ENTITY_TYPES, ""),
}  # fmt: skip
"""What stands for a value that nobody asked for."""

FORMS: Final[Mapping[AttributeType, tuple[str, str]]] = {
    "Bool": ("true or false", "true"),
    "Long": ("a whole number", "1"),
    "datetime": ("a datetime as Cedar writes it", "2026-01-15T09:30:00Z"),
    "date": ("a date as Cedar writes it", "2026-01-15"),
    "ipaddr": ("an address as Cedar writes it", "192.0.2.0/24"),
    "Set<String>": ("a JSON list of texts", '["a", "b"]'),
    "uuid": ("a UUID", "6a1f4f3e-0000-4000-8000-000000000001"),
}
"""How a value is written where it is not any text, and an example."""

_INFINITIES: Final = {"infinity": math.inf, "-infinity": -math.inf}
_NO_MOMENT: Final = {"__extn": {"fn": "decimal", "arg": "0.1"}}
_NO_SET: Final = {"__extn": {"fn": "decimal", "arg": "0.2"}}


def fits(kind: AttributeType, value: Value) -> bool:
    """Whether a value that is not NULL is one of the type."""
    match kind:
        case "Bool":
            return isinstance(value, bool)
        case "Long":
            # A flag is no number here, though Python has it so; numbers are Cedar's, 64 bits with a sign.
            return type(value) is int and -(2**63) <= value < 2**63
        case "datetime" | "date":
            return type(value) is int or (isinstance(value, float) and math.isinf(value))
        case "ipaddr":
            return isinstance(value, Address)
        case "Set<String>":
            return isinstance(value, frozenset)
        case "uuid":
            return isinstance(value, UUID)
        case _:
            return isinstance(value, str)


def written(kind: AttributeType, text: str) -> Value:
    """The value that a text stands for, in the form of `FORMS`. Raises ValueError when it stands for none."""
    found: Value
    match kind:
        case "Bool":
            found = {"true": True, "false": False}.get(text)
        case "Long":
            found = int(text)
        case "datetime" | "date":
            found = _INFINITIES[text] if text in _INFINITIES else moment(text)
        case "ipaddr":
            found = address(text)
        case "Set<String>":
            listed = json.loads(text)
            is_list = isinstance(listed, list) and all(e is None or isinstance(e, str) for e in listed)
            found = frozenset(listed) if is_list else None
        case "uuid":
            found = UUID(text)
        case _:
            found = text
    if found is None or not fits(kind, found):
        raise ValueError(text)
    return found


def in_cedar(kind: AttributeType, value: Value) -> object:
    """A value that is not NULL, in Cedar's JSON form."""
    match value:
        case frozenset():
            return _NO_SET if None in value else sorted(str(element) for element in value)
        case float():
            return _NO_MOMENT
        case Address():
            return {"__extn": {"fn": "ip", "arg": str(value)}}
        case UUID():
            return str(value)
        case int() if kind in ("datetime", "date"):
            # No literal names the years beyond 9999; every moment is one that much after another.
            start = {"__extn": {"fn": "datetime", "arg": "1970-01-01"}}
            after = {"__extn": {"fn": "duration", "arg": f"{value}ms"}}
            return {"__extn": {"fn": "offset", "args": [start, after]}}
        case str() if kind in ENTITY_TYPES:
            return {"__entity": {"type": kind, "id": value}}
        case _:
            return value
