"""Entries as this program writes them: one line of JSON with sorted keys, made once and kept as those exact bytes.

An entry is an object of `kind`, `at` and `body`. Reading accepts only what writing would give, so a duplicate key, an
unknown key or other spacing is refused.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn

from recuse.errors import LedgerError

JSON = Mapping[str, "JSON"] | Sequence["JSON"] | str | int | float | bool | None

# The one place that says which kinds of entry there are: a new kind is a line here.
KINDS: Final = frozenset(
    {"directed", "confirmed", "planned", "emergency", "staged", "ended", "applied", "resumed", "verified", "watched"}
    | {"stated"}
    | {"session_begun", "local_session_begun", "session_refused", "session_ended", "form_refused"}
    | {"requested", "refused", "issued", "revoked", "scripted", "decided", "searched"}
    | {"approved", "declined", "withdrawn", "lapsed", "broke_glass", "glass_reviewed"}
    | {"asked", "answered", "certified", "erased", "reviewed"}
    | {"decisions_checkpoint"}
    | {"accounting_asked", "accounting_answered", "held_back"}
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened (`kind`), when (UTC, to the microsecond), and its particulars."""

    kind: str
    at: datetime
    body: Mapping[str, JSON]


def encode(kind: str, at: datetime, body: Mapping[str, JSON]) -> bytes:
    """The entry's bytes; raises `LedgerError` for an unknown kind, a time without zone, or a body that is not JSON."""
    if kind not in KINDS:
        _refuse(f"`{kind}` is none of {', '.join(f'`{k}`' for k in sorted(KINDS))}")
    if at.tzinfo is None:
        _refuse("its time has no zone")
    whole = {"kind": kind, "at": _stamp(at), "body": body}
    try:
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()
    except (ValueError, TypeError, RecursionError):
        _refuse("its body cannot be written as JSON")


def decode(data: bytes) -> Entry:
    """Read an entry; raises `LedgerError` unless `encode` would have written these very bytes."""
    try:
        whole = json.loads(data.decode(), object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError):
        _refuse("it is not JSON")
    if not isinstance(whole, dict) or set(whole) != {"kind", "at", "body"}:
        _refuse("an object of `kind`, `at` and `body` was expected")
    kind, at, body = whole["kind"], whole["at"], whole["body"]
    if not (isinstance(kind, str) and isinstance(at, str) and isinstance(body, dict)):
        _refuse("`kind` and `at` are text and `body` is an object")
    try:
        entry = Entry(kind, datetime.fromisoformat(at), body)
    except ValueError:
        _refuse(f"`{at}` is not a time")
    if encode(entry.kind, entry.at, entry.body) != data:
        _refuse("it is not written as it would be printed")
    return entry


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _no_duplicates(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("a key stands twice")
    return found


def _refuse(reason: str) -> NoReturn:
    raise LedgerError(f"the entry is malformed: {reason}", "record it as this program writes it")
