"""One exchange with a server as values: what is to be sent, what came back, and what may be tried again.

A conversation is a generator that yields what is to be done and is sent what came of it. It touches no socket, so that
one conversation serves programs that wait and programs that await.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from recuse.errors import NoDecisionError

LARGEST: Final = 8 << 20
"""Bytes of an answer that are read."""
_PAUSE: Final = 0.2  # seconds before a connection is tried again


@dataclass(frozen=True, slots=True)
class Send:
    """A request that is to be sent as it is, and whose redirects are not followed. It may hold a secret."""

    method: str
    address: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back whole; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """No whole answer came; `unsent` where it is known that the request did not arrive."""

    reason: str
    unsent: bool


Outcome = Reply | Failure | None
"""What came of a `Send`; None of a `Wait`."""
T = TypeVar("T")
Conversation = Generator[Send | Wait, Outcome, T]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often the same is tried, and how many seconds are waited when a server asks for it."""

    attempts: int
    longest_wait: float


def exchange(send: Send, whom: str, patience: Patience) -> Conversation[Reply]:
    """The answer of a server, whatever its status.

    Tried again: what did not arrive, and a 503 that says when. NoDecisionError where no whole answer came.
    """
    for left in reversed(range(patience.attempts)):
        outcome = yield send
        match outcome:
            case Reply():
                pause = _asked_to_wait(outcome, patience)
                if pause is None or not left:
                    return outcome
                yield Wait(pause)
            case Failure(unsent=True) if left:
                yield Wait(_PAUSE)
            case _:
                reason = outcome.reason if isinstance(outcome, Failure) else "nothing was tried"
                raise NoDecisionError(f"{whom} gave no answer: {reason}", "do not go on; ask again later")
    raise NoDecisionError(f"{whom} was not asked", "allow one attempt at least")


def refusal(reply: Reply) -> str:
    """What a server that did not answer 200 said, for a person: its status, and a sentence where it is plain text."""
    if 300 <= reply.status < 400:
        return f"it answered {reply.status}, which sends elsewhere: no redirect is followed"
    said = ""
    if reply.headers.get("content-type", "").startswith("text/plain"):
        said = re.sub(r"[^\x20-\x7e]+", " ", reply.body[:200].decode("utf-8", "replace")).strip()
    return f"it answered {reply.status}" + (f": {said}" if said else "")


def is_json(reply: Reply) -> bool:
    """Whether the answer says that it is JSON."""
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _asked_to_wait(reply: Reply, patience: Patience) -> float | None:
    """Seconds, where a server that could not answer says after how many to ask again, and they are not too many."""
    said = reply.headers.get("retry-after", "")
    if reply.status != 503 or not re.fullmatch(r"[0-9]{1,6}", said) or int(said) > patience.longest_wait:
        return None
    return float(said)
