"""ON CONFLICT DO UPDATE evaluates its WHERE on a row that row security hides, and an error in it tells what it saw.

So who may insert, update and name the key of a hidden row reads that row. Published as CVE-2026-120154; a table that a
plan of ours guards refuses the clause.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recuse.paths import ANYONE, Edge
from recuse.targets.postgres.edges.fitting import CHOSEN, identifier, quoted
from recuse.targets.postgres.edges.pulled import hidden_rows
from recuse.targets.postgres.edges.row_security import RowSecurity

_MEASURED: Final = range(150020, 160000)
"""Servers on which it was tried and refused. 14.23, 15.18, 16.15, 17.11 and 18.6 do it, and others count as if."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table with row security and the columns of a key by which the clause finds a row."""

    node: str
    name: str
    key: Sequence[str]


def shows_hidden_rows(server_version: int) -> bool:
    """Whether this server evaluates the clause on hidden rows, as far as is known."""
    return server_version not in _MEASURED


def conflicts(
    security: RowSecurity, columns: Mapping[str, Sequence[str]], tables: Iterable[Keyed], base: Iterable[Edge]
) -> Iterator[Edge]:
    """From each column that an account may read to values of it in rows that it may not."""
    inserting: dict[str, set[str]] = {}
    for edge in base:
        if edge.target.startswith("insert:"):
            inserting.setdefault(edge.target.removeprefix("insert:"), set()).add(edge.source)
    for table in tables:
        for identity in security.bound(inserting.get(table.name, set())):
            if security.rows(table.node, identity).verdict == "all" or (
                security.rows(table.node, identity, "a").verdict == "none"
            ):
                continue
            chosen = _chosen(table, hidden_rows(security.applying(security.tables[table.node], identity), identity))
            for column in columns.get(table.node, ()):
                yield from _steps(table, column, identity, chosen)


def _steps(table: Keyed, column: str, identity: str, chosen: str) -> Iterator[Edge]:
    name = column.removeprefix(f"column:{table.name}.")
    reason = f"ON CONFLICT DO UPDATE looks at hidden rows of {table.name} whose key it names"
    needs = (f"insert:{table.name}", f"update:{table.name}")
    part = column.replace("column:", "part:", 1)
    for source in (table.node, column):
        yield Edge(
            source, part, "conflict clause", reason, _clause(table, name), needs, identity, ANYONE, widens=True,
            chosen=chosen,
        )  # fmt: skip


def _clause(table: Keyed, column: str) -> str:
    """It fails on the value that it must not see, and the error quotes it."""
    key = ", ".join(map(identifier, table.key))
    given = f"json_populate_record(NULL::{table.name}, current_setting({quoted(CHOSEN)})::json)"
    first = identifier(table.key[0])
    return " ".join((
        "INSERT INTO", table.name, "AS t", f"({key})", "SELECT", key, "FROM", given, f"ON CONFLICT ({key})",
        f"DO UPDATE SET {first} = excluded.{first} WHERE (t.{column}::text || '!')::integer = 0",
    ))  # fmt: skip


def _chosen(table: Keyed, hidden: str) -> str:
    passed = ", ".join(f"{quoted(name)}, {identifier(name)}" for name in table.key)
    record = f"json_build_object({passed})::text"
    row = " ".join(("SELECT", record, "FROM", table.name, "WHERE", hidden, "LIMIT 1"))
    return f"SELECT set_config({quoted(CHOSEN)}, ({row}), false) IS NOT NULL"
