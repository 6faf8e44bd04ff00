"""A review: what officials looked at again at set times, and what it came to, line by line (NIST: recertification)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

ReviewKind = Literal["accounts", "public_content", "audit_records"]
LineAnswer = Literal["", "keep", "end", "change", "explained", "act"]
ResultWord = Literal["", "nil", "found"]

LINE_ANSWERS: Final[Mapping[ReviewKind, tuple[LineAnswer, ...]]] = {
    "accounts": ("keep", "end", "change"),
    "public_content": ("keep", "end", "change"),
    "audit_records": ("explained", "act"),
}
"""What can be said of a line. None is a default: a draft has the empty text, which nobody can sign."""

QUIET_ANSWERS: Final[frozenset[LineAnswer]] = frozenset({"keep", "explained"})
"""Answers that leave everything as it is: with all others the result is not nil."""


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One thing looked at: its name, what was shown of it when the draft was made, the answer, and why."""

    name: str
    shown: tuple[str, ...]
    answer: LineAnswer
    reason: str


@dataclass(frozen=True, slots=True)
class Span:
    """Entries of the ledger from index `first` up to `size`, and the root (hexadecimal) of the tree of that size."""

    first: int
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Review:
    """One review. `raw` holds the bytes that are signed; `agency` is whose accounts, for that kind alone.

    `on` is the day as of which everything is shown, and from which the next one is due. `plan` says what was to be
    looked at, and how; `result` and `found` say what it came to: *nil* is certified, never assumed.
    """

    id: str
    raw: bytes
    kind: ReviewKind
    agency: str | None
    on: date
    reviewed_by: str
    confirmed_by: str
    plan: str
    shown: tuple[str, ...]
    result: ResultWord
    found: str
    log_sha256: str | None
    span: Span | None
    lines: tuple[ReviewLine, ...]


@dataclass(frozen=True, slots=True)
class SignedReview:
    """One folder of `reviews/`: the text and two signatures; a draft has none."""

    review: Review
    signature: bytes | None
    countersignature: bytes | None
