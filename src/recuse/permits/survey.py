"""How each request and permit stands, and where the ledger, what is kept, and the databases do not agree."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from recuse.ledger.entry import JSON
from recuse.model import Permit
from recuse.permits.register import Glass, Register, until_of
from recuse.permits.terms import REVIEWED_WITHIN

State = Literal["pending", "approved", "refused", "withdrawn", "lapsed", "in force", "expired", "revoked"]
GlassState = Literal["to review", "overdue", "justified", "not justified"]


@dataclass(frozen=True, slots=True)
class Line:
    """One request or permit as it stands: `until` is when access ends, `mismatch` where record and database differ.

    `used` is None where there is no permit. Without a row or a kept request, what is not known is empty. `lapses` is
    None where the request says no more than `until`; `glass` where no glass was broken.
    """

    id: str
    system: str
    state: State
    login: str
    purpose: str
    authority: str
    case: str
    until: datetime
    used: bool | None
    mismatch: str | None
    lapses: datetime | None = None
    approvals: int = 0
    glass: GlassState | None = None


def survey(register: Register, rows: Mapping[str, tuple[Permit, ...]], now: datetime) -> tuple[Line, ...]:
    """Every request and permit of the systems in `rows`, and what record and database do not agree in.

    Oldest end first. A row that the ledger does not know is told, and so is an entry that the database does not know.
    """
    by_id = {permit.id: permit for permits in rows.values() for permit in permits}
    names = {*register.requests, *register.requested, *register.issued, *by_id}
    lines = (_line(name, register, by_id.get(name), now) for name in names)
    return tuple(sorted((each for each in lines if each.system in rows), key=lambda line: (line.until, line.id)))


def _line(name: str, register: Register, row: Permit | None, now: datetime) -> Line:
    """How it stands is what the database says; only where it has no row does the record speak."""
    _, entry = register.issued.get(name, (-1, register.requested.get(name, {})))
    kept = register.requests.get(name)
    known = row or kept
    until = row.valid_until if row is not None else until_of(entry) if entry else kept.until if kept else now
    lapses = _lapses(register.requested.get(name, {}))
    answered_until = until if lapses is None or name in register.issued else lapses
    glass = register.glasses.get(name)
    return Line(
        id=name,
        system=str(entry.get("system") or (known.system if known else "")),
        state=_of_row(register, row, now) if row is not None else _of_record(name, register, answered_until, now),
        login=known.login if known else "",
        purpose=known.purpose if known else str(entry.get("purpose", "")),
        authority=known.authority if known else str(entry.get("authority", "")),
        case=(known.case if known else None) or "",
        until=until,
        used=row.used if row is not None else None,
        mismatch="; ".join(_mismatches(name, register, row, now)) or None,
        lapses=lapses,
        approvals=len(register.marks(name)),
        glass=None if glass is None else glass_state(glass, now),
    )


def _of_row(register: Register, row: Permit, now: datetime) -> State:
    if row.revoked_at is not None:
        return "lapsed" if row.id in register.lapsed else "revoked"
    return "expired" if row.valid_until <= now else "in force"


def _of_record(name: str, register: Register, lapses: datetime, now: datetime) -> State:
    """How one stands that the database does not have: an issued one too opens nothing."""
    if name in register.revoked:
        return "lapsed" if name in register.lapsed else "revoked"
    if name in register.closed:
        return register.closed[name].word
    if lapses <= now:
        return "lapsed"
    return "approved" if name in register.approved else "pending"


def glass_state(glass: Glass, now: datetime) -> GlassState:
    """How a broken glass stands: reviewed, or waiting for its review."""
    if glass.justified is not None:
        return "justified" if glass.justified else "not justified"
    return "overdue" if glass.at + REVIEWED_WITHIN <= now else "to review"


def _lapses(body: Mapping[str, JSON]) -> datetime | None:
    return datetime.fromisoformat(str(body["lapses"])) if "lapses" in body else None


def _mismatches(name: str, register: Register, row: Permit | None, now: datetime) -> Iterator[str]:
    """What record and database do not agree in, each with what it means."""
    recorded = register.requested.get(name)
    if recorded is not None and register.commitments.get(name) != recorded["commitment"]:
        if name not in register.erased:
            yield "the request is missing or not what was recorded"
    elif recorded is None and name in register.requests:
        yield "the request was never recorded: ask again"
    if name not in register.issued:
        if row is not None:
            yield "in the database and not in the ledger: issued past the record; revoke it"
        return
    if row is not None:
        yield from _against_record(name, register, row)
    elif name not in register.revoked and until_of(register.issued[name][1]) > now:
        yield "recorded and not in the database: it opens nothing; issue it again to finish, or revoke it"


def _against_record(name: str, register: Register, row: Permit) -> Iterator[str]:
    if name in register.requests:
        recorded = register.recorded(name)
        given = replace(row, valid_from=recorded.valid_from, revoked_at=None, used=False)  # the database's own
        different = sorted(key for key, value in asdict(recorded).items() if getattr(given, key) != value)
        if different:
            yield f"the database's permit is not the one recorded: {', '.join(different)}"
    if row.revoked_at is not None and name not in register.revoked:
        yield "revoked in the database and not recorded: revoke it again"
    if row.revoked_at is None and name in register.revoked:
        yield "recorded as revoked and open in the database: revoke it again"
