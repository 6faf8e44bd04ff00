"""`recuse permit`: ask for a permit, issue it, see how all of them stand, end one; and keys of gateways."""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Column, Table

from recuse import clock
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
    read_file,
)
from recuse.cli.times import moment
from recuse.errors import InputError
from recuse.model import Request
from recuse.operations import permit as permits
from recuse.operations import record
from recuse.operations.permit import Office
from recuse.permits import Line

app = typer.Typer(no_args_is_help=True, help="Ask for a permit, issue it, see how all of them stand, and end one.")
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be done and do nothing")]
By = Annotated[str, typer.Option("--by", help="who does this, as your institution names people")]
Until = Annotated[str | None, typer.Option("--until", help="when access ends, as 2026-01-31T12:00:00Z")]
PermitArgument = Annotated[str, typer.Argument(metavar="PERMIT", help="id that `recuse permit list` shows")]
_COLUMNS: Final = ("permit", "state", "used", "account", "purpose", "authority", "case", "until")
_WHOLE: Final = _COLUMNS[:3]
_COLOUR: Final = {"in force": "green", "pending": "yellow"}


def _office(repository: Path, ledger: Path | None, dsn: str | None = None, *, giving: bool) -> Office:
    return Office.open(repository, record.ledger_folder(repository, ledger), chosen_dsn(dsn), giving=giving)


@app.command(
    "request",
    epilog="Examples: recuse permit request clear/records_desk --by 'Desk 4' --for 'HSI Chicago' --purpose "
    "criminal_case --authority court_order --case 26-CR-0001 --until 2026-01-31T12:00:00Z "
    "--document warrant.pdf --evidence issuing_court='Cook County' --evidence judge=… --evidence issued=2026-01-15",
)
def request(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="<system>/<login> that is to declare")],
    by: By,
    on_behalf_of: Annotated[str, typer.Option("--for", help="on whose behalf: agency, office or person")],
    purpose: Annotated[str, typer.Option(help="purpose to declare")],
    authority: Annotated[str, typer.Option(help="authority to declare it under")],
    until: Annotated[str, typer.Option("--until", help="when access ends, as 2026-01-31T12:00:00Z")],
    agreement: Annotated[str | None, typer.Option(help="agreement it rests on")] = None,
    case: Annotated[str | None, typer.Option(help="case number")] = None,
    paper: Annotated[
        Path | None, typer.Option("--document", help="the authority's document: only its hash is kept")
    ] = None,
    instrument: Annotated[str | None, typer.Option(help="type of the document, for example I-205")] = None,
    evidence: Annotated[list[str] | None, typer.Option("--evidence", help="name=value; may be repeated")] = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Record that somebody asks for a permit. Opens no database, and opens nothing in one.

    What is asked is checked against the policy in force, and refused with every reason at once. The ledger gets the
    coarse parts and a commitment to the rest; names, case and evidence are kept beside it. Exit 1: refused.
    """
    human = printing(format_)
    system, _, login = account.partition("/")
    stated = _evidence(evidence or [])
    if paper is not None:
        stated["document_sha256"] = hashlib.sha256(read_file(paper)).hexdigest()
    asked = Request(
        id=clock.random_name(16), at=clock.now(), requested_by=by, on_behalf_of=on_behalf_of, system=system,
        login=login, purpose=purpose, authority=authority, agreement=agreement, case=case, instrument=instrument,
        evidence=stated, until=moment(until),
    )  # fmt: skip
    permits.ask(_office(repository, ledger, giving=True), asked, dry_run=dry_run)
    if not human:
        document({"request": asked.id, "until": asked.until.isoformat(), "recorded": not dry_run})
    elif dry_run:
        out.print("the policy lets this be issued; nothing was recorded")
    else:
        out.print(f"requested: [bold]{asked.id}[/], access until {asked.until.isoformat()}")
        out.print(f"next: another person runs [bold]recuse permit issue {asked.id}[/]")


@app.command("issue", epilog="Examples: recuse permit issue 3f1c… --by 'Desk 9' --until 2026-01-31T12:00:00Z -r policy")
def issue(
    permit: PermitArgument,
    by: By,
    until: Until = None,
    repository: RepositoryOption = HERE,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Answer a request with a permit, for as long as asked or shorter, and never for more than 72 hours.

    The entry in the ledger comes first, then the database. If the second fails, run it again: it finishes the same
    permit. Rights: membership in recuse_issuer. Exit 1: refused, nothing was written.
    """
    human = printing(format_)
    office = _office(repository, ledger, dsn, giving=True)
    done = permits.answer(office, permit, by, _moment(until), dry_run=dry_run).permit
    if not human:
        shown = {"permit": done.id, "system": done.system, "login": done.login, "until": done.valid_until.isoformat()}
        document(shown | {"ledger_index": None if dry_run else done.ledger_index, "issued": not dry_run})
        return
    word = "would issue" if dry_run else "issued"
    out.print(f"{word}: [bold]{done.id}[/] for {plain(done.system)}/{plain(done.login)}", soft_wrap=True)
    out.print(f"  to declare {done.purpose} under {done.authority} until {done.valid_until.isoformat()}", markup=False)
    if not dry_run:
        out.print(f"recorded as ledger entry {done.ledger_index}")


@app.command("list", epilog="Examples: recuse permit list -r policy · recuse permit list -r policy --format json")
def list_(
    repository: RepositoryOption = HERE,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Show every request and permit, from the ledger and from the database, and where the two do not agree.

    Rights: membership in recuse_issuer or recuse_worker. Exit 1: something does not agree.
    """
    human = printing(format_)
    found = permits.survey_permits(_office(repository, ledger, dsn, giving=False), system)
    if human:
        _show(found)
    else:
        document(permits.lines_document(found))
    raise typer.Exit(1 if any(line.mismatch for line in found) else 0)


@app.command(
    "revoke", epilog="Examples: recuse permit revoke 3f1c… -r policy --dry-run · recuse permit revoke 3f1c… -r policy"
)
def revoke(
    permit: PermitArgument,
    repository: RepositoryOption = HERE,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """End a permit at once, then end every session of its login, then record it.

    An open transaction would read on: that is why sessions end, of a shared login everybody's. Run it again if it was
    cut short. Rights: membership in recuse_worker, which issues nothing; recuse_issuer ends no sessions.
    """
    human = printing(format_)
    done = permits.revoke(_office(repository, ledger, dsn, giving=False), permit, system, dry_run=dry_run)
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
    office = _office(repository, ledger, dsn, giving=True)
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


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def _evidence(pairs: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise InputError(f"`{pair}` is not name=value", "write for example --evidence issuing_court='Cook County'")
        found[name] = value
    return found


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
        if line.mismatch:
            out.print(f"[bold red]mismatch[/] {plain(line.id)}: {plain(line.mismatch)}", soft_wrap=True)
