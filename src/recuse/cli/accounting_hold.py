"""`recuse accounting hold`: an official holds entries back until a day, renews that, or ends it."""

from typing import Annotated

import typer

from recuse import clock
from recuse.cli.accounting_options import (
    DecisionsOption,
    EntriesOption,
    KeyOption,
    OfficialOption,
    SettingsOption,
    bureau,
)
from recuse.cli.console import HERE, Format, FormatOption, LedgerOption, RepositoryOption, document, out, printing
from recuse.cli.request_options import DryRun
from recuse.cli.times import day
from recuse.disclosure.holds import Hold
from recuse.disclosure.lines import place_of
from recuse.errors import InputError
from recuse.operations import accounting as operation


def hold(
    by: OfficialOption,
    reason: Annotated[str, typer.Option("--reason", help="code of the settings' `reasons`")],
    until: Annotated[str, typer.Option("--until", help="last day on which it is held back")],
    entry: EntriesOption = None,
    case: Annotated[list[str] | None, typer.Option("--case", help="case number; may be repeated")] = None,
    renew: Annotated[
        str | None, typer.Option("--renew", help="id of what is held back: until another day; a day past ends it")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="why, for staff")] = "",
    key: KeyOption = None,
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    decisions: DecisionsOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Hold entries back from answers until a day, by an official of the register, and record that.

    The entry has the official, the reason's code and the day, and not what is held back. No answer tells of it. Exit 1:
    longer than the settings let it be, or not in office.
    """
    human, at = printing(format_), bureau(repository, ledger, settings, decisions)
    entries = tuple(str(place_of(each)) for each in entry or ())
    cases = tuple(case or ())
    if renew is not None:
        known = {each.id: each for each in at.holds()}
        if renew not in known:
            raise InputError(f"nothing is held back as `{renew}`", "see `recuse accounting due`")
        if entries or cases:
            raise InputError("--renew is about what is held back already", "leave --entry and --case out")
        entries, cases = known[renew].entries, known[renew].cases
    name = renew or clock.random_name(32)
    wanted = Hold(name, by, reason, day(until), at.today, entries, cases, note)
    operation.hold(at, wanted, key, dry_run=dry_run)
    if human:
        out.print(f"{'would be held' if dry_run else 'held'} back until {wanted.until}: [bold]{wanted.id}[/]")
    else:
        said = {"hold": wanted.id, "until": wanted.until.isoformat(), "renews": renew is not None}
        document(said | {"recorded": not dry_run, "signed": key is not None})
