"""`apply --resume`: makes a restored, promoted or older database what its ledger says it is, and only then opens it.

In this order: permits end that the ledger has as ended; the policy in force is planned and applied; the ledger gets its
entry; the gates open; permits that the ledger has as in force, and the copy is too old to have, are issued again. Each
step can be done twice, so what was cut short is run again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from recuse import clock
from recuse.errors import ApplyError, RecuseError, StalePlanError
from recuse.ledger import JSON, encode
from recuse.model import System
from recuse.operations import record
from recuse.operations.apply import AppliedSystem, Manner, apply_in
from recuse.operations.copies import Standing, check_place, standing
from recuse.operations.document import plan_document
from recuse.operations.kept import kept
from recuse.operations.plan import Planned
from recuse.operations.stages import Planner
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.permits import Keeper, Register
from recuse.targets.target import Desk, Session, target_for


@dataclass(frozen=True, slots=True)
class Resumed:
    """What was done at one system; `refused` are permits that could not be issued again, each with the reason."""

    standing: Standing
    issued: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    applied: AppliedSystem
    ledger_index: int


@dataclass(frozen=True, slots=True)
class Resumption:
    """What there is to resume, found without changing anything."""

    workspace: Workspace
    ledger: Path
    manner: Manner
    found: tuple[Standing, ...]
    planned: tuple[Planned, ...]
    also: Keeper | None = None
    """What keeps requests besides the files beside the ledger."""

    @property
    def copies(self) -> tuple[Standing, ...]:
        """The systems that are not where their ledger left them."""
        return tuple(each for each in self.found if not each.current)

    def register(self) -> Register:
        """What is recorded of permits now."""
        return Register.of(kept(self.ledger, self.also), record.entries(self.ledger))


def resumption(manner: Manner, folder: Path, ledger: Path, also: Keeper | None = None) -> Resumption:
    """How every live system stands. Raises StalePlanError where it is the ledger that is an older copy."""
    workspace = open_with_ledger(folder, ledger, draft=False)
    entries = record.entries(ledger)
    register = Register.of(kept(ledger, also), entries)
    found, planned, planner = [], [], Planner(workspace, ledger)
    for system in workspace.systems():
        with target_for(system.engine).open(manner.dsn(system)) as session:
            each = standing(session, system.name, register, entries, workspace.at)
            check_place(each.place, copies=True)
            if each.place.ahead:
                reason = next(each.sentences())
                raise StalePlanError(f"system `{system.name}`: {reason}", "bring back the newest copy of the ledger")
            found.append(each)
            planned.append(planner.plan(session, system))
    return Resumption(workspace, ledger, manner, tuple(found), tuple(planned), also)


def resume(found: Resumption) -> tuple[Resumed, ...]:
    """Resume what was found. ApplyError when a session does not end or a statement fails: then the gates stay shut."""
    workspace, manner = found.workspace, replace(found.manner, resuming=True)
    for each, system in _copies(found):
        with target_for(system.engine).open(manner.dsn(system)) as session:
            _end(session.desk(), each)
    plan = plan_document(workspace, found.planned, None)
    applied = {done.system: done for done in apply_in(manner, workspace.folder, plan, found.ledger)}
    return tuple(_open(found, each, system, applied[system.name]) for each, system in _copies(found))


def _copies(found: Resumption) -> Iterator[tuple[Standing, System]]:
    for each in found.copies:
        yield each, found.workspace.repository.systems[each.place.system]


def _end(desk: Desk, found: Standing) -> None:
    for name in found.revoked:
        if desk.revoke(name) and (left := desk.sever(name).left):
            raise ApplyError(
                f"permit `{name}` is revoked, but sessions {', '.join(left)} of its login did not end",
                "end them on the server, then resume again",
            )


def _open(found: Resumption, copy: Standing, system: System, applied: AppliedSystem) -> Resumed:
    """Record, open, and issue again what the ledger has as in force."""
    with target_for(system.engine).open(found.manner.dsn(system)) as session:
        with record.open_or_create(found.ledger, found.workspace.repository.ledger_origin) as log:
            known = log.size
            body: dict[str, JSON] = {
                "system": system.name,
                "moved": copy.place.where.moved,
                "behind": copy.place.behind,
                "known": known,
                "revoked": list(copy.revoked),
                "issued_again": list(copy.missing),
            }
            index = log.append([encode("resumed", clock.now(), body)])
        session.settle(known, resuming=True)
        issued, refused = _issue(session, found.register(), copy.missing)
    return Resumed(copy, issued, refused, applied, index)


def _issue(
    session: Session, register: Register, names: Iterable[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Permits as the ledger has them. What policy, record or database do not let be is said, and stays closed."""
    issued, refused = [], []
    desk = session.desk()
    for name in names:
        try:
            permit = register.permit(name)
            reason = desk.refusal(permit)
            if reason is None:
                desk.issue(permit)
        except RecuseError as error:
            reason = error.message
        if reason is None:
            issued.append(name)
        else:
            refused.append((name, reason))
    return tuple(issued), tuple(refused)
