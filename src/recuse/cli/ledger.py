"""`recuse ledger`: read and check the record."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from recuse import clock
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
from recuse.operations.binding import Binding, check_binding
from recuse.operations.binding import bind as write_binding

app = typer.Typer(no_args_is_help=True, help="Read and check the record of what was directed, applied and verified.")
FolderArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="folder of the ledger")]


@app.command("verify", epilog="Examples: recuse ledger verify policy/.ledger --key records.example/recuse+1a2b3c4d+AZ…")
def verify(
    folder: FolderArgument,
    key: Annotated[
        str | None, typer.Option(help="verifier key you hold; without one, the folder's own is used")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="also compare this record of decisions with its checkpoints in the ledger")
    ] = None,
    format_: FormatOption = Format.human,
) -> None:
    """Check every entry and every signed head; needs no private key and no database.

    Without a key of your own this shows only that the folder agrees with itself.
    """
    human = printing(format_)
    found = verify_ledger(folder, key)
    binding = None if record is None else check_binding(folder, record)
    if human:
        entries = counted(found.size, "entry", "entries")
        out.print(f"[green]the ledger verifies[/]: {entries} of {found.origin}, root {found.root.hex()}")
        if key is None:
            out.print("the key was the folder's own: keep the verifier key elsewhere and pass it with --key")
        if binding is not None:
            _show_binding(binding)
    else:
        whole = {"origin": found.origin, "size": found.size, "root": found.root.hex(), "checkpoint": found.checkpoint}
        bound = [] if binding is None else [{"entry": each.number, "size": each.size} for each in binding.bound]
        document(whole | ({} if binding is None else {"record": {"size": binding.size, "bound": bound}}))


@app.command("bind", epilog="Examples: recuse ledger bind policy/.ledger policy/.decisions --every 24")
def bind(
    folder: FolderArgument,
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="folder of the record of decisions")],
    every: Annotated[int, typer.Option(min=0, help="hours: do nothing where the last one is younger")] = 24,
    format_: FormatOption = Format.human,
) -> None:
    """Write the checkpoint of the record of decisions into the ledger, so that it cannot be rewritten unseen.

    The record is compared with every earlier checkpoint first; one that was rewritten is refused, exit 2. Rights: those
    of who writes the ledger's folder. Run it daily.
    """
    human = printing(format_)
    bound = write_binding(folder, record, clock.now(), timedelta(hours=every))
    if not human:
        said = None if bound is None else {"entry": bound.number, "size": bound.size, "root": bound.root.hex()}
        document({"bound": said})
    elif bound is None:
        out.print("nothing to write: the last checkpoint is young enough, or the record has not grown since")
    else:
        out.print(
            f"entry {bound.number}: the record of {plain(bound.origin)} at {counted(bound.size, 'entry', 'entries')}"
        )


def _show_binding(binding: Binding) -> None:
    size = counted(binding.size, "entry", "entries")
    if not binding.bound:
        out.print(
            f"[yellow]not bound[/]: the ledger has no checkpoint of the record ({size}); see `recuse ledger bind`"
        )
        return
    last = binding.bound[-1]
    times = counted(len(binding.bound), "checkpoint")
    out.print(f"[green]the record agrees[/] with {times} in the ledger: {size}, the first {last.size:,} of them bound")


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
