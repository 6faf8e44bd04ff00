"""The last statement of each session that was ended: shown to who applies, and bound by a commitment in the ledger.

A statement can hold data about people, and a plain hash of one can be found by guessing. So the ledger holds, for each
session, whose it was and when its statement began, with an HMAC of the text as shown; the salt goes to the operator.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from recuse import clock
from recuse.ledger import JSON, Ledger, encode
from recuse.permits import commitment_of
from recuse.targets.records import EndedSession

SHOWN: Final = 200
"""How many characters of a statement are shown, and committed to."""

_AN_ENTRY: Final = 150  # sessions an entry of the ledger: well below its longest


@dataclass(frozen=True, slots=True)
class Ended:
    """The sessions that one apply ended, and the salt of their commitments."""

    sessions: tuple[EndedSession, ...]
    salt: bytes

    def bodies(self, system: str) -> Iterator[Mapping[str, JSON]]:
        """The bodies of the *ended* entries: no text of any statement."""
        for start in range(0, len(self.sessions), _AN_ENTRY):
            yield {"system": system, "sessions": [self._recorded(s) for s in self.sessions[start : start + _AN_ENTRY]]}

    def _recorded(self, session: EndedSession) -> Mapping[str, JSON]:
        return {
            "login": session.login,
            "pid": session.pid,
            "kind": session.kind,
            "query_at": _moment(session.query_at),
            "commitment": commitment_of(self.salt, shown(session).encode()),
        }

    def document(self) -> Mapping[str, Any]:
        """What the operator gets, and is to keep where such texts may be kept."""
        return {"salt": self.salt.hex(), "sessions": list(_documents(self.sessions))}


@dataclass(frozen=True, slots=True)
class EndedLog:
    """Records sessions as soon as they are ended, also by an apply that fails afterwards; under one salt."""

    log: Ledger
    salt: bytes = field(default_factory=lambda: clock.random_bytes(32))
    _kept: dict[str, tuple[EndedSession, ...]] = field(default_factory=dict)

    def add(self, system: str, sessions: Sequence[object]) -> None:
        """Append these to the ledger."""
        fresh = tuple(each for each in sessions if isinstance(each, EndedSession))
        bodies = Ended(fresh, self.salt).bodies(system)
        self.log.append([encode("ended", clock.now(), each) for each in bodies])
        self._kept[system] = (*self._kept.get(system, ()), *fresh)

    def of(self, system: str) -> Ended:
        """All that were ended in one system."""
        return Ended(self._kept.get(system, ()), self.salt)


def shown(session: EndedSession) -> str:
    """The statement as a person sees it: its beginning."""
    return session.query[:SHOWN]


def _documents(sessions: Sequence[EndedSession]) -> Iterator[Mapping[str, Any]]:
    for session in sessions:
        yield {
            "login": session.login,
            "pid": session.pid,
            "kind": session.kind,
            "state": session.state,
            "query_at": _moment(session.query_at),
            "query": shown(session),
        }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
