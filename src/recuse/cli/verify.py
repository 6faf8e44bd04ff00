"""`recuse verify`: one verdict, with its scope."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    SystemOption,
    chosen_dsn,
    counted,
    document,
    out,
    plain,
    printing,
    progress,
)
from recuse.operations import record
from recuse.operations.findings import Finding
from recuse.operations.verify import EXIT, Looking, Verified, verify_document, verify_in
from recuse.operations.workspace import open_with_ledger

_COLOUR = {"holds": "green", "findings": "red", "undetermined": "yellow"}
_SHOWN = 40


def verify(
    repository: RepositoryOption = HERE,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="access log (.parquet or .csv): names accounts idle for over 90 days")
    ] = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="write no ledger entry")] = False,
    format_: FormatOption = Format.human,
) -> None:
    """Search every path, and try as every account, whether the database does what the directive says.

    Exit 0: it holds. 1: findings, each with its path, SQL that reproduces it, and a remedy. 2: it could not be told.
    Attempts run in a transaction that is rolled back. Rights: superuser (a plain login gets the catalog only, exit 2).

    Examples: recuse verify -r policy · recuse verify -r policy --format json
    """
    human = printing(format_)
    folder = record.ledger_folder(repository, ledger)
    workspace = open_with_ledger(repository, folder, draft=True)
    with progress() as report:
        found = verify_in(Looking(chosen_dsn(dsn), report, log), workspace, folder, system)
    whole = verify_document(found)
    if not no_record and folder.exists():
        record.record_verdicts(folder, whole)
    if human:
        for each in found:
            show(each)
    else:
        document(whole)
    raise typer.Exit(EXIT[whole["verdict"]])


def show(found: Verified) -> None:
    """The verdict for people: findings first, then what it rests on and what it does not cover."""
    if found.findings:
        out.print(_table(found.findings))
        if len(found.findings) > _SHOWN:
            out.print(f"… and {len(found.findings) - _SHOWN} more: --format json shows all")
        _first_paths(found.findings)
    colour = _COLOUR[found.verdict]
    out.print(
        f"\n[bold {colour}]{found.verdict.upper()}[/] for system {plain(found.system)} at {found.at:%Y-%m-%d %H:%M} UTC"
    )
    out.print(f"  {counted(found.accounts, 'login')}, server {found.server_version}; {_known(found)}")
    out.print(f"  examined: {', '.join(found.examined)}", markup=False)
    for line in found.not_examined:
        out.print(f"  not examined: {line}", markup=False)
    for each in found.accepted:
        what = f"{each.finding.code} {each.finding.account or each.finding.object}"
        out.print(f"  accepted: {what}, by {each.acceptance} until {each.until}", markup=False)
    for title, rows in (("residual", found.residual), ("outside", found.outside)):
        for code, sentence in rows:
            out.print(f"  {title}: {code}: {sentence}", markup=False)


def _known(found: Verified) -> str:
    if not found.attempted:
        return f"known by {found.how} only"
    agree = sum(attempt.agrees for attempt in found.attempts)
    rows = sum(attempt.tried for attempt in found.attempts)
    attempts = counted(len(found.attempts), "attempt")
    tried = sum(how == "attempt" for how in found.known_by.values())
    return (
        f"{tried} of {counted(len(found.known_by), 'account')} known by attempt, the rest by catalog: "
        f"{agree:,} of {attempts} on {counted(rows, 'row')} agree with the policy"
    )


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table(
        "door", "code", "account", "category", "object", title=counted(len(findings), "finding"), title_justify="left"
    )
    for finding in findings[:_SHOWN]:
        table.add_row(
            finding.door or "–", *map(plain, (finding.code, finding.account, finding.category, finding.object))
        )
    return table


def _first_paths(findings: tuple[Finding, ...]) -> None:
    """One finding of each kind in full."""
    seen: set[str] = set()
    for finding in findings:
        if finding.code in seen:
            continue
        seen.add(finding.code)
        out.print(f"\n[bold]{finding.code}[/] {plain(finding.account)}")
        for step in finding.steps:
            out.print(f"  {step.reason}", markup=False)
        out.print(f"  reproduce: {finding.reproduce}", markup=False, soft_wrap=True)
        out.print(f"  remedy: {finding.remedy}", markup=False, soft_wrap=True)
