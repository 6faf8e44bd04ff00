"""Requests, what people said of them, and the entries of each: whole beside the ledger, and coarse in it.

Entries name agencies, kinds, times and marks of persons, and no person, case or reason; `commitment` binds the rest.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from recuse.errors import LedgerError
from recuse.ledger.entry import JSON
from recuse.model import Repository, Request
from recuse.permits.people import Actor
from recuse.policy.instruments import codes, recognised

Act = Literal["approved", "declined", "withdrawn", "glass_reviewed"]
"""What people say something of when they do it, by the kind of its entry."""
KINDS: Final = frozenset(
    {"requested", "approved", "declined", "withdrawn", "issued", "broke_glass", "glass_reviewed", "revoked", "lapsed"}
    | {"erased"}
)
"""The kinds of entries about requests for permits; *erased* may be about requests for assistance too."""
_SHARED: Final = ("system", "purpose", "authority", "agreement")
_SINCE: Final = ("lapses", "person", "glass")
"""What a request has only since a later version: left out where it is None, so that old bytes stay as they are."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody did to a request and said of it, as it is kept; it names them, and the ledger does not."""

    request: str
    act: Act
    at: datetime
    name: str
    person: str | None
    text: str


def request_body(
    repository: Repository, request: Request, commitment: str, by: Mapping[str, JSON] | None = None
) -> dict[str, JSON]:
    """The *requested* entry: the agency and no person, the kinds and no case; `commitment` binds all the rest."""
    lapses: dict[str, JSON] = {} if request.lapses is None else {"lapses": text_of(request.lapses)}
    return {
        "request": request.id,
        "agency": repository.accounts[f"{request.system}/{request.login}"].agency,
        **_shared(request),
        "until": text_of(request.until),
        "commitment": commitment,
        **lapses,
        **(by or {}),
    }


def issued_body(request: Request, until: datetime, issuer: str, commitment: str) -> dict[str, JSON]:
    """The *issued* entry: a permit carries its request's id; a purpose that was narrowed is the request's already."""
    shared: dict[str, JSON] = {"request": request.id, **_shared(request)}
    return shared | {"until": text_of(until), "issuer": issuer, "commitment": commitment}


def by_body(actor: Actor, mark: str) -> dict[str, JSON]:
    """How entries name who acted: the mark within the request, and the pseudonym among all that they do."""
    return {"by": mark, **({} if actor.pseudonym is None else {"person": actor.pseudonym})}


def refused_body(repository: Repository, request: Request) -> dict[str, JSON] | None:
    """The *refused* entry: a request for a permit that the policy does not let be answered is counted all the same.

    None where its account, purpose or authority is not known, so that nothing can be said of it without its words.
    """
    account = repository.accounts.get(f"{request.system}/{request.login}")
    known = request.purpose in repository.purposes and request.authority in repository.authorities
    if account is None or not known:
        return None
    return {
        "request": request.id,
        "agency": account.agency,
        "system": request.system,
        "purpose": request.purpose,
        "authority": request.authority,
        "decided_as": list(recognised(repository, request.authority, request.instrument)),
        "instruments": list(codes(repository, request.instrument)),
    }


def payload(request: Request) -> bytes:
    """A request as it is kept and committed to: one line of JSON with sorted keys."""
    whole = asdict(request) | {"at": text_of(request.at), "until": text_of(request.until)}
    if request.lapses is not None:
        whole["lapses"] = text_of(request.lapses)
    return _line({name: value for name, value in whole.items() if name not in _SINCE or value is not None})


def parse_payload(data: bytes) -> Request:
    """Read a kept request; LedgerError unless `payload` would have written these very bytes."""
    try:
        whole = json.loads(data.decode())
        times = {key: datetime.fromisoformat(whole[key]) for key in ("at", "until", "lapses") if key in whole}
        request = Request(**{**whole, **times})
        if payload(request) == data:
            return request
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise LedgerError("a kept request is not as this program writes it", "restore the file")


def note_payload(note: Note) -> bytes:
    """A note as it is kept and committed to: one line of JSON with sorted keys."""
    return _line(asdict(note) | {"at": text_of(note.at)})


def parse_note(data: bytes) -> Note:
    """Read a kept note; LedgerError unless `note_payload` would have written these very bytes."""
    try:
        whole = json.loads(data.decode())
        note = Note(**{**whole, "at": datetime.fromisoformat(whole["at"])})
        if note_payload(note) == data:
            return note
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise LedgerError("a kept note is not as this program writes it", "restore the file")


def commitment_of(salt: bytes, data: bytes) -> str:
    """What the ledger holds of a record: without the salt nobody can try guesses against it."""
    return hmac.new(salt, data, hashlib.sha256).hexdigest()


def text_of(moment: datetime) -> str:
    """A moment as it is written: UTC, to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _line(whole: Mapping[str, Any]) -> bytes:
    return (json.dumps(whole, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _shared(request: Request) -> dict[str, JSON]:
    return {key: getattr(request, key) for key in _SHARED}
