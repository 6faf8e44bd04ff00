"""Rows for every table of a schema that nobody here wrote: a value in each column, told apart where its type allows.

CHECK constraints are dropped, since many ask for one certain value; constraints between tables and triggers are not
asked (`session_replication_role`): none of them has to do with who reads. A column that refers to another has its
values, so that joins find rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import class_row

ROWS: Final = 2
_FIRST: Final = 100_000  # the first marker: all have six digits
Place = tuple[str, str]
"""A relation's quoted name and a column's name."""


@dataclass(frozen=True, slots=True)
class _Column:
    relation: str
    name: str
    type: str
    base: str
    refers: list[str] | None
    width: int
    label: str | None
    required: bool


_COLUMNS: Final = """
SELECT format('%I.%I', n.nspname, c.relname) AS relation, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       b.typname AS base, a.attnotnull AS required,
       CASE WHEN b.typname IN ('varchar', 'bpchar') AND m.typmod > 4 THEN m.typmod - 4
            WHEN b.typname = 'numeric' AND m.typmod > 4 THEN ((m.typmod - 4) >> 16) - ((m.typmod - 4) & 2047)
            ELSE 99 END AS width,
       (SELECT enumlabel FROM pg_enum AS e WHERE e.enumtypid = b.oid ORDER BY enumsortorder LIMIT 1) AS label,
       (SELECT ARRAY[format('%I.%I', fn.nspname, fc.relname), fa.attname]
        FROM pg_constraint AS k, unnest(k.conkey, k.confkey) AS pair (here, there)
        JOIN pg_attribute AS fa ON fa.attnum = there
        JOIN pg_class AS fc ON fc.oid = fa.attrelid
        JOIN pg_namespace AS fn ON fn.oid = fc.relnamespace
        WHERE k.contype = 'f' AND k.conrelid = c.oid AND fa.attrelid = k.confrelid AND here = a.attnum
        ORDER BY k.conname LIMIT 1) AS refers
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_type AS t ON t.oid = a.atttypid
JOIN pg_type AS b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
CROSS JOIN LATERAL (SELECT CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END AS typmod) AS m
WHERE c.relkind = 'r' AND c.oid >= 16384 AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
ORDER BY 1, a.attnum
"""

_UNCHECKED: Final = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
WHERE contype = 'c' AND conrelid >= 16384 AND coninhcount = 0
"""

_FORMS: Final = {
    "bool": "true", "timestamp": "2001-01-01 00:00:00.{n}", "timestamptz": "2001-01-01 00:00:00.{n}",
    "time": "00:00:00.{n}", "timetz": "00:00:00.{n}", "interval": "{n} seconds", "json": '{{"v": {n}}}',
    "jsonb": '{{"v": {n}}}', "uuid": "00000000-0000-0000-0000-000000{n}", "inet": "10.{a}.{b}.{c}",
    "cidr": "10.{a}.{b}.{c}", "macaddr": "08:00:2b:{a:02x}:{b:02x}:{c:02x}", "bytea": "\\x{n}", "point": "({n},{n})",
    "box": "(0,0),({n},{n})", "xml": "<v>{n}</v>", "int2": "{small}", "int4range": "[{n},{n}]", "bit": "1", "char": "x",
}  # fmt: skip


def _value(column: _Column, number: int) -> str | None:
    """The text of a value of the column's type that shows the number, as far as the type can."""
    if column.refers and column.refers[0] == column.relation and not column.required:
        return None  # a row that is its own parent makes a recursive view endless
    if column.label is not None:
        return column.label
    if column.base == "date":
        return f"{2100 + number // 10_000}-{1 + number // 100 % 12:02}-{1 + number % 28:02}"
    if column.base.startswith("_") or column.base == "int2vector":
        return "{}" if column.base.startswith("_") else "1"
    form = _FORMS.get(column.base)
    if form is None:
        return str(number)[-max(column.width, 1) :]
    high, low = divmod(number, 65536)
    return form.format(n=number, small=number % 30_000, a=high, b=low >> 8, c=low & 255)


