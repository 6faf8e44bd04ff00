"""`recuse apply`: runs a plan that two officials stand behind."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    chosen_dsn,
    counted,
    document,
    out,
    plain,
    printing,
    progress,
    read_file,
)
from recuse.cli.listed import script_document, show_script
from recuse.cli.permit_options import StateOption, keeper
from recuse.cli.planned import show_emergencies, show_stopped
from recuse.cli.resume import resume_all, resumption
from recuse.errors import InputError
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, Manner, apply_in
from recuse.operations.document import read_plan
from recuse.operations.ended import shown
from recuse.operations.listed import Refused
from recuse.operations.scripts import Written, write_scripts
from recuse.targets.records import PATIENCE, Patience


def apply(
    plan: Annotated[
        Path | None, typer.Argument(metavar="PLAN", help="file that `recuse plan --out` wrote; none with --resume")
    ] = None,
    repository: RepositoryOption = HERE,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print the statements and run none")] = False,
    lock_timeout: Annotated[
        int, typer.Option("--lock-timeout", min=10, help="milliseconds that others may wait behind a lock of ours")
    ] = PATIENCE.milliseconds,
    emergency: Annotated[
        bool, typer.Option("--emergency", help="on one signature: only to reduce, and for 72 hours unless confirmed")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="after a restore or promotion: what was revoked since first, then open")
    ] = False,
    retries: Annotated[
        int, typer.Option("--retries", min=0, help="how often to ask again for a lock that was not had")
    ] = PATIENCE.attempts - 1,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    state: StateOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Apply a plan: cut, end sessions, shape, end sessions again; what shows more comes last.

    The plan is made anew and must equal the file; a changed database or an edited file is refused. A failure leaves the
    tight state, and planning again goes on from there. Rights: superuser; or, for a declared administrator, what
    `recuse plan --rights` prints. `--dry-run` prints every statement.

    With --emergency the signature of the directing official is enough, for a plan that opens nothing and ends no permit
    under a court's authority. It is recorded as such, and lapses after 72 hours unless the directive is confirmed.

    With --resume no plan is given. A database that was restored, copied or promoted shows nothing; one that was set
    back may show too much. What the ledger has as revoked ends first, then the policy in force is planned and applied,
    then the gates open, and permits that the copy is too old to have are issued again; with --state also those that
    were asked for at servers.

    Examples: recuse apply plan.json -r policy --dry-run · recuse apply plan.json -r policy ·
    recuse apply plan.json -r policy --emergency · recuse apply --resume -r policy --dry-run
    """
    human = printing(format_)
    if resume or plan is None:
        if not resume or plan is not None or emergency:
            raise InputError("apply takes a plan, or --resume alone", "give the file that `recuse plan --out` wrote")
        with progress() as report:
            manner = Manner(chosen_dsn(dsn), report, Patience(lock_timeout, retries + 1))
            also = None if state is None else keeper(state)
            found = resumption(manner, repository, record.ledger_folder(repository, ledger), also)
        resume_all(found, yes=yes, dry_run=dry_run, human=human)
        return
    if state is not None:
        raise InputError("--state is for --resume alone", "leave it away")
    content = read_file(plan)
    whole = read_plan(content)
    if dry_run:
        statements(
            [*whole["changes"], *(change for each in whole["listed"] for change in each["changes"])], human=human
        )
        return
    folder = record.ledger_folder(repository, ledger)
    show_stopped(folder)
    if human:
        show_emergencies(whole["emergencies"])
    if not yes:
        _ask(whole["changes"], len(whole["severs"]), emergency=emergency)
    with progress() as report:
        manner = Manner(chosen_dsn(dsn), report, Patience(lock_timeout, retries + 1))
        done = apply_in(manner, repository, content, folder, emergency=emergency)
    scripts = write_scripts(repository, content, folder, plan, emergency=emergency) if whole["listed"] else ()
    if not human:
        document([as_document(each) | {"emergency": emergency} for each in done] + [*map(script_document, scripts)])
    else:
        _tell(done, scripts, whole["goals"], emergency=emergency)
    if any(isinstance(script, Refused) for script in scripts):
        raise typer.Exit(2)


