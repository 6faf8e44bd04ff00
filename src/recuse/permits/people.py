"""Who acts on a request: told apart within one request, and named to nobody who has only the ledger.

A person comes by an identity provider, or is a text that somebody typed at a command line. The two cannot be compared,
so a request is answered in the way in which it was asked for: otherwise one person could be two.
"""

import hashlib
import hmac
from dataclasses import dataclass

from recuse.model import Request


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `name` is shown; `person` is issuer and subject with a space between, where a provider names them.

    `pseudonym` is how entries name them among all that they do; None where nobody does.
    """

    name: str
    person: str | None = None
    pseudonym: str | None = None

    @property
    def identity(self) -> str:
        """What tells them from others who come in the same way."""
        return identity(self.name, self.person)


def identity(name: str, person: str | None) -> str:
    """What tells a person from others who come in the same way: of a typed name neither case nor edges count."""
    return person or name.strip().casefold()


def asker(request: Request) -> str:
    """The identity of who asked."""
    return identity(request.requested_by, request.person)


def asked_it(request: Request, actor: Actor) -> bool:
    """Whether the actor is who asked."""
    return actor.identity == asker(request)


def same_way(request: Request, actor: Actor) -> bool:
    """Whether the actor comes in the way in which the request was asked for."""
    return (actor.person is None) == (request.person is None)


def mark_of(salt: bytes, who: str) -> str:
    """How entries about one request name an identity: 128 bits, keyed with the request's salt against guesses."""
    return hmac.new(salt, b"person\0" + who.encode(), hashlib.sha256).digest()[:16].hex()
