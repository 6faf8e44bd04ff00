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
        for permit in over(permits, look):
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
    """End the permits of one system that ran out while a session from before is open; what is left of them."""
    applied = record.last(office.ledger, "applied", system.name)
    if applied is None:
        return ()
    with target_for(system.engine).open(office.dsn(system)) as session:
        return tuple(Ending(office, system, expire=True).conditions(session.desk(), session.look(applied.at)))


def over(permits: Iterable[Permit], look: Look) -> tuple[Permit, ...]:
    """Permits that were used and ran out, by the server's clock, with a session of their login from before."""
    return tuple(
        permit
        for permit in permits
        if permit.used and permit.revoked_at is None and permit.valid_until <= look.at
        if any(_from_before(session, permit) for session in look.sessions)
    )


def _from_before(session: LiveSession, permit: Permit) -> bool:
    return session.account == permit.login and (session.since is None or session.since < permit.valid_until)
