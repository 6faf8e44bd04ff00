"""Passwords in texts of the catalog that every account reads: bodies, definitions, defaults, comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from recuse.targets.postgres.edges.catalog import Connection, rows_of
from recuse.targets.postgres.edges.passwords import Verifier, verifiers_in

_LITERAL: Final = re.compile(r"'((?:[^']|'')*)'|\$(\w*)\$(.*?)\$\2\$", re.DOTALL)
_ADDRESS: Final = re.compile(r"postgres(?:ql)?://[^\s'\"]+")
_WORDS: Final = re.compile(
    r"\b(host|hostaddr|port|dbname|user|password)\s*=\s*('(?:[^'\\]|\\.)*'|[^\s',;)|\"]+)", re.IGNORECASE
)
_STATEMENT: Final = re.compile(
    r"\b(?:role|user)\s+(\"(?:[^\"]|\"\")+\"|\w+)\s[^;]*?\bpassword\s+'+([^']+)'", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a login's password stands, how it is read, and the options of the connection that it is for."""

    what: str
    read: str
    role: str
    options: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Text:
    what: str
    text: str
    read: str


def passwords_in(connection: Connection) -> tuple[Found, ...]:
    """The passwords that texts of the connected database give away; one that is known to be wrong is left out."""
    texts = rows_of(connection, "texts", _Text)
    verifiers = verifiers_in(connection) if texts else {}
    return tuple(
        Found(text.what, text.read, options.pop("user"), options)
        for text in texts for options in connections_in(text.text) if _may_open(options, verifiers)
    )  # fmt: skip


def connections_in(text: str) -> Iterator[dict[str, str]]:
    """The options of every connection that a text names with user and password."""
    literals = [match[1].replace("''", "'") if match[1] is not None else match[3] for match in _LITERAL.finditer(text)]
    seen: list[dict[str, str]] = []
    for words in (*_ADDRESS.findall(text), *literals, text):
        options = _parsed(words)
        if {"user", "password"} <= options.keys() and options not in seen:
            seen.append(options)
    for role, password in _STATEMENT.findall(text):
        seen.append({"user": role.strip('"').replace('""', '"'), "password": password})
    yield from (dict(options) for options in seen)


def _parsed(words: str) -> dict[str, str]:
    try:
        return {word: str(value) for word, value in conninfo_to_dict(words).items()}
    except psycopg.Error:  # a text around it, or one that is put together
        return {word.lower(): value.strip("'") for word, value in _WORDS.findall(words)}


def _may_open(options: dict[str, str], verifiers: dict[str, Verifier]) -> bool:
    password = options.pop("password")
    if not verifiers:
        return True
    verifier = verifiers.get(options["user"])
    return verifier is not None and verifier.opens(password) is not False
