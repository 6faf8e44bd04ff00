"""Which columns can hold an attribute of each type, and which types are refused by name (`refused.toml`)."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from recuse.compiler.catalog import ColumnTypes, Refused
from recuse.model import ENTITY_TYPES

_TEXTS: Final = frozenset({"text", "character varying"})
_RANGE: Final = re.compile(r"(int4|int8|num|ts|tstz|date)(multi)?range")
_SIZE: Final = re.compile(r"\(-?\d+(,-?\d+)?\)")


@cache
def column_types() -> ColumnTypes:
    """What PostgreSQL's types can hold for rules."""
    text = files("recuse.targets.postgres").joinpath("refused.toml").read_text(encoding="utf-8")
    refused = {name: Refused(entry["why"], entry["remedy"]) for name, entry in tomllib.loads(text)["column"].items()}
    return ColumnTypes(
        {
            "Bool": frozenset({"boolean"}),
            "String": _TEXTS,
            "Long": frozenset({"smallint", "integer", "bigint"}),
            "datetime": frozenset({"timestamp with time zone"}),
            "date": frozenset({"date"}),
            "ipaddr": frozenset({"inet", "cidr"}),
            "Set<String>": frozenset(f"{name}[]" for name in _TEXTS),
            "uuid": frozenset({"uuid"}),
            **dict.fromkeys(ENTITY_TYPES, _TEXTS),
        },
        refused,
        plain,
    )


def plain(name: str) -> str:
    """A type as `format_type` writes it, without its size; ranges and arrays of other types under one name each."""
    base = _SIZE.sub("", name)
    if _RANGE.fullmatch(base):
        return "range"
    return "array" if base.endswith("[]") and base.removesuffix("[]") not in _TEXTS else base
