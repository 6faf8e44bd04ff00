"""Applies what two officials decided: recompute the plan, compare, record, run, and look again.

The statements that run are never read from a file: the plan is made anew and must equal the file byte for byte (but for
its backtest and advice), so an edited plan is refused and a changed database is noticed.
"""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from recuse import clock
from recuse.errors import ApplyError, DirectiveError, PlanError, StalePlanError, TargetError
from recuse.ledger import JSON, Ledger, encode
from recuse.model import System
from recuse.operations import record
from recuse.operations.document import compared, plan_document, read_plan
from recuse.operations.emergencies import emergency_body
from recuse.operations.ended import Ended, EndedLog
from recuse.operations.journal import Journal
from recuse.operations.phases import Site, Telling, run
from recuse.operations.plan import Planned, plan_system
from recuse.operations.reducing import check_permits, check_reduces
from recuse.operations.workspace import Workspace, open_emergency, open_with_ledger
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
    workspace = open_emergency(folder, ledger) if emergency else open_with_ledger(folder, ledger, draft=False)
    if read_plan(plan)["draft"] and not emergency:
        raise PlanError("the plan was made on an unsigned draft", "run `recuse plan` again now that it is signed")
    _check_stage(workspace)
    with ExitStack() as stack:
        systems = tuple(workspace.systems())
        sessions = [_opened(stack, system, manner.dsn(system), alone=len(systems) == 1) for system in systems]
        policy = workspace.policy()
        planned = [plan_system(session, policy, system) for session, system in zip(sessions, systems, strict=True)]
        _compare(workspace, planned, plan)
        if emergency:
            for session, each in zip(sessions, planned, strict=True):
                _check_emergency(session, workspace, each)
        known = record.entries(ledger)
        planned = [_with_owed(each, record.owed(known, each.plan.system)) for each in planned]
        log = stack.enter_context(record.open_or_create(ledger, workspace.repository.ledger_origin))
        journal = stack.enter_context(Journal.open(ledger, hashlib.sha256(plan).hexdigest()))
        _record_decisions(log, ledger, workspace, plan, planned)
        sites = [Site(session, each) for session, each in zip(sessions, planned, strict=True)]
        telling = Telling(manner.progress, manner.patience, journal, EndedLog(log))
        run(sites, telling)
        return tuple(_finish(site, workspace, telling) for site in sites)


def _opened(stack: ExitStack, system: System, dsn: str, *, alone: bool) -> Session:
    """A session that keeps other applies out; where one of several systems fails, it is named."""
    try:
        session = stack.enter_context(target_for(system.engine).open(dsn))
        stack.enter_context(session.exclusive())
    except TargetError as error:
        if alone:
            raise
        raise type(error)(
            f"system `{system.name}`: {error.message}; nothing was changed in any system", error.remedy
        ) from error
    return session


def _check_emergency(session: Session, workspace: Workspace, planned: Planned) -> None:
    check_reduces(planned)
    if planned.found.server.supported:
        permits = session.desk().permits(planned.plan.system)
        check_permits(planned, permits, workspace.repository, clock.now())


def _with_owed(planned: Planned, owed: frozenset[str]) -> Planned:
    """The plan, which also ends the sessions that an apply before it was to end and did not."""
    return replace(planned, plan=replace(planned.plan, severs=planned.plan.severs | owed))


def _check_stage(workspace: Workspace) -> None:
    for system in workspace.systems():
        if system.stage != "enforce":
            raise PlanError(
                f"system `{system.name}` is at stage `{system.stage}`, where nothing is applied",
                'set `stage = "enforce"` in recuse.toml, and sign again',
            )
    for directive in (each.directive for each in workspace.standing):
        if directive.stage != "enforce":
            raise DirectiveError(
                f"directive `{directive.id}` is at stage `{directive.stage}`, where nothing is applied",
                "issue it at stage `enforce`",
            )


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
        }
        log.append([encode("planned", clock.now(), body)])
        for directed in workspace.alone:
            signature, now = repository.directives[directed.directive.id].signature or b"", clock.now()
            alone = emergency_body(each.plan.system, directed, signature, plan, now)
            log.append([encode("emergency", now, alone)])


def _finish(site: Site, workspace: Workspace, telling: Telling) -> AppliedSystem:
    """Look again: the difference must be gone; then record what was done."""
    plan, applied, ended = site.planned.plan, site.applied, telling.ended
    again = plan_system(site.session, workspace.policy(), workspace.repository.systems[plan.system])
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
    }
    if workspace.alone:
        body["emergency"] = [each.directive.id for each in workspace.alone]
    index = ended.log.append([encode("applied", clock.now(), body)])
    telling.journal.note(plan.system, "apply", "ended")
    return AppliedSystem(plan.system, len(plan.changes), applied, ended.of(plan.system), index)
