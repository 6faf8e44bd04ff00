"""Runs the catalog queries of `sql/edges`, `sql/present` and `sql/catalog`: read-only, nothing but catalogs.

A file's first line is `-- title: reason`. A file of `sql/edges` is one mechanism and gives edges; a file of
`sql/present` says in one value whether something is there that no edge describes; one of `sql/noted` gives sentences
about the whole server, which no account reaches, under its title as their code. A line `-- from: 15` keeps a file to
that branch and later ones (`-- until: 15` to earlier); a line `-- right: …` names what an account needs that may not
read what the file asks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

import psycopg
from psycopg.rows import BaseRowFactory, class_row, dict_row, scalar_row

from recuse.errors import MissingRightError
from recuse.paths import Edge

T = TypeVar("T")
A = TypeVar("A")
R = TypeVar("R")
K = TypeVar("K")
V = TypeVar("V")
Connection = psycopg.Connection[Any]
Folder = Literal["edges", "noted", "present", "changes"]

_SQL: Final = files("recuse.targets.postgres").joinpath("sql")
_HEADING: Final = re.compile(r"-- ([^:\n]+): ")
_LIMIT: Final = re.compile(r"^-- (from|until): (\d+)$", re.MULTILINE)
_RIGHT: Final = re.compile(r"^-- right: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Query:
    """A catalog query: its title, the branches it is for, and the right it needs beyond what PUBLIC may read."""

    title: str
    text: str
    first: int
    last: int
    right: str | None

    def serves(self, server_version: int) -> bool:
        """Whether it is for this server (`server_version_num`)."""
        return self.first <= server_version // 10_000 <= self.last


@cache
def queries(folder: Folder) -> tuple[Query, ...]:
    """Every query of a folder, by file name."""
    found = sorted((entry for entry in _SQL.joinpath(folder).iterdir()), key=lambda entry: entry.name)
    return tuple(_query(entry.read_text()) for entry in found if entry.name.endswith(".sql"))


def edges_in(connection: Connection) -> tuple[list[Edge], list[str], list[str]]:
    """The edges of every mechanism; the titles of those examined; a line for each that this account may not examine.

    A query's columns are named as an edge's fields; those it lacks keep their defaults.
    """
    edges: list[Edge] = []
    examined: list[str] = []
    closed: list[str] = []
    for query in queries("edges"):
        if not query.serves(connection.info.server_version):
            continue
        rows = _permitted(connection, query, dict_row, _objects() + query.text.encode())
        if rows is None:
            closed.append(f"{query.title}: not readable for this account; it needs {query.right}")
            continue
        examined.append(query.title)
        edges += [
            Edge(**{**row, "needs": tuple(row.get("needs") or ()), "ends": tuple(row.get("ends") or ())})
            for row in rows
        ]
    return edges, examined, closed


def changing_in(
    connection: Connection, relation: str, column: str, affected: type[A], rule: type[R]
) -> tuple[list[Edge], list[A], list[R]]:
    """The edges about changing one relation, how it and what affects it is changed, and the rules on those."""
    prefix = _objects() + _text("affecting")
    edges: list[Edge] = []
    with connection.cursor() as cursor:
        asked = "SELECT set_config('recuse.asked', %s, true), set_config('recuse.asked_column', %s, true)"
        cursor.execute(asked, (relation, column))
    for query in queries("changes"):
        rows = _run(connection, query.title, dict_row, prefix + query.text.encode())
        edges += [Edge(**{**row, "needs": tuple(row.get("needs") or ())}) for row in rows]
    ways = _run(connection, "affected", class_row(affected), prefix + _text("affected"))
    return edges, ways, _run(connection, "rules", class_row(rule), prefix + _text("rules"))


def present_in(connection: Connection) -> Iterator[str]:
    """A line `mechanism: what was found` for each mechanism that is there and that no edge describes."""
    for query in queries("present"):
        if query.serves(connection.info.server_version):
            rows = _permitted(connection, query, scalar_row, query.text.encode())
            closed = f"not readable for this account; it needs {query.right}"
            detail = closed if rows is None else next(iter(rows), None)
            if detail is not None:
                yield f"{query.title}: {detail}"


def noted_in(connection: Connection) -> Iterator[tuple[str, str]]:
    """A code and a sentence for each thing about the whole server that no grant closes."""
    for query in queries("noted"):
        if query.serves(connection.info.server_version):
            yield from (
                (query.title, str(sentence))
                for sentence in _run(connection, query.title, scalar_row, query.text.encode())
            )


def rows_of(connection: Connection, name: str, kind: type[T]) -> list[T]:
    """The rows of one query, each as a record of `kind`; MissingRightError when a catalog is closed to this account."""
    return _run(connection, name, class_row(kind), _objects() + _text(name))


def numbers_of(connection: Connection, name: str, parameters: Mapping[str, Sequence[object]]) -> frozenset[int]:
    """The one column of numbers that a query with parameters gives."""
    with connection.cursor() as cursor:
        return frozenset(number for (number,) in cursor.execute(_text(name), parameters))


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Values by key, in their order."""
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _permitted(connection: Connection, query: Query, factory: BaseRowFactory[T], text: bytes) -> list[T] | None:
    """The rows of a query; None where it names a right and this account lacks it."""
    if query.right is None:
        return _run(connection, query.title, factory, text)
    try:
        with connection.transaction(), connection.cursor(row_factory=factory) as cursor:
            return cursor.execute(text).fetchall()
    except psycopg.errors.InsufficientPrivilege:
        return None


def _run(connection: Connection, name: str, factory: BaseRowFactory[T], text: bytes) -> list[T]:
    try:
        with connection.cursor(row_factory=factory) as cursor:
            return cursor.execute(text).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise MissingRightError(
            f"this account may not read the catalogs for `{name}`: {error.diag.message_primary}",
            "connect as an account that may read the system catalogs, which PUBLIC may by default",
        ) from error


def _query(text: str) -> Query:
    heading = _HEADING.match(text)
    if heading is None:
        raise ValueError(f"a catalog query begins `-- title: reason`, not {text[:40]!r}")
    limits = {word: int(branch) for word, branch in _LIMIT.findall(text)}
    right = _RIGHT.search(text)
    return Query(heading[1], text, limits.get("from", 0), limits.get("until", 99), right and right[1])


def _text(name: str) -> bytes:
    return _SQL.joinpath("catalog", f"{name}.sql").read_bytes()


def _objects() -> bytes:
    return _text("objects")
