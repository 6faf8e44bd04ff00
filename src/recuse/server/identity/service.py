"""What the parts of identity share: people.toml as it is now, the state, the record, the providers, the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from recuse.errors import Problem, RefusedError, RepositoryError
from recuse.server.identity import sessions
from recuse.server.identity.acts import Visitor
from recuse.server.identity.kept import Kept
from recuse.server.identity.people import People
from recuse.server.identity.provider import Providers
from recuse.server.identity.reading import read_people
from recuse.server.identity.recording import Record, about

_Stamp = tuple[int, int, int]


class Register:
    """people.toml, read again when it has changed. One that cannot be read lets nobody in."""

    def __init__(self, file: Path, agencies: frozenset[str] | None = None) -> None:
        self._file = file
        self._agencies = agencies
        self._read: tuple[_Stamp, People] | None = None
        self.current()

    def current(self) -> People:
        """What it says now. `RepositoryError` when it cannot be read."""
        stamp = self._stamp()
        if self._read is None or self._read[0] != stamp:
            self._read = None
            self._read = stamp, read_people(self._file, self._agencies)
        return self._read[1]

    def _stamp(self) -> _Stamp:
        try:
            found = self._file.stat()
        except OSError as error:
            problem = Problem(str(self._file), 0, f"cannot be read: {error.strerror}")
            raise RepositoryError((problem,)) from error
        return found.st_mtime_ns, found.st_size, found.st_ino


@dataclass(frozen=True, slots=True)
class Identity:
    """Who comes, and how that is known. `base` is the console's address as browsers know it, without a slash.

    `quiet` are paths whose requests a page makes by itself: they do not count as use of a session. `proxies` are
    addresses whose `X-Forwarded-For` is believed.
    """

    register: Register
    kept: Kept
    record: Record
    providers: Providers
    base: str
    now: Callable[[], datetime]
    quiet: frozenset[str] = frozenset()
    proxies: frozenset[str] = field(default_factory=frozenset)

    async def close(self) -> None:
        """Give up connections."""
        await self.providers.close()
        self.kept.close()


def visitor_now(identity: Identity, token: str, *, used: bool) -> tuple[Visitor | None, Visitor | None]:
    """Whose live session this token is, and whose it was until this moment; waits for the state.

    A session ends when people.toml does not give its person the same roles, for the same agency, any more.
    """
    at = identity.now()
    found = sessions.find(identity.kept, token, at, used=used)
    if found is None:
        return None, None
    visitor = found.visitor
    try:
        held = identity.register.current().held(visitor.person, found.claims, at)
        same = (held.roles, held.agency) == (visitor.roles, visitor.agency)
    except RefusedError:
        same = False
    if same:
        return visitor, None
    return None, visitor if sessions.end(identity.kept, visitor.session, "roles", at) else None


async def note_end(identity: Identity, visitor: Visitor, why: str) -> None:
    """Record that a session ended."""
    await identity.record.note("session_ended", why=why, **about(visitor, identity.register.current().key))
