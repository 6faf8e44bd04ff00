"""The demo's SQL files, by name: everything that is executed here is read from one of them."""

from importlib.resources import files
from importlib.resources.abc import Traversable

_SQL = files("recuse.demo") / "sql"


def statement(name: str) -> bytes:
    """The SQL of `sql/<name>.sql`; as bytes, which psycopg takes for a query and never for a template."""
    return _file(name).read_bytes()


def statement_text(name: str) -> str:
    """The same as text, for DuckDB and for showing to a person."""
    return _file(name).read_text(encoding="utf-8")


def statements_in(folder: str) -> tuple[str, ...]:
    """The names of the files in `sql/<folder>/`, in order."""
    names = (entry.name for entry in (_SQL / folder).iterdir())
    return tuple(f"{folder}/{name.removesuffix('.sql')}" for name in sorted(names) if name.endswith(".sql"))


def _file(name: str) -> Traversable:
    return _SQL.joinpath(*f"{name}.sql".split("/"))
