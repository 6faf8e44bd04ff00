"""`recuse verify`: one verdict, with its scope."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from recuse.cli.access_file import AccessOption, tell_access
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
from recuse.errors import InputError
from recuse.operations import record
from recuse.operations.access_document import of_verdicts
from recuse.operations.finding import Finding
from recuse.operations.verify import Looking, Verified, exit_code, verify_document, verify_in
from recuse.operations.workspace import open_with_ledger

_COLOUR = {"holds": "green", "holds by catalog": "yellow", "findings": "red", "undetermined": "yellow"}
_SHOWN = 40


def verify(
    repository: RepositoryOption = HERE,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    log: Annotated[
        Path | None, typer.Option("--log", help="access log (.parquet or .csv): names accounts idle for over 90 days")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample-backup", help="dump a table as each backup account, restore and count it")
    ] = False,
    as_: Annotated[
        list[str] | None,
        typer.Option("--as", help="LOGIN or LOGIN=SERVICE: try as this login, by its own credentials; may be repeated"),
    ] = None,
    access: AccessOption = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="write no ledger entry")] = False,
    format_: FormatOption = Format.human,
) -> None:
    """Search every path, and try as every account, whether the database does what the directive says.

    Exit 0: it holds. 1: findings, each with its path, SQL that reproduces it, and a remedy. 2: it could not be told.
    Attempts run in a transaction that is rolled back. Rights: superuser. Without one it holds by catalog at best, which
    is exit 2 unless an official has signed for it. Then give the credentials of real logins with --as, and of one with
    BYPASSRLS to compare with: passwords stand in PGPASSFILE or a service file, never in an argument.

    With --sample-backup rows are copied: the smallest governed table goes through pg_dump in the role of each backup
    account into a private folder and a server of its own, is counted, and both are removed.

    Examples: recuse verify -r policy · recuse verify -r policy --format json · recuse verify -r policy --as desk
    --as archive=records-archive · recuse verify -r policy --sample-backup
    """
    human = printing(format_)
    logins = dict(_credentials(each) for each in as_ or ())
    folder = record.ledger_folder(repository, ledger)
    workspace = open_with_ledger(repository, folder, draft=True)
    with progress() as report:
        found = verify_in(
            Looking(chosen_dsn(dsn), report, log, sample=sample, logins=logins), workspace, folder, system
        )
    whole = verify_document(found)
    made = partial(of_verdicts, workspace.repository, found)
    tell_access(access, repository, made, workspace.at, own=not no_record and folder.exists())
    if not no_record and folder.exists():
        record.record_verdicts(folder, whole)
    if human:
        for each in found:
            show(each)
    else:
        document(whole)
    raise typer.Exit(exit_code(found))


def _credentials(text: str) -> tuple[str, str | None]:
    """A login, and the entry of the service file that holds its credentials if one is named."""
    login, separator, service = text.partition("=")
    if not login or (separator and not service):
        raise InputError(f"`{text}` names no login", "write --as LOGIN, or --as LOGIN=SERVICE")
    return login, service or None


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
    for limit in found.limits:
        out.print(f"  not examined: {limit.code}: {limit.reproduce}", markup=False)
    for each in found.accepted:
        what = f"{each.finding.code} {each.finding.account or each.finding.object}"
        out.print(f"  accepted: {what}, by {each.acceptance} until {each.until}", markup=False)
    for title, rows in (("residual", found.residual), ("outside", found.outside)):
        for code, sentence in rows:
            out.print(f"  {title}: {code}: {sentence}", markup=False)


def _known(found: Verified) -> str:
    if not found.attempts:
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
        "id",
        "door",
        "code",
        "account",
        "category",
        "object",
        title=counted(len(findings), "finding"),
        title_justify="left",
    )
    for finding in findings[:_SHOWN]:
        table.add_row(
            finding.id,
            finding.door or "–",
            *map(plain, (finding.code, finding.account, finding.category, finding.object)),
        )
    return table


def _first_paths(findings: tuple[Finding, ...]) -> None:
    """One finding of each kind in full."""
    seen: set[str] = set()
    for finding in findings:
        if finding.code in seen:
            continue
        seen.add(finding.code)
        out.print(f"\n[bold]{finding.code}[/] {finding.id} {plain(finding.account)}")
        for step in finding.steps:
            out.print(f"  {step.reason}", markup=False)
        out.print(f"  reproduce: {finding.reproduce}", markup=False, soft_wrap=True)
        out.print(f"  remedy: {finding.remedy}", markup=False, soft_wrap=True)
