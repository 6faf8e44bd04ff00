"""What is kept of an accounting beside the ledger: the request, a draft of its answer, and the answers given; one file.

All of it can be taken away for good; the entries of the ledger remain, and say nothing of the person.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from recuse.disclosure.asked import PersonRequest, parse, payload
from recuse.disclosure.lines import Matches, place_of
from recuse.disclosure.protection import LeftOut
from recuse.errors import InputError, LedgerError
from recuse.permits import commitment_of


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that nobody has released: who prepared it and when, by what staff found, and what is left out of it.

    `decided` are places that a person decided to tell although somebody else is a subject of the records.
    """

    by: str
    at: datetime
    salt: bytes
    matches: Matches
    decided: frozenset[str]
    answer: str
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given: its digest, on which day, whose it was, and what was left out of it."""

    sha256: str
    on: date
    official: str
    answer: str
    matches: Matches
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An accounting as it is kept."""

    salt: bytes
    request: PersonRequest
    draft: Draft | None = None
    answers: tuple[Answered, ...] = field(default=())

    @property
    def commitment(self) -> str:
        """What the ledger holds of the request."""
        return commitment_of(self.salt, payload(self.request))

    def with_draft(self, draft: Draft | None) -> "Kept":
        """The same with another draft, or with none."""
        return replace(self, draft=draft)

    def with_answer(self, answered: Answered) -> "Kept":
        """The same after its draft was released."""
        return replace(self, draft=None, answers=(*self.answers, answered))


def to_bytes(kept: Kept) -> bytes:
    """As the file has it."""
    whole: dict[str, Any] = {
        "salt": kept.salt.hex(), "request": payload(kept.request).decode(),
        "draft": None if kept.draft is None else _draft(kept.draft),
        "answers": [_answered(each) for each in kept.answers],
    }  # fmt: skip
    return (json.dumps(whole, sort_keys=True, ensure_ascii=False) + "\n").encode()


def from_bytes(data: bytes) -> Kept:
    """Read a file; LedgerError unless `to_bytes` would have written these very bytes."""
    try:
        whole = json.loads(data.decode())
        kept = Kept(
            bytes.fromhex(whole["salt"]), parse(whole["request"].encode()),
            None if whole["draft"] is None else _read_draft(whole["draft"]),
            tuple(map(_read_answered, whole["answers"])),
        )  # fmt: skip
        if to_bytes(kept) == data:
            return kept
    except (ValueError, TypeError, KeyError, AttributeError, InputError):
        pass
    raise LedgerError("an accounting is not kept as this program writes it", "restore its file")


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "by": draft.by, "at": draft.at.isoformat(), "salt": draft.salt.hex(), "matches": _matches(draft.matches),
        "decided": sorted(draft.decided), "answer": draft.answer, "left_out": [asdict(each) for each in draft.left_out],
    }  # fmt: skip


def _read_draft(whole: Mapping[str, Any]) -> Draft:
    return Draft(
        whole["by"], datetime.fromisoformat(whole["at"]), bytes.fromhex(whole["salt"]),
        _read_matches(whole["matches"]), frozenset(whole["decided"]), whole["answer"], _read_left(whole["left_out"]),
    )  # fmt: skip


def _answered(answered: Answered) -> dict[str, Any]:
    return {
        "sha256": answered.sha256, "on": answered.on.isoformat(), "official": answered.official,
        "answer": answered.answer, "matches": _matches(answered.matches),
        "left_out": [asdict(each) for each in answered.left_out],
    }  # fmt: skip


def _read_answered(whole: Mapping[str, Any]) -> Answered:
    return Answered(
        whole["sha256"], date.fromisoformat(whole["on"]), whole["official"], whole["answer"],
        _read_matches(whole["matches"]), _read_left(whole["left_out"]),
    )  # fmt: skip


def _matches(matches: Matches) -> dict[str, list[str]]:
    return {
        "evaluations": sorted(matches.evaluations), "requests": sorted(matches.requests),
        "places": [str(each) for each in sorted(matches.places)],
    }  # fmt: skip


def _read_matches(whole: Mapping[str, Any]) -> Matches:
    return Matches(
        frozenset(whole["evaluations"]), frozenset(whole["requests"]), frozenset(map(place_of, whole["places"]))
    )


def _read_left(whole: Any) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(each["place"], each["reason"], tuple(each["holds"])) for each in whole)
