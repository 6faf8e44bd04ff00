"""Ends permits that ran out while a session that used them is still open: the row is ended, and the login's sessions.

The gate is closed by then; a cursor or a snapshot from before is not. A gateway's login is many people's: it is told,
and not ended.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recuse.errors import RecuseError
from recuse.model import Permit, System
from recuse.operations import record
from recuse.operations.conditions import Condition
from recuse.operations.permit import Office, revoke
from recuse.operations.permits_watched import Lapsing
from recuse.targets.looks import Look
from recuse.targets.records import LiveSession
from recuse.targets.target import Desk, target_for


@dataclass(frozen=True, slots=True)
class Ending:
    """Where permits are ended, and whether they are or are only told."""

    office: Office
    system: System
    expire: bool

    def conditions(self, desk: Desk, look: Look) -> Iterator[Condition]:
        """End what is to be ended; what is left of it is a condition."""
        name = self.system.name
        try:
            permits = desk.permits(name)
        except RecuseError as error:
            yield Condition(name, "permits-unseen", "permits", error.message, error.remedy or "", "low")
            return
        yield from self.end(over(permits, look))

    def end(self, permits: Iterable[Permit]) -> Iterator[Condition]:
        """End these, which are over; what is left of each is a condition."""
        name = self.system.name
        for permit in permits:
            account = self.office.workspace.repository.accounts.get(f"{name}/{permit.login}")
            shared = account is not None and account.use == "gateway"
            end = f"{permit.valid_until:%Y-%m-%d %H:%M}"
            sentence = f"permit `{permit.id}` of `{permit.login}` ended at {end}, and a session from before is open"
            remedy = f"recuse permit revoke {permit.id}"
            if self.expire and not shared:
                try:
                    revoke(self.office, permit.id, name, dry_run=False)
                    continue
                except RecuseError as error:
                    sentence = f"{sentence}; ending it failed: {error.message}"
            yield Condition(name, "permit-open", permit.id, sentence, remedy)


def end_over(office: Office, system: System) -> tuple[Condition, ...]:
    """End permits of one system that ran out while a session from before is open, and those that nobody used in time.

    What is left of them, as conditions.
    """
    if record.last(office.ledger, "applied", system.name) is None:
        return ()
    with target_for(system.engine).open(office.dsn(system)) as session:
        desk = session.desk()
        open_ = {permit.id for permit in desk.open_permits(system.name)}  # by the server's clock, which is the gate's
        closed = [each for each in desk.permits(system.name) if each.id not in open_ and each.revoked_at is None]
        sessions = session.sessions() if any(each.used for each in closed) else ()
        left = tuple(Ending(office, system, expire=True).end(_held(closed, sessions)))
        return (*left, *Lapsing(office, system, expire=True).conditions(desk, office.register()))


def over(permits: Iterable[Permit], look: Look) -> tuple[Permit, ...]:
    """Permits that were used and ran out, by the server's clock, with a session of their login from before."""
    ended = (each for each in permits if each.revoked_at is None and each.valid_until <= look.at)
    return _held(ended, look.sessions)


def _held(permits: Iterable[Permit], sessions: Iterable[LiveSession]) -> tuple[Permit, ...]:
    """Those that were used, and may be held by a session from before their end."""
    return tuple(each for each in permits if each.used and any(_from_before(one, each) for one in sessions))


def _from_before(session: LiveSession, permit: Permit) -> bool:
    return session.account == permit.login and (session.since is None or session.since < permit.valid_until)
