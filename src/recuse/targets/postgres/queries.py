"""The target's SQL files, read as literal text: one query a file, named and described there."""

from functools import cache
from importlib.resources import files

from psycopg import sql

Sql = sql.SQL | sql.Composed


@cache
def query(name: str) -> sql.SQL:
    """The statement of `sql/<name>.sql`, without its closing semicolon (name with a folder: `inspect/roles`)."""
    source = files("recuse.targets.postgres").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return sql.SQL(source.rstrip().removesuffix(";"))


@cache
def text(name: str) -> str:
    """The whole text of `sql/<name>.sql`."""
    return files("recuse.targets.postgres").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
