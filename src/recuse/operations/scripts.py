"""Writes the scripts of listings, for a person to run, once two officials stand behind them; the ledger has digests."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.errors import InputError, RefusedError, StalePlanError
from recuse.ledger import JSON
from recuse.operations import listed, record
from recuse.operations.document import read_plan
from recuse.operations.listed_plan import ListedPlan
from recuse.operations.listed_script import script, undo_script
from recuse.operations.workspace import Workspace, open_emergency, open_with_ledger

_OPENS: Final = "an emergency only reduces: leave it to a directive with two signatures"


@dataclass(frozen=True, slots=True)
class Written:
    """The script of one listing and what undoes it; `file` is None where the export is as the policy wants it."""

    system: str
    file: Path | None
    undo: Path | None
    changes: int
    stays_open: int


def write_scripts(
    folder: Path, plan: bytes, ledger: Path, beside: Path, *, emergency: bool = False
) -> tuple[Written | listed.Refused, ...]:
    """The scripts of a plan's listings, as `<plan>.<system>.sql` and `.undo.sql` beside the plan file.

    They are made anew; a plan that would now be another is StalePlanError. What cannot be planned, and in an emergency
    what would open something, is given back as refused: it keeps no other system from what was decided.
    """
    workspace = open_emergency(folder, ledger) if emergency else open_with_ledger(folder, ledger, draft=False)
    if listed.documents(workspace) != read_plan(plan)["listed"]:
        raise StalePlanError("an export is not as it was when the plan was made", "run `recuse plan` again")
    done: list[Written | listed.Refused] = []
    for each in listed.plans(workspace):
        if isinstance(each, listed.Refused):
            done.append(each)
        elif emergency and each.gains:
            message = f"the script of system `{each.system}` would open something"
            done.append(listed.Refused(each.system, RefusedError(message, _OPENS)))
        else:
            done.append(_written(workspace, each, ledger, beside))
    return tuple(done)


def _written(workspace: Workspace, plan: ListedPlan, ledger: Path, beside: Path) -> Written:
    if not plan.changes:
        return Written(plan.system, None, None, 0, len(plan.stays))
    texts = (script(plan), undo_script(plan))
    names = (beside.with_suffix(f".{plan.system}.sql"), beside.with_suffix(f".{plan.system}.undo.sql"))
    body: dict[str, JSON] = {
        "system": plan.system,
        "directives": list(workspace.directives),
        "policy_sha256": workspace.repository.policy_sha256,
        "export_sha256": plan.listing.sha256,
        "script_sha256": hashlib.sha256(texts[0].encode()).hexdigest(),
        "undo_sha256": hashlib.sha256(texts[1].encode()).hexdigest(),
        "changes": len(plan.changes),
        "stays_open": len(plan.stays),
    }
    with record.open_or_create(ledger, workspace.repository.ledger_origin) as log:
        record.append_new(log, record.entries(ledger), [("scripted", body)])
    for name, text in zip(names, texts, strict=True):
        _write(name, text)
    return Written(plan.system, *names, len(plan.changes), len(plan.stays))


def _write(path: Path, text: str) -> None:
    """Replace a file whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise InputError(f"`{path}` cannot be written: {reason}", "put the plan file where you may write") from error
