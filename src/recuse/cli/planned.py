"""What a plan says, for people."""

from collections import Counter
from pathlib import Path
from typing import Any

from rich.table import Table

from recuse.cli.advice import show_advice
from recuse.cli.closings import show_closings
from recuse.cli.console import (
    counted,
    err,
    out,
    plain,
)
from recuse.cli.effects import effects_table
from recuse.cli.goals import show_goals
from recuse.cli.listed import show_listed
from recuse.operations.journal import stopped
from recuse.operations.workspace import Workspace


def show(workspace: Workspace, whole: dict[str, Any]) -> None:
    """The plan for people: what accounts lose and gain, the phases, the dangers, the backtest."""
    state = "[yellow]draft, not signed[/]" if workspace.draft else "in force"
    out.print(f"directive {plain(', '.join(workspace.directives)) or '–'} ({state})")
    show_emergencies(whole["emergencies"])
    show_goals(workspace, whole["goals"])
    changes = whole["changes"]
    if not changes and (whole["classes"] or not whole["listed"]):
        out.print("[green]nothing to change[/]: the database is as the policy wants it")
    elif changes:
        phases = Counter(change["phase"] for change in changes)
        out.print(f"{counted(len(changes), 'statement')}: " + ", ".join(f"{n} {phase}" for phase, n in phases.items()))
        out.print(effects_table(whole["accounts"]))
        _hazards(changes)
        if whole["severs"]:
            lose = counted(len(whole["severs"]), "account that loses", "accounts that lose")
            out.print(f"sessions end for {lose} something")
    show_closings(whole)
    if whole["proofs"] or whole["compared"]:
        _proofs(whole["proofs"], whole["compared"])
    for each in whole["listed"]:
        show_listed(each)
    for advice in whole["advice"] or ():
        show_advice(advice)
    if whole["backtest"] is not None:
        _backtest(whole["backtest"])


def show_stopped(ledger: Path, system: str | None = None) -> None:
    """Where an apply before this one stopped; beside the document, which says nothing of what was before."""
    for sentence in stopped(ledger, system):
        err.print("[yellow]stopped[/]", end=" ")
        err.print(sentence, markup=False, soft_wrap=True)


def show_emergencies(found: list[dict[str, Any]]) -> None:
    """What stands, or stood, on one signature: loud, until it is confirmed or returned."""
    for each in found:
        how = "has lapsed; a plan returns what it closed" if each["lapsed"] else f"lapses at {each['until']}"
        by = f"{plain(each['directive'])} by {plain(each['official'])} alone, in {plain(each['system'])}"
        out.print(f"[bold red]EMERGENCY[/] {by}: not confirmed; it {how}")


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
