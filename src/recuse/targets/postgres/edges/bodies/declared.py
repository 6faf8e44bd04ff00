"""Declarations of PL/pgSQL that its grammar does not hand on: other names for variables, and the values of records."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pgparse

from recuse.targets.postgres.edges.bodies.uses import Uses

_NAME: Final = r'("(?:[^"]|"")+"|[\w$]+)'
_ALIAS: Final = re.compile(rf"(?i){_NAME}\s+ALIAS\s+FOR\s+{_NAME}\s*;")
_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_VALUE: Final = r'(?is)\b{}\s+(?:CONSTANT\s+)?(?:record|[\w$".]+(?:%ROWTYPE)?)\s+(?:NOT\s+NULL\s*)?(?::=|=|DEFAULT\b)'


def aliases(definition: str) -> Mapping[str, str]:
    """By another name for a variable, its own name."""
    found: dict[str, str] = {}
    for alias, name in _ALIAS.findall(_COMMENT.sub(" ", definition)):
        found[_plain(alias)] = found.get(_plain(name), _plain(name))  # also of another alias
    return found


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def renamed(uses: Uses, names: Mapping[str, str]) -> Uses:
    """With variables by their own names."""
    if not names:
        return uses
    changes = frozenset(
        replace(one, values=tuple((column, renamed(value, names)) for column, value in one.values))
        for one in uses.changes
    )
    fields, values = (
        frozenset((names.get(qualifier, qualifier), column) for qualifier, column in each)
        for each in (uses.fields, uses.value_fields)
    )
    return replace(uses, fields=fields, value_fields=values, changes=changes)


def records(function: Mapping[str, Any], definition: str) -> Iterator[tuple[str, str]]:
    """Records that are declared with a value, each with the expression; ValueError where that is not understood."""
    plain = _COMMENT.sub(" ", definition)
    for datum in function["datums"]:
        name = datum.get("PLpgSQL_rec", {}).get("refname", "")
        for declared in re.finditer(_VALUE.format(re.escape(name)), plain) if name else ():
            yield name, _expression(plain[declared.end() :])


def _expression(text: str) -> str:
    for end in (place for place, letter in enumerate(text) if letter == ";"):
        try:
            pgparse.parse(f"SELECT {text[:end]}")
        except pgparse.PGQueryError:
            continue
        return text[:end]
    raise ValueError("the value of a record that it declares")
