"""Reads a column's values as rules take them: whole milliseconds, addresses with their networks, sets of texts.

What the driver cannot hold (an infinity, the year 10000) or would write in the session's own words comes as text.
"""

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from ipaddress import ip_interface

from psycopg import sql

from recuse.model import Address, AttributeType, Value


def value_sql(column: str, kind: AttributeType) -> sql.Composable:
    """The expression that reads the column."""
    name = sql.Identifier(column)
    match kind:
        case "datetime" | "date":
            # Exact before the year 294247, and no rule names a moment beyond 10000.
            return sql.SQL("pg_catalog.floor(EXTRACT(epoch FROM {}) * 1000)").format(name)
        case "ipaddr":
            return sql.SQL("pg_catalog.text({}::inet)").format(name)
        case "Set<String>":
            return sql.SQL("pg_catalog.array_to_json({}::text[])::text").format(name)
        case _:
            return name


def value_of(found: object, kind: AttributeType) -> Value:
    """What `value_sql` gave, as a row holds it."""
    match found:
        case Decimal():
            return int(found) if found.is_finite() else math.copysign(math.inf, found)
        case str() if kind == "ipaddr":
            interface = ip_interface(found)
            return Address(interface.version, int(interface.ip), interface.network.prefixlen)
        case str() if kind == "Set<String>":
            return frozenset(_elements(json.loads(found)))
        case _:
            value: Value = found  # type: ignore[assignment]  # the driver's own types are those of `Value`
            return value


def _elements(listed: list[object]) -> Iterator[str | None]:
    """The elements of an array of any number of dimensions."""
    for element in listed:
        if isinstance(element, list):
            yield from _elements(element)
        else:
            yield None if element is None else str(element)
