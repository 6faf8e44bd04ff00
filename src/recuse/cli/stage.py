"""`recuse stage`: shows the stage of each system, steps back, and goes up again."""

from pathlib import Path
from typing import Annotated

import typer

from recuse.cli.at_once import take
from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    SystemOption,
    document,
    out,
    plain,
    printing,
)
from recuse.errors import InputError
from recuse.operations import record
from recuse.operations.stages import ORDER
from recuse.operations.stepping import note, stages_now, step_to


def stage(
    to: Annotated[str | None, typer.Argument(metavar="[STAGE]", help="observe, canary or enforce")] = None,
    repository: RepositoryOption = HERE,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print the statements and run none")] = False,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Show the stage of each system; or step back to a lower one, at once, and up again as far as is signed.

    A directive states its highest stage and, with `step_back_until`, until when an operator may lower it. The step is
    an entry of the ledger; it is planned, shown, recorded and applied like any plan. Rights: as `recuse apply`.

    Examples: recuse stage -r policy · recuse stage observe -r policy --yes · recuse stage enforce -r policy
    """
    human, folder = printing(format_), record.ledger_folder(repository, ledger)
    if to is None:
        _show(repository, folder, human=human)
        return
    chosen = next((each for each in ORDER if each == to), None)
    if chosen is None:
        raise InputError(f"`{to}` is no stage", "name one of `observe`, `canary`, `enforce`")
    step = step_to(repository, folder, chosen, system)
    ask = None if dry_run else not yes
    take(step, (repository, folder), dsn, human=human, ask=ask, first=lambda: note(folder, step))


def _show(repository: Path, folder: Path, *, human: bool) -> None:
    found = stages_now(repository, folder)
    if not human:
        document(
            [
                {
                    "system": name,
                    "stage": at.stage,
                    "signed": at.signed,
                    "step_back_until": at.until,
                    "canaries": sorted(at.canaries),
                }
                for name, at in found
            ]
        )
        return
    for name, at in found:
        lowered = f", stepped back from {at.signed}" if at.stage != at.signed else ""
        until = f"; an operator may step back until {at.until}" if at.until else "; nobody may step back"
        out.print(f"[bold]{plain(name)}[/]: stage {at.stage}{lowered}{until}")
