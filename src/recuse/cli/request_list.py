"""`recuse request list`: requests by filters, as a table, as JSON, or as a CSV file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

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
from recuse.cli.request_options import AgenciesOption, KindsOption, StateOption, counter, one_of
from recuse.cli.request_views import show_list
from recuse.errors import InputError
from recuse.model import ASSISTANCE
from recuse.operations.requests import every, mismatches
from recuse.requests.store import STATES, Filter
from recuse.requests.table import export, listed

_SHOWN: Final = 100


def list_(
    kind: KindsOption = None,
    agency: AgenciesOption = None,
    purpose: Annotated[list[str] | None, typer.Option("--purpose", help="for this purpose; may be repeated")] = None,
    states: Annotated[
        list[str] | None, typer.Option("--in-state", help=f"{', '.join(STATES)}; may be repeated")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help="received on or after this day, 2026-01-31")] = None,
    before: Annotated[str | None, typer.Option("--before", help="received before this day")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="at most so many; files are whole")] = _SHOWN,
    target: Annotated[Path | None, typer.Option("--out", "-o", help="write all of them to this CSV file")] = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """List requests, newest received first, and every place where the ledger and what is kept do not agree.

    Nothing sealed is listed: no person, case or paper. Exit 1: something does not agree.
    """
    human, now = printing(format_), clock.now()
    at = counter(repository, ledger, state, deciding=False)
    wanted = Filter(
        kinds=frozenset(one_of(each, ASSISTANCE, "kind") for each in kind or ()),
        agencies=frozenset(name for each in agency or () for name in at.below(each)),
        purposes=frozenset(purpose or ()),
        states=frozenset(one_of(each, STATES, "state") for each in states or ()),
        since=_day(since),
        before=_day(before),
    )
    found = tuple(every(at, wanted, now, limit if target is None else None))
    wrong = mismatches(at)
    if target is not None:
        write_file(target, export(found, now).encode())
    if not human:
        differing = [{"about": name, "message": message} for name, message in wrong]
        document({"requests": [listed(each, now) for each in found], "mismatches": differing})
    elif target is not None:
        out.print(f"{counted(len(found), 'request')} written to [bold]{plain(target)}[/]")
    else:
        show_list([listed(each, now) for each in found])
    if human:
        for name, message in wrong:
            out.print(f"[bold red]mismatch[/] {plain(name)}: {plain(message)}", soft_wrap=True)
    raise typer.Exit(1 if wrong else 0)


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"`{text}` is no day", "write it as 2026-01-31") from error
