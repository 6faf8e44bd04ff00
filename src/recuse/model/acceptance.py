"""What is known and answered for: findings that an official accepts for a time, and extracts that were handed out."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AcceptedFinding:
    """Which findings: those of a code at a system, and where they are given, of one account, object and category."""

    code: str
    system: str
    account: str | None
    object: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A signed statement that findings are known and accepted for a time (both days inclusive), and why.

    `raw` holds the exact bytes of `acceptance.toml` (what is signed). It takes nothing from a finding but its weight in
    the verdict: an accepted finding is shown with it.
    """

    id: str
    raw: bytes
    accepted_by: str
    reason: str
    start: date
    until: date
    findings: tuple[AcceptedFinding, ...]


@dataclass(frozen=True, slots=True)
class SignedAcceptance:
    """One folder of `acceptances/`: a draft has no signature."""

    acceptance: Acceptance
    signature: bytes | None


@dataclass(frozen=True, slots=True)
class Extract:
    """Data that was copied out: what, for which agency, and by when it is to be deleted.

    `object` names a relation of the system that still holds it (`schema.table`), None when it left the database. It
    counts as deleted with a day and the SHA-256 of a certificate that says so.
    """

    id: str
    system: str
    categories: tuple[str, ...]
    held_by: str
    object: str | None
    taken: date
    delete_by: date
    deleted: date | None
    certificate_sha256: str | None
