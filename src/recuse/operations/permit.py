"""Permits over files beside the ledger and a database's own desk: what the command line gives to `recuse.permits`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from recuse import clock, permits
from recuse.errors import ApplyError, InputError, RefusedError
from recuse.ledger import JSON, encode
from recuse.model import Permit, Request, System
from recuse.operations import record
from recuse.operations.apply import service_dsn
from recuse.operations.kept import keeper_of, kept
from recuse.operations.standbys import PATIENCE, sever_permit
from recuse.operations.workspace import Dsn, Workspace, open_with_ledger
from recuse.permits import Actor, Answer, Keeper, Line, Narrowing, Placed, Register, survey, terms_of
from recuse.targets.target import Desk, target_for


@dataclass(frozen=True, slots=True)
class Office:
    """Where permits are issued: a policy repository, its ledger, and how to reach its systems."""

    workspace: Workspace
    ledger: Path
    dsn: Dsn = service_dsn
    also: Keeper | None = None
    """What keeps requests besides the files beside the ledger: the state that servers share."""

    @classmethod
    def open(cls, folder: Path, ledger: Path, dsn: Dsn = service_dsn, *, giving: bool) -> "Office":
        """DirectiveError when `giving` access and no directive is in force; looking and ending need no signature."""
        return cls(open_with_ledger(folder, ledger, draft=not giving), ledger, dsn)

    def acting(self, *, ending: bool = False, dry_run: bool = False) -> permits.Office:
        """The office as acts need it; where sessions are to end, MissingRightError comes before anything is done."""
        return permits.Office(
            repository=self.workspace.repository,
            terms=terms_of(each.directive for each in self.workspace.attested),
            keeper=keeper_of(self.ledger, self.also),
            record=self,
            counter=self._ending if ending else self.counter,
            end_sessions=self.sever,
            now=clock.now,
            dry_run=dry_run,
        )

    def register(self) -> Register:
        """What is recorded and kept now."""
        return Register.placed(kept(self.ledger, self.also), self.entries())

    def system(self, name: str) -> System:
        """A live system by name; PlanError for another."""
        return next(self.workspace.systems(name))

    def entries(self) -> Placed:
        """Every entry of the ledger, with its place."""
        return enumerate(record.entries(self.ledger))

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        """Make an entry durable; its place in the ledger."""
        with record.open_or_create(self.ledger, self.workspace.repository.ledger_origin) as log:
            return log.append([encode(kind, clock.now(), body)])

    @contextmanager
    def counter(self, system: System) -> Iterator[Desk]:
        """The desk of a system's database."""
        with target_for(system.engine).open(self.dsn(system)) as session:
            yield session.desk()

    @contextmanager
    def _ending(self, system: System) -> Iterator[Desk]:
        with self.counter(system) as desk:
            desk.check_ending()
            yield desk

    def sever(self, system: System, name: str) -> int:
        """End the sessions of a revoked permit's login at once, on its standbys too; how many."""
        with target_for(system.engine).open(self.dsn(system)) as session:
            severed = session.desk().sever(name)
            if severed.left:
                raise ApplyError(
                    f"permit `{name}` is revoked, but sessions {', '.join(severed.left)} of its login did not end",
                    "end them on the server, then revoke it again to record it",
                )
            return severed.signalled + sever_permit(session, system, name, PATIENCE)


def ask(office: Office, request: Request, *, dry_run: bool) -> None:
    """Record a request. Raises RefusedError when the policy would not let it be answered; that is recorded instead."""
    office.system(request.system)
    if not dry_run:  # what is kept lies in the ledger's folder, which must be a ledger by then
        record.open_or_create(office.ledger, office.workspace.repository.ledger_origin).close()
    permits.ask(office.acting(dry_run=dry_run), request, Actor(request.requested_by))


def answer(acting: permits.Office, name: str, by: str | None, narrowing: Narrowing, note: str = "") -> Answer:
    """Approve a request, and issue its permit with the last approval; finish one that is recorded.

    Without `by` nothing is approved. Raises RefusedError when policy, request or database say no, before anything is
    written.
    """
    register = acting.register()
    if name in register.issued:
        recorded = register.permit(name)
        if narrowing.until not in (None, recorded.valid_until) or narrowing.purpose not in (None, recorded.purpose):
            until = recorded.valid_until.isoformat()
            raise RefusedError(f"permit `{name}` is recorded until {until}", "leave --until and --purpose away")
    elif by is not None:
        return permits.approve(acting, name, Actor(by), narrowing, text=note)
    permit, approvals = permits.issue(acting, name), len(register.marks(name))
    return Answer(permit, not acting.dry_run, approvals, acting.needed(register.request(name)))


def issue(office: Office, name: str, by: str, until: datetime | None, *, dry_run: bool) -> Permit:
    """The permit that `answer` issues; RefusedError where another person must approve it first."""
    done = answer(office.acting(dry_run=dry_run), name, by, Narrowing(until))
    if not done.issued and not dry_run:
        raise RefusedError(f"{done.approvals} of {done.needed} persons have approved this", "let another approve it")
    return done.permit


def revoke(office: Office, name: str, system_name: str | None, *, by: str | None = None, dry_run: bool) -> int:
    """End a permit: its row at once, then the sessions of its login, then the entry; how many sessions ended."""
    actor = None if by is None else Actor(by)
    if system_name is not None:
        office.system(system_name)
    return permits.revoke(office.acting(ending=True, dry_run=dry_run), name, actor, system_name=system_name) or 0


def survey_permits(office: Office, system_name: str | None) -> tuple[Line, ...]:
    """Every request and permit of the live systems (or of one) as they stand, and every mismatch."""
    rows: dict[str, tuple[Permit, ...]] = {}
    for system in office.workspace.systems(system_name):
        with target_for(system.engine).open(office.dsn(system)) as session:
            rows[system.name] = session.desk().permits(system.name)
    return survey(office.register(), rows, clock.now())


def new_key(office: Office, account: str) -> bytes:
    """Make the next key of a gateway (`<system>/<login>`); the one before it holds until the next is made."""
    known = office.workspace.repository.accounts.get(account)
    if known is None or known.use != "gateway":
        raise InputError(f"`{account}` is not an account whose use is gateway", "correct it in accounts.toml")
    system = office.system(known.system)
    with target_for(system.engine).open(office.dsn(system)) as session:
        return session.desk().new_key(known.login)


def lines_document(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """The JSON document of `recuse permit list`."""
    return [
        {
            "permit": line.id, "system": line.system, "state": line.state, "login": line.login,
            "purpose": line.purpose, "authority": line.authority, "case": line.case,
            "lapses": None if line.lapses is None else line.lapses.isoformat(), "until": line.until.isoformat(),
            "approvals": line.approvals, "used": line.used, "glass": line.glass, "mismatch": line.mismatch,
        }
        for line in lines
    ]  # fmt: skip
