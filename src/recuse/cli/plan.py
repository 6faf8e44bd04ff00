"""`recuse plan`: what would change, for whom, and what the access log says about it."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from recuse.audit.backtest import backtest as replay
from recuse.audit.statements import read_statements
from recuse.cli.advice import show_advice
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
from recuse.cli.goals import show_goals
from recuse.errors import InputError, RefutedError
from recuse.operations import record
from recuse.operations.advice import Wanted, advise
from recuse.operations.document import plan_document, read_plan
from recuse.operations.notices import Notice
from recuse.operations.notices import notices as written_notices
from recuse.operations.prove_file import prove_file
from recuse.operations.stages import Planner
from recuse.operations.workspace import Workspace, open_any, open_with_ledger
from recuse.targets.target import target_for

ProveOption = Annotated[
    Path | None, typer.Option("--prove", help="prove this plan file again from its SQL alone, and do nothing else")
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
    undo: UndoOption = None,
    notices: NoticesOption = None,
    format_: FormatOption = Format.human,
) -> None:
    """Compare the policy with the database: what every account loses or gains, and the statements that would do it.

    Works on unsigned drafts, so that officials see the effect before they sign. Changes nothing. Rights: CONNECT and
    the catalogs; on a database enforced already also TEMPORARY, and SELECT on the recuse schema and the tables. The
    advice measures on empty temporary tables and counts NULLs, where it may; what it could not do, it says.

    Every row condition of a plan is proved before the plan is shown. With --prove a plan file is proved again from its
    SQL text and the rules: exit code 0 proved, 1 refuted, 2 could not tell. That needs no database.

    With --undo the plan leads back to the facts from before an apply, which `recuse ledger list` numbers. `apply` runs
    it where the directives in force allow stepping back, or none is in force.

    Examples: recuse plan -r policy --log access.parquet --out plan.json · recuse plan -r policy --statements log.sql ·
    recuse plan -r policy --prove plan.json · recuse plan -r policy --undo 5 --out undo.json
    """
    human = printing(format_)
    beside: dict[str, object] = {"--out": out_file, "--log": log, "--statements": statements, "--system": system}
    beside |= {"--dsn": dsn, "--undo": undo, "--notices": notices}
    ignored = [*(name for name, value in beside.items() if value is not None), *([] if count else ["--no-count"])]
    if prove is not None and ignored:
        message = f"--prove reads a plan file and nothing else, so that {', '.join(ignored)} would do nothing"
        raise InputError(message, "leave away what is beside --prove")
    folder = record.ledger_folder(repository, ledger)
    workspace = open_with_ledger(repository, folder, draft=True) if undo is None else open_any(repository, folder)
    if prove is not None:
        raise typer.Exit(_prove(workspace, prove, human=human))
    logged = () if statements in (None, REMEMBERED) else read_statements(Path(statements))
    with progress() as report:
        planned, advice, planner = [], [], Planner(workspace, folder, undo)
        for each in planner.systems(system):
            report(f"inspecting {each.name}", 0, 1)
            with target_for(each.engine).open(chosen_dsn(dsn)(each)) as session:
                planned.append(planner.plan(session, each))
                said = session.remembered() if statements == REMEMBERED else logged
                if planned[-1].goal.undo is None:
                    advice.append(advise(session, workspace.policy(), planned[-1], Wanted(count, said)))
            report(f"inspecting {each.name}", 1, 1)
        backtest = None
        if log is not None:
            name = planned[0].plan.system
            backtest = replay(log, workspace.repository, workspace.rules, name, report).to_json()
    written = plan_document(workspace, planned, backtest, advice)
    if out_file is not None:
        write_file(out_file, written)
    if notices is not None:
        _notices(notices, written_notices(workspace, planned, written))
    if human:
        show(workspace, read_plan(written))
        if out_file is not None:
            out.print(f"plan written to [bold]{out_file}[/]")
    else:
        out.file.write(written.decode())


def _notices(folder: Path, found: Iterable[Notice]) -> None:
    """Two files an agency: a text to send, and the same as JSON."""
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


def show(workspace: Workspace, whole: dict[str, Any]) -> None:
    """The plan for people: what accounts lose and gain, the phases, the dangers, the backtest."""
    state = "[yellow]draft, not signed[/]" if workspace.draft else "in force"
    out.print(f"directive {plain(', '.join(workspace.directives)) or '–'} ({state})")
    show_emergencies(whole["emergencies"])
    show_goals(workspace, whole["goals"])
    changes = whole["changes"]
    if not changes:
        out.print("[green]nothing to change[/]: the database is as the policy wants it")
    else:
        phases = Counter(change["phase"] for change in changes)
        out.print(f"{counted(len(changes), 'statement')}: " + ", ".join(f"{n} {phase}" for phase, n in phases.items()))
        out.print(_effects(whole["accounts"]))
        _hazards(changes)
        if whole["severs"]:
            lose = counted(len(whole["severs"]), "account that loses", "accounts that lose")
            out.print(f"sessions end for {lose} something")
    if whole["proofs"] or whole["compared"]:
        _proofs(whole["proofs"], whole["compared"])
    for advice in whole["advice"] or ():
        show_advice(advice)
    if whole["backtest"] is not None:
        _backtest(whole["backtest"])


def show_emergencies(found: list[dict[str, Any]]) -> None:
    """What stands, or stood, on one signature: loud, until it is confirmed or returned."""
    for each in found:
        how = "has lapsed; a plan returns what it closed" if each["lapsed"] else f"lapses at {each['until']}"
        by = f"{plain(each['directive'])} by {plain(each['official'])} alone, in {plain(each['system'])}"
        out.print(f"[bold red]EMERGENCY[/] {by}: not confirmed; it {how}")


def _effects(accounts: list[dict[str, Any]]) -> Table:
    table = Table("account", "loses", "gains", title="what changes for whom", title_justify="left")
    for account in accounts:
        table.add_row(plain(account["account"]), _words(account["loses"]), _words(account["gains"]))
    return table


def _proofs(proofs: list[dict[str, Any]], compared: list[dict[str, Any]]) -> None:
    """What was proved, in two lines; and what was not."""
    classes = len({(proof["system"], proof["class"]) for proof in proofs})
    if classes:
        out.print(
            f"[green]proved[/] from the SQL itself, for {counted(classes, 'class', 'classes')}: "
            "no row is reached that the rules close, and every row that they open"
        )
    out.print(
        f"[green]proved[/] for {counted(len(compared), 'account')}: at no step more is reached than before or after"
    )
    apart = sorted({f"{each['system']}/{table}" for each in compared for table in each["not_compared"]})
    if apart:
        names = plain(", ".join(apart))
        out.print(f"[yellow]not compared[/] with before, since row policies of others are not understood: {names}")


def _words(effects: list[dict[str, str]]) -> str:
    """Categories by what becomes of them, reading first; inserting, updating and deleting are changing."""
    found: dict[str, dict[str, None]] = {}
    for rows in ("all", "some"):
        for verb, actions in (("reading", ("read",)), ("changing", ("insert", "update", "delete"))):
            word = verb if rows == "all" else f"{verb} some rows of"
            for effect in effects:
                if effect["rows"] == rows and effect["action"] in actions:
                    found.setdefault(word, {})[effect["category"]] = None
    return "\n".join(f"[bold]{word}[/] {plain(', '.join(categories))}" for word, categories in found.items()) or "–"


def _hazards(changes: list[dict[str, Any]]) -> None:
    hazards = [hazard for change in changes for hazard in change["hazards"]]
    counted = Counter(hazard["code"] for hazard in hazards)
    for code, count in counted.items():
        first = next(hazard for hazard in hazards if hazard["code"] == code)
        more = f" (and {count - 1} more)" if count > 1 else ""
        err.print("[yellow]hazard[/]", f"{code}: {plain(first['sentence'])}{more}", markup=True)
        if first["remedy"]:
            err.print(f"       {first['remedy']}", markup=False)


def _backtest(found: dict[str, Any]) -> None:
    out.print(
        f"backtest: of {found['replayable']:,} logged accesses that can be judged (of {found['lines']:,}), "
        f"{found['refused']:,} would have been refused"
    )
    table = Table("agency", "accesses", "would be refused", title="by agency", title_justify="left")
    for row in sorted(found["by_agency"], key=lambda row: -row["refused"])[:12]:
        table.add_row(plain(row["agency"]), f"{row['lines']:,}", f"{row['refused']:,}")
    out.print(table)
    for row in found["by_kind"]:
        out.print(f"  {row['kind']} purposes: {row['refused']:,} of {row['lines']:,} would have been refused")
