"""The access log: lines of the canonical access record, from Parquet or CSV, read strictly and equal ones counted once.

Columns needed: `ts_utc` (UTC, without a zone), `system`, `login`, `object` (`schema.table`), `category`, `action`,
`purpose`, `authority`. Used when there: `agreement`, `decision` (`allow` or `deny`, as it was then), and for each
attribute of a row `row_<attribute>`. All others are left unread, the free text of the reason first of all.

What a cell holds is data: it reaches neither SQL nor the name of a file, and the connection can open the log alone.
"""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recuse.errors import InputError
from recuse.model import AttributeType, Value
from recuse.policy.values import FORMS, written

if TYPE_CHECKING:
    import duckdb

REQUIRED: Final = ("ts_utc", "system", "login", "object", "category", "action", "purpose", "authority")
OPTIONAL: Final = ("agreement", "decision")
ROW: Final = "row_"

Cell = Value

_TIMES: Final = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_TYPES: Final[Mapping[AttributeType, frozenset[str]]] = {
    "Bool": frozenset({"BOOLEAN"}),
    "String": frozenset({"VARCHAR"}),
    "Long": frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT"}),
}
_TEXT: Final = frozenset({"VARCHAR"})  # how every other type is stored
_READ: Final[Mapping[AttributeType, tuple[re.Pattern[str], Callable[[str], Cell]]]] = {
    "Bool": (re.compile("true|false"), lambda text: text == "true"),
    "String": (re.compile(".*", re.DOTALL), str),
    "Long": (re.compile("0|-?[1-9][0-9]{0,18}"), int),
}
_SQL: Final = files("recuse.audit") / "sql"
_RECORD: Final = "name the columns as the canonical access record does: " + ", ".join(f"`{c}`" for c in REQUIRED)


@dataclass(frozen=True, slots=True)
class Line:
    """What `count` lines of one year say alike; None where the cell is empty.

    `row` holds the attributes that the log has a column for; there, None is the row's own NULL.
    """

    login: str | None
    object: str | None
    category: str | None
    action: str | None
    purpose: str | None
    authority: str | None
    agreement: str | None
    decision: str | None
    row: Mapping[str, Cell]
    year: int | None
    count: int
    last: date | None = None


@dataclass(frozen=True, slots=True)
class AccessLog:
    """The lines of one system, the days of the first and last, and how many lines name another system or none.

    `last_by_login` is the day of each login's last line.

    `sha256` is the digest of the whole file, so that a result can be tied to what it was computed from.
    """

    sha256: str
    lines: tuple[Line, ...]
    elsewhere: int
    first: date | None
    last: date | None
    last_by_login: Mapping[str, date]


def read_log(path: Path, system: str, attributes: Mapping[str, AttributeType]) -> AccessLog:
    """The log in a `.parquet` or `.csv` file; of the row, only these `attributes` (by name) are looked at.

    Raises InputError without the extra `analytics`, for a file that cannot be read as what its name says, a column that
    is missing, twice there or of another type, and a time or value that is not written as its type demands.
    """
    form = _form(path)
    with _connection(path) as connection:
        types = _header(path) if form == "csv" else _columns(connection, path)
        known = _checked(types, attributes, form)
        values: dict[str, object] = {"path": str(path), "system": system, "columns": sorted(known)}
        if form == "csv":
            values["types"] = types
        found = _rows(connection, form, values)
    lines = tuple(_line(row, known, form) for row in found if row["here"])
    times = [row[end] for row in found if row["here"] for end in ("first", "last") if row[end] is not None]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    elsewhere = sum(row["lines"] for row in found if not row["here"])
    first, last = _day(min(times, default=None)), _day(max(times, default=None))
    return AccessLog(digest, lines, elsewhere, first, last, _last_by_login(found))


def daily(path: Path, system: str) -> Mapping[str, Mapping[date, int]]:
    """How many lines of a system each login has on each day; lines without a login or a time are not counted.

    InputError as `read_log`.
    """
    form = _form(path)
    with _connection(path) as connection:
        types = _header(path) if form == "csv" else _columns(connection, path)
        _checked(types, {}, form)
        values: dict[str, object] = {"path": str(path), "system": system}
        if form == "csv":
            values["types"] = types
        counted = connection.execute(_statement(f"{form}_days"), values).fetchall()
    found: dict[str, dict[date, int]] = {}
    for login, day, lines in counted:
        found.setdefault(login, {})[day] = lines
    return found


def _form(path: Path) -> str:
    form = path.suffix.removeprefix(".")
    if form not in ("parquet", "csv"):
        raise InputError(f"`{path.name}` is neither `.parquet` nor `.csv`", "convert the log, or rename the file")
    if re.search(r"[*?\[\]{}]", str(path)):
        remedy = "give the path of one file, without `*`, `?`, brackets or braces"
        raise InputError(f"`{path}` is not the path of a log", remedy)
    if not path.is_file():
        raise InputError(f"there is no log `{path}`", "give the path of a file that is there")
    return form


