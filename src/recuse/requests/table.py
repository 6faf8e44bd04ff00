"""Many requests as a table: CSV with a header, one row a request; read strictly, with every problem by row and column.

Rows count as spreadsheets show them: the header is row 1. A cell is data, whatever it looks like.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from recuse.csv_text import csv_text
from recuse.model import AssistanceRequest, Repository
from recuse.requests.intake import problems
from recuse.requests.store import Found
from recuse.requests.written import text_of

REQUIRED: Final = ("source", "received", "kind", "on_behalf_of", "asked_by", "purpose", "authority", "lapses")
OPTIONAL: Final = ("sender", "recipients", "agreement", "case", "instrument", "categories", "until", "note")
LISTED: Final = (
    "request", "state", "kind", "on_behalf_of", "purpose", "authority", "verdict", "counsel", "received", "lapses",
    "answered", "contrary", "superseded_by",
)  # fmt: skip
_SEPARATOR: Final = ";"


@dataclass(frozen=True, slots=True)
class TableProblem:
    """One thing wrong in one cell; `column` is empty where it is the whole row, `row` 0 where it is the whole file."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else "the file"
        return f"{where}{f', column `{self.column}`' if self.column else ''}: {self.message}"


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who takes a table in and when, and what gives each request its id."""

    by: str
    now: datetime
    identify: Callable[[], str]


def columns(repository: Repository) -> tuple[str, ...]:
    """Every column a table may have: the evidence that the authorities of the repository ask for has one each."""
    words = (word for each in repository.authorities.values() for word in each.evidence if word != "agreement")
    return tuple(dict.fromkeys((*REQUIRED, *OPTIONAL, *words)))


def template(repository: Repository) -> str:
    """An empty table: the header alone."""
    return csv_text([columns(repository)])


def read_table(
    data: bytes, repository: Repository, clerk: Clerk
) -> tuple[tuple[AssistanceRequest, ...], tuple[TableProblem, ...]]:
    """The requests of a table, and everything wrong with it; where anything is, no request may be taken in."""
    try:
        text = data.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        return (), (TableProblem(0, "", f"byte {error.start + 1} is not UTF-8: save it as CSV in UTF-8"),)
    except csv.Error as error:
        return (), (TableProblem(0, "", f"not CSV: {error}"),)
    header = rows[0] if rows else []
    found = [*_header_problems(header, columns(repository))]
    requests: list[AssistanceRequest] = []
    sources: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], 2):
        if found and found[0].row <= 1:
            break
        if len(cells) != len(header):
            found.append(TableProblem(number, "", f"{len(cells)} cells where the header has {len(header)}"))
            continue
        row = dict(zip(header, cells, strict=True))
        request, wrong = _request(row, repository, clerk)
        first = sources.setdefault(row["source"], number)
        wrong += [("source", f"`{row['source']}` is also the source of row {first}")] if first != number else []
        found += [TableProblem(number, column, message) for column, message in wrong]
        requests += [] if request is None else [request]
    if not found and len(requests) != len(rows) - 1:
        lost = f"{len(rows) - 1} rows and {len(requests)} requests: a row was lost; report this with the file"
        found.append(TableProblem(0, "", lost))
    return tuple(requests), tuple(found)


def _header_problems(header: Sequence[str], known: Sequence[str]) -> Iterator[TableProblem]:
    for name in header:
        if name not in known:
            yield TableProblem(1, name, f"is no column; the columns are {', '.join(known)}")
        elif header.count(name) > 1:
            yield TableProblem(1, name, "stands twice")
    for name in REQUIRED:
        if name not in header:
            yield TableProblem(1, name, "is missing: `recuse request template` prints a header")


def _request(
    row: Mapping[str, str], repository: Repository, clerk: Clerk
) -> tuple[AssistanceRequest | None, list[tuple[str, str]]]:
    wrong = [(name, "is empty") for name in REQUIRED if not row[name].strip()]
    moments: dict[str, datetime | None] = {}
    for name in ("received", "lapses", "until"):
        try:
            moments[name] = _moment(row.get(name, ""))
        except ValueError as error:
            wrong.append((name, str(error)))
    if wrong:
        return None, wrong
    words = set(columns(repository)) - {*REQUIRED, *OPTIONAL}
    given: dict[str, Any] = {name: row.get(name) or None for name in ("sender", "agreement", "case", "instrument")}
    lists = {name: _list(row.get(name, "")) for name in ("recipients", "categories")}
    plain = {name: row[name] for name in REQUIRED if name not in moments}
    evidence = {name: row[name] for name in sorted(words & row.keys()) if row[name]}
    request = AssistanceRequest(
        id=clerk.identify(), supersedes=None, recorded=clerk.now, recorded_by=clerk.by, evidence=evidence,
        note=row.get("note", ""), **plain, **given, **lists, **moments,  # type: ignore[arg-type]
    )  # fmt: skip
    return request, list(problems(repository, request))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(_SEPARATOR)) if cell.strip() else ()


def _moment(cell: str) -> datetime | None:
    if not cell:
        return None
    try:
        found = datetime.fromisoformat(cell)
        if found.tzinfo is None:
            raise ValueError(f"`{cell}` has no time zone: write it as 2026-01-31T12:00:00Z")
        found.astimezone(UTC)  # the first hours of the first year have no name there
    except OverflowError:
        raise ValueError(f"`{cell}` is not a time that can be written in UTC") from None
    except ValueError as error:
        told = str(error) if "time zone" in str(error) else f"`{cell}` is not a time: write it as 2026-01-31T12:00:00Z"
        raise ValueError(told) from None
    return found


def listed(found: Found, now: datetime) -> dict[str, str | bool | None]:
    """One request as lists and exports show it: nothing that was sealed."""
    request, outcome = found.request, found.outcome
    return {
        "request": request.id, "state": found.state(now), "kind": request.kind, "on_behalf_of": request.agency,
        "purpose": request.purpose, "authority": request.authority, "verdict": request.verdict,
        "counsel": request.counsel, "received": text_of(request.received), "lapses": text_of(request.lapses),
        "answered": None if outcome is None else text_of(outcome.at),
        "contrary": outcome is not None and outcome.contrary, "superseded_by": found.superseded_by,
    }  # fmt: skip


def export(every: Iterable[Found], now: datetime) -> str:
    """Requests as CSV, with a header."""
    rows = (listed(found, now) for found in every)
    return csv_text([LISTED, *([row[name] for name in LISTED] for row in rows)])
