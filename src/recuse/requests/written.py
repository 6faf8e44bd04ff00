"""Requests and outcomes as they are written: whole beside the ledger, and coarse in it.

The entries name agencies and offices, kinds, rules and days, and no person, case, paper or hour of anybody's custody;
`commitment` binds the rest.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

from recuse.errors import LedgerError
from recuse.ledger.entry import JSON
from recuse.model import AssistanceRequest, Custody, Outcome, Ruling
from recuse.requests.store import KeptOutcome, KeptRequest, Sealed

_MOMENTS: Final = {"received", "recorded", "lapses", "until", "at", "bail_posted", "released", "transferred"}
_LISTS: Final = {"recipients", "categories", "rules"}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Under:
    """What a ruling was made under: the directives that counted, and the digest of all other files of the policy."""

    directives: tuple[str, ...]
    policy_sha256: str

    def body(self) -> dict[str, JSON]:
        """As entries have it."""
        return {"directives": list(self.directives), "policy_sha256": self.policy_sha256}


def payload(record: AssistanceRequest | Outcome) -> bytes:
    """A record as it is kept and committed to: one line of JSON with sorted keys."""
    return (json.dumps(asdict(record), sort_keys=True, ensure_ascii=False, default=text_of) + "\n").encode()


def parse_request(data: bytes) -> AssistanceRequest:
    """Read a kept request; LedgerError unless `payload` would have written these very bytes."""
    return _parsed(data, lambda whole: AssistanceRequest(**_values(whole)))


def parse_outcome(data: bytes) -> Outcome:
    """Read a kept outcome; LedgerError unless `payload` would have written these very bytes."""
    return _parsed(
        data, lambda whole: Outcome(**_values(whole) | {"detention": Custody(**_values(whole["detention"]))})
    )


def _parsed(data: bytes, make: Callable[[dict[str, Any]], T]) -> T:
    try:
        made = make(json.loads(data.decode()))
        if payload(cast("AssistanceRequest | Outcome", made)) == data:
            return made
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise LedgerError("a kept request is not as this program writes it", "restore what keeps it")


def _values(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in whole.items()}


def _value(name: str, value: Any) -> Any:
    if name in _MOMENTS and value is not None:
        return datetime.fromisoformat(value)
    return tuple(value) if name in _LISTS else value


def text_of(moment: datetime) -> str:
    """A moment as it is written: UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def kept_request(request: AssistanceRequest, ruling: Ruling, salt: bytes) -> KeptRequest:
    """A request as it is kept."""
    return KeptRequest(
        id=request.id, source=request.source, supersedes=request.supersedes, received=request.received,
        lapses=request.lapses, kind=request.kind, agency=request.on_behalf_of, purpose=request.purpose,
        authority=request.authority, verdict=ruling.verdict, counsel=ruling.counsel,
        sealed=Sealed(salt, payload(request)),
    )  # fmt: skip


def kept_outcome(outcome: Outcome, salt: bytes) -> KeptOutcome:
    """An outcome as it is kept."""
    return KeptOutcome(
        id=outcome.id, request=outcome.request, supersedes=outcome.supersedes, at=outcome.at, word=outcome.word,
        contrary=outcome.contrary, sealed=Sealed(salt, payload(outcome)),
    )  # fmt: skip


def asked_body(
    request: AssistanceRequest, ruling: Ruling, instruments: Sequence[str], under: Under, commitment: str
) -> dict[str, JSON]:
    """The *asked* entry: what was asked, and what the policy said of it when it was recorded.

    `instruments` are the types of the repository that its instrument is.
    """
    asked: dict[str, JSON] = {
        "request": request.id,
        "supersedes": request.supersedes,
        "kind": request.kind,
        "agency": request.on_behalf_of,
        "others": list(request.agencies[1:]),
        "purpose": request.purpose,
        "authority": request.authority,
        "instruments": list(instruments),
        "categories": list(request.categories),
        "received": request.received.astimezone(UTC).date().isoformat(),
        "lapses": text_of(request.lapses),
        "until": None if request.until is None else text_of(request.until),
    }
    said: dict[str, JSON] = {
        "verdict": ruling.verdict,
        "given": list(ruling.categories),
        "rules": list(ruling.rules),
        "decided_as": list(ruling.decided_as),
        "gaps": list(ruling.gaps),
        "counsel": ruling.counsel,
    }
    return asked | said | under.body() | {"commitment": commitment}


def answered_body(outcome: Outcome, ruling: Ruling, under: Under, commitment: str) -> dict[str, JSON]:
    """The *answered* entry: how a request ended, and what the policy said of it then."""
    ended: dict[str, JSON] = {
        "outcome": outcome.id,
        "request": outcome.request,
        "supersedes": outcome.supersedes,
        "word": outcome.word,
        "categories": list(outcome.categories),
        "transferred_to": outcome.detention.transferred_to,
        "contrary": outcome.contrary,
        "verdict": ruling.verdict,
        "rules": list(outcome.rules),
    }
    return ended | under.body() | {"commitment": commitment}


SAME: Final = frozenset({each.name for each in fields(AssistanceRequest)} - {"id", "recorded", "recorded_by"})
"""What two records of one source share, when nothing was changed."""


def same(one: AssistanceRequest, other: AssistanceRequest) -> bool:
    """Whether two records ask for the same, whenever and by whomever they were recorded."""
    return all(getattr(one, name) == getattr(other, name) for name in SAME)
