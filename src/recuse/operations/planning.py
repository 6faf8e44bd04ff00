"""Plans all live systems of a repository together, as one document: what the worker plans, and applies again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recuse.audit.backtest import backtest
from recuse.operations.document import plan_document
from recuse.operations.neighbours import placed
from recuse.operations.plan import Planned
from recuse.operations.stages import Planner
from recuse.operations.workspace import Dsn, Workspace, open_with_ledger
from recuse.targets.records import Progress
from recuse.targets.target import target_for


def plan_all(folder: Path, ledger: Path, dsn: Dsn, log: Path | None = None, progress: Progress | None = None) -> bytes:
    """The plan of every live system, of drafts too; equal bytes while policy, databases and day are the same.

    It holds no advice, and a backtest only where a log is given. Raises as `recuse plan` does. Reads only.
    """
    workspace = placed(open_with_ledger(folder, ledger, draft=True), dsn)
    planner, planned = Planner(workspace, ledger), []
    for system in planner.systems():
        with target_for(system.engine).open(dsn(system)) as session:
            planned.append(planner.plan(session, system))
    found = None if log is None else replayed(workspace, planned, log, progress or (lambda *_: None))
    return plan_document(workspace, planned, found)


def replayed(
    workspace: Workspace, planned: Sequence[Planned], log: Path, progress: Progress, asked: str | None = None
) -> Mapping[str, Any]:
    """The backtest of a log against the policy, as a plan holds it: of the first system planned, or the one asked for.

    InputError for a log that cannot be read, and for an unknown system.
    """
    system = planned[0].plan.system if planned else asked or next(iter(workspace.repository.systems))
    return backtest(log, workspace.repository, workspace.rules, system, progress).to_json()
