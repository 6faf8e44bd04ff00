"""What people answer for where no program can look: a vendor's portal, for a time, with evidence and two signatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

AnswerWord = Literal["yes", "no", "open"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the checklist: the answer, who found it out and when, and the evidence by name and SHA-256.

    *open* is a question that nobody has answered yet; it is not signed.
    """

    question: str
    answer: AnswerWord
    by: str
    on: date
    evidence: str | None
    evidence_sha256: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Attestation:
    """Answers about one system, from a day until another (both inclusive). `raw` holds the bytes that are signed."""

    id: str
    raw: bytes
    system: str
    attested_by: str
    confirmed_by: str
    start: date
    until: date
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class SignedAttestation:
    """One folder of `attestations/`: the text, two signatures, the SHA-256 of each piece of evidence beside it."""

    attestation: Attestation
    signature: bytes | None
    countersignature: bytes | None
    files: Mapping[str, str]
