"""Plans, shows, asks and applies in one go: for steps that an operator takes by one command."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import typer

from recuse.cli.apply import as_document, show, statements
from recuse.cli.console import chosen_dsn, counted, document, progress
from recuse.cli.planned import show as show_plan
from recuse.errors import InputError
from recuse.operations.apply import Manner, apply_in
from recuse.operations.document import plan_document, read_plan
from recuse.operations.neighbours import placed
from recuse.operations.stepping import Step
from recuse.targets.target import target_for


def take(
    step: Step,
    place: tuple[Path, Path],
    dsn: str | None,
    *,
    human: bool,
    ask: bool | None,
    first: Callable[[], None] = lambda: None,
) -> None:
    """Take one step; `place` are the policy repository and the ledger, `ask` None for a dry run.

    `first` is done before anything is applied, once the person has agreed.
    """
    connect, planned = chosen_dsn(dsn), []
    workspace = placed(step.planner.workspace, connect)
    planner = replace(step.planner, workspace=workspace)
    for system in step.systems:
        with target_for(system.engine).open(connect(system)) as session:
            planned.append(planner.plan(session, system))
    plan = plan_document(workspace, planned, None)
    whole = read_plan(plan)
    if ask is None:
        statements(whole["changes"], human=human)
        return
    if human:
        show_plan(workspace, whole)
    if ask:
        _ask(whole["changes"])
    first()
    with progress() as report:
        done = apply_in(Manner(connect, report), place[0], plan, place[1])
    if human:
        for each in done:
            show(each)
    else:
        document([as_document(each) for each in done])


def _ask(changes: list[dict[str, str]]) -> None:
    phases = ", ".join(f"{n} to {phase}" for phase, n in Counter(change["phase"] for change in changes).items())
    question = f"run {counted(len(changes), 'statement')}{f' ({phases})' if phases else ''}?"
    if not sys.stdin.isatty():
        raise InputError("nobody is there to ask", "look at it with --dry-run, then say --yes")
    if not typer.confirm(question, err=True):
        raise InputError("nothing was applied", "run it again when you are ready")
