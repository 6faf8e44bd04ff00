"""`recuse accounting`: a person asks who looked at their records; staff answer from the ledgers."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Column, Table

from recuse import clock
from recuse.cli.accounting_answer import discard, prepare, release, show
from recuse.cli.accounting_check import check
from recuse.cli.accounting_hold import hold
from recuse.cli.accounting_options import AccountingArgument, SettingsOption, bureau, lines_of
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
from recuse.cli.request_options import By, DryRun, one_of
from recuse.cli.times import day
from recuse.disclosure.asked import BEHALVES, DELIVERIES, LANGUAGES, NamedRecord, PersonRequest, Shown
from recuse.errors import InputError
from recuse.operations import accounting as operation

_ID: Final = 32
"""Letters of an id: every other verb asks for it, so that it is never cut short."""
app = typer.Typer(no_args_is_help=True, help="Answer a person who asks who looked at their records.")
_COLOUR: Final = {"open": "yellow", "prepared": "yellow", "owes": "red", "answered": "green", "erased": "green"}
app.command(
    "prepare",
    epilog="Examples: recuse accounting prepare 3f1c… --by 'Desk 4' --evaluations found.txt --assistance 9ab2…",
)(prepare)
app.command("show", epilog="Examples: recuse accounting show 3f1c… -r policy")(show)
app.command("discard", epilog="Examples: recuse accounting discard 3f1c… -r policy --dry-run")(discard)
app.command(
    "release",
    epilog="Examples: recuse accounting release 3f1c… --by records-chief --key id_ed25519 --out answer -r policy",
)(release)
app.command(
    "hold",
    epilog="Examples: recuse accounting hold --entry decisions:12 --by records-chief --reason investigation "
    "--until 2026-03-01 -r policy · recuse accounting hold --renew 77ab… --by records-chief --reason investigation "
    "--until 2026-05-01 -r policy",
)(hold)
app.command(
    "check",
    epilog="Examples: recuse accounting check answer.json --key records.example/recuse+1a2b3c4d+AZ… · "
    "recuse accounting check answer.json --ledger COPY --decisions COPY2 -r policy",
)(check)


class Asked:
    """What a person asks, and what they showed."""

    Records = Annotated[Path, typer.Option("--records", help="file with one record a line, TYPE=KEY as programs say")]
    Since = Annotated[str, typer.Option("--from", help="first day of the period, as 2026-01-31")]
    Until = Annotated[str, typer.Option("--to", help="last day of the period")]
    Received = Annotated[str, typer.Option("--received", help="day on which the request was received")]
    Behalf = Annotated[str, typer.Option("--behalf", help=f"who asks: {', '.join(BEHALVES)}")]
    Identity = Annotated[str, typer.Option("--identity", help="kind of document that proved who asks, without number")]
    SeenBy = Annotated[str, typer.Option("--seen-by", help="who looked at the documents")]
    SeenOn = Annotated[str, typer.Option("--seen-on", help="day on which they looked")]
    Authority = Annotated[
        str | None, typer.Option("--authority", help="kind of document that lets a parent or representative ask")
    ]
    Delivery = Annotated[str, typer.Option("--delivery", help=f"how it is given: {', '.join(DELIVERIES)}")]
    Language = Annotated[str, typer.Option("--language", help=f"language: {', '.join(LANGUAGES)}")]
    Others = Annotated[
        bool, typer.Option("--others", help="somebody else is a subject of these records: a person decides each line")
    ]
    Due = Annotated[str | None, typer.Option("--due", help="last day for the answer", show_default="by the settings")]
    Note = Annotated[str, typer.Option("--note", help="what staff note for themselves")]


@app.command(
    "new",
    epilog="Examples: recuse accounting new --records found.txt --from 2026-01-01 --to 2026-06-30 "
    "--received 2026-07-01 "
    "--identity 'state identity card' --seen-by 'Desk 4' --seen-on 2026-07-01 --by 'Desk 4' -r policy",
)
def new(
    records: Asked.Records,
    since: Asked.Since,
    until: Asked.Until,
    received: Asked.Received,
    identity: Asked.Identity,
    seen_by: Asked.SeenBy,
    seen_on: Asked.SeenOn,
    by: By,
    behalf: Asked.Behalf = "oneself",
    authority: Asked.Authority = None,
    delivery: Asked.Delivery = "in_person",
    language: Asked.Language = "en",
    others: Asked.Others = False,
    due: Asked.Due = None,
    note: Asked.Note = "",
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Take in the request of a person, and record that it was asked; not who asked, nor for which records.

    What leads to the person is kept beside the ledger, where it can be erased.
    """
    human, at = printing(format_), bureau(repository, ledger, settings)
    given, seen = day(received), day(seen_on)
    asked = PersonRequest(
        id=clock.random_name(_ID), received=given, recorded=clock.now(), recorded_by=by,
        records=tuple(map(_sought, lines_of(records))), since=day(since), until=day(until),
        behalf=one_of(behalf, BEHALVES, "way to ask"), identity=Shown(identity, seen_by, seen),
        authority=None if authority is None else Shown(authority, seen_by, seen),
        delivery=one_of(delivery, DELIVERIES, "way to give an answer"),
        language=one_of(language, LANGUAGES, "language of an answer"), alone=not others,
        due=at.due(given) if due is None else day(due), note=note,
    )  # fmt: skip
    operation.take_in(at, asked, dry_run=dry_run)
    if human:
        word = "would be recorded" if dry_run else "recorded"
        out.print(f"{word}: [bold]{asked.id}[/], to be answered by {asked.due}", soft_wrap=True)
    else:
        document({"accounting": asked.id, "due": asked.due.isoformat(), "recorded": not dry_run})


