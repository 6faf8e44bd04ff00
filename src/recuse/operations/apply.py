"""Applies what two officials decided: recompute the plan, compare, record, run, and look again.

The statements that run are never read from a file: the plan is made anew and must equal the file byte for byte (but for
its backtest and advice), so an edited plan is refused and a changed database is noticed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from recuse import clock
from recuse.errors import ApplyError, PlanError, StalePlanError, TargetError
from recuse.ledger import JSON, Entry, Ledger, encode
from recuse.model import System
from recuse.operations import record
from recuse.operations.before import keep
from recuse.operations.closing import Wish, plan_closing
from recuse.operations.copies import check_place, place
from recuse.operations.course import Goal
from recuse.operations.document import compared, plan_document, read_plan
from recuse.operations.emergencies import emergency_body
from recuse.operations.ended import Ended, EndedLog
from recuse.operations.journal import Journal
from recuse.operations.neighbours import placed
from recuse.operations.phases import Following, Site, Telling, run
from recuse.operations.plan import Planned
from recuse.operations.reducing import check_permits, check_reduces
from recuse.operations.rights import check_rights
from recuse.operations.stages import Planner
from recuse.operations.standbys import PATIENCE as PATIENCE_FOR_STANDBYS
from recuse.operations.standbys import sever_standbys
from recuse.operations.undo import check_may_return
from recuse.operations.workspace import Dsn, Workspace, open_any, open_emergency, open_with_ledger
from recuse.targets.records import PATIENCE, Applied, Patience, Progress
from recuse.targets.target import Session, target_for


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
    """How to apply: where to connect, whom to tell, and how long others may have to wait.

    `resuming` expects copies; `standby_seconds` is how long a standby may take to replay a cut; `asked_by` is who
    queued it, where the worker applies.
    """

    dsn: Dsn = service_dsn
    progress: Progress = lambda *_: None
    patience: Patience = PATIENCE
    resuming: bool = False
    standby_seconds: float = PATIENCE_FOR_STANDBYS
    following: Following = lambda *_: None
    asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    """Where an apply is written down, and which systems were where their ledger left them before it."""

    planner: Planner
    telling: Telling
    current: frozenset[str]
    standbys: dict[str, dict[str, JSON]] = field(default_factory=dict)


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
    another or a system is a copy, MissingRightError when a login lacks a right that some statement needs (then nothing
    is done), RefusedError when an emergency opens something or ends a court's permit, ApplyError when a statement fails
    or a standby does not follow (what was tightened stays tight), LedgerError when nothing can be recorded (then
    nothing is changed).
    """
    whole = read_plan(plan)
    planner = _planner(folder, ledger, whole, emergency=emergency)
    workspace = planner.workspace
    _check_listings(workspace)
    if whole["draft"] and not emergency:
        raise PlanError("the plan was made on an unsigned draft", "run `recuse plan` again now that it is signed")
    with ExitStack() as stack:
        systems = planner.systems()
        sessions = [_opened(stack, system, manner.dsn(system), alone=len(systems) == 1) for system in systems]
        known = record.entries(ledger)
        pairs = tuple(zip(sessions, systems, strict=True))
        current = frozenset(_current(pairs, known, needed=not (emergency or manner.resuming)))
        wish = Wish(tuple(whole["close"]))
        workspace = placed(workspace, manner.dsn, ((system, session) for session, system in pairs))
        planner = replace(planner, workspace=workspace)
        planned = [plan_closing(session, planner, system, wish) for session, system in pairs]
        _compare(workspace, planned, plan)
        sessions = [session for session, each in zip(sessions, planned, strict=True) if not each.goal.preview]
        planned = [each for each in planned if not each.goal.preview]
        if not planned and not tuple(workspace.of_kind("listing")):
            return ()  # nothing is done at this stage, and so nothing recorded
        for session, each in zip(sessions, planned, strict=True):
            check_rights(session, each, workspace.repository)
        if emergency:
            for session, each in zip(sessions, planned, strict=True):
                _check_emergency(session, workspace, each)
        planned = [_with_owed(each, record.owed(known, each.plan.system)) for each in planned]
        log = stack.enter_context(record.open_or_create(ledger, workspace.repository.ledger_origin))
        journal = stack.enter_context(Journal.open(ledger, hashlib.sha256(plan).hexdigest()))
        _record_decisions(log, ledger, manner, workspace, (plan, planned))
        beside = workspace.together
        sites = [
            Site(session, each, beside.get(each.plan.system, frozenset()))
            for session, each in zip(sessions, planned, strict=True)
        ]
        telling = Telling(manner.progress, manner.patience, journal, EndedLog(log), manner.following)
        written = _Record(planner, telling, current)
        run(sites, telling, lambda site: _sever_standbys(site, written, manner))
        return tuple(_finish(site, written) for site in sites)


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


def _current(pairs: Iterable[tuple[Session, System]], known: Sequence[Entry], *, needed: bool) -> Iterator[str]:
    """The systems that are where their ledger left them; with `needed`, one that is not raises."""
    for session, system in pairs:
        found = place(session.whereabouts(), system.name, known)
        check_place(found, copies=not needed)
        if found.followed:
            yield system.name


def _check_emergency(session: Session, workspace: Workspace, planned: Planned) -> None:
    check_reduces(planned)
    if planned.found.server.supported:
        permits = session.desk().permits(planned.plan.system)
        check_permits(planned, permits, workspace.repository, clock.now())