def fill(connection: psycopg.Connection[Any], values: Mapping[Place, Iterable[str]]) -> list[str]:
    """Empty every table and put rows into it; gives the tables that took none. `values` overrides single columns."""
    with connection.cursor(row_factory=class_row(_Column)) as cursor:
        columns = cursor.execute(_COLUMNS).fetchall()
    connection.execute("SET session_replication_role = replica")
    for (unchecked,) in connection.execute(_UNCHECKED).fetchall():
        connection.execute(unchecked)
    tables: dict[str, list[_Column]] = {}
    for column in columns:
        tables.setdefault(column.relation, []).append(column)
    connection.execute("TRUNCATE " + ", ".join(tables))
    roots = {(c.relation, c.name): tuple(c.refers) if c.refers else None for c in columns}
    step = 1 + max([ROWS, *(len(list(v)) for v in values.values())])
    index = {place: _FIRST + step * position for position, place in enumerate(roots)}
    empty = []
    for table, parts in tables.items():
        taken = 0
        given = {c.name: list(values.get((table, c.name), values.get(("", c.name), ()))) for c in parts}
        for row in range(max(ROWS, *(len(v) for v in given.values()))):
            chosen = {
                c.name: given[c.name][row] if given[c.name] else _value(c, index[_root(roots, (table, c.name))] + row)
                for c in parts
            }
            taken += _insert(connection, table, parts, chosen)
        if not taken:
            empty.append(table)
    connection.execute("RESET session_replication_role")
    return empty


_UNRUNNABLE: Final = """
DO $$
DECLARE
  name text;
  index text;
BEGIN
  SET LOCAL search_path = '';
  FOR name IN
    SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'v') AND n.nspname !~ '^(pg_|information_schema)' ORDER BY c.relkind, c.oid
  LOOP
    BEGIN
      EXECUTE format('SELECT * FROM %s LIMIT 3', name);
    EXCEPTION WHEN OTHERS THEN
      FOR index IN
        SELECT indexrelid::regclass FROM pg_index WHERE indrelid = to_regclass(name) AND indexprs IS NOT NULL
      LOOP
        EXECUTE format('DROP INDEX %s', index);
      END LOOP;
      IF to_regclass(name) IS NOT NULL AND (SELECT relkind = 'v' FROM pg_class WHERE oid = to_regclass(name)) THEN
        EXECUTE format('DROP VIEW %s CASCADE', name);
      END IF;
    END;
  END LOOP;
END $$
"""


def drop_unrunnable(connection: psycopg.Connection[Any]) -> None:
    """Without the views that nobody can read, and the indexes for which no table can be read.

    They call what PostgreSQL dropped, or name it by a path. It takes a session that has not planned with them yet.
    """
    connection.execute(_UNRUNNABLE)


def _root(roots: Mapping[Place, Any], place: Place) -> Place:
    """The column whose values a column has: what it refers to, and what that refers to."""
    seen = [place]
    while (following := roots[seen[-1]]) is not None and following not in seen and following in roots:
        seen.append(following)
    return min(seen[seen.index(following) :]) if following in seen else seen[-1]


def _insert(
    connection: psycopg.Connection[Any], table: str, columns: list[_Column], chosen: Mapping[str, str | None]
) -> bool:
    """Whether the table took the row; a constraint that asks for one certain value is not worth a second try."""
    statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
        sql.SQL(table),  # quoted by the server
        sql.SQL(", ").join(sql.Identifier(c.name) for c in columns),
        sql.SQL(", ").join(sql.SQL("{}::{}").format(sql.Literal(chosen[c.name]), sql.SQL(c.type)) for c in columns),
    )
    try:
        with connection.transaction():
            connection.execute(statement)
    except psycopg.Error:
        return False
    return True
