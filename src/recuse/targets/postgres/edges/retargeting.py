"""What a foreign table can be made to show: one of one's own, or one that its owner retargets.

`ALTER FOREIGN TABLE` asks for nothing but its ownership: neither USAGE on the server nor the right to make tables.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from psycopg import sql

from recuse.paths import Edge
from recuse.targets.postgres.edges.elsewhere import split_mark
from recuse.targets.postgres.edges.servers import ForeignTable, Server

Reads = Mapping[
    str, tuple[str, Edge]
]  # of the role that arrives: by node, whose identity counts there and the last step
_RELATIONS: Final = frozenset({"table", "view", "matview"})
_NAME: Final = re.compile(r'("(?:[^"]|"")*"|[^."]+)\.("(?:[^"]|"")*"|[^."]+)(?:\.(.+))?')


def own_tables(reader: str, server: Server, reads: Reads, first: str = "") -> Iterator[Edge]:
    """What a foreign table of one's own shows: any relation that the arriving role reads; `first` is done before."""
    for node, (identity, last) in reads.items():
        kind, schema, table, _ = _parts(node)
        if kind in _RELATIONS and table:
            made = f"{first}IMPORT FOREIGN SCHEMA {schema} LIMIT TO ({table}) FROM SERVER {server.name} INTO pg_temp"
            attempt = "; ".join((made, " ".join(("SELECT * FROM", f"pg_temp.{table}", "LIMIT 1"))))
            reason = f"a foreign table of one's own shows it: {last.reason}"
            yield Edge(reader, node, "foreign table", reason, attempt, identity=identity)


def retargeted(reader: str, table: ForeignTable, reads: Reads) -> Iterator[Edge]:
    """What a foreign table shows once its owner retargets it: any column that the arriving role reads."""
    reason = f"{table.name} shows it once it is retargeted"
    for node, (identity, _) in reads.items():
        kind, schema, relation, column = _parts(node)
        if kind == "column" and column:
            attempt = _retarget(table, _unquoted(schema), _unquoted(relation), _unquoted(column))
            yield Edge(reader, node, "foreign table", reason, attempt, identity=identity)


def _retarget(table: ForeignTable, schema: str, relation: str, column: str) -> str | None:
    """A column more that shows the wanted one; a partition takes no column of its own."""
    if table.partition:
        return None
    options = ", ".join(
        f"{'SET' if option in table.options else 'ADD'} {option} {literal(value)}"
        for option, value in (("schema_name", schema), ("table_name", relation))
    )
    added = f"ADD COLUMN recuse_reach text OPTIONS (column_name {literal(column)})"
    granted = f"GRANT SELECT ON {table.name} TO {sql.Identifier(table.owner).as_string()}"
    read = " ".join(("SELECT recuse_reach FROM", table.name, "LIMIT 1"))
    return "; ".join((granted, f"ALTER FOREIGN TABLE {table.name} OPTIONS ({options}), {added}", read))


def _parts(node: str) -> tuple[str, str, str, str]:
    """Kind, schema, relation and column of a node, as they are quoted; empty where it has none."""
    kind, _, name = node.partition(":")
    parts = _NAME.fullmatch(split_mark(name)[0])
    return (kind, parts[1], parts[2], parts[3] or "") if parts else (kind, "", "", "")


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return sql.Literal(text).as_string()
