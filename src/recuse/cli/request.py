"""`recuse request`: take in requests for assistance, say how each is decided, certify periods without any."""

import hashlib
from pathlib import Path
from typing import Annotated, Final

import typer

from recuse import clock
from recuse.cli.console import (
    HERE,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    counted,
    document,
    err,
    out,
    plain,
    printing,
    progress,
    read_file,
)
from recuse.cli.request_answer import answer, withdraw
from recuse.cli.request_list import list_
from recuse.cli.request_options import (
    AgenciesOption,
    Asking,
    By,
    DryRun,
    KindsOption,
    RequestArgument,
    StateOption,
    counter,
    evidence,
    one_of,
)
from recuse.cli.request_report import report
from recuse.cli.request_views import show_ruling, show_whole
from recuse.cli.times import moment
from recuse.errors import InputError
from recuse.model import ASSISTANCE, AssistanceRequest
from recuse.operations import requests as operation
from recuse.requests import nil
from recuse.requests.table import REQUIRED, columns
from recuse.requests.table import template as table_template
from recuse.requests.telling import ruling_document

app = typer.Typer(
    no_args_is_help=True,
    help="Take in requests for assistance, see how the policy decides them, answer them, certify nil periods.",
)
_SHOWN: Final = 100  # problems of a table told to a person
app.command(
    "list",
    epilog="Examples: recuse request list --in-state open -r policy · recuse request list --agency fed.homeland "
    "--since 2026-01-01 --out asked-2026.csv -r policy",
)(list_)
app.command(
    "answer",
    epilog="Examples: recuse request answer 3f1c… refused --by 'Desk 9' -r policy · recuse request answer 3f1c… "
    "complied --by 'Desk 9' --transferred 2026-01-15T09:00Z --transferred-to fed.border --already-done -r policy",
)(answer)
app.command(
    "report",
    epilog="Examples: recuse request report 2026-Q1 -r policy · recuse request report 2026 --rows kind --columns month "
    "--out asked-2026.csv -r policy · recuse request report 2026 --permits --ledger COPY",
)(report)
app.command("withdraw", epilog="Examples: recuse request withdraw 3f1c… --by 'Desk 4' -r policy")(withdraw)


