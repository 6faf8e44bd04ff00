"""Systems that are listings, in documents and in the ledger: where the export lies, its plan, or why there is none.

A listing that cannot be planned keeps no live system from being cut: its entry says what is wrong with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recuse.enforcement.plan import Loss
from recuse.errors import InputError, PlanError, RecuseError
from recuse.model import System
from recuse.operations.listed_plan import ListedPlan, plan_listing
from recuse.operations.listed_reach import step
from recuse.operations.listed_script import scripted, sessions_to_end
from recuse.operations.workspace import Workspace
from recuse.targets.listing import nodes
from recuse.targets.listing.reading import read_listing
from recuse.targets.listing.records import Listing


@dataclass(frozen=True, slots=True)
class Refused:
    """A listing without a plan, and why."""

    system: str
    error: RecuseError


def export_folder(workspace: Workspace, system: System) -> Path:
    """Where a system's export lies: `service`, below the policy repository if it is not absolute.

    Raises PlanError for a folder whose files would be part of what is signed: each new export would need signatures.
    """
    given = Path(system.service)
    folder = given if given.is_absolute() else workspace.folder / given
    inside = folder.resolve().relative_to(workspace.folder.resolve()) if _within(folder, workspace.folder) else None
    if inside is not None and not any(part.startswith(".") for part in inside.parts):
        message = f"the export of system `{system.name}` lies among the files that are signed"
        raise PlanError(message, "let `service` name a folder outside the repository, or one that starts with a dot")
    return folder


def read_export(workspace: Workspace, system: System) -> Listing:
    """The export of a system. Raises InputError or PlanError."""
    return read_listing(export_folder(workspace, system))


def plans(workspace: Workspace, name: str | None = None) -> Iterator[ListedPlan | Refused]:
    """The plan of each listing, or of the one named."""
    policy = workspace.policy()
    for system in workspace.of_kind("listing", name):
        try:
            yield plan_listing(policy, system, read_export(workspace, system))
        except InputError as error:
            yield Refused(system.name, error)


def documents(workspace: Workspace) -> list[dict[str, Any]]:
    """What a plan document holds of listings."""
    return [_refused(each) if isinstance(each, Refused) else _planned(each) for each in plans(workspace)]


def _refused(each: Refused) -> dict[str, Any]:
    return {
        "system": each.system, "refused": each.error.message, "remedy": each.error.remedy, "export_sha256": None,
        "exported_at": None, "changes": [], "accounts": [], "ends_sessions": [], "stays_open": [], "not_opened": [],
    }  # fmt: skip


def _planned(plan: ListedPlan) -> dict[str, Any]:
    return {
        "system": plan.system,
        "refused": None,
        "remedy": None,
        "export_sha256": plan.listing.sha256,
        "exported_at": plan.listing.about.exported_at.isoformat(),
        "changes": [
            {"phase": s.phase, "step": s.step, "do": s.statement.do, "undo": s.statement.undo, "reason": s.reason}
            for s in scripted(plan)
        ],
        "accounts": [
            {
                "account": name,
                "loses": [_effect(loss) for loss in plan.loses if loss.account == name],
                "gains": [_effect(gain) for gain in plan.gains if gain.account == name],
            }
            for name in sorted({each.account for each in (*plan.loses, *plan.gains)})
        ],
        "ends_sessions": list(sessions_to_end(plan)),
        "stays_open": [
            {
                "account": f"{plan.system}/{each.login}",
                "object": nodes.dotted(*each.name),
                "action": each.verb,
                "steps": [step(edge) for edge in each.path],
            }
            for each in plan.stays
        ],
        "not_opened": list(plan.missing),
    }


def _effect(loss: Loss) -> dict[str, str]:
    return {"category": loss.category, "action": loss.action, "rows": loss.rows}


def _within(folder: Path, repository: Path) -> bool:
    return folder.resolve().is_relative_to(repository.resolve())
