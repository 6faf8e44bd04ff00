"""`recuse ledger`: read and check the record."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from recuse.cli.console import (
    Format,
    FormatOption,
    counted,
    document,
    out,
    plain,
    printing,
)
from recuse.ledger import decode, read_entries, verify_ledger

app = typer.Typer(no_args_is_help=True, help="Read and check the record of what was directed, applied and verified.")
FolderArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="folder of the ledger")]


@app.command("verify", epilog="Examples: recuse ledger verify policy/.ledger --key records.example/recuse+1a2b3c4d+AZ…")
def verify(
    folder: FolderArgument,
    key: Annotated[
        str | None, typer.Option(help="verifier key you hold; without one, the folder's own is used")
    ] = None,
    format_: FormatOption = Format.human,
) -> None:
    """Check every entry and every signed head; needs no private key and no database.

    Without a key of your own this shows only that the folder agrees with itself.
    """
    human = printing(format_)
    found = verify_ledger(folder, key)
    if human:
        entries = counted(found.size, "entry", "entries")
        out.print(f"[green]the ledger verifies[/]: {entries} of {found.origin}, root {found.root.hex()}")
        if key is None:
            out.print("the key was the folder's own: keep the verifier key elsewhere and pass it with --key")
    else:
        document({"origin": found.origin, "size": found.size, "root": found.root.hex(), "checkpoint": found.checkpoint})


@app.command("list", epilog="Examples: recuse ledger list policy/.ledger")
def entries(folder: FolderArgument, format_: FormatOption = Format.human) -> None:
    """Show the entries, oldest first."""
    human = printing(format_)
    found = tuple(decode(entry) for entry in read_entries(folder))
    if not human:
        document([{"kind": e.kind, "at": e.at.isoformat(), "body": e.body} for e in found])
        return
    table = Table("entry", "when", "what", "about")
    for number, entry in enumerate(found):
        about = entry.body.get("directive") or entry.body.get("system") or entry.body.get("review") or ""
        table.add_row(str(number), f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.kind, plain(about))
    out.print(table)