@app.command(
    "ask",
    epilog="Examples: recuse request ask --kind detainer --for fed.border --asked-by 'Field office 7' --by 'Desk 4' "
    "--purpose undeclared --authority none --instrument I-247A "
    "--received 2026-01-15T02:00:00Z --lapses 2026-01-17T02:00:00Z -r policy",
)
def ask(
    kind: Asking.Kind,
    on_behalf_of: Asking.OnBehalfOf,
    asked_by: Asking.AskedBy,
    by: By,
    purpose: Asking.Purpose,
    authority: Asking.Authority,
    received: Asking.Received,
    lapses: Asking.Lapses,
    sender: Asking.Sender = None,
    recipient: Asking.Recipient = None,
    agreement: Asking.Agreement = None,
    case: Asking.Case = None,
    paper: Asking.Paper = None,
    instrument: Asking.Instrument = None,
    stated: Asking.Evidence = None,
    category: Asking.Category = None,
    until: Asking.Until = None,
    note: Asking.Note = "",
    source: Asking.Source = None,
    supersedes: Asking.Supersedes = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Take in one request, decide it by the policy in force, and record both.

    A form is what its type is, whatever its sender calls it. What is refused is recorded and counted all the same.
    Exit 1: refused.
    """
    human, now = printing(format_), clock.now()
    proof = evidence(stated or [])
    if paper is not None:
        proof["document_sha256"] = hashlib.sha256(read_file(paper)).hexdigest()
    asked = AssistanceRequest(
        id=clock.random_name(16), source=source, supersedes=supersedes, received=moment(received), recorded=now,
        recorded_by=by, asked_by=asked_by, kind=one_of(kind, ASSISTANCE, "kind"), on_behalf_of=on_behalf_of,
        sender=sender, recipients=tuple(recipient or ()), purpose=purpose, authority=authority, agreement=agreement,
        case=case, instrument=instrument, evidence=proof, categories=tuple(category or ()), lapses=moment(lapses),
        until=None if until is None else moment(until), note=note,
    )  # fmt: skip
    at = counter(repository, ledger, state, deciding=True)
    if not dry_run:
        at.prepare()
    ruling = at.desk.ruling(asked, now) if dry_run else at.desk.ask(asked, now)
    if human:
        out.print("nothing was recorded" if dry_run else f"recorded: [bold]{asked.id}[/]")
        show_ruling(ruling_document(ruling), asked.authority)
    else:
        document({"request": asked.id, "recorded": not dry_run} | ruling_document(ruling))
    raise typer.Exit(1 if ruling.verdict == "refused" else 0)


@app.command("import", epilog="Examples: recuse request import 2026-01.csv --by 'Desk 4' --dry-run -r policy")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns of `recuse request template`")],
    by: By,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Take in every request of a CSV file, or none: every problem is told at once, with its row and column.

    Each is decided by the policy in force now. A source that is here already adds nothing, so that a file may be given
    twice; one that is here with other content is a problem.
    """
    human, data = printing(format_), read_file(file)
    at = counter(repository, ledger, state, deciding=True)
    with progress() as report:
        done = operation.import_table(at, data, by, report, dry_run=dry_run)
    verdicts = {
        word: sum(1 for each in done.rulings if each.verdict == word)
        for word in ("permitted", "permitted_in_part", "refused")
    }
    taken = {"added": 0, "known": 0, "finished": 0}
    if done.taken is not None:
        taken = {"added": len(done.taken.added), "known": done.taken.known, "finished": done.taken.finished}
    if not human:
        problems = [{"row": p.row, "column": p.column, "message": p.message} for p in done.problems]
        document({"recorded": bool(done.taken), "problems": problems, "verdicts": verdicts, **taken})
    elif done.problems:
        for problem in done.problems[:_SHOWN]:
            err.print(plain(problem), soft_wrap=True)
        err.print(f"{counted(len(done.problems), 'problem')}: nothing was taken in; mend the file and give it again")
    else:
        counts = ", ".join(f"{number:,} {word.replace('_', ' ')}" for word, number in verdicts.items())
        known = f"; {counted(taken['known'], 'request')} known already" if taken["known"] else ""
        word = "would be decided" if dry_run else f"recorded {counted(taken['added'], 'request')}"
        out.print(f"{word}: {counts}{known}")
    raise typer.Exit(2 if done.problems else 0)


@app.command("template", epilog="Examples: recuse request template -r policy > requests.csv")
def template(repository: RepositoryOption = HERE, format_: FormatOption = Format.human) -> None:
    """Print the header of a table for `recuse request import`; authorities.toml says which evidence has a column."""
    from recuse.policy.repository import read_repository  # noqa: PLC0415 - nothing else here reads without a ledger

    human, found = printing(format_), read_repository(repository)
    if human:
        typer.echo(table_template(found), nl=False)
    else:
        document({"columns": list(columns(found)), "required": list(REQUIRED)})


@app.command("show", epilog="Examples: recuse request show 3f1c… -r policy · recuse request show 3f1c… --format json")
def show(
    request: RequestArgument,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Show all that is kept of one request, how it was answered, and what the policy says of it now."""
    human = printing(format_)
    whole = operation.shown(counter(repository, ledger, state, deciding=False), request)
    if human:
        show_whole(whole)
    else:
        document(whole)


@app.command(
    "certify-nil",
    epilog="Examples: recuse request certify-nil 2026-Q1 --by records-chief --key id_ed25519 -r policy · "
    "recuse request certify-nil 2026 --by records-chief --kind detainer --agency fed.homeland --dry-run",
)
def certify_nil(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026, 2026-Q1 or 2026-03")],
    by: Annotated[str, typer.Option("--by", help="id of the official who certifies, from officials.toml")],
    key: Annotated[
        Path | None, typer.Option("--key", help="that official's SSH key; without it the entry is unsigned")
    ] = None,
    kind: KindsOption = None,
    agency: AgenciesOption = None,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Certify that no request was received in a period that is over; of some kinds or agencies alone, where named.

    Signed by an official with the role `attest`. Exit 1: the period is not over, or holds a request.
    """
    human = printing(format_)
    scope = nil.Scope(tuple(one_of(each, ASSISTANCE, "kind") for each in kind or ()), tuple(agency or ()))
    at = counter(repository, ledger, state, deciding=False)
    if not at.ledger.exists():
        raise InputError(f"there is no ledger in `{at.ledger}`", "a period without a record cannot be certified")
    body = operation.certify(at, (nil.period(period), scope), by, key, dry_run=dry_run)
    if human:
        word = "would certify" if dry_run else "certified"
        out.print(f"{word}, {'signed' if body['signature'] else 'unsigned'}:")
        out.print(str(body["certificate"]), markup=False)
    else:
        document(dict(body) | {"recorded": not dry_run})


@app.command("erase", epilog="Examples: recuse request erase 3f1c… -r policy --dry-run")
def erase(
    request: RequestArgument,
    repository: RepositoryOption = HERE,
    ledger: LedgerOption = None,
    state: StateOption = None,
    dry_run: DryRun = False,
    format_: FormatOption = Format.human,
) -> None:
    """Take away the words of a request for good: names, case, evidence, notes. What the ledger has of it remains."""
    human = printing(format_)
    at = counter(repository, ledger, state, deciding=False)
    if not dry_run:
        operation.erase(at, request)
    if human:
        out.print(f"{'would erase' if dry_run else 'erased'} the words of {plain(request)}")
    else:
        document({"request": request, "erased": not dry_run})
