"""`recuse plan`: what would change, for whom, and what the access log says about it."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from recuse.audit.statements import read_statements
from recuse.audit.uses import read_uses
from recuse.cli.access_file import AccessOption, tell_access
from recuse.cli.console import (
    HERE,
    DsnOption,
    Format,
    FormatOption,
    LedgerOption,
    RepositoryOption,
    SystemOption,
    chosen_dsn,
    counted,
    document,
    err,
    fail,
    out,
    plain,
    printing,
    progress,
    read_file,
    write_file,
)
from recuse.cli.planned import show, show_stopped
from recuse.cli.rights import show_rights, warn_of_rights
from recuse.errors import InputError, RefutedError
from recuse.operations import record
from recuse.operations.access_document import of_plans
from recuse.operations.advice import Wanted, advise
from recuse.operations.closing import Wish, check_asked, plan_closing
from recuse.operations.copies import remarks_of
from recuse.operations.document import plan_document
from recuse.operations.neighbours import placed
from recuse.operations.notices import Notice
from recuse.operations.notices import notices as written_notices
from recuse.operations.plan import Planned
from recuse.operations.planning import replayed
from recuse.operations.prove_file import prove_file
from recuse.operations.stages import Planner
from recuse.operations.workspace import Workspace, open_any, open_with_ledger
from recuse.targets.target import target_for

ProveOption = Annotated[
    Path | None, typer.Option("--prove", help="prove this plan file again from its SQL alone, and do nothing else")
]
RightsOption = Annotated[
    bool, typer.Option("--rights", help="print the SQL by which a superuser gives this login what apply needs, only")
]
StatementsOption = Annotated[
    str | None,
    typer.Option("--statements", help="logged statements to judge: .sql, csvlog .csv, or the word pg_stat_statements"),
]
CountOption = Annotated[
    bool, typer.Option("--count/--no-count", help="count rows with NULL, or estimate them and read no row")
]
UndoOption = Annotated[
    int | None, typer.Option("--undo", min=0, help="plan the way back: to before the apply of this ledger entry")
]
NoticesOption = Annotated[
    Path | None, typer.Option("--notices", help="write a notice to each agency that loses something into this folder")
]
LogOption = Annotated[Path | None, typer.Option("--log", help="access log (Parquet or CSV) to replay against the plan")]

CloseOption = Annotated[
    list[str] | None,
    typer.Option("--close", help="also close what is found: `all`, a finding's code, or its id as `verify` shows it"),
]

REMEMBERED = "pg_stat_statements"


def plan(
    repository: RepositoryOption = HERE,
    out_file: Annotated[Path | None, typer.Option("--out", "-o", help="write the plan (JSON) to this file")] = None,
    log: LogOption = None,
    statements: StatementsOption = None,
    count: CountOption = True,
    system: SystemOption = None,
    dsn: DsnOption = None,
    ledger: LedgerOption = None,
    prove: ProveOption = None,
    close: CloseOption = None,
    rights: RightsOption = False,
    undo: UndoOption = None,
    notices: NoticesOption = None,
    access: AccessOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Compare the policy with the database: what every account loses or gains, and the statements that would do it.

    Works on unsigned drafts, so that officials see the effect before they sign. Changes nothing. Rights: CONNECT and
    the catalogs; on a database enforced already also TEMPORARY, and SELECT on the recuse schema and the tables. The
    advice measures on empty temporary tables and counts NULLs, where it may; what it could not do, it says.

    A login that is no superuser and is to apply the plan is told which rights it lacks; with --rights only that, as SQL
    that a superuser runs once: exit code 0 nothing is missing, 1 something is.

    Every row condition of a plan is proved before the plan is shown. With --prove a plan file is proved again from its
    SQL text and the rules: exit code 0 proved, 1 refuted, 2 could not tell. That needs no database.

    With --undo the plan leads back to the facts from before an apply, which `recuse ledger list` numbers. `apply` runs
    it where the directives in force allow stepping back, or none is in force.

    With --close the plan also ends paths past the policy, as `recuse verify` finds them: by their ids, by code, or all.
    Each is a change of its own, with what breaks and how to undo it; with --log, who used it, how often and last when.
    What no plan can close is listed with the reason. Needs the rights of `recuse verify` on the catalogs.

    Examples: recuse plan -r policy --log access.parquet --out plan.json · recuse plan -r policy --statements log.sql ·
    recuse plan -r policy --prove plan.json · recuse plan -r policy --close all --log access.parquet --out plan.json ·
    recuse plan -r policy --close user-mapping --close 4f0c2a9be1 --out plan.json · recuse plan -r policy --rights ·
    recuse plan -r policy --undo 5 --out undo.json
    """
    human = printing(format_)
    beside: dict[str, object] = {"--out": out_file, "--log": log, "--statements": statements, "--system": system}
    beside |= {"--dsn": dsn, "--undo": undo, "--notices": notices, "--close": close, "--access": access}
    ignored = [*(name for name, value in beside.items() if value is not None), *([] if count else ["--no-count"])]
    if prove is not None and ignored:
        message = f"--prove reads a plan file and nothing else, so that {', '.join(ignored)} would do nothing"
        raise InputError(message, "leave away what is beside --prove")
    kept = record.ledger_folder(repository, ledger)
    workspace = open_with_ledger(repository, kept, draft=True) if undo is None else open_any(repository, kept)
    if prove is not None:
        raise typer.Exit(_prove(workspace, prove, human=human))
    if rights:
        raise typer.Exit(show_rights(Planner(workspace, kept), workspace.systems(system), chosen_dsn(dsn), human=human))
    show_stopped(kept, system)
    logged = () if statements in (None, REMEMBERED) else read_statements(Path(statements))
    with progress() as report:
        planned, advice, planner = [], [], Planner(placed(workspace, chosen_dsn(dsn)), kept, undo)
        said_of_copies: list[str] = []
        for each in planner.systems(system):
            report(f"inspecting {each.name}", 0, 1)
            with target_for(each.engine).open(chosen_dsn(dsn)(each)) as session:
                planned.append(plan_closing(session, planner, each, _wish(workspace, each.name, close, log)))
                warn_of_rights(session, workspace, planned[-1])
                said_of_copies += remarks_of(session, workspace, planned[-1], kept)
                said = session.remembered() if statements == REMEMBERED else logged
                if planned[-1].goal.undo is None:
                    advice.append(advise(session, workspace.policy(), planned[-1], Wanted(count, said)))
            report(f"inspecting {each.name}", 1, 1)
        check_asked(planned, Wish(tuple(close or ())))
        backtest = None if log is None else replayed(workspace, planned, log, report, system)
    for remark in said_of_copies:
        err.print("[yellow]warning[/]", plain(remark), soft_wrap=True)
    _left_out(workspace, planned)
    written = plan_document(workspace, planned, backtest, advice)
    _beside(notices, lambda: written_notices(workspace, planned, written))
    tell_access(access, repository, partial(of_plans, workspace, planned), workspace.at, own=_own(workspace, kept))
    raise typer.Exit(_tell(workspace, written, out_file, human=human))


