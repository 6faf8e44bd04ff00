"""The shipped export queries: one a file of the shape and engine, read as literal text. `recuse` itself runs none."""

from importlib.resources import files
from typing import Final

from recuse.errors import InputError
from recuse.targets.listing.records import FILES

_SQL: Final = files("recuse.targets.listing").joinpath("sql")


def export_queries(engine: str) -> dict[str, str]:
    """The queries of an engine, by the name of the CSV file that each makes."""
    return {name: _shipped(engine, f"{name[:-4]}.sql") for name in FILES}


def export_readme(engine: str) -> str:
    """How the queries of an engine are run."""
    return _shipped(engine, "README.txt")


def _shipped(engine: str, file: str) -> str:
    known = sorted(folder.name for folder in _SQL.iterdir())
    if engine not in known:
        raise InputError(f"no queries for `{engine}` are shipped", f"name one of {', '.join(known)}")
    return _SQL.joinpath(engine, file).read_text(encoding="utf-8")
