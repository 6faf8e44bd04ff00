"""Runs the catalog queries of `sql/edges_*.sql`: read-only, one file a mechanism, nothing but catalogs."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, TypeVar

import psycopg
from psycopg.rows import BaseRowFactory, class_row, dict_row

from recuse.errors import MissingRightError
from recuse.paths import Edge

T = TypeVar("T")
Connection = psycopg.Connection[Any]

_FOLDER = files("recuse.targets.postgres").joinpath("sql")


def rows_of(connection: Connection, name: str, kind: type[T]) -> list[T]:
    """The rows of one query, each as a record of `kind`; MissingRightError when a catalog is closed to this account."""
    return _run(connection, name, class_row(kind))


def edges_of(connection: Connection, name: str) -> list[Edge]:
    """The rows of one query as edges: its columns are named as an edge's fields, those it lacks keep their defaults."""
    rows = _run(connection, name, dict_row)
    return [Edge(**{**row, "needs": tuple(row.get("needs") or ())}) for row in rows]


def numbers_of(connection: Connection, name: str, parameters: Mapping[str, Sequence[object]]) -> frozenset[int]:
    """The one column of numbers that a query with parameters gives."""
    with connection.cursor() as cursor:
        return frozenset(number for (number,) in cursor.execute(_text(name), parameters))


def _run(connection: Connection, name: str, factory: BaseRowFactory[T]) -> list[T]:
    try:
        with connection.cursor(row_factory=factory) as cursor:
            return cursor.execute(_text("objects") + _text(name)).fetchall()
    except psycopg.errors.InsufficientPrivilege as error:
        raise MissingRightError(
            f"this account may not read the catalogs for `{name}`: {error.diag.message_primary}",
            "connect as an account that may read the system catalogs, which PUBLIC may by default",
        ) from error


def _text(name: str) -> bytes:
    return _FOLDER.joinpath(f"edges_{name}.sql").read_bytes()
