"""Reads the benchmarks' SQL files; a condition or a name is put in as a composed object, never as text."""

from pathlib import Path

from psycopg import sql

_FOLDER = Path(__file__).parent


def statement(name: str) -> sql.SQL:
    """The SQL of `<name>.sql`, a path below `bench/`; `{…}` in it are for `format`."""
    return sql.SQL((_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
