"""Asks for, issues, lists and revokes permits: joins policy, ledger, what is kept beside it, and the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from recuse import clock
from recuse.errors import ApplyError, InputError, RefusedError
from recuse.ledger import JSON, encode
from recuse.model import Permit, Request, System
from recuse.operations import record
from recuse.operations.apply import service_dsn
from recuse.operations.kept import keep, kept
from recuse.operations.standbys import PATIENCE, sever_permit
from recuse.operations.workspace import Dsn, Workspace, open_with_ledger
from recuse.permits import Line, Register, check, issued_body, narrowed, permit_of, request_body, survey
from recuse.requests.written import refused_body
from recuse.targets.records import Severed
from recuse.targets.target import target_for


@dataclass(frozen=True, slots=True)
class Office:
    """Where permits are issued: a policy repository, its ledger, and how to reach its systems."""

    workspace: Workspace
    ledger: Path
    dsn: Dsn = service_dsn

    @classmethod
    def open(cls, folder: Path, ledger: Path, dsn: Dsn = service_dsn, *, giving: bool) -> "Office":
        """DirectiveError when `giving` access and no directive is in force; looking and ending need no signature."""
        return cls(open_with_ledger(folder, ledger, draft=not giving), ledger, dsn)

    def register(self) -> Register:
        """What is recorded and kept now."""
        return Register.of(kept(self.ledger), record.entries(self.ledger))

    def system(self, name: str) -> System:
        """A live system by name; PlanError for another."""
        return next(self.workspace.systems(name))

    def append(self, kind: str, body: Mapping[str, JSON]) -> int:
        """Make an entry durable; its place in the ledger."""
        with record.open_or_create(self.ledger, self.workspace.repository.ledger_origin) as log:
            return log.append([encode(kind, clock.now(), body)])


def ask(office: Office, request: Request, *, dry_run: bool) -> None:
    """Record a request. Raises RefusedError when the policy would not let it be answered; that is recorded instead."""
    if request.until <= request.at:
        raise InputError("access is to end before it was asked for", "give --until a later time")
    office.system(request.system)
    try:
        check(office.workspace.repository, request, office.workspace.at.date())
    except RefusedError:
        refused = refused_body(office.workspace.repository, request)
        if refused is not None and not dry_run:
            office.append("refused", refused)
        raise
    if not dry_run:
        body = request_body(office.workspace.repository, request, keep(office.ledger, request))
        office.append("requested", body)


def issue(office: Office, name: str, issuer: str, until: datetime | None, *, dry_run: bool) -> Permit:
    """Answer a request with a permit: entry first, durably, then the database. Finishes one that a crash cut short.

    Raises RefusedError when policy, request or database say no, before anything is written.
    """
    register = office.register()
    request = register.request(name)
    if name in register.revoked:
        raise RefusedError(f"permit `{name}` was revoked", "ask again")
    check(office.workspace.repository, request, office.workspace.at.date())
    index, entry = register.issued.get(name, (-1, {}))
    recorded = datetime.fromisoformat(str(entry["until"])) if entry else None
    if recorded is not None and until not in (None, recorded):
        raise RefusedError(f"permit `{name}` is recorded until {entry['until']}", "leave --until away to finish it")
    end = narrowed(request, recorded or until, issuer, clock.now())
    system = office.system(request.system)
    with target_for(system.engine).open(office.dsn(system)) as session:
        counter = session.desk()
        if any(permit.id == name for permit in counter.permits(system.name)):
            raise RefusedError(f"permit `{name}` is in the database already", "look at `recuse permit list`")
        permit = permit_of(request, end, index)
        refusal = counter.refusal(permit)
        if refusal is not None:
            raise RefusedError(f"the database refuses: {refusal}", "plan and apply the policy, or mend the request")
        if dry_run:
            return permit
        if index < 0:
            body = issued_body(request, end, counter.login, register.commitments[name])
            permit = permit_of(request, end, office.append("issued", body))
        counter.issue(permit)
    return permit


def revoke(office: Office, name: str, system_name: str | None, *, dry_run: bool) -> Severed:
    """End a permit: its row at once, then the sessions of its login, then the entry. Finishes what a crash cut short.

    With `dry_run` only says whether there is one. Raises InputError for a permit that neither ledger nor database know,
    MissingRightError for who may not end sessions, before anything is done, ApplyError when a session did not end (the
    permit is revoked all the same, and not yet recorded as done).
    """
    register = office.register()
    entry = register.issued[name][1] if name in register.issued else register.requested.get(name)
    system = office.system(str(entry["system"])) if entry else _only_system(office, system_name)
    with target_for(system.engine).open(office.dsn(system)) as session:
        counter = session.desk()
        here = any(permit.id == name for permit in counter.permits(system.name))
        if not here and entry is None:
            raise InputError(f"there is no permit `{name}`", "list them with `recuse permit list`")
        counter.check_ending()
        if dry_run:
            return Severed(0, 0.0, ())
        severed = counter.sever(name) if counter.revoke(name) else Severed(0, 0.0, ())
        if severed.left:
            raise ApplyError(
                f"permit `{name}` is revoked, but sessions {', '.join(severed.left)} of its login did not end",
                "end them on the server, then revoke it again to record it",
            )
        there = sever_permit(session, system, name, PATIENCE) if here else 0
    if name not in register.revoked:
        body: dict[str, JSON] = {"request": name, "system": system.name, "sessions_ended": severed.signalled + there}
        office.append("revoked", body)
    return replace(severed, signalled=severed.signalled + there)


def _only_system(office: Office, name: str | None) -> System:
    systems = tuple(office.workspace.systems(name))
    if len(systems) != 1:
        raise InputError("the ledger does not say in which system the permit is", "name it with --system")
    return systems[0]


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
            "until": line.until.isoformat(), "used": line.used, "mismatch": line.mismatch,
        }
        for line in lines
    ]  # fmt: skip
