"""`recuse request report`: figures of a period, counted from the ledger alone."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Column, Table

from recuse import clock
from recuse.cli.console import (
    HERE,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    counted,
    document,
    out,
    plain,
    printing,
    write_file,
)
from recuse.cli.request_options import one_of
from recuse.csv_text import csv_text
from recuse.errors import InputError
from recuse.operations import record
from recuse.requests import counting, nil
from recuse.requests.counting import Particular, Sheet

_OF: Final = ", ".join(counting.ASSISTANCE)
_OF_PERMITS: Final = ", ".join(counting.PERMITS)


def report(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026, 2026-Q1 or 2026-03; days in UTC")],
    permits: Annotated[bool, typer.Option("--permits", help="count requests for permits instead")] = False,
    rows: Annotated[str, typer.Option("--rows", help=f"{_OF}; of permits {_OF_PERMITS}")] = "agency",
    columns: Annotated[str, typer.Option("--columns", help="another of these")] = "outcome",
    target: Annotated[Path | None, typer.Option("--out", "-o", help="write the table to this CSV file")] = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Count the requests received in a period by two of their particulars.

    Only entries of the ledger are counted, so that a copy of it is enough. What another request superseded is not
    counted. The JSON document has the ids behind each figure and the checkpoint of what was counted.
    """
    human, now = printing(format_), clock.now()
    about = nil.period(period)
    known = counting.PERMITS if permits else counting.ASSISTANCE
    by: tuple[Particular, Particular] = one_of(rows, known, "particular"), one_of(columns, known, "particular")
    if by[0] == by[1]:
        raise InputError(f"rows and columns are both `{rows}`", "name two particulars")
    entries, checkpoint = record.whole(record.ledger_folder(repository, ledger))
    lines = counting.within((counting.permits if permits else counting.assistance)(entries, now), about)
    found = counting.count(lines, *by)
    if target is not None:
        write_file(target, csv_text(counting.table(found, by[0])).encode())
    if not human:
        said: dict[str, Any] = {
            "about": "permits" if permits else "assistance", "period": about.name, "from": about.start.isoformat(),
            "to": about.end.isoformat(), "over": about.end < now.date(), "rows": by[0], "columns": by[1],
            "total": found.total, "cells": [*counting.cells(found, lines, *by)],
            "records": [{"record": "acts", "entries": len(entries), "checkpoint": checkpoint}],
        }  # fmt: skip
        document(said)
    elif target is not None:
        out.print(f"{counted(found.total, 'request')} of {about.name} counted in [bold]{plain(target)}[/]")
    else:
        _show(found, by[0])
        open_ = "" if about.end < now.date() else "; the period is not over: figures will grow"
        of = counted(len(entries), "entry", "entries")
        out.print(f"{about.start} to {about.end}, UTC; of {of}{open_}", soft_wrap=True)


def _show(found: Sheet, head: str) -> None:
    first, *rest = counting.table(found, head)
    table = Table(
        Column(plain(first[0]), overflow="fold"), *(Column(plain(each), justify="right") for each in first[1:])
    )
    for row in rest:
        table.add_row(*(plain(f"{each:,}" if isinstance(each, int) else each) for each in row))
    out.print(table)
