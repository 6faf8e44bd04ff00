"""Watches the live systems: a quick look at each every round, `verify` beside it, and an alert on what changed.

Read-only but for permits that ended. What cannot be looked at is a condition too, and what was known of it then stays
known. `verify` is a process of its own, so that an alert waits for nothing longer than a look.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from recuse import clock
from recuse.errors import AlertError, LedgerError, RecuseError
from recuse.ledger import JSON, Entry, encode, open_ledger
from recuse.model import System
from recuse.operations import record, watching
from recuse.operations.conditions import Alert, Condition, Told, bounded
from recuse.operations.reviews_due import reviews
from recuse.operations.watched import DRIFT, Memory, Watched, Watching
from recuse.operations.workspace import Workspace, open_with_ledger
from recuse.targets.target import target_for

BLIND: Final = frozenset({"unreachable", "policy-unusable", "ledger-unusable"})
"""Conditions under which something was not looked at."""

_AT_ONCE: Final = 8  # systems that are looked at side by side
_STAMPS: Final = 1_000  # an entry of the ledger has an end
_PATIENT: Final = 3  # rounds for which the ledger may be another's, as an apply's


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to: everything that holds, what is to be told of it, and which channels failed."""

    at: datetime
    conditions: tuple[Condition, ...]
    alerts: tuple[Alert, ...]
    failed: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As the receivers of alerts get it."""
        return {
            "format": "recuse-alerts/1",
            "at": self.at.isoformat(),
            "alerts": [a.document(self.at) for a in self.alerts],
        }


@dataclass(slots=True)
class Watch:
    """The rounds of one run."""

    how: Watching
    _of: dict[str, Memory] = field(default_factory=dict)
    _told: Told = field(default_factory=lambda: Told({}, {}))
    _undelivered: dict[str, dict[str, Alert]] = field(default_factory=dict)
    _failing: dict[str, str] = field(default_factory=dict)
    _begun: bool = False
    _verified: bool = False
    _last: tuple[Condition, ...] = ()
    _unkept: int = 0
    _entries: int = 0
    _owing: bool = False

    def round(self) -> Round:
        """Look at everything once, and tell what began, changed and ended since the round before, or the run before."""
        now = clock.now()
        try:
            conditions = self._last = self._looked(now)
        except RecuseError as error:
            conditions = (*self._last, _unusable(error))
        whole = bounded((*conditions, *self._own()))
        unseen = self._unseen(whole)
        alerts = self._told.alerts(whole, unseen)
        self._told = self._told.after(whole, unseen)
        self._send(alerts, now)
        self._keep(alerts)  # after it: what a run that is killed did not hand over, the next one tells
        return Round(now, whole, alerts, tuple(self._failing.values()))

    def _looked(self, now: datetime) -> tuple[Condition, ...]:
        workspace = open_with_ledger(self.how.folder, self.how.ledger, draft=True)
        entries = record.entries(self.how.ledger)
        if len(entries) < self._entries:
            raise LedgerError(
                f"the ledger has {len(entries)} entries and had {self._entries}: what was applied is not told",
                "restore the ledger's folder, and ask who changed it",
            )
        self._entries = len(entries)
        if not self._begun:
            earlier = Told.of(_stamps(entries))
            self._told, self._begun = Told({**earlier.sentences, **self._told.sentences}, self._told.conditions), True
        systems = [each for each in workspace.repository.systems.values() if each.kind == "live"]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = [*pool.map(lambda system: self._system(workspace, entries, system), systems)]
        conditions = [each for group in found for each in group]
        conditions += watching.dated(workspace.repository, now.date())
        conditions += watching.emergencies(workspace.emergencies, now)
        conditions += reviews(workspace.repository, entries, now.date()).conditions()
        if self.how.verifying is not None:
            drift = any(each.code in DRIFT for each in conditions)
            found_now = self.how.verifying.conditions(sooner=drift)
            self._verified = found_now is not None
            conditions += found_now or ()
        return tuple(conditions)

    def _system(self, workspace: Workspace, entries: Sequence[Entry], system: System) -> tuple[Condition, ...]:
        """One system's; where it cannot be looked at that is added to what was known of it."""
        of = self._of.setdefault(system.name, Memory())
        try:
            with target_for(system.engine).open(self.how.dsn(system)) as session:
                of.conditions = tuple(Watched(self.how, workspace, entries, system, of).conditions(session))
        except RecuseError as error:
            unreachable = Condition(
                system.name, "unreachable", "database", error.message, error.remedy or "look at the server", "critical"
            )
            return (*(each for each in of.conditions if each.code != "unreachable"), unreachable)
        return of.conditions

    def _unseen(self, conditions: Iterable[Condition]) -> frozenset[str]:
        """What has not looked in this run: then nothing that an earlier one told has ended."""
        blind = any(each.code in BLIND for each in conditions)
        return frozenset(({"look"} if blind else set()) | (set() if self._verified else {"verify"}))

    def _own(self) -> Iterator[Condition]:
        """What keeps this very run from telling and recording."""
        if self._unkept >= _PATIENT:
            sentence = f"nothing could be recorded in {self._unkept} rounds: the ledger is locked or cannot be written"
            yield Condition("", "ledger-unusable", "entries", sentence, "look who holds the ledger", "critical")
        for name, sentence in self._failing.items():
            yield Condition("", "alert-channel", name, sentence, "mend it: alerts wait until it works", "critical")

    def _keep(self, alerts: Sequence[Alert]) -> None:
        """Write down what is told, once for each change, and what settings are measured on; or in a later round."""
        beginning = any(of.known is not None and not of.kept for of in self._of.values())
        owing = any(self._undelivered.values())
        news = alerts or beginning or self._unkept or owing != self._owing
        if not (self.how.keep and self.how.ledger.exists() and news):
            return
        try:
            with open_ledger(self.how.ledger) as log:
                log.append([encode("watched", clock.now(), self._body(alerts))])
        except LedgerError:
            self._unkept += 1
            return
        self._unkept, self._owing = 0, owing
        for of in self._of.values():
            of.kept = of.known is not None

    def _body(self, alerts: Iterable[Alert]) -> dict[str, JSON]:
        """Codes and counts, and digests of what was told: no sentence, which may name people's logins."""
        counts: dict[str, Counter[str]] = {"began": Counter(), "changed": Counter(), "ended": Counter()}
        for alert in alerts:
            counts[alert.happened][alert.condition.code if alert.condition else "before"] += 1
        return {
            **{happened: dict(sorted(codes.items())) for happened, codes in counts.items()},
            "open": self._stamps_given()[:_STAMPS],
            "systems": {
                name: {
                    "fingerprint": of.fingerprint,
                    "settings": dict(of.known.settings),
                    "databases": of.known.databases,
                }
                for name, of in sorted(self._of.items())
                if of.known is not None
            },
        }

    def _stamps_given(self) -> tuple[str, ...]:
        """What every channel has taken: the next run begins with what one has not, and ends what it was not told of."""
        waiting = [each for channel in self._undelivered.values() for each in channel.values()]
        ended = {f"{each.key}:" for each in waiting if each.happened == "ended"}
        new = tuple(f"{each.key}:" for each in waiting if each.happened != "ended")
        return (*(each for each in self._told.stamps() if not each.startswith(new)), *sorted(ended))

    def _send(self, alerts: Iterable[Alert], now: datetime) -> None:
        """To each channel what is new and what it did not take before."""
        for channel in self.how.channels:
            waiting = self._undelivered.setdefault(channel.name, {})
            for alert in alerts:
                waiting[f"{alert.key}/{alert.happened}"] = alert
            if not waiting:
                continue
            try:
                channel.send(Round(now, (), tuple(waiting.values()), ()).document())
            except AlertError as error:
                self._failing[channel.name] = error.message
            else:
                waiting.clear()
                self._failing.pop(channel.name, None)


def _stamps(entries: Iterable[Entry]) -> tuple[str, ...]:
    """What an earlier run told and did not end."""
    found = [e.body.get("open") for e in entries if e.kind == "watched"]
    last = found[-1] if found else ()
    return tuple(map(str, last)) if isinstance(last, list) else ()


def _unusable(error: RecuseError) -> Condition:
    what = "ledger" if isinstance(error, LedgerError) else "policy"
    return Condition("", f"{what}-unusable", what, error.message, error.remedy or "", "critical")
