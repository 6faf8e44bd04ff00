"""`recuse accounting prepare`, `show`, `discard` and `release`: the draft of an answer, and the answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from recuse.cli.accounting_options import (
    AccountingArgument,
    DecisionsOption,
    EntriesOption,
    KeyOption,
    OfficialOption,
    SettingsOption,
    bureau,
    lines_of,
)
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
from recuse.cli.request_options import By, DryRun, StateOption
from recuse.disclosure.asked import PersonRequest
from recuse.disclosure.lines import Matches, place_of
from recuse.disclosure.marks import secret_in
from recuse.operations import accounting_answer as operation
from recuse.operations.accounting_files import check_new, given, names_of, teller, write_given
from recuse.serving.place import secret_of

NamesOption = Annotated[
    Path | None, typer.Option("--names", help="plain names for readers, as names.toml of a site's content has them")
]


def prepare(
    accounting: AccountingArgument,
    by: By,
    evaluations: Annotated[
        Path | None, typer.Option("--evaluations", help="file with one `evaluation_id` a line, that programs noted")
    ] = None,
    assistance: Annotated[
        list[str] | None, typer.Option("--assistance", help="a request for assistance about this person; repeat")
    ] = None,
    marks: Annotated[
        list[Path] | None,
        typer.Option("--marks", help="secret of record marks, that you alone can read; repeat for earlier ones"),
    ] = None,
    entry: EntriesOption = None,
    tell: Annotated[
        list[str] | None, typer.Option("--tell", help="an entry that may be told although others are concerned; repeat")
    ] = None,
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    decisions: DecisionsOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Make the draft of an answer from what staff found, and say what is left out and why; nobody else is told that.

    What was found for an earlier answer counts on. Exit 1: something named is in no entry, so the draft may lack it.
    """
    human = printing(format_)
    matches = Matches(
        frozenset(lines_of(evaluations)) if evaluations is not None else frozenset(), frozenset(assistance or ()),
        frozenset(map(place_of, entry or ())),
    )  # fmt: skip
    secrets = tuple(secret_in(secret_of(each)) for each in marks or ())
    findings = operation.Findings(by, matches, frozenset(str(place_of(each)) for each in tell or ()), secrets)
    at = bureau(repository, ledger, settings, decisions, state)
    done = operation.prepare(at, accounting, findings, dry_run=dry_run)
    left = [{"entry": each.place, "reason": each.reason, "holds": list(each.holds)} for each in done.draft.left_out]
    if human:
        word, told = "would be prepared" if dry_run else "prepared", done.found - len(left)
        out.print(f"{word}: {counted(done.found, 'entry', 'entries')} found, {told} told")
        for each in done.draft.left_out:
            out.print(f"  left out: {each.place}, {each.reason.replace('_', ' ')}", markup=False)
        for name in done.unknown:
            out.print(f"  [yellow]in no entry[/]: {plain(name)}")
        out.print("next: another person looks at it with [bold]show[/] and gives it with [bold]release[/]")
    else:
        document({"accounting": accounting, "found": done.found, "told": done.found - len(left), "left_out": left,
                  "unknown": list(done.unknown), "prepared": not dry_run})  # fmt: skip
    raise typer.Exit(1 if done.unknown else 0)


def show(
    accounting: AccountingArgument,
    to: Annotated[Path | None, typer.Option("--out", help="new folder: write the last answer there once more")] = None,
    names: NamesOption = None,
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Show what is kept of an accounting, for staff: what was asked, the draft as the person would read it, answers."""
    human, at = printing(format_), bureau(repository, ledger, settings)
    kept = at.shelf.find(accounting)
    whole, known = operation.shown(kept), names_of(at.repository, names)
    if to is not None:
        last, number = operation.last_answer(at, kept)
        check_new(to)
        write_given(to, given(last.answer, kept.request.language, known), at.folders["acts"], number)
    if not human:
        document(whole)
        return
    for name, value in _asked(kept.request):
        out.print(f"{name}: {value}", markup=False, soft_wrap=True)
    for each in whole["answers"]:
        out.print(f"answered {each['on']} by {each['official']}: {each['answer_sha256']}", markup=False, soft_wrap=True)
    if kept.draft is None:
        out.print("no draft")
        return
    out.print(f"\ndraft by {kept.draft.by}:", markup=False)
    for left in kept.draft.left_out:
        out.print(f"  left out: {left.place}, {left.reason.replace('_', ' ')}", markup=False)
    out.print(teller(kept.request.language, known).text(whole["draft"]["answer"]), markup=False, soft_wrap=True)


def _asked(request: PersonRequest) -> Iterator[tuple[str, str]]:
    """What was asked, for people, in the words of the options."""
    yield "records", ", ".join(f"{each.type}={each.key}" for each in request.records)
    yield "period", f"{request.since} to {request.until}"
    yield "received", f"{request.received}, by {request.recorded_by}; to be answered by {request.due}"
    yield "who asks", request.behalf
    for name, shown in (("identity", request.identity), ("authority", request.authority)):
        if shown is not None:
            yield name, f"{shown.kind}, seen by {shown.seen_by} on {shown.on}"
    yield "delivery", f"{request.delivery}, in {request.language}"
    yield "others", "nobody else is a subject" if request.alone else "a person decides each line"
    if request.note:
        yield "note", request.note


def discard(
    accounting: AccountingArgument,
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Take the draft of an answer away; the request stays, and so do answers that were given."""
    human = printing(format_)
    operation.discard(bureau(repository, ledger, settings), accounting, dry_run=dry_run)
    if human:
        out.print(f"{'would discard' if dry_run else 'discarded'} the draft of {plain(accounting)}")
    else:
        document({"accounting": accounting, "discarded": not dry_run})


def release(
    accounting: AccountingArgument,
    by: OfficialOption,
    to: Annotated[Path, typer.Option("--out", help="new folder for what is given to the person")],
    key: KeyOption = None,
    names: NamesOption = None,
    settings: SettingsOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    decisions: DecisionsOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Release the draft as the answer: record its digest, then write what is given to the person.

    By an official with the role `attest`, who is not who prepared it. Exit 1: refused, with nothing recorded.
    """
    human, at = printing(format_), bureau(repository, ledger, settings, decisions, state)
    check_new(to)
    kept, draft = operation.drafted(at, accounting)
    told = given(draft.answer, kept.request.language, names_of(at.repository, names))  # nothing is recorded if it fails
    done = operation.release(at, accounting, by, key, dry_run=dry_run)
    files = [] if done.entry is None else write_given(to, told, at.folders["acts"], done.entry)
    said: dict[str, Any] = {"accounting": accounting, "answer_sha256": done.sha256, "entry": done.entry, "files": files}
    if human:
        word = "would be released" if dry_run else f"released, entry {done.entry}"
        out.print(f"{word}: {done.sha256}", soft_wrap=True)
        for each in files:
            out.print(f"  {each}", markup=False)
    else:
        document(said | {"signed": key is not None})
