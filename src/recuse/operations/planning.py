"""Plans all live systems of a repository together, as one document: what the worker plans, and applies again."""

from pathlib import Path

from recuse.operations.document import plan_document
from recuse.operations.neighbours import placed
from recuse.operations.stages import Planner
from recuse.operations.workspace import Dsn, open_with_ledger
from recuse.targets.target import target_for


def plan_all(folder: Path, ledger: Path, dsn: Dsn) -> bytes:
    """The plan of every live system, of drafts too; equal bytes while policy, databases and day are the same.

    It holds neither backtest nor advice. Raises as `recuse plan` does. Reads only.
    """
    workspace = placed(open_with_ledger(folder, ledger, draft=True), dsn)
    planner, planned = Planner(workspace, ledger), []
    for system in planner.systems():
        with target_for(system.engine).open(dsn(system)) as session:
            planned.append(planner.plan(session, system))
    return plan_document(workspace, planned, None)