@contextmanager
def _connection(path: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A database in memory that can open this one file and load nothing."""
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError(
            "duckdb is not installed", "install the extra with `pip install 'recuse[analytics]'`"
        ) from error
    closed: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=closed) as connection:
        connection.execute("SET allowed_paths = $paths", {"paths": [str(path)]})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            yield connection
        except duckdb.Error as error:
            raise InputError(f"the log `{path}` cannot be read: {_reason(error)}", "write the file anew") from error


def _reason(error: Exception) -> str:
    """The part of DuckDB's message that says what and where; what follows advises to read less strictly."""
    lines = [line for line in str(error).splitlines() if line and not line.startswith("Original Line")]
    kind, _, first = lines[0].partition(": ")
    return "; ".join((first or kind, *lines[1:2])).lower()


def _columns(connection: "duckdb.DuckDBPyConnection", path: Path) -> dict[str, str]:
    return dict(connection.execute(_statement("parquet_columns"), {"path": str(path)}).fetchall())


def _header(path: Path) -> dict[str, str]:
    """The columns that the first line of a CSV file names, all text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file, strict=True), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the log `{path}` cannot be read as CSV", "write it as UTF-8, with commas") from error
    twice = [name for name, times in Counter(name.lower() for name in names).items() if times > 1]
    if twice:
        raise InputError(f"column `{twice[0]}` is there twice in the log", "keep the right one")
    return dict.fromkeys(names, "VARCHAR")


def _checked(types: Mapping[str, str], attributes: Mapping[str, AttributeType], form: str) -> dict[str, AttributeType]:
    """The columns to group by, each with the type that its cells must have."""
    missing = [name for name in REQUIRED if name not in types]
    if missing:
        raise InputError(f"the log lacks {', '.join(f'`{name}`' for name in missing)}", _RECORD)
    if form == "parquet" and types["ts_utc"] not in _TIMES:
        message = f"column `ts_utc` of the log is {types['ts_utc']}"
        raise InputError(message, "store it as TIMESTAMP: UTC, without a zone")
    known: dict[str, AttributeType] = {name: "String" for name in (*REQUIRED, *OPTIONAL) if name in types}
    known |= {ROW + name: kind for name, kind in attributes.items() if ROW + name in types}
    del known["ts_utc"], known["system"]
    for name, kind in known.items():
        fitting = _TYPES.get(kind, _TEXT)
        if form == "parquet" and types[name] not in fitting:
            remedy = f"store it as {' or '.join(sorted(fitting))}"
            raise InputError(f"column `{name}` of the log is {types[name]}", remedy)
    return known


def _rows(connection: "duckdb.DuckDBPyConnection", form: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
    """The reduced log in a fixed order, a mapping from column to value for each row."""
    result = connection.execute(_statement(form), values)
    names = [column[0] for column in result.description]
    rows: Iterable[tuple[Any, ...]] = sorted(result.fetchall(), key=repr)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _line(row: Mapping[str, Any], known: Mapping[str, AttributeType], form: str) -> Line:
    cells = {name: _cell(name, row[name], kind, form) for name, kind in known.items()}
    texts: dict[str, Any] = {name: cells.get(name) or None for name in (*REQUIRED[2:], *OPTIONAL)}
    attributes = {name.removeprefix(ROW): value for name, value in cells.items() if name.startswith(ROW)}
    return Line(**texts, row=attributes, year=row["year"], count=row["lines"], last=_day(row["last"]))


def _cell(name: str, value: Cell, kind: AttributeType, form: str) -> Cell:
    if not isinstance(value, str):
        return value
    if kind not in _TYPES:
        try:
            return written(kind, value)
        except ValueError as error:
            example = FORMS[kind][1]
            raise InputError(f"`{value}` in column `{name}` of the log is no {kind}", f"write {example}") from error
    if form == "parquet":
        return value
    pattern, read = _READ[kind]
    if not pattern.fullmatch(value):
        raise InputError(f"`{value}` in column `{name}` of the log is no {kind}", f"write it as {pattern.pattern}")
    return read(value)


def _last_by_login(found: Iterable[Mapping[str, Any]]) -> dict[str, date]:
    lasts: dict[str, date] = {}
    for row in found:
        if row["here"] and row["login"] is not None and row["last"] is not None:
            lasts[row["login"]] = max(row["last"].date(), lasts.get(row["login"], date.min))
    return lasts


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _statement(name: str) -> str:
    return _SQL.joinpath(f"{name}.sql").read_text(encoding="utf-8")
