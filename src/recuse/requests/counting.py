"""Requests as figures: a line for each that the ledger has, and tables that count lines by two of their particulars.

Only entries are counted, so that whoever holds the ledger counts the same; what was erased beside it is counted still.
A request that another superseded is not counted twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Final, Literal, get_args

from recuse.ledger.entry import JSON, Entry
from recuse.model import ASSISTANCE as KINDS
from recuse.model import OUTCOMES, Verdict
from recuse.requests.nil import Period

Particular = Literal["kind", "system", "agency", "purpose", "authority", "ruling", "answer", "outcome", "month"]
Subject = Literal["assistance", "permits"]
PARTICULARS: Final[Mapping[Subject, tuple[Particular, ...]]] = {
    "assistance": ("kind", "agency", "purpose", "authority", "ruling", "outcome", "month"),
    "permits": ("system", "agency", "purpose", "authority", "outcome", "month"),
}
"""What a line says of a request: as it was asked, whatever was narrowed later; `ruling` is the policy's of then."""
UNANSWERED: Final = ("open", "counsel", "lapsed")
ORDER: Final[Mapping[Particular, tuple[str, ...]]] = {
    "kind": KINDS,
    "ruling": get_args(Verdict),
    "answer": ("allow", "deny"),
    "outcome": ("issued", "broke_glass", *OUTCOMES[:2], "refused_by_policy", *OUTCOMES[2:], *UNANSWERED),
}
"""Particulars whose values have an order of their own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request: the day of its receipt, UTC, and a value for each particular."""

    request: str
    received: date
    values: Mapping[Particular, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """How many have which two values: rows and columns in their order, and `cells` by both; what is absent is 0."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], int]

    def of_row(self, row: str) -> int:
        """How many a row has in all."""
        return sum(self.cells.get((row, column), 0) for column in self.columns)

    def of_column(self, column: str) -> int:
        """How many a column has in all."""
        return sum(self.cells.get((row, column), 0) for row in self.rows)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.cells.values())


def assistance(entries: Iterable[Entry], now: datetime) -> tuple[Line, ...]:
    """Requests for assistance in the order of the ledger. `now` tells what lapsed from what still waits."""
    asked, words = dict[str, Mapping[str, JSON]](), dict[str, str]()
    for entry in entries:
        name = str(entry.body.get("request"))
        if entry.kind == "asked":
            asked[name] = entry.body
        elif entry.kind == "answered":
            words[name] = str(entry.body["word"])
    superseded = {body["supersedes"] for body in asked.values()}
    return tuple(
        _line(name, date.fromisoformat(str(body["received"])), body, words.get(name) or _waits(body, now))
        for name, body in asked.items()
        if name not in superseded
    )


def permits(entries: Iterable[Entry], now: datetime) -> tuple[Line, ...]:
    """Requests for permits in the order of the ledger, those too that the policy refused at once."""
    asked, words = dict[str, Entry](), dict[str, str]()
    for entry in entries:
        name = str(entry.body.get("request"))
        match entry.kind:
            case "requested" | "refused":
                asked[name] = entry
                words |= {name: "refused_by_policy"} if entry.kind == "refused" else {}
            case "issued" | "broke_glass" | "withdrawn":
                words[name] = entry.kind
            case "declined":
                words[name] = "refused"
            case _:
                pass
    return tuple(
        _line(name, entry.at.date(), entry.body, words.get(name) or _waits(entry.body, now))
        for name, entry in asked.items()
    )


def sheet(cells: Mapping[tuple[str, str], int], rows: Particular, columns: Particular) -> Sheet:
    """Counts as a table: values in the order of their own, months by name, and others by how many they have."""
    by_row, by_column = Counter[str](), Counter[str]()
    for (row, column), count in cells.items():
        by_row[row] += count
        by_column[column] += count
    return Sheet(_ordered(by_row, rows), _ordered(by_column, columns), cells)


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a period by two particulars, and the lines that they count; of what is no request there are none."""

    about: str
    period: Period
    rows: Particular
    columns: Particular
    sheet: Sheet
    lines: tuple[Line, ...] = ()

    def over(self, today: date) -> bool:
        """Whether the period is over, so that nothing more can be received in it."""
        return self.period.end < today

    def behind(self, row: str | None, column: str | None) -> tuple[Line, ...]:
        """The lines of a cell; of a row, a column or all where the other is None."""
        wanted = ((self.rows, row), (self.columns, column))
        pairs = [(name, value) for name, value in wanted if value is not None]
        return tuple(each for each in self.lines if all(each.values[name] == value for name, value in pairs))

    def table(self) -> Iterator[tuple[str | int, ...]]:
        """The rows of a file: a head, the counts with what each row has in all, and the totals."""
        found = self.sheet
        yield self.rows, *found.columns, "total"
        for row in found.rows:
            yield row, *(found.cells.get((row, column), 0) for column in found.columns), found.of_row(row)
        yield "total", *map(found.of_column, found.columns), found.total

    def document(self, today: date) -> dict[str, JSON]:
        """As documents have it: every cell that is not 0 with the ids of its requests."""
        return {
            "about": self.about, "period": self.period.name, "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(), "over": self.over(today), "rows": self.rows, "columns": self.columns,
            "total": self.sheet.total, "cells": [*self._cells()],
        }  # fmt: skip

    def _cells(self) -> Iterator[dict[str, JSON]]:
        behind = dict[tuple[str, str], list[JSON]]()
        for each in self.lines:
            behind.setdefault((each.values[self.rows], each.values[self.columns]), []).append(each.request)
        for row, column in product(self.sheet.rows, self.sheet.columns):
            if count := self.sheet.cells.get((row, column), 0):
                yield {"row": row, "column": column, "count": count, "requests": behind.get((row, column), [])}


def report(
    about: Subject, entries: Iterable[Entry], period: Period, by: tuple[Particular, Particular], now: datetime
) -> Report:
    """The requests received in a period, counted by two of their particulars: rows first."""
    every = {"assistance": assistance, "permits": permits}[about](entries, now)
    lines = tuple(each for each in every if period.start <= each.received <= period.end)
    cells = Counter((each.values[by[0]], each.values[by[1]]) for each in lines)
    return Report(about, period, *by, sheet(cells, *by), lines)


def _line(name: str, received: date, body: Mapping[str, JSON], outcome: str) -> Line:
    values: dict[Particular, str] = {"outcome": outcome, "month": f"{received:%Y-%m}"}
    said: dict[Particular, str] = {
        "kind": "kind", "system": "system", "agency": "agency", "purpose": "purpose", "authority": "authority",
        "ruling": "verdict",
    }  # fmt: skip
    return Line(name, received, values | {each: str(body[name]) for each, name in said.items() if name in body})


def _waits(body: Mapping[str, JSON], now: datetime) -> str:
    """Why nobody has answered: it lapsed, it is counsel's to answer, or it is open."""
    # A request of before deadlines were kept lapses when the access that it asks for would end.
    if datetime.fromisoformat(str(body.get("lapses") or body["until"])) <= now:
        return "lapsed"
    return "counsel" if body.get("counsel") else "open"


def _ordered(counted: Counter[str], particular: Particular) -> tuple[str, ...]:
    if particular == "month":
        return tuple(sorted(counted))
    order = {value: place for place, value in enumerate(ORDER.get(particular, ()))}
    return tuple(sorted(counted, key=lambda value: (order.get(value, len(order)), -counted[value], value)))
