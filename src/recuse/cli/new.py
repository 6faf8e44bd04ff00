"""`recuse new`: texts to fill in."""

from typing import Annotated

import typer

from recuse.cli.console import (
    HERE,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    document,
    out,
    plain,
    printing,
)
from recuse.operations import record
from recuse.operations.attested import new_attestation
from recuse.operations.workspace import open_with_ledger

app = typer.Typer(no_args_is_help=True, help="Write a text to fill in.", rich_markup_mode="rich")


@app.command()
def attestation(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="a system of kind attested")],
    name: Annotated[str | None, typer.Option("--id", help="the attestation's id", show_default="SYSTEM-DATE")] = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Write an attestation about a system that no program can look into, with every question of the checklist open.

    Two officials sign it once each question is answered by yes or no: `recuse sign`, then `recuse confirm`. It ends
    within a year. Nothing is changed in a database.

    Examples: recuse new attestation portal -r policy
    """
    human = printing(format_)
    workspace = open_with_ledger(repository, record.ledger_folder(repository, ledger), draft=True)
    chosen = name if name is not None else f"{system}-{workspace.at.date()}"
    written = new_attestation(repository, chosen, system, workspace)
    if human:
        out.print(f"written: [bold]{plain(written)}[/]")
        out.print("next: answer every question, then [bold]recuse sign[/] and [bold]recuse confirm[/]")
    else:
        document({"attestation": chosen, "file": str(written)})
