"""Small access logs, written line by line for tests."""

import csv
from collections.abc import Iterable
from pathlib import Path

import duckdb

Cells = dict[str, object]

TYPES = {
    "ts_utc": "TIMESTAMP", "system": "VARCHAR", "login": "VARCHAR", "object": "VARCHAR", "category": "VARCHAR",
    "action": "VARCHAR", "purpose": "VARCHAR", "authority": "VARCHAR", "agreement": "VARCHAR",
    "reason_text": "VARCHAR", "row_sealed": "BOOLEAN", "row_juvenile": "BOOLEAN", "decision": "VARCHAR",
}  # fmt: skip
CATEGORY = {
    "records.person": "person_identity",
    "records.arrest": "arrest_record",
    "records.status_exchange": "citizenship_immigration_status",
    "records.crime_map": "crime_mapping",
}


def line(login: str | None, purpose: str | None, authority: str | None, **changes: object) -> Cells:
    """One line: an ordinary row of `records.arrest` read in 2018, but for the changes."""
    table = changes.get("object", "records.arrest")
    cells: Cells = {
        "ts_utc": "2018-05-01 12:00:00", "system": "blotter", "login": login, "object": table,
        "category": CATEGORY.get(str(table)), "action": "read", "purpose": purpose, "authority": authority,
        "agreement": None, "reason_text": "inv", "row_sealed": False, "row_juvenile": False, "decision": "allow",
    }  # fmt: skip
    return {**cells, **changes}


def write_parquet(path: Path, lines: Iterable[Cells], without: Iterable[str] = (), **types: str) -> Path:
    """Write lines to Parquet; `without` leaves columns out, `types` replace or add columns' types."""
    columns = {name: kind for name, kind in {**TYPES, **types}.items() if name not in set(without)}
    with duckdb.connect() as connection:
        declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"CREATE TABLE log ({declared})")
        rows = [[cells.get(name) for name in columns] for cells in lines]
        if rows:
            marks = ", ".join("?" for _ in columns)
            connection.executemany(f"INSERT INTO log VALUES ({marks})", rows)
        connection.table("log").write_parquet(str(path))
    return path


def write_csv(path: Path, lines: Iterable[Cells], newline: str = "\n") -> Path:
    """The same as CSV: flags as `true` and `false`, nothing for None."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(TYPES), lineterminator=newline)
        writer.writeheader()
        for cells in lines:
            writer.writerow({k: str(v).lower() if isinstance(v, bool) else v for k, v in cells.items()})
    return path
