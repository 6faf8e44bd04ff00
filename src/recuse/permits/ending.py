"""Ending permits: revoked by a person, or because nobody used them; each ends at once and is recorded after.

Whether a permit was used is known of what wrote a trace: a use in a read-only transaction leaves none, so a permit
that is only ever used so lapses as unused, and is asked for again.
"""

from collections.abc import Iterable
from datetime import datetime

from recuse.errors import InputError
from recuse.ledger.entry import JSON
from recuse.model import Permit, System
from recuse.permits.office import Office
from recuse.permits.people import Actor
from recuse.permits.register import Register
from recuse.permits.terms import Terms


def revoke(office: Office, name: str, actor: Actor | None = None, *, system_name: str | None = None) -> int | None:
    """End a permit: its row at once, then the sessions of its login, then the entry; how many sessions ended.

    In a dry run only says whether there is one. None: their end was handed on. Finishes what a crash cut short.
    Raises InputError for a permit that neither ledger nor database know, ApplyError when a session did not end (the
    permit is revoked all the same, and not yet recorded as done).
    """
    with office.keeper.alone(name):
        register = office.register()
        entry = register.issued[name][1] if name in register.issued else register.requested.get(name)
        system = office.system(str(entry["system"])) if entry else _only_system(office, system_name)
        with office.counter(system) as counter:
            here = any(permit.id == name for permit in counter.permits(system.name))
            if not here and entry is None:
                raise InputError(f"there is no permit `{name}`", "list them with `recuse permit list`")
            if office.dry_run:
                return 0
            ended = office.end_sessions(system, name) if counter.revoke(name) else 0
        if name not in register.revoked:
            body: dict[str, JSON] = {"request": name, "system": system.name, "sessions_ended": ended}
            office.record.append("revoked", body | office.by(name, actor))
        return ended


def _only_system(office: Office, name: str | None) -> System:
    systems = [each for each in office.repository.systems.values() if each.kind == "live" and name in (None, each.name)]
    if len(systems) != 1:
        raise InputError("the ledger does not say in which system the permit is", "name it with --system")
    return systems[0]


def unused(register: Register, rows: Iterable[Permit], terms: Terms, now: datetime) -> tuple[Permit, ...]:
    """The permits in force that lapse now, because no use of them is known; those past the record are not judged."""
    return tuple(
        row
        for row in rows
        if row.id in register.issued
        and row.id not in register.revoked
        and row.revoked_at is None
        and not row.used
        and row.valid_from + terms.unused <= now < row.valid_until
    )


def lapse(office: Office, system_name: str) -> tuple[Permit, ...]:
    """End the permits of a system that nobody used in time, each as `revoke` does; which they are."""
    system = office.system(system_name)
    with office.counter(system) as counter:
        due = unused(office.register(), counter.permits(system.name), office.terms, office.now())
    return due if office.dry_run else tuple(each for each in due if _lapsed(office, system, each.id))


def _lapsed(office: Office, system: System, name: str) -> bool:
    """End one, unless it was used or ended while others were."""
    with office.keeper.alone(name), office.counter(system) as counter:
        rows = [each for each in counter.permits(system.name) if each.id == name]
        if not unused(office.register(), rows, office.terms, office.now()):
            return False
        ended = office.end_sessions(system, name) if counter.revoke(name) else 0
        office.record.append("lapsed", {"request": name, "system": system.name, "sessions_ended": ended})
        return True
