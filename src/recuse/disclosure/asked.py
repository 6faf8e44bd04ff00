"""A person asks who looked at their records: what is kept of that, what the ledger has of it, what may not be in it.

Nothing here takes the person's name. What leads to them (keys of records, a note) is kept beside the ledger, where it
can be erased; the ledger has days and a commitment. Of a document that proved identity only its kind is taken.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, get_args

from recuse.errors import LedgerError
from recuse.ledger.entry import JSON

Behalf = Literal["oneself", "parent", "representative"]
Delivery = Literal["in_person", "post", "secure_message"]
BEHALVES: Final[tuple[Behalf, ...]] = get_args(Behalf)
LANGUAGES: Final = ("en", "es", "zh-Hans", "pl", "ar")
"""Codes of `recuse.languages`, which are not read here: it needs an extra."""
DELIVERIES: Final[tuple[Delivery, ...]] = get_args(Delivery)
_NUMBER: Final = re.compile(r"(?:\d[\s./-]*){4}")
"""Four digits in a row are a number of a document, or the end of one."""
_DAYS: Final = ("received", "since", "until", "due", "on")


@dataclass(frozen=True, slots=True)
class Shown:
    """That somebody looked at a document: its kind and never its number, who looked, and on which day."""

    kind: str
    seen_by: str
    on: date


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A record as programs name it: the type of its row or resource, and its key or id there."""

    type: str
    key: str


@dataclass(frozen=True, slots=True)
class PersonRequest:
    """Who looked at these records, from `since` to `until` (both inclusive)? To be answered by `due`.

    `authority` proves that somebody else may ask, and is None for oneself. `alone`: nobody else is a subject of these
    records. `recorded_by` and the texts are people's, and are kept where they can be erased.
    """

    id: str
    received: date
    recorded: datetime
    recorded_by: str
    records: tuple[NamedRecord, ...]
    since: date
    until: date
    behalf: Behalf
    identity: Shown
    authority: Shown | None
    delivery: Delivery
    language: str
    alone: bool
    due: date
    note: str = ""


def problems(request: PersonRequest, today: date) -> Iterator[str]:
    """Everything that keeps a request from being taken in, a sentence each."""
    if not request.records:
        yield "no record is named: staff say which records the person means"
    for each in request.records:
        if not (each.type.strip() and each.key.strip()):
            yield f"`{each.type}={each.key}` names no record: write its type, `=`, and its key"
    if request.since > request.until:
        yield f"the period from {request.since} to {request.until} ends before it begins"
    if request.until > today or request.received > today:
        yield f"the period and the day of receipt cannot be later than today, {today}"
    if request.due < request.received:
        yield f"the answer is due on {request.due}, before the request was received"
    if not request.recorded_by.strip():
        yield "say who takes it in"
    yield from _of_shown("the proof of identity", request.identity, today)
    if request.behalf == "oneself" and request.authority is not None:
        yield "who asks for themselves needs no authority of somebody else: leave it out"
    if request.behalf != "oneself" and request.authority is None:
        yield f"a {request.behalf} shows by what authority they ask: a birth certificate, a written authority"
    if request.authority is not None:
        yield from _of_shown("the authority", request.authority, today)


def _of_shown(what: str, shown: Shown, today: date) -> Iterator[str]:
    if not (shown.kind.strip() and shown.seen_by.strip()):
        yield f"{what} lacks the kind of document or who looked at it"
    if _NUMBER.search(shown.kind):
        yield f"{what} holds a number: write the kind of document alone, such as `state identity card`"
    if shown.on > today:
        yield f"{what} was looked at on {shown.on}, which is not yet"


def payload(request: PersonRequest) -> bytes:
    """A request as it is kept and committed to: one line of JSON with sorted keys."""
    return (json.dumps(asdict(request), sort_keys=True, ensure_ascii=False, default=_text) + "\n").encode()


def parse(data: bytes) -> PersonRequest:
    """Read a kept request; LedgerError unless `payload` would have written these very bytes."""
    try:
        whole = json.loads(data.decode())
        made = PersonRequest(**{name: _value(name, value) for name, value in whole.items()})
        if payload(made) == data:
            return made
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise LedgerError("a kept request of a person is not as this program writes it", "restore the file")


def asked_body(request: PersonRequest, commitment: str) -> dict[str, JSON]:
    """The *accounting_asked* entry: days, on whose behalf, and the commitment to the rest."""
    return {
        "accounting": request.id, "received": request.received.isoformat(), "due": request.due.isoformat(),
        "behalf": request.behalf, "commitment": commitment,
    }  # fmt: skip


def _value(name: str, value: Any) -> Any:
    if name == "recorded":
        return datetime.fromisoformat(value)
    if name in _DAYS:
        return date.fromisoformat(value)
    if name == "records":
        return tuple(NamedRecord(**each) for each in value)
    if name in ("identity", "authority") and value is not None:
        return Shown(**{key: _value(key, each) for key, each in _mapping(value).items()})
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _text(moment: date) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    return moment.isoformat()
