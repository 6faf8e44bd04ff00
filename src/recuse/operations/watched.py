"""One system under watch: a quick look at it, and what that comes to beside what was known of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from recuse import clock
from recuse.enforcement.facts import Fact
from recuse.enforcement.plan import fingerprint
from recuse.ledger import Entry
from recuse.model import System
from recuse.operations import watching
from recuse.operations.alerting import Channel
from recuse.operations.apply import service_dsn
from recuse.operations.conditions import Condition
from recuse.operations.drift import PLAN, drifted
from recuse.operations.ending import Ending
from recuse.operations.kept import kept
from recuse.operations.permit import Office
from recuse.operations.permits_watched import Lapsing, unreviewed
from recuse.operations.since import Cut
from recuse.operations.workspace import Dsn, Workspace
from recuse.permits import Register
from recuse.targets.looks import Look
from recuse.targets.records import Inspection
from recuse.targets.target import Session

DRIFT: Final = frozenset({"drift", "new-login", "membership"})
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Verifying(Protocol):
    """`verify`, run beside the rounds."""

    def conditions(self, *, sooner: bool) -> tuple[Condition, ...] | None:
        """What the last finished run found (None: none has); starts one when it is time, or `sooner` for a drift."""
        ...


@dataclass(frozen=True, slots=True)
class Watching:
    """How to watch: what, where to connect, whom to tell, and which files of the access log are to grow.

    `expire` lets it end permits; `keep` writes what was told into the ledger.
    """

    folder: Path
    ledger: Path
    channels: Sequence[Channel] = ()
    dsn: Dsn = service_dsn
    verifying: Verifying | None = None
    access_logs: Sequence[Path] = ()
    quiet: timedelta = timedelta(minutes=15)
    expire: bool = True
    keep: bool = True


@dataclass(slots=True)
class Memory:
    """What is known of one system: since which apply, its facts then, and what its last look came to."""

    applied: Entry | None = None
    facts: frozenset[Fact] | None = None
    known: watching.Known | None = None
    look: Look | None = None
    fingerprint: str = ""
    kept: bool = False
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """One look at one system."""

    how: Watching
    workspace: Workspace
    entries: Sequence[Entry]
    system: System
    of: Memory

    def conditions(self, session: Session) -> Iterator[Condition]:
        """Everything that holds of it now, and the end of permits that ran out."""
        name, of = self.system.name, self.of
        applied = _applied(self.entries, name)
        look = session.look(applied.at if applied else _LONG_AGO)  # first: it makes the session an impatient one
        found = session.inspect()
        before = of.look if of.applied == applied else None
        self._measured(applied, found, look)
        yield from self._drift(found, look)
        yield from watching.trigger(self.system, found.facts, look, found.server.supported)
        if of.known is not None:
            yield from watching.server(name, of.known, before, look)
        for path in self.how.access_logs:
            yield from watching.access_log(name, path.name, self.how.quiet, _written(path), look)
        # Stage *observe* joins here: new lines of the access log, replayed, as conditions of what would be refused.
        if applied is not None and found.server.supported:
            yield from watching.seen(self.system, look)
            here = [
                a for a in self.workspace.repository.accounts.values() if a.system == name and a.login in found.oids
            ]
            yield from watching.sessions(Cut.recorded(self.entries, name), here, look)
            office = Office(self.workspace, self.how.ledger, self.how.dsn)
            register, desk = Register.of(kept(self.how.ledger), self.entries), session.desk()
            yield from unreviewed(register, name, clock.now())
            yield from Ending(office, self.system, self.how.expire).conditions(desk, look)
            yield from Lapsing(office, self.system, self.how.expire).conditions(desk, register)
        of.look = look

    def _measured(self, applied: Entry | None, found: Inspection, look: Look) -> None:
        """Every apply is a new beginning: drift is measured on its facts, settings on those of the first look after."""
        of = self.of
        if of.known is None or of.applied != applied:
            kept = _kept(self.entries, self.system.name, applied)
            of.kept = kept is not None
            of.known = kept or watching.Known(look.settings, look.databases)
            of.applied, of.facts = applied, None
        of.fingerprint = fingerprint(found.facts)
        if applied is not None and of.fingerprint == applied.body.get("fingerprint_after"):
            of.facts = found.facts

    def _drift(self, found: Inspection, look: Look) -> Iterator[Condition]:
        of = self.of
        if look.applying:  # half of a plan is no drift; what was known before is
            yield from (each for each in of.conditions if each.code in DRIFT)
        elif of.applied is not None and of.fingerprint != of.applied.body.get("fingerprint_after"):
            if of.facts is not None:
                yield from drifted(self.system.name, of.facts, found.facts)
                return
            sentence = "facts are not as they were last applied; which, `recuse verify` tells"
            yield Condition(self.system.name, "drift", "facts", sentence, PLAN)


def _kept(entries: Iterable[Entry], system: str, applied: Entry | None) -> watching.Known | None:
    """What an earlier run measured on, since the last apply."""
    for entry in entries:
        if entry.kind == "watched" and (applied is None or entry.at >= applied.at):
            systems = entry.body.get("systems")
            one = systems.get(system) if isinstance(systems, dict) else None
            if isinstance(one, dict):
                settings = {str(name): str(value) for name, value in dict(one.get("settings") or {}).items()}
                return watching.Known(settings, tuple(map(str, one.get("databases") or ())))
    return None


def _applied(entries: Iterable[Entry], system: str) -> Entry | None:
    found = [e for e in entries if e.kind == "applied" and e.body.get("system") == system]
    return found[-1] if found else None


def _written(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
