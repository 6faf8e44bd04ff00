"""`recuse request answer` and `withdraw`: note how a request ended."""

from typing import Annotated, Any

import typer

from recuse import clock
from recuse.cli.console import HERE, Format, FormatOption, LedgerOption, RepositoryOption, document, out, printing
from recuse.cli.request_options import Asking, By, DryRun, RequestArgument, StateOption, counter, one_of
from recuse.cli.times import moment
from recuse.model import OUTCOMES, Custody, Outcome


def answer(
    request: RequestArgument,
    word: Annotated[str, typer.Argument(metavar="OUTCOME", help=", ".join(OUTCOMES))],
    by: By,
    category: Annotated[list[str] | None, typer.Option("--category", help="category given; may be repeated")] = None,
    note: Asking.Note = "",
    already_done: Annotated[
        bool, typer.Option("--already-done", help="note what was done, even where the policy refuses it")
    ] = False,
    bail_posted: Annotated[str | None, typer.Option("--bail-posted", help="when bail was posted")] = None,
    released: Annotated[str | None, typer.Option("--released", help="when the person was released")] = None,
    transferred: Annotated[str | None, typer.Option("--transferred", help="when custody was transferred")] = None,
    transferred_to: Annotated[str | None, typer.Option("--transferred-to", help="agency it was transferred to")] = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Note how a request ended. A later answer supersedes an earlier one; both stay.

    Who complies must be permitted to by the policy in force. What was done against it is noted with --already-done, and
    counted as that. Exit 1: refused, and nothing was recorded.
    """
    human, now = printing(format_), clock.now()
    at = counter(repository, ledger, state, deciding=True)
    chosen = one_of(word, OUTCOMES, "outcome")
    given = tuple(category or ()) or (at.desk.whole(request).categories if chosen == "complied" else ())
    bail, free, moved = (None if text is None else moment(text) for text in (bail_posted, released, transferred))
    outcome = Outcome(
        id=clock.random_name(16), request=request, supersedes=None, at=now, by=by, word=chosen, categories=given,
        rules=(), contrary=already_done, detention=Custody(bail, free, moved, transferred_to), note=note,
    )  # fmt: skip
    _told(at.desk.answer(outcome, now, dry_run=dry_run), dry_run=dry_run, human=human)


def withdraw(
    request: RequestArgument,
    by: By,
    note: Asking.Note = "",
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Note that who asked has withdrawn the request: it stays, and is counted."""
    human, now = printing(format_), clock.now()
    at = counter(repository, ledger, state, deciding=True)
    outcome = Outcome(
        id=clock.random_name(16), request=request, supersedes=None, at=now, by=by, word="withdrawn", categories=(),
        rules=(), contrary=False, detention=Custody(), note=note,
    )  # fmt: skip
    _told(at.desk.answer(outcome, now, dry_run=dry_run), dry_run=dry_run, human=human)


def _told(done: Outcome, *, dry_run: bool, human: bool) -> None:
    word = done.word
    if not human:
        shown: dict[str, Any] = {"outcome": done.id, "request": done.request, "word": word, "contrary": done.contrary}
        document(shown | {"rules": list(done.rules), "recorded": not dry_run})
        return
    out.print(f"{'would be answered' if dry_run else 'answered'}: {word.replace('_', ' ')}")
    if done.contrary:
        out.print("[bold red]against the policy in force[/]: it is counted as that")
