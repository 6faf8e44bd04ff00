"""What became of a request, entry by entry, with who did it and what they said where that is kept."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from recuse.ledger import JSON, Entry
from recuse.model import Request
from recuse.permits import Note, Office

_Body = Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Event:
    """An entry about a request: its place in the ledger, what happened, who did it (empty: not kept), their words."""

    number: int
    at: datetime
    kind: str
    what: str
    who: str
    text: str
    until: datetime | None


def history(office: Office, name: str, request: Request | None) -> tuple[Event, ...]:
    """Every entry about a request, in order."""
    notes = office.keeper.notes(name)
    return tuple(_events(office, name, request, notes))


def _events(office: Office, name: str, request: Request | None, notes: Mapping[str, Note]) -> Iterator[Event]:
    for number, entry in office.record.entries():
        if entry.body.get("request") != name or entry.kind not in _WORDS:
            continue
        until = str(entry.body["until"]) if "until" in entry.body else None
        note = notes.get(str(entry.body.get("note", "")))
        yield Event(
            number, entry.at, entry.kind, _WORDS[entry.kind](entry.body), _who(entry, request, note),
            _text(entry, request, note), datetime.fromisoformat(until) if until else None,
        )  # fmt: skip


def _who(entry: Entry, request: Request | None, note: Note | None) -> str:
    if note is not None:
        return note.name
    if request is not None and entry.kind in ("requested", "broke_glass"):
        return request.requested_by
    person = entry.body.get("person")
    return f"person {person}" if person else ""


def _text(entry: Entry, request: Request | None, note: Note | None) -> str:
    if note is not None:
        return note.text
    return (request.glass or "") if request is not None and entry.kind == "broke_glass" else ""


def _sessions(body: _Body) -> str:
    ended = body.get("sessions_ended")
    if ended is None:
        return "the sessions of its login are ended by the worker"
    return f"{ended} {'session' if ended == 1 else 'sessions'} of its login ended"


def _as(word: str) -> Callable[[_Body], str]:
    return lambda _body: word


_WORDS: Final[Mapping[str, Callable[[_Body], str]]] = {
    "requested": _as("Asked"),
    "approved": _as("Approved"),
    "declined": _as("Refused"),
    "withdrawn": _as("Withdrawn"),
    "issued": _as("Issued"),
    "broke_glass": _as("Issued by breaking the glass"),
    "glass_reviewed": lambda body: (
        f"Broken glass reviewed: {'justified' if body.get('justified') is True else 'not justified'}"
    ),
    "revoked": lambda body: f"Revoked; {_sessions(body)}",
    "lapsed": lambda body: f"Lapsed, since nobody used it; {_sessions(body)}",
    "erased": _as("Its words were erased"),
}
