"""Stages: *observe* applies nothing, *canary* enforces named accounts, *enforce* all; and the plan of each.

The signed directives say the highest stage, and until when an operator may step back. A step back is an entry of the
ledger: it can only lower the stage, and counts only while every directive in force allows it. Going up again takes
nothing but what is signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from recuse.errors import DirectiveError, PlanError
from recuse.ledger import Entry
from recuse.model import Directive, Stage, System
from recuse.operations import record
from recuse.operations.before import Before, before, first_apply
from recuse.operations.canary import Named, plan_canary
from recuse.operations.course import Goal
from recuse.operations.plan import Planned, plan_system
from recuse.operations.undo import plan_undo
from recuse.operations.workspace import Workspace
from recuse.targets.target import Session

ORDER: Final[tuple[Stage, ...]] = ("observe", "canary", "enforce")


@dataclass(frozen=True, slots=True)
class Staged:
    """The stage of a system; `signed` is the highest, `until` the last day on which an operator may step back."""

    stage: Stage
    signed: Stage
    until: date | None
    canaries: frozenset[str]


def staged(workspace: Workspace, system: System, entries: Sequence[Entry]) -> Staged:
    """At which stage a system is. DirectiveError when directives that count together are at different stages."""
    directives = directives_of(workspace)
    stages = {directive.stage: directive.id for directive in directives}
    if len(stages) > 1:
        listed = ", ".join(f"`{name}` at `{stage}`" for stage, name in stages.items())
        raise DirectiveError(
            f"directives that count together are at different stages: {listed}",
            "issue one that supersedes the others, or all at one stage",
        )
    signed = _lowest(*stages, system.stage)
    days = [directive.step_back_until for directive in directives]
    until = min((day for day in days if day is not None), default=None) if None not in days else None
    stage = signed
    asked = _asked(workspace, system, entries)
    if asked is not None and until is not None and workspace.at.date() <= until:
        stage = _lowest(signed, asked)
    canaries = frozenset(name for directive in directives for name in directive.canary_accounts)
    return Staged(stage, signed, until, canaries)


def directives_of(workspace: Workspace) -> tuple[Directive, ...]:
    """The directives that count, in force or in draft."""
    return tuple(workspace.repository.directives[name].directive for name in workspace.directives)


def _asked(workspace: Workspace, system: System, entries: Sequence[Entry]) -> Stage | None:
    """The stage that the last step of an operator asks for, under these very directives."""
    for entry in reversed(entries):
        if entry.kind == "staged" and entry.body.get("system") == system.name:
            same = entry.body.get("directives") == list(workspace.directives)
            return next((stage for stage in ORDER if same and stage == entry.body.get("stage")), None)
    return None


def _lowest(*stages: Stage) -> Stage:
    return min(stages, key=ORDER.index)


def left_open(goal: Goal) -> tuple[str, ...]:
    """What a verdict says of the accounts that a stage leaves as they were, so that it never says *holds*."""
    if goal.stage == "enforce":
        return ()
    names = ", ".join(f"`{name}`" for name in goal.opened)
    return (f"stage: at `{goal.stage}` these accounts are open, as they were before the policy: {names}",)


@dataclass(slots=True)
class Planner:
    """Plans systems at their stage, or (with the index `undo` of a ledger entry) back to what was before an apply.

    It plans as if an operator had asked already for the stages `asked`, by system.
    """

    workspace: Workspace
    ledger: Path
    undo: int | None = None
    asked: Mapping[str, Stage] = field(default_factory=dict)
    _entries: tuple[Entry, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._entries = record.entries(self.ledger)

    def systems(self, name: str | None = None) -> tuple[System, ...]:
        """The live systems, or the one named; of an undo that which the entry is about."""
        if self.undo is None:
            return tuple(self.workspace.of_kind("live", name))
        about = before(self.ledger, self._entries, self.undo).system
        if name not in (None, about):
            raise PlanError(f"ledger entry {self.undo} is about system `{about}`", "leave away --system")
        return tuple(self.workspace.systems(about))

    def plan(self, session: Session, system: System) -> Planned:
        """The plan of one system. Reads only."""
        policy = self.workspace.policy()
        if self.undo is not None:
            return plan_undo(session, policy, system, before(self.ledger, self._entries, self.undo))
        at = staged(self.workspace, system, self._entries)
        if system.name in self.asked:
            at = replace(at, stage=_lowest(at.signed, self.asked[system.name]))
        match at.stage:
            case "enforce":
                return plan_system(session, policy, system)
            case "canary":
                return plan_canary(session, policy, system, self._named(at, system))
            case "observe":
                return self._observed(session, system)

    def _named(self, at: Staged, system: System) -> Named:
        """Whom the stage canary enforces, on top of what, and whether more is enforced, or half of more."""
        base = self.base(system)
        return Named(at.canaries, base, base is not None and self._enforced(system))

    def _enforced(self, system: System) -> bool:
        """Whether the last apply that ended enforced everything, or one after it set out to and was stopped."""
        for entry in reversed(self._entries):
            if entry.kind in ("planned", "applied") and entry.body.get("system") == system.name:
                enforced = entry.body.get("stage", "enforce") == "enforce"
                if enforced or entry.kind == "applied":
                    return enforced
        return False

    def again(self, session: Session, planned: Planned) -> Planned:
        """What is left of a plan that was applied."""
        system = self.workspace.repository.systems[planned.plan.system]
        if planned.goal.undo is None:
            return self.plan(session, system)
        return plan_undo(
            session, self.workspace.policy(), system, before(self.ledger, self._entries, planned.goal.undo)
        )

    def base(self, system: System) -> Before | None:
        """What a system was like before these directives were applied there; None where they were not."""
        index = first_apply(self._entries, system.name, self.workspace.directives)
        return None if index is None else before(self.ledger, self._entries, index)

    def _observed(self, session: Session, system: System) -> Planned:
        """The way back where something was applied, and else what enforcing would do."""
        policy, base = self.workspace.policy(), self.base(system)
        accounts = self.workspace.repository.accounts.values()
        opened = tuple(sorted(account.id for account in accounts if account.system == system.name))
        if base is not None:
            back = plan_undo(session, policy, system, base)
            if back.plan.changes:
                return replace(back, goal=replace(back.goal, stage="observe", opened=opened))
        preview = plan_system(session, policy, system)
        return replace(preview, goal=Goal("observe", opened=opened, preview=True))
