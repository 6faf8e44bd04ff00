"""Applies what two officials decided: recompute the plan, compare, record, run, and look again.

The statements that run are never read from a file: the plan is made anew and must equal the file byte for byte (but for
its backtest and advice), so an edited plan is refused and a changed database is noticed.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recuse import clock
from recuse.enforcement.plan import Plan
from recuse.errors import ApplyError, PlanError, StalePlanError
from recuse.ledger import JSON, Ledger, encode
from recuse.model import System
from recuse.operations import record
from recuse.operations.before import keep
from recuse.operations.course import Goal
from recuse.operations.document import compared, plan_document, read_plan
from recuse.operations.emergencies import emergency_body
from recuse.operations.ended import Ended, EndedLog
from recuse.operations.plan import Planned
from recuse.operations.reducing import check_permits, check_reduces
from recuse.operations.stages import Planner
from recuse.operations.undo import check_may_return
from recuse.operations.workspace import Workspace, open_any, open_emergency, open_with_ledger
from recuse.targets.records import PATIENCE, Applied, Patience, Progress
from recuse.targets.target import Session, target_for

Dsn = Callable[[System], str]


@dataclass(frozen=True, slots=True)
class AppliedSystem:
    """What happened at one system; `applied` is None when there was nothing to change."""

    system: str
    changes: int
    applied: Applied | None
    ended: Ended
    ledger_index: int


def service_dsn(system: System) -> str:
    """The connection string of a system: its entry in the connection service file, and nothing secret."""
    return f"service={system.service}"


@dataclass(frozen=True, slots=True)
class Manner:
    """How to apply: where to connect, whom to tell, and how long others may have to wait."""

    dsn: Dsn = service_dsn
    progress: Progress = lambda *_: None
    patience: Patience = PATIENCE


def apply_repository(
    folder: Path, plan: bytes, ledger: Path, dsn: Dsn = service_dsn, progress: Progress = lambda *_: None
) -> tuple[AppliedSystem, ...]:
    """`apply_in` with the usual patience."""
    return apply_in(Manner(dsn, progress), folder, plan, ledger)


def apply_in(
    manner: Manner, folder: Path, plan: bytes, ledger: Path, *, emergency: bool = False
) -> tuple[AppliedSystem, ...]:
    """Apply the plan of every live system of the repository; as an `emergency` on one signature, if it only reduces.

    Raises SignatureError or DirectiveError when no directive is in force, StalePlanError when the plan would now be
    another, RefusedError when an emergency opens something or ends a court's permit, ApplyError when a statement fails
    (what was tightened stays tight), LedgerError when nothing can be recorded (then nothing is changed).
    """
    whole = read_plan(plan)
    planner = _planner(folder, ledger, whole, emergency=emergency)
    workspace = planner.workspace
    if whole["draft"] and not emergency:
        raise PlanError("the plan was made on an unsigned draft", "run `recuse plan` again now that it is signed")
    with ExitStack() as stack:
        systems = planner.systems()
        sessions = [stack.enter_context(target_for(system.engine).open(manner.dsn(system))) for system in systems]
        for session in sessions:
            stack.enter_context(session.exclusive())
        pairs = tuple(zip(sessions, systems, strict=True))
        planned = [planner.plan(session, system) for session, system in pairs]
        _compare(workspace, planned, plan)
        sessions = [session for session, each in zip(sessions, planned, strict=True) if not each.goal.preview]
        planned = [each for each in planned if not each.goal.preview]
        if not planned:
            return ()  # nothing is done at this stage, and so nothing recorded
        if emergency:
            for session, each in zip(sessions, planned, strict=True):
                _check_emergency(session, workspace, each)
        known = record.entries(ledger)
        planned = [_with_owed(each, record.owed(known, each.plan.system)) for each in planned]
        log = stack.enter_context(record.open_or_create(ledger, workspace.repository.ledger_origin))
        _record_decisions(log, ledger, workspace, plan, planned)
        ended = EndedLog(log)
        parts = [each.plan.parts() for each in planned]
        tight = [_run(session, part, manner, ended) for session, (part, _) in zip(sessions, parts, strict=True)]
        loose = [_run(session, part, manner, ended) for session, (_, part) in zip(sessions, parts, strict=True)]
        done = [_together(first, second) for first, second in zip(tight, loose, strict=True)]
        return tuple(
            _finish(session, planner, each, applied, ended)
            for session, each, applied in zip(sessions, planned, done, strict=True)
        )


def _check_emergency(session: Session, workspace: Workspace, planned: Planned) -> None:
    check_reduces(planned)
    if planned.found.server.supported:
        permits = session.desk().permits(planned.plan.system)
        check_permits(planned, permits, workspace.repository, clock.now())


def _with_owed(planned: Planned, owed: frozenset[str]) -> Planned:
    """The plan, which also ends the sessions that an apply before it was to end and did not."""
    return replace(planned, plan=replace(planned.plan, severs=planned.plan.severs | owed))


def _run(session: Session, part: Plan, manner: Manner, ended: EndedLog) -> Applied | None:
    """Run one part on the facts as they are now: the part before has changed owners."""
    if not part.changes and not part.severs:
        return None
    try:
        applied = session.apply(part, session.inspect(), manner.progress, manner.patience)
    except ApplyError as error:
        ended.add(part.system, error.ended)
        raise
    ended.add(part.system, (*applied.cut.ended, *applied.shaped.ended))
    return applied


def _together(tight: Applied | None, loose: Applied | None) -> Applied | None:
    """Both parts as one; sessions ended and the moment are those of the first, which severs."""
    if tight is None or loose is None:
        return tight or loose
    return replace(
        tight,
        statements=tight.statements + loose.statements,
        retries=tight.retries + loose.retries,
        locked=max(tight.locked, loose.locked),
    )


def _planner(folder: Path, ledger: Path, whole: Mapping[str, Any], *, emergency: bool) -> Planner:
    """What plans as the file was planned. RefusedError for an undo that a directive in force does not allow."""
    undo = next((goal["undo"] for goal in whole["goals"] if goal["stage"] == "enforce"), None)
    if undo is not None:
        workspace = open_any(folder, ledger)
        check_may_return(workspace, workspace.at.date())
    else:
        workspace = open_emergency(folder, ledger) if emergency else open_with_ledger(folder, ledger, draft=False)
    return Planner(workspace, ledger, undo)


def _compare(workspace: Workspace, planned: Iterable[Planned], given: bytes) -> None:
    now = plan_document(workspace, tuple(planned), None)
    if now == compared(given):
        return
    mine, theirs = read_plan(now), read_plan(given)
    if mine["fingerprint"] != theirs.get("fingerprint"):
        raise StalePlanError(
            "the database is not as it was when the plan was made", "run `recuse plan` again and look at what changed"
        )
    different = [key for key in mine if mine[key] != theirs.get(key) and key not in ("backtest", "advice", "sha256")]
    raise StalePlanError(
        f"the plan file is not what would be planned now (it differs in {', '.join(different) or 'its bytes'})",
        "run `recuse plan` again",
    )


def _record_decisions(log: Ledger, folder: Path, workspace: Workspace, plan: bytes, planned: Iterable[Planned]) -> None:
    repository = workspace.repository
    record.append_new(log, record.entries(folder), record.attestations(repository, workspace.standing))
    for each in planned:
        body: dict[str, JSON] = {
            "system": each.plan.system,
            "plan_sha256": hashlib.sha256(plan).hexdigest(),
            "directives": list(workspace.directives),
            "policy_sha256": repository.policy_sha256,
            "severs": sorted(each.plan.severs),
            "fingerprint_before": keep(folder, each.found.facts),
            **_towards(each.goal),
        }
        log.append([encode("planned", clock.now(), body)])
        for directed in workspace.alone:
            signature, now = repository.directives[directed.directive.id].signature or b"", clock.now()
            alone = emergency_body(each.plan.system, directed, signature, plan, now)
            log.append([encode("emergency", now, alone)])


def _towards(goal: Goal) -> dict[str, JSON]:
    """Where an apply leads, as entries have it: to a stage, or back to before an apply."""
    return {"stage": goal.stage} if goal.undo is None else {"stage": goal.stage, "undo": goal.undo}


def _finish(
    session: Session, planner: Planner, planned: Planned, applied: Applied | None, ended: EndedLog
) -> AppliedSystem:
    """Look again: the difference must be gone; then record what was done."""
    plan, alone = planned.plan, planner.workspace.alone
    again = planner.again(session, planned)
    if again.plan.changes:
        raise ApplyError(
            f"after applying, {len(again.plan.changes)} facts are still not as the policy wants them",
            "run `recuse plan` to see what works against it",
        )
    body: dict[str, JSON] = {
        "system": plan.system,
        "directives": list(plan.directives),
        "fingerprint_before": plan.fingerprint,
        "fingerprint_after": again.plan.fingerprint,
        "changes": len(plan.changes),
        "severed": sorted(plan.severs),
        "sessions_ended": applied.cut.signalled + applied.shaped.signalled if applied else 0,
        "severed_before": applied.moment.isoformat() if applied else None,
        **_towards(planned.goal),
    }
    if alone:
        body["emergency"] = [each.directive.id for each in alone]
    index = ended.log.append([encode("applied", clock.now(), body)])
    return AppliedSystem(plan.system, len(plan.changes), applied, ended.of(plan.system), index)
