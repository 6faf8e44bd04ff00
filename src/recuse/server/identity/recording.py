"""What the ledger is told of people at the console: that a session began, was refused or ended. No names.

A person stands there under a pseudonym: a keyed hash of issuer and subject. Subjects are often addresses or numbers of
a badge, which anybody could hash and compare; with the key whoever is asked to can tell which entries are a person's,
and without it nobody can.
"""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from recuse.errors import LedgerError, TargetError
from recuse.ledger import JSON, encode
from recuse.ledger.records import frame
from recuse.server.identity.acts import LOCAL, Person, Visitor
from recuse.server.rounds import Rounds

Kind = Literal["session_begun", "local_session_begun", "session_refused", "session_ended", "form_refused"]
PATIENCE: Final = 5.0
"""Seconds that the record is waited for."""


@dataclass(frozen=True, slots=True)
class Record:
    """Where entries go, and how persons are named in them."""

    recorder: Rounds[bytes, int]
    now: Callable[[], datetime]

    async def note(self, kind: Kind, **body: JSON) -> None:
        """Return when the entry is durable. `LedgerError` where that is not known."""
        entry = encode(kind, self.now(), body)
        frame(entry)  # refuses one that is too long by itself, and not with the others of its round
        try:
            async with asyncio.timeout(PATIENCE):
                await self.recorder.join(entry)
        except (TargetError, TimeoutError) as error:
            raise LedgerError("the record is held up, so this is not done", "try again") from error


def pseudonym(person: Person, key: bytes) -> str:
    """How a person is named in the ledger: 128 bits, as 32 hexadecimal digits."""
    return hmac.digest(key, f"{person.issuer}\0{person.subject}".encode(), "sha256")[:16].hex()


def about(visitor: Visitor, key: bytes) -> dict[str, JSON]:
    """What an entry says of a visitor."""
    return {
        "person": pseudonym(visitor.person, key), "session": visitor.session, "agency": visitor.agency,
        "way": "local" if visitor.issuer == LOCAL else "provider",
    }  # fmt: skip
