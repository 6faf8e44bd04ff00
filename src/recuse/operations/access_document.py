"""Who reaches what, as a document for the console: agency by category in each system, and the paths past the policy.

A plan writes matrices, a verdict matrices and paths; each replaces what it worked out and leaves the rest, with the
moment that it is of. The console reads it as `recuse.server.console.access` says, and connects to no database.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from recuse import clock
from recuse.errors import InputError
from recuse.model import Repository
from recuse.operations.finding import Finding
from recuse.operations.matrix import matrix
from recuse.operations.page import Matrix
from recuse.operations.plan import Planned
from recuse.operations.verdict import Verified
from recuse.operations.workspace import Workspace

_MODE: Final = 0o640
_System = dict[str, Any]


def of_plans(workspace: Workspace, planned: Iterable[Planned]) -> list[_System]:
    """What the accounts of each agency read before and after these plans; of paths nothing is said."""
    systems, by = workspace.repository.systems, "draft" if workspace.draft else "plan"
    made = ((each.plan.system, matrix(workspace.repository, systems[each.plan.system], each)) for each in planned)
    return [_system(name, by, workspace.at, found) for name, found in made]


def of_verdicts(repository: Repository, verified: Iterable[Verified]) -> list[_System]:
    """What they read now and by the policy, and each path past it; a system without a plan is left out."""
    return [
        {
            **_system(each.system, "verify", each.at, each.matrix),
            "paths": {"at": each.at.isoformat(), "found": [_path(found, repository) for found in each.findings]},
        }
        for each in verified
        if each.matrix is not None
    ]


def write_access(file: Path, systems: Iterable[_System], at: datetime) -> None:
    """Write them into the file, all or nothing, beside those of other systems; readable by owner and group.

    Raises InputError where it cannot be written. What was there and cannot be read is replaced.
    """
    known = {each["system"]: each for each in _read(file)}
    for each in systems:
        paths = known.get(each["system"], {}).get("paths")
        known[each["system"]] = ({"paths": paths} if paths is not None else {}) | each
    whole = {"at": at.isoformat(), "systems": [known[name] for name in sorted(known)]}
    _replace(file, (json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def _system(name: str, by: str, at: datetime, found: Matrix) -> _System:
    return {"system": name, "by": by, "at": at.isoformat(), **asdict(found)}


def _path(found: Finding, repository: Repository) -> Mapping[str, Any]:
    account = repository.accounts.get(found.account)
    return {
        "agency": "" if account is None else repository.agencies[account.agency].name,
        "category": found.category,
        "account": found.account,
        "id": found.id,
        "code": found.code,
        "severity": found.severity,
        "object": found.object,
        "steps": [step.reason for step in found.steps],
        "reproduce": found.reproduce,
        "remedy": found.remedy or "",
    }


def _read(file: Path) -> Iterator[_System]:
    """The systems of the document that is there, as far as they are any."""
    try:
        whole = json.loads(file.read_bytes())
        yield from (each for each in whole["systems"] if isinstance(each["system"], str))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return


def _replace(file: Path, content: bytes) -> None:
    beside = file.with_name(f".{file.name}.{clock.random_name(8)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
        with os.fdopen(descriptor, "wb") as opened:
            os.fchmod(descriptor, _MODE)  # whatever the umask
            opened.write(content)
            opened.flush()
            os.fsync(descriptor)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        reason = (error.strerror or "").lower()
        raise InputError(f"`{file}` cannot be written: {reason}", "name a file in a folder that exists") from error
