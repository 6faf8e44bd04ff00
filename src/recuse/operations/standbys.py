"""Standbys: sessions there end when the cut has arrived there, and `verify` says which lag, and which nobody listed.

A standby answers with the policy that it has replayed, and its sessions are its own: what ends on the primary ends no
session there. Those that `recuse.toml` lists are severed too; of others only the primary tells, that they are there.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from recuse.errors import ApplyError, TargetError
from recuse.ledger import Entry
from recuse.model import System
from recuse.operations.finding import Finding
from recuse.operations.since import Cut
from recuse.targets.records import EndedSession, LiveSession
from recuse.targets.target import Session, target_for
from recuse.targets.whereabouts import Lag, Position

LAGS_BYTES: Final = 16 * 2**20
LAGS_SECONDS: Final = 60.0
"""A standby further behind is a finding: one segment of changes, or as long as `recuse watch` may take to see it."""

PATIENCE: Final = 60.0
"""Seconds for which apply waits until a standby has replayed a cut."""


@dataclass(frozen=True, slots=True)
class Severing:
    """What was done on one standby: the moment, by its own clock, and the sessions that ended."""

    service: str
    moment: datetime
    ended: tuple[EndedSession, ...]


def open_standby(system: System, service: str) -> AbstractContextManager[Session]:
    """Connect to a standby by its entry in the connection service file; a `--dsn` is the primary's and not used."""
    return target_for(system.engine).open(f"service={service}")


def sever_standbys(primary: Session, system: System, logins: frozenset[str], patience: float) -> Iterator[Severing]:
    """On each listed standby: wait until it has replayed all of the primary's changes, then end sessions of `logins`.

    Raises ApplyError where it cannot be reached, is no standby of this primary, does not replay in time, or a session
    does not end. What was cut stays cut.
    """
    for service in system.standbys if logins else ():
        with _replayed(primary, system, service, patience) as session:
            moment = session.position().at
            severed = session.sever(logins, moment)
            if severed.left:
                raise TargetError(f"sessions of {', '.join(severed.left)} did not end")
        yield Severing(service, moment, severed.ended)


def sever_permit(primary: Session, system: System, permit_id: str, patience: float) -> int:
    """End the sessions of a revoked permit's login on each listed standby; how many. Raises as `sever_standbys`."""
    signalled = 0
    for service in system.standbys:
        with _replayed(primary, system, service, patience) as session:
            severed = session.desk().sever(permit_id)
            if severed.left:
                raise TargetError(f"sessions {', '.join(severed.left)} did not end")
        signalled += severed.signalled
    return signalled


@contextmanager
def _replayed(primary: Session, system: System, service: str, patience: float) -> Iterator[Session]:
    """A listed standby when it has replayed all that the primary has now; what fails in the block is said of it."""
    where = primary.position()
    try:
        with open_standby(system, service) as session:
            _check_standby(session.position(), where, service)
            if not session.replayed(where.lsn, patience):
                raise TargetError(f"it has not replayed the cut after {patience:.0f} seconds")
            yield session
    except TargetError as error:
        raise ApplyError(
            f"standby `{service}` of system `{system.name}` may still show what was cut: {error.message}",
            "bring it up to date or stop it, then run the same again",
        ) from error


def _check_standby(found: Position, primary: Position, service: str) -> None:
    if not found.recovering:
        raise TargetError(f"`{service}` is no standby")
    if found.cluster != primary.cluster:
        raise TargetError(f"`{service}` is a standby of another server")


@dataclass(frozen=True, slots=True)
class Standby:
    """What was seen of a listed standby: how far behind and its sessions, or why it could not be looked at."""

    service: str
    lag: Lag | None
    sessions: tuple[LiveSession, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Standbys:
    """The standbys of one system: those that are fed by the primary now, and those listed."""

    receivers: tuple[Lag, ...]
    listed: tuple[Standby, ...]

    @property
    def not_examined(self) -> tuple[str, ...]:
        """Why a listed one could not be looked at."""
        return tuple(f"standby {each.service}: {each.reason}" for each in self.listed if each.reason is not None)


def look(primary: Session, system: System) -> Standbys:
    """Look at the standbys of a system. Changes nothing."""
    where = primary.position()
    return Standbys(primary.receivers(), tuple(_look(system, service, where) for service in system.standbys))


def _look(system: System, service: str, where: Position) -> Standby:
    try:
        with open_standby(system, service) as session:
            _check_standby(session.position(), where, service)
            lag, sessions = session.lag(where.lsn), session.sessions()
    except TargetError as error:
        return Standby(service, None, (), error.message)
    return Standby(service, Lag(service, lag.behind, lag.seconds), sessions, None)


def lags(each: Lag) -> bool:
    """Whether a standby is so far behind that what was cut may well be read there."""
    return each.behind > LAGS_BYTES or (each.behind > 0 and (each.seconds or 0.0) > LAGS_SECONDS)


def standby_findings(found: Standbys, system: System) -> Iterator[Finding]:
    """Standbys that lag, and those that are fed and not listed, on which no session is ended."""
    seen = [each.lag for each in found.listed if each.lag is not None]
    unlisted = len(found.receivers) - len(system.standbys)
    for each in (*seen, *(found.receivers if not system.standbys else ())):
        if lags(each):
            age = "" if each.seconds is None else f", {each.seconds:.0f} seconds"
            yield Finding(
                code="standby-lags",
                system=system.name,
                object=f"standby:{each.name}",
                door="copy",
                reproduce=f"-- on `{each.name}`, {each.behind:,} bytes of changes behind{age}: what was cut on the "
                "primary is readable until it is replayed",
                remedy="let it replay (SELECT pg_wal_replay_resume()), or stop it",
            )
    if unlisted > 0:
        names = ", ".join(f"`{each.name}`" for each in found.receivers)
        yield Finding(
            code="standby-unlisted",
            system=system.name,
            object=f"standby:{found.receivers[0].name}",
            door="copy",
            reproduce=f"-- pg_stat_replication shows {names}, recuse.toml lists {len(system.standbys)}: nobody ends "
            "sessions there",
            remedy="list the service of each under `standbys` of the system in recuse.toml",
        )


def old_standby_sessions(
    found: Standbys, system: System, cut: Cut, severed: Mapping[str, datetime]
) -> Iterator[Finding]:
    """Sessions on standbys that began before the last severing there, of accounts that lost something then."""
    for standby in found.listed:
        there = replace(cut, moment=severed.get(standby.service))
        for session in standby.sessions:
            if there.concerns(session):
                yield Finding(
                    code="live-session",
                    system=system.name,
                    account=f"{system.name}/{session.account}",
                    object=f"session:{session.pid}@{standby.service}",
                    reproduce=f"-- on `{standby.service}`, open since {session.since}: it may hold cursors or a role",
                    remedy=f"SELECT pg_terminate_backend({session.pid}), on the standby",
                )


def severed_there(entries: Iterable[Entry], system: str) -> dict[str, datetime]:
    """When the last apply to a system ended sessions on each standby, by the standby's own clock."""
    found: dict[str, datetime] = {}
    for entry in entries:
        moments = entry.body.get("standbys")
        if entry.kind == "applied" and entry.body.get("system") == system:
            named = moments.items() if isinstance(moments, Mapping) else ()
            found = {str(service): datetime.fromisoformat(str(at)) for service, at in named}
    return found