def _with_owed(planned: Planned, owed: frozenset[str]) -> Planned:
    """The plan, which also ends the sessions that an apply before it was to end and did not."""
    return replace(planned, plan=replace(planned.plan, severs=planned.plan.severs | owed))


def _sever_standbys(site: Site, written: _Record, manner: Manner) -> None:
    """End on the standbys what was ended here, before anything is loosened.

    Not when a copy is resumed: what stood by before it was promoted may be gone, and `verify` names what is left there.
    """
    system = written.planner.workspace.repository.systems[site.name]
    logins = frozenset[str]() if manner.resuming else site.planned.plan.severs
    for each in sever_standbys(site.session, system, logins, manner.standby_seconds):
        written.telling.ended.add(system.name, each.ended)
        written.standbys.setdefault(system.name, {})[each.service] = each.moment.isoformat()


def _planner(folder: Path, ledger: Path, whole: Mapping[str, Any], *, emergency: bool) -> Planner:
    """What plans as the file was planned. RefusedError for an undo that a directive in force does not allow."""
    undo = next((goal["undo"] for goal in whole["goals"] if goal["stage"] == "enforce"), None)
    if undo is not None:
        workspace = open_any(folder, ledger)
        check_may_return(workspace, workspace.at.date())
    else:
        workspace = open_emergency(folder, ledger) if emergency else open_with_ledger(folder, ledger, draft=False)
    return Planner(workspace, ledger, undo)


def _check_listings(workspace: Workspace) -> None:
    for system in workspace.of_kind("listing"):
        if system.stage != "enforce":
            raise PlanError(
                f"system `{system.name}` is at stage `{system.stage}`, where no script is written for it",
                'set `stage = "enforce"` in recuse.toml, and sign again',
            )


def _compare(workspace: Workspace, planned: Iterable[Planned], given: bytes) -> None:
    now = compared(plan_document(workspace, tuple(planned), None))
    if now == compared(given):
        return
    mine, theirs = read_plan(now), read_plan(compared(given))
    here, there = ([str(goal["system"]) for goal in each["goals"]] for each in (mine, theirs))
    if here != there:
        raise StalePlanError(
            f"the plan is of {_named(there)}, and apply runs the plans of {_named(here)} together",
            "run `recuse plan` again, without --system",
        )
    if mine["fingerprint"] != theirs.get("fingerprint"):
        raise StalePlanError(
            "the database is not as it was when the plan was made", "run `recuse plan` again and look at what changed"
        )
    different = [key for key in mine if mine[key] != theirs.get(key) and key not in ("backtest", "advice", "sha256")]
    raise StalePlanError(
        f"the plan file is not what would be planned now (it differs in {', '.join(different) or 'its bytes'})",
        "run `recuse plan` again",
    )


def _named(systems: Iterable[str]) -> str:
    return ", ".join(f"`{system}`" for system in systems) or "no system"


def _record_decisions(
    log: Ledger, folder: Path, manner: Manner, workspace: Workspace, of: tuple[bytes, Iterable[Planned]]
) -> None:
    repository, (plan, planned) = workspace.repository, of
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
            **({"asked_by": manner.asked_by} if manner.asked_by else {}),
        }
        if each.closed is not None:
            body["closes"] = sorted({finding for change in each.plan.changes for finding in change.closes})
        log.append([encode("planned", clock.now(), body)])
        for directed in workspace.alone:
            signature, now = repository.directives[directed.directive.id].signature or b"", clock.now()
            alone = emergency_body(each.plan.system, directed, signature, plan, now)
            log.append([encode("emergency", now, alone)])


def _towards(goal: Goal) -> dict[str, JSON]:
    """Where an apply leads, as entries have it: to a stage, or back to before an apply."""
    return {"stage": goal.stage} if goal.undo is None else {"stage": goal.stage, "undo": goal.undo}


def _finish(site: Site, written: _Record) -> AppliedSystem:
    """Look again: the difference must be gone; then record what was done."""
    plan, applied = site.planned.plan, site.applied
    telling, ended, alone = written.telling, written.telling.ended, written.planner.workspace.alone
    again = written.planner.again(site.session, site.planned)
    if again.plan.changes:
        raise ApplyError(
            f"after applying, {len(again.plan.changes)} facts are still not as the policy wants them",
            "run `recuse plan` to see what works against it",
        )
    # Before the entry: what stops between the two leaves a database that knows more than it must.
    known = ended.log.size
    present = again.found.server.supported and plan.system in written.current
    noted = present and site.session.settle(known, resuming=False)
    body: dict[str, JSON] = {
        "system": plan.system,
        "directives": list(plan.directives),
        "known": known if noted else None,
        "fingerprint_before": plan.fingerprint,
        "fingerprint_after": again.plan.fingerprint,
        "changes": len(plan.changes),
        "severed": sorted(plan.severs),
        "sessions_ended": applied.cut.signalled + applied.shaped.signalled if applied else 0,
        "standbys": written.standbys.get(plan.system, {}),
        "severed_before": applied.moment.isoformat() if applied else None,
        **_towards(site.planned.goal),
    }
    if alone:
        body["emergency"] = [each.directive.id for each in alone]
    index = ended.log.append([encode("applied", clock.now(), body)])
    telling.journal.note(plan.system, "apply", "ended")
    return AppliedSystem(plan.system, len(plan.changes), applied, ended.of(plan.system), index)