def _tell(workspace: Workspace, written: bytes, file: Path | None, *, human: bool) -> int:
    """Write and show a plan; the exit code."""
    if file is not None:
        write_file(file, written)
    whole = json.loads(written)
    if human:
        show(workspace, whole)
        if file is not None:
            out.print(f"plan written to [bold]{file}[/]")
    else:
        out.file.write(written.decode())
    return 2 if any(each["refused"] for each in whole["listed"]) else 0


def _wish(workspace: Workspace, system: str, close: list[str] | None, log: Path | None) -> Wish:
    """What to close, with what the log knows of its use; the order and repetition of the words mean nothing."""
    asked = tuple(sorted(set(close or ())))
    uses = read_uses(log, workspace.repository, workspace.rules, system) if asked and log is not None else None
    return Wish(asked, uses)


def _left_out(workspace: Workspace, planned: Iterable[Planned]) -> None:
    """Say where the policy asks for an event trigger that this login cannot make."""
    for each in planned:
        system = workspace.repository.systems[each.plan.system]
        if system.new_objects != "off" and not each.found.server.superuser:
            err.print(
                f"[yellow]note[/] system {plain(system.name)}: the event trigger for new objects takes a superuser and "
                "is left out of this plan; `recuse watch` looks instead",
                soft_wrap=True,
            )


def _own(workspace: Workspace, ledger: Path) -> bool:
    """Whether a plan is one that people look at unasked: a draft of somebody's own is not."""
    return not workspace.draft and ledger.exists()


def _beside(folder: Path | None, made: Callable[[], Iterable[Notice]]) -> None:
    """Two files an agency, where a folder is named: a text to send, and the same as JSON."""
    if folder is None:
        return
    found = made()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"`{folder}` cannot be made: {(error.strerror or '').lower()}", "name a folder") from error
    for notice in found:
        for name, content in notice.files():
            write_file(folder / name, content)


def _prove(workspace: Workspace, file: Path, *, human: bool) -> int:
    """Prove a plan file again; the exit code."""
    try:
        found = prove_file(workspace, read_file(file))
    except RefutedError as error:
        if not human:
            document(_outcome(refuted=error.message, row=_row(error)))
        else:
            fail(error)
        return 1
    if human:
        systems = plain(", ".join(found.systems))
        out.print(f"[green]proved[/] again, from the plan's SQL alone: {counted(found.proofs, 'proof')} for {systems}")
        out.print(f"as of {found.as_of}; `recuse apply` plans anew and compares")
    else:
        document(_outcome(as_of=found.as_of.isoformat(), systems=list(found.systems), proofs=found.proofs))
    return 0


def _outcome(**known: object) -> dict[str, object]:
    """The document of --prove, with the same keys whatever came out."""
    empty: dict[str, object] = {"as_of": None, "systems": [], "proofs": 0, "refuted": None, "row": None}
    return {"proved": "refuted" not in known, **empty, **known}


def _row(error: RefutedError) -> dict[str, Any] | None:
    """The row that refutes a plan, and the session that reaches it or does not."""
    found = error.counterexample
    if found is None:
        return None
    return {
        "class": found.role,
        "table": found.table,
        "command": found.command,
        "reached": found.shown,
        "columns": {name: _plain(value) for name, value in found.row.items()},
        "admitted": found.admitted,
        "permits": sorted(found.permits),
    }


def _plain(value: object) -> object:
    """A column's value as JSON: sets as lists, moments and addresses as texts."""
    if isinstance(value, frozenset):
        return sorted(value, key=repr)
    return value if value is None or isinstance(value, bool | int | str) else str(value)