def _tell(
    done: Iterable[AppliedSystem], scripts: Iterable[Written | Refused], goals: list[dict[str, Any]], *, emergency: bool
) -> None:
    for each in done:
        show(each)
    for goal in goals:
        if goal["preview"]:
            out.print(f"{plain(goal['system'])}: at stage observe nothing is applied; the database is as it was")
    for script in scripts:
        show_script(script)
    if emergency:
        out.print(
            "[bold red]EMERGENCY[/], on one signature: it lapses after 72 hours, unless `recuse confirm` answers it;"
        )
        out.print("after `recuse confirm`, plan and apply again, which changes nothing and records it")


def show(done: AppliedSystem) -> None:
    """What an apply did, in a few lines."""
    if done.applied is None:
        out.print(f"{done.system}: [green]nothing to change[/]")
        return
    ended = done.applied.cut.signalled + done.applied.shaped.signalled
    seconds = max(done.applied.cut.seconds, done.applied.shaped.seconds)
    facts = counted(done.changes, "fact")
    out.print(f"{done.system}: {facts} changed by {counted(done.applied.statements, 'statement')}")
    ends = (
        f"{counted(ended, 'session')} ended, the last after {seconds * 1000:.0f} ms"
        if ended
        else "no session had to end"
    )
    retries = counted(done.applied.retries, "retry", "retries")
    for session in done.ended.sessions:
        at = f"{session.query_at:%H:%M:%S}" if session.query_at is not None else "an unknown time"
        which = f"{plain(session.login)} ({session.kind}, pid {session.pid}, {session.state or 'no state'})"
        said = "".join(letter if letter.isprintable() else " " for letter in shown(session))  # nothing for the terminal
        out.print(f"  ended: {which}; last statement, at {at}: {plain(' '.join(said.split()))}")
    out.print(f"{ends}; {retries}; locks held {done.applied.locked * 1000:.0f} ms at most")
    out.print(f"recorded as ledger entry {done.ledger_index}; next: [bold]recuse verify[/]")


def as_document(done: AppliedSystem) -> dict[str, object]:
    """What an apply did, as the machine interface has it."""
    applied = done.applied
    return {
        "system": done.system,
        "changes": done.changes,
        "statements": applied.statements if applied else 0,
        "sessions_ended": applied.cut.signalled + applied.shaped.signalled if applied else 0,
        "ended": done.ended.document(),
        "retries": applied.retries if applied else 0,
        "locked_seconds": applied.locked if applied else 0.0,
        "ledger_index": done.ledger_index,
    }


def statements(changes: list[dict[str, str]], *, human: bool) -> None:
    """Print the statements of a plan, by their steps."""
    if not human:
        document([{"step": change["step"], "do": change["do"]} for change in changes])
        return
    step = ""
    for change in changes:
        if change["step"] != step:
            step = change["step"]
            out.print(f"-- {change['phase']}: {step}", markup=False)
        out.print(f"{change['do']};", markup=False, soft_wrap=True)


def _ask(changes: list[dict[str, str]], severed: int, *, emergency: bool) -> None:
    counts = Counter(change["phase"] for change in changes)
    phases = ", ".join(f"{count} to {phase}" for phase, count in counts.items())
    question = (
        f"{'EMERGENCY, on one signature: ' if emergency else ''}"
        f"apply {counted(len(changes), 'statement')} ({phases}) and end the sessions of {counted(severed, 'account')}?"
    )
    if not sys.stdin.isatty():
        raise InputError("nobody is there to ask", "look at it with --dry-run, then say --yes")
    if not typer.confirm(question, err=True):
        raise InputError("nothing was applied", "run it again when you are ready")
