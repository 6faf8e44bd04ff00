"""Where a plan leads, for people: to a stage, or back; what it leaves open, and what cannot be again as it was."""

from typing import Any

from recuse.cli.console import counted, out, plain
from recuse.errors import RefusedError
from recuse.operations.undo import check_may_return
from recuse.operations.workspace import Workspace


def show_goals(workspace: Workspace, goals: list[dict[str, Any]]) -> None:
    """What each system is to become, where that is not simply the policy."""
    for goal in goals:
        system, stage = plain(goal["system"]), goal["stage"]
        if goal["undo"] is not None:
            out.print(f"[bold]{system}[/] goes back to what it was before the apply of ledger entry {goal['undo']}")
        if goal["preview"]:
            out.print(f"[bold]{system}[/] is at stage observe: nothing is applied, and this is what enforcing would do")
        elif stage != "enforce":
            left = counted(len(goal["open"]), "account")
            out.print(f"[bold]{system}[/] is at stage {stage}: {left} stay open as they were before the policy")
        for sentence in goal["notes"]:
            out.print(f"[yellow]note[/] {plain(sentence)}")
    if any(goal["undo"] is not None and goal["stage"] == "enforce" for goal in goals):
        _allowed(workspace)


def _allowed(workspace: Workspace) -> None:
    try:
        check_may_return(workspace, workspace.at.date())
    except RefusedError as error:
        out.print(f"[bold red]apply refuses this[/]: {plain(error.message)}")
