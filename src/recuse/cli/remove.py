"""`recuse remove`: restores what a database was before the first apply."""

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
    printing,
)
from recuse.operations import record
from recuse.operations.stepping import way_out


def remove(
    repository: RepositoryOption = HERE,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print the statements and run none")] = False,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Restore the facts from before the first apply: old grants, owners and memberships; the schema `recuse` goes.

    The ledger stays, and with it the record of every permit. Needs what an undo needs: every directive in force allows
    stepping back, or none is in force. Rights: as `recuse apply`.

    Examples: recuse remove -r policy --dry-run · recuse remove -r policy
    """
    human, folder = printing(format_), record.ledger_folder(repository, ledger)
    for step in way_out(repository, folder, system):
        take(step, (repository, folder), dsn, human=human, ask=None if dry_run else not yes)
