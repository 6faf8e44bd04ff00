"""The policy that is answered under: what the databases hold, as the ledger tells, and none that is only written.

A system's database holds a policy from the entry *applied* on. While a policy is being applied (*planned*, and not yet
*applied*), what is permitted is what both permit, which is what the databases show then. What the ledger does not know
as applied is not answered about; systems that no program enters have nothing applied, and the policy in force counts.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from recuse.errors import RecuseError, TargetError
from recuse.ledger import Entry
from recuse.operations import record
from recuse.operations.emergencies import digest
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.policy.assisting import Assisting
from recuse.requests.written import Under
from recuse.server.deciding import DecisionPoint
from recuse.server.grounds import Loaded
from recuse.server.holding import Held
from recuse.serving.entries import Entries

_HEADS: Final = "heads"
_LIVE: Final = "live"
_KINDS: Final = ("confirmed", "planned", "applied")


def load(repository: Path, ledger: Path) -> Loaded:
    """The policy of a repository, for the systems to which it is applied.

    Raises what reading it raises, `DirectiveError` when none is in force.
    """
    workspace = open_with_ledger(repository, ledger, draft=False)
    entries = record.entries(ledger)
    every = workspace.repository.systems.values()
    answered = frozenset(_applied(workspace, entries)) | {system.name for system in every if system.kind != _LIVE}
    point = DecisionPoint(workspace.repository, workspace.rules, Held(()), answered)
    assisting = Assisting(workspace.repository, workspace.rules)
    under = Under(workspace.directives, workspace.repository.policy_sha256)
    directives = tuple(each.directive for each in workspace.attested)
    return Loaded(_name(workspace, answered), _newest(entries)[0], point, (assisting, under), directives)


class Follower:
    """The policy as the ledger goes on: looked at for each answer, read again only when the ledger has grown."""

    def __init__(self, repository: Path, ledger: Path) -> None:
        self.entries = Entries(ledger)
        """The ledger's entries, for all that this process does with them."""
        self._repository = repository
        self._ledger = ledger
        self._seen = -1
        self._loaded: Loaded | None = None
        self._reason = "no policy has been loaded"
        self._lock = asyncio.Lock()

    @property
    def known(self) -> Loaded | None:
        """What was loaded last; None when nothing can be answered under."""
        return self._loaded

    async def current(self) -> Loaded:
        """The policy of this moment; TargetError when it cannot be loaded."""
        if self._size() != self._seen:
            async with self._lock:
                if self._size() != self._seen:
                    await asyncio.to_thread(self._look)
        if self._loaded is None:
            raise TargetError(f"no policy can be answered under: {self._reason}", "tell the administrator")
        return self._loaded

    def _size(self) -> int:
        """Bytes of the ledger's heads: each batch of entries adds to them."""
        return (self._ledger / _HEADS).stat().st_size

    def _look(self) -> None:
        size = self._size()
        try:
            self._take()
        except RecuseError as error:  # what was loaded is no longer what the ledger says
            self._loaded, self._reason = None, str(error)
        self._seen = size

    def _take(self) -> None:
        place, kind = _newest(self.entries.now())
        if self._loaded is not None and place == self._loaded.place:
            return
        fresh, old = load(self._repository, self._ledger), self._loaded
        systems = fresh.point.repository.systems
        if kind != "applied" and old is not None and any(system.kind == _LIVE for system in systems.values()):
            point = old.point.until(fresh.point.applied_to(systems))
            directives = (*old.directives, *fresh.directives)
            fresh = replace(fresh, policy=f"{old.policy}+{fresh.policy}", point=point, directives=directives)
        self._loaded = fresh


def _newest(entries: Sequence[Entry]) -> tuple[int, str]:
    """Where the newest entry about a policy is, and of which kind."""
    for place in range(len(entries) - 1, -1, -1):
        if entries[place].kind in _KINDS:
            return place, entries[place].kind
    return -1, ""


def _applied(workspace: Workspace, entries: Sequence[Entry]) -> Iterator[str]:
    """The live systems whose last apply came to its end with this very policy."""
    mine = (workspace.repository.policy_sha256, list(workspace.directives))
    for system in workspace.of_kind(_LIVE):
        planned = applied = None
        for entry in entries:
            if entry.body.get("system") == system.name and entry.kind == "planned":
                planned, applied = entry.body, None
            elif entry.body.get("system") == system.name and entry.kind == "applied":
                applied = entry.body
        done = planned if applied is not None and "undo" not in applied else None
        if done is not None and (done["policy_sha256"], done["directives"]) == mine:
            yield system.name


def _name(workspace: Workspace, answered: frozenset[str]) -> str:
    """A policy by hash: everything outside of directives, the directives in force, and where it is applied."""
    directives = [digest(each.directive.raw) for each in workspace.attested]
    whole = [workspace.repository.policy_sha256, sorted(directives), sorted(answered)]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()
