"""Steps between stages, and the way back to before the first apply: what an operator asks for by one command."""

from dataclasses import dataclass
from pathlib import Path

from recuse import clock
from recuse.errors import InputError, RefusedError
from recuse.ledger import JSON, encode
from recuse.model import Stage, System
from recuse.operations import record
from recuse.operations.before import first_apply
from recuse.operations.stages import ORDER, Planner, Staged, staged
from recuse.operations.undo import check_may_return
from recuse.operations.workspace import open_any, open_with_ledger


@dataclass(frozen=True, slots=True)
class Step:
    """The systems that one apply is about, and what plans them."""

    planner: Planner
    systems: tuple[System, ...]


def stages_now(folder: Path, ledger: Path) -> tuple[tuple[str, Staged], ...]:
    """Every live system with its stage, by the directives in force or in draft."""
    workspace, entries = open_with_ledger(folder, ledger, draft=True), record.entries(ledger)
    return tuple((system.name, staged(workspace, system, entries)) for system in workspace.systems())


def step_to(folder: Path, ledger: Path, stage: Stage, name: str | None) -> Step:
    """What it takes to bring live systems (or the one named) to a stage.

    Raises InputError for a stage above the signed one, RefusedError for one below that nobody pre-authorised.
    """
    workspace, entries = open_with_ledger(folder, ledger, draft=False), record.entries(ledger)
    asked = {system.name: stage for system in workspace.systems(name)}
    for system in workspace.systems(name):
        at = staged(workspace, system, entries)
        if ORDER.index(stage) > ORDER.index(at.signed):
            raise InputError(
                f"system `{system.name}` is signed for stage `{at.signed}`, and `{stage}` is above it",
                "issue a directive at that stage",
            )
        if stage != at.signed:
            check_may_return(workspace, workspace.at.date())
        if stage == "canary" and not at.canaries:
            raise RefusedError("the directives in force name no `canary_accounts`", "step back to `observe`")
    return Step(Planner(workspace, ledger, asked=asked), tuple(workspace.systems()))


def note(ledger: Path, step: Step) -> None:
    """Record the step, loudly, before it is taken."""
    workspace, entries = step.planner.workspace, record.entries(ledger)
    with record.open_or_create(ledger, workspace.repository.ledger_origin) as log:
        for name, stage in step.planner.asked.items():
            at = staged(workspace, workspace.repository.systems[name], entries)
            body: dict[str, JSON] = {
                "system": name,
                "stage": stage,
                "before": at.stage,
                "signed": at.signed,
                "until": at.until.isoformat() if at.until is not None and stage != at.signed else None,
                "directives": list(workspace.directives),
            }
            log.append([encode("staged", clock.now(), body)])


def way_out(folder: Path, ledger: Path, name: str | None) -> tuple[Step, ...]:
    """What it takes to restore live systems (or the one named) to before the first apply.

    Raises RefusedError while a directive is in force that does not allow it, InputError where nothing was applied.
    """
    workspace, entries = open_any(folder, ledger), record.entries(ledger)
    check_may_return(workspace, workspace.at.date())
    found = []
    for system in workspace.systems(name):
        first = first_apply(entries, system.name)
        if first is not None:
            found.append(Step(Planner(workspace, ledger, undo=first), (system,)))
    if not found:
        raise InputError("the ledger tells of no apply whose facts were kept", "undo by hand, or name the ledger")
    return tuple(found)
