"""`recuse review`: what comes again: accounts yearly, public content quarterly, audit records weekly; each signed."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

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
)
from recuse.cli.sign import KeyOption
from recuse.model import ReviewKind
from recuse.operations import record
from recuse.operations.reviewing import Desk, confirm, new_review, next_steps, record_review, sign
from recuse.policy.repository import read_repository

app = typer.Typer(no_args_is_help=True, help="Review accounts, public content and audit records at set times.")
LogOption = Annotated[
    Path | None, typer.Option("--log", help="access log (.parquet or .csv); at signing the same file again")
]
ContentOption = Annotated[
    Path | None, typer.Option("--content", help="folder of what is shown to everybody; at signing the same one again")
]
ReviewArgument = Annotated[str, typer.Argument(metavar="ID", help="id of the review")]
OfficialOption = Annotated[str, typer.Option("--as", help="your id in officials.toml")]
_COLOUR: Final = {"overdue": "red", "due": "yellow", "later": "green"}


class Kind(StrEnum):
    """What is reviewed."""

    accounts = "accounts"
    public_content = "public_content"
    audit_records = "audit_records"


_KINDS: Final[dict[Kind, ReviewKind]] = {
    Kind.accounts: "accounts", Kind.public_content: "public_content", Kind.audit_records: "audit_records",
}  # fmt: skip


@app.command("due", epilog="Examples: recuse review due -r policy · recuse review due --format json")
def due_(
    repository: RepositoryOption = HERE, ledger: LedgerOption = None, format_: FormatOption = Format.human
) -> None:
    """Show which reviews are due, by when, and which ends that they decided on are not carried out.

    Needs no database. Exit 1: something is overdue.
    """
    human = printing(format_)
    desk = _desk(repository, ledger)
    found, on = desk.due(), desk.workspace().at.date()
    if not human:
        document(found.document(on))
        raise typer.Exit(int(found.overdue))
    table = Table("review of", "partner", "last", "due by", "state")
    for duty in found.duties:
        last, by = str(duty.last or "never"), str(duty.by or "–")
        colour = _COLOUR[duty.state]
        agency = plain(duty.agency or "–")
        table.add_row(duty.kind.replace("_", " "), agency, last, by, f"[{colour}]{duty.state}[/]")
    out.print(table)
    for each in found.undone:
        late = "overdue" if each.overdue else "due"
        out.print(f"{late}: {each.account} is active; {each.review} ended it: off by {each.by}", markup=False)
    for name, reason in found.left_out:
        out.print(f"not counted: {name}: {reason}", markup=False)
    raise typer.Exit(int(found.overdue))


@app.command("new", epilog="Examples: recuse review new accounts --agency partner.one --log access.parquet -r policy")
def new(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="accounts, public_content or audit_records")],
    agency: Annotated[
        str | None, typer.Option("--agency", help="whose accounts: of this agency and of those below it")
    ] = None,
    name: Annotated[str | None, typer.Option("--id", help="the review's id", show_default="kind, agency, day")] = None,
    log: LogOption = None,
    content: ContentOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Write a draft that shows everything there is to look at, with every answer blank.

    Whoever reviews fills in the plan, an answer with a reason for each line, and the result, where nil is written too.
    Needs no database.
    """
    human = printing(format_)
    made = new_review(_desk(repository, ledger, log, content), _KINDS[kind], agency, name)
    if human:
        out.print(f"written: [bold]{plain(made.file)}[/], {counted(made.lines, 'line')} to answer")
        out.print("next: answer it, then [bold]recuse review sign[/], then another [bold]recuse review confirm[/]")
    else:
        document({"review": made.id, "file": str(made.file), "lines": made.lines})


@app.command("sign", epilog="Examples: recuse review sign audit-records-2026-01-31 --as counsel -k ~/.ssh/id_ed25519")
def sign_(
    review: ReviewArgument,
    official: OfficialOption,
    key: KeyOption,
    log: LogOption = None,
    content: ContentOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Sign a review as the official who made it. A blank answer is refused, and so is a draft that is stale.

    A hardware or encrypted key signs with stock OpenSSH: ssh-keygen -Y sign -n recuse-review@v1 -f KEY review.toml.
    """
    human = printing(format_)
    written = sign(_desk(repository, ledger, log, content), review, official, key)
    if human:
        out.print(f"signed: [bold]{plain(written)}[/]")
        out.print("next: another official runs [bold]recuse review confirm[/]")
    else:
        document({"signature": str(written)})


@app.command("confirm", epilog="Examples: recuse review confirm audit-records-2026-01-31 --as chief -k ~/.ssh/chief")
def confirm_(
    review: ReviewArgument,
    official: OfficialOption,
    key: KeyOption,
    log: LogOption = None,
    content: ContentOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Sign a review as the second official, never the first, and record it in the ledger. Says what is to be done next.

    With stock OpenSSH: ssh-keygen -Y sign -n recuse-review-confirm@v1, into countersignature.sig; then run `recuse
    review record`.
    """
    human = printing(format_)
    written, index = confirm(_desk(repository, ledger, log, content), review, official, key)
    if human:
        out.print(f"confirmed: [bold]{plain(written)}[/]")
    _recorded(repository, review, index, {"signature": str(written)}, human=human)


@app.command("record", epilog="Examples: recuse review record accounts-partner.one-2026-01-31 --log access.parquet")
def record_(
    review: ReviewArgument,
    log: LogOption = None,
    content: ContentOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Record a review that both officials have signed, by whatever tool. Once recorded it is not recorded again."""
    human = printing(format_)
    index = record_review(_desk(repository, ledger, log, content), review)
    _recorded(repository, review, index, {}, human=human)


def _recorded(repository: Path, review: str, index: int, shown: dict[str, str], *, human: bool) -> None:
    steps = next_steps(repository, read_repository(repository).reviews[review].review)
    if not human:
        document({**shown, "ledger_index": index, "next": list(steps)})
        return
    out.print(f"recorded: entry {index}")
    for step in steps:
        out.print(f"next: {step}", markup=False, soft_wrap=True)


def _desk(repository: Path, ledger: Path | None, log: Path | None = None, content: Path | None = None) -> Desk:
    return Desk(repository, record.ledger_folder(repository, ledger), log, content)
