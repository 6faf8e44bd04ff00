"""How names without a schema are looked up, and what a caller has to be able to make to come first."""

import re
from collections.abc import Iterator
from typing import Final

from recuse.targets.postgres.edges.flows import Lookup

OWN: Final = "pg_catalog"
TEMPORARY: Final = "pg_temp"
_INFORMATION: Final = "information_schema"


def schemas(setting: str, owner: str) -> tuple[str, ...]:
    """The schemas of a search path as it is stored."""
    parts = [
        (quoted.replace('""', '"') or plain.lower())
        for quoted, plain in re.findall(r'"((?:[^"]|"")*)"|([^\s,"]+)', setting)
    ]
    return tuple(owner if part == "$user" else part for part in parts if part)


def searched(path: tuple[str, ...]) -> Iterator[str]:
    """The order in which relations are looked up: temporary ones first and the server's next, unless the path says."""
    if TEMPORARY not in path:
        yield TEMPORARY
    if OWN not in path:
        yield OWN
    yield from path


def types(name: str, path: tuple[str, ...] | None) -> Iterator[Lookup]:
    """How a caller can give a type's name another meaning."""
    if path is None:
        yield from (Lookup(need, "type", name) for need in ("temporary:", "create:"))
        return
    for schema in searched(path):
        if schema == OWN:
            return
        yield Lookup("temporary:" if schema == TEMPORARY else f"create:{schema}", "type", name)


def makers(path: tuple[str, ...] | None) -> Iterator[str]:
    """Where a function or an operator of that name has to be made to be found: never among temporary objects."""
    if path is None:
        yield "create:"
    for schema in path or ():
        if schema not in {OWN, TEMPORARY, _INFORMATION}:
            yield f"create:{schema}"
