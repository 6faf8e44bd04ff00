"""`recuse request report`: figures of a period, counted from the ledger alone."""

from pathlib import Path
from typing import Annotated, Final

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
from recuse.ledger import JSON
from recuse.operations import record
from recuse.requests import counting, nil
from recuse.requests.counting import PARTICULARS, Particular, Report, Subject

_OF: Final = {subject: ", ".join(names) for subject, names in PARTICULARS.items()}


def report(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026, 2026-Q1 or 2026-03; days in UTC")],
    permits: Annotated[bool, typer.Option("--permits", help="count requests for permits instead")] = False,
    rows: Annotated[str, typer.Option("--rows", help=f"{_OF['assistance']}; of permits {_OF['permits']}")] = "agency",
    columns: Annotated[str, typer.Option("--columns", help="another of these")] = "outcome",
    target: Annotated[Path | None, typer.Option("--out", "-o", help="write the table to this CSV file")] = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Count the requests received in a period by two of their particulars.

    Only entries of the ledger are counted, so that a copy of it is enough. What another request superseded is not
    counted. The JSON document has the ids behind each figure and the signed checkpoint.
    """
    human, now = printing(format_), clock.now()
    subject: Subject = "permits" if permits else "assistance"
    by = _particular(rows, subject), _particular(columns, subject)
    if by[0] == by[1]:
        raise InputError(f"rows and columns are both `{rows}`", "name two particulars")
    about = nil.period(period)
    entries, checkpoint = record.whole(record.ledger_folder(repository, ledger))
    found = counting.report(subject, entries, about, by, now)
    if target is not None:
        write_file(target, csv_text(found.table()).encode())
    if not human:
        of: list[JSON] = [{"record": "acts", "entries": len(entries), "checkpoint": checkpoint}]
        document(found.document(now.date()) | {"records": of})
    elif target is not None:
        out.print(f"{counted(found.sheet.total, 'request')} of {about.name} counted in [bold]{plain(target)}[/]")
    else:
        _show(found)
        later = "" if found.over(now.date()) else "; the period is not over: figures will grow"
        read = counted(len(entries), "entry", "entries")
        out.print(f"{about.start} to {about.end}, UTC; of {read}{later}", soft_wrap=True)


def _particular(text: str, subject: Subject) -> Particular:
    return one_of(text, PARTICULARS[subject], "particular")


def _show(found: Report) -> None:
    first, *rest = found.table()
    table = Table(
        Column(plain(first[0]), overflow="fold"), *(Column(plain(each), justify="right") for each in first[1:])
    )
    for row in rest:
        table.add_row(*(plain(f"{each:,}" if isinstance(each, int) else each) for each in row))
    out.print(table)
