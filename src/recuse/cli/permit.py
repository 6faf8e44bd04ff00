"""`recuse permit`: ask for a permit, answer it, see how all of them stand, end one; and keys of gateways."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Column, Table

from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    SystemOption,
    counted,
    document,
    out,
    plain,
    printing,
)
from recuse.cli.permit_answer import approve, issue, refuse, review_glass, withdraw
from recuse.cli.permit_options import DryRun, PermitArgument, StateOption, open_office
from recuse.cli.permit_request import break_glass, request
from recuse.errors import InputError
from recuse.operations import permit as permits
from recuse.permits import Line

app = typer.Typer(no_args_is_help=True, help="Ask for a permit, answer it, see how all of them stand, and end one.")
_COLUMNS: Final = ("permit", "state", "used", "account", "purpose", "authority", "case", "until")
_WHOLE: Final = _COLUMNS[:3]
_COLOUR: Final = {"in force": "green", "pending": "yellow", "approved": "yellow"}


_EXAMPLE: Final = (
    "clear/records_desk --by 'Desk 4' --for 'HSI Chicago' --purpose criminal_case --authority court_order "
    "--case 26-CR-0001 --until 2026-01-31T12:00:00Z --document warrant.pdf --evidence issuing_court='Cook County' "
    "--evidence judge=… --evidence issued=2026-01-15"
)
app.command("request", epilog=f"Examples: recuse permit request {_EXAMPLE}")(request)
app.command(
    "approve", epilog="Examples: recuse permit approve 3f1c… --by 'Desk 9' --until 2026-01-31T12:00:00Z -r policy"
)(approve)
app.command("refuse", epilog="Examples: recuse permit refuse 3f1c… --by 'Desk 9' --reason 'not hers' -r policy")(refuse)
app.command("withdraw", epilog="Examples: recuse permit withdraw 3f1c… --by 'Desk 4' -r policy")(withdraw)
app.command("issue", epilog="Examples: recuse permit issue 3f1c… -r policy")(issue)
app.command("break-glass", epilog=f"Examples: recuse permit break-glass {_EXAMPLE} --reason 'a child is in the car'")(
    break_glass
)
app.command(
    "review-glass", epilog="Examples: recuse permit review-glass 3f1c… --by 'Desk 9' --justified --note 'it was so'"
)(review_glass)


@app.command("list", epilog="Examples: recuse permit list -r policy · recuse permit list -r policy --format json")
def list_(
    repository: RepositoryOption = HERE,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    state: StateOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Show every request and permit, from the ledger and from the database, and where the two do not agree.

    With --state also those that were asked for at the console or by a program: without, their words are missing.
    Rights: membership in recuse_issuer or recuse_worker. Exit 1: something does not agree, or the review of a broken
    glass is overdue.
    """
    human = printing(format_)
    found = permits.survey_permits(open_office(repository, ledger, dsn, state, giving=False), system)
    if human:
        _show(found)
    else:
        document(permits.lines_document(found))
    raise typer.Exit(1 if any(line.mismatch or line.glass == "overdue" for line in found) else 0)


@app.command(
    "revoke", epilog="Examples: recuse permit revoke 3f1c… -r policy --dry-run · recuse permit revoke 3f1c… -r policy"
)
def revoke(
    permit: PermitArgument,
    repository: RepositoryOption = HERE,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    by: Annotated[
        str | None, typer.Option("--by", help="who does this", show_default="recorded without a person")
    ] = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """End a permit at once, then end every session of its login, then record it.

    An open transaction would read on: that is why sessions end, of a shared login everybody's. Run it again if it was
    cut short. Rights: membership in recuse_worker, which issues nothing; recuse_issuer ends no sessions.
    """
    human = printing(format_)
    done = permits.revoke(open_office(repository, ledger, dsn, giving=False), permit, system, by=by, dry_run=dry_run)
    if not human:
        document({"permit": permit, "sessions_ended": done, "revoked": not dry_run})
    elif dry_run:
        out.print(f"would revoke {permit} and end every session of its login")
    else:
        out.print(f"revoked: [bold]{plain(permit)}[/]; {counted(done, 'session')} ended")


@app.command("key", epilog="Examples: recuse permit key clear/portal --out portal.key -r policy")
def key(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="<system>/<login> of a gateway")],
    target: Annotated[Path, typer.Option("--out", "-o", help="file to write, which must not exist")],
    repository: RepositoryOption = HERE,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Make a gateway's next key and write it to a file that only its owner reads.

    The key before it holds until the next is made; make two to end a stolen one at once. The database makes the key, so
    that it stands in no command, log or plan. Rights: superuser, or membership in recuse_owner.
    """
    human = printing(format_)
    office = open_office(repository, ledger, dsn, giving=True)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise InputError(f"`{target}` cannot be made: {reason}", "name a file that does not exist yet") from error
    with os.fdopen(descriptor, "wb") as file:
        try:
            file.write(permits.new_key(office, account))
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    if human:
        out.print(f"key of {plain(account)} written to [bold]{plain(target)}[/]; restart the gateway with it")
    else:
        document({"account": account, "key_file": str(target)})


def _show(lines: tuple[Line, ...]) -> None:
    table = Table(*(Column(name, no_wrap=name in _WHOLE, overflow="fold") for name in _COLUMNS))
    for line in lines:
        colour = _COLOUR.get(line.state, "default")
        used = "–" if line.used is None else "yes" if line.used else "unused"
        what = (f"{line.system}/{line.login}", line.purpose, line.authority, line.case)
        table.add_row(
            plain(line.id), f"[{colour}]{line.state}[/]", used, *map(plain, what), f"{line.until:%Y-%m-%d %H:%M}Z"
        )
    out.print(table)
    for line in lines:
        if line.glass is not None:
            loud = "bold red" if line.glass in {"overdue", "not justified"} else "yellow"
            out.print(f"[{loud}]glass broken[/] {plain(line.id)}: {line.glass}", soft_wrap=True)
        if line.mismatch:
            out.print(f"[bold red]mismatch[/] {plain(line.id)}: {plain(line.mismatch)}", soft_wrap=True)