def _sought(line: str) -> NamedRecord:
    kind, separator, key = line.partition("=")
    if not separator:
        raise InputError("a line of the records is not TYPE=KEY", "write for example clear::records::person=17")
    return NamedRecord(kind.strip(), key.strip())


@app.command("due", epilog="Examples: recuse accounting due -r policy · recuse accounting due --format json")
def due_(
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Show what is to be answered with the days left, what is owed since a delay ended, and what is held back.

    Exit 1: something is late or owed, or ledger and files do not agree.
    """
    human, at = printing(format_), bureau(repository, ledger, settings)
    found, mismatches = operation.duties(at)
    late = bool(mismatches) or any(each.late(at.today) for each in found)
    held = [{"hold": each.id, "official": each.official, "reason": each.reason, "until": each.until.isoformat(),
             "days_left": (each.until - at.today).days} for each in at.holds()]  # fmt: skip
    if not human:
        wrong = [{"accounting": name, "mismatch": said} for name, said in mismatches]
        document({"duties": [each.document(at.today) for each in found], "holds": held, "mismatches": wrong})
        raise typer.Exit(int(late))
    table = Table(Column("accounting", no_wrap=True, min_width=_ID), "state", "received", "due", "days left", "owed")
    for each in found:
        left = each.days_left(at.today)
        state = f"[{'red' if each.late(at.today) else _COLOUR[each.state]}]{each.state}[/]"
        table.add_row(each.accounting, state, str(each.received), str(each.due), "–" if left is None else str(left),
                      counted(len(each.owed), "entry", "entries") if each.owed else "–")  # fmt: skip
    out.print(table if found else "no accounting is recorded")
    for one in held:
        ended = "ended" if int(str(one["days_left"])) < 0 else "held back"
        out.print(f"{ended}: {one['hold']} until {one['until']}, {one['reason']}, by {one['official']}", markup=False)
    for name, said in mismatches:
        out.print(f"accounting {plain(name)} {said}", soft_wrap=True)
    raise typer.Exit(int(late))


@app.command("erase", epilog="Examples: recuse accounting erase 3f1c… -r policy --dry-run")
def erase(
    accounting: AccountingArgument,
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Take away all that is kept of an accounting for good: records, notes, drafts, answers. The entries remain."""
    human = printing(format_)
    operation.erase(bureau(repository, ledger, settings), accounting, dry_run=dry_run)
    if human:
        out.print(f"{'would erase' if dry_run else 'erased'} what is kept of {plain(accounting)}")
    else:
        document({"accounting": accounting, "erased": not dry_run})
