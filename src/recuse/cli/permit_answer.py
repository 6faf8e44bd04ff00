"""`recuse permit approve`, `issue`, `refuse`, `withdraw` and `review-glass`: what others do with a request."""

from typing import Annotated

import typer

from recuse import permits
from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    document,
    out,
    plain,
    printing,
)
from recuse.cli.permit_options import By, DryRun, PermitArgument, StateOption, Until, open_office
from recuse.cli.times import moment
from recuse.errors import InputError
from recuse.operations.permit import answer
from recuse.permits import Actor, Answer, Narrowing


def approve(
    permit: PermitArgument,
    by: By,
    until: Until = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="purpose below the one asked for")] = None,
    note: Annotated[str, typer.Option("--note", help="what you found; kept beside the ledger, and erasable")] = "",
    repository: RepositoryOption = HERE,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Approve a request, as asked or narrower; the last approval that it needs issues the permit.

    Entries in the ledger come first, then the database. If the second fails, run it again: it finishes the same permit.
    Rights: membership in recuse_issuer. Exit 1: refused, nothing was written.
    """
    human = printing(format_)
    office = open_office(repository, ledger, dsn, giving=True).acting(dry_run=dry_run)
    narrowing = Narrowing(None if until is None else moment(until), purpose)
    _told(answer(office, permit, by, narrowing, note), dry_run=dry_run, human=human)


def issue(
    permit: PermitArgument,
    by: Annotated[
        str | None, typer.Option("--by", help="approve it too, as this person", show_default="approve nothing")
    ] = None,
    until: Until = None,
    repository: RepositoryOption = HERE,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Issue a request that enough persons have approved, or finish a permit that was cut short.

    With --by it is approved first, as by `recuse permit approve`. Rights: membership in recuse_issuer. Exit 1: refused,
    nothing was written.
    """
    human = printing(format_)
    office = open_office(repository, ledger, dsn, state, giving=True).acting(dry_run=dry_run)
    end = None if until is None else moment(until)
    if by is None and end is not None:
        raise InputError("only who approves sets an end", "give --by, or leave --until away")
    _told(answer(office, permit, by, Narrowing(end)), dry_run=dry_run, human=human)


def refuse(
    permit: PermitArgument,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="why; kept beside the ledger, and erasable")],
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Refuse a request, with a reason: it is answered no more. Opens no database."""
    human = printing(format_)
    office = open_office(repository, ledger, giving=False).acting(dry_run=dry_run)
    permits.refuse(office, permit, Actor(by), reason)
    _closed(permit, "refused", dry_run=dry_run, human=human)


def withdraw(
    permit: PermitArgument,
    by: By,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Take back your own request, while no permit answers it. Opens no database."""
    human = printing(format_)
    office = open_office(repository, ledger, giving=False).acting(dry_run=dry_run)
    permits.withdraw(office, permit, Actor(by))
    _closed(permit, "withdrawn", dry_run=dry_run, human=human)


def review_glass(
    permit: PermitArgument,
    by: By,
    note: Annotated[str, typer.Option("--note", help="what you found; kept beside the ledger, and erasable")],
    justified: Annotated[bool, typer.Option("--justified/--not-justified", help="whether its reason holds")],
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Say whether a glass was broken for a reason that holds; never by who broke it. Opens no database.

    Ends no permit: if it is still open and its reason does not hold, revoke it.
    """
    human = printing(format_)
    office = open_office(repository, ledger, giving=False).acting(dry_run=dry_run)
    permits.review_glass(office, permit, Actor(by), note, justified=justified)
    if not human:
        document({"permit": permit, "justified": justified, "recorded": not dry_run})
    else:
        word = "would be recorded" if dry_run else "recorded"
        out.print(f"{word}: {plain(permit)} was {'justified' if justified else '[bold red]not justified[/]'}")


def _told(done: Answer, *, dry_run: bool, human: bool) -> None:
    permit = done.permit
    if not human:
        shown = {"permit": permit.id, "system": permit.system, "login": permit.login}
        shown["until"] = permit.valid_until.isoformat()
        counts = {"approvals": done.approvals, "needed": done.needed}
        document(shown | {"ledger_index": permit.ledger_index if done.issued else None, "issued": done.issued} | counts)
        return
    whole = done.approvals >= done.needed
    word = ("would issue" if dry_run else "issued") if whole else ("would approve" if dry_run else "approved")
    out.print(f"{word}: [bold]{permit.id}[/] for {plain(permit.system)}/{plain(permit.login)}", soft_wrap=True)
    end = permit.valid_until.isoformat()
    out.print(f"  to declare {permit.purpose} under {permit.authority} until {end}", markup=False)
    if not whole:
        out.print(f"{done.approvals} of {done.needed} persons: next, another runs recuse permit approve {permit.id}")
    elif not dry_run:
        out.print(f"recorded as ledger entry {permit.ledger_index}")


def _closed(permit: str, word: str, *, dry_run: bool, human: bool) -> None:
    if human:
        out.print(f"{'would be ' if dry_run else ''}{word}: [bold]{plain(permit)}[/]")
    else:
        document({"request": permit, "state": word, "recorded": not dry_run})
