"""What is signed, issued and decided: directives, confirmations, permits, decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from recuse.model.parties import Circumstances

Action = Literal["read", "insert", "update", "delete"]
Stage = Literal["observe", "canary", "enforce"]

ACTIONS: Final[tuple[Action, ...]] = ("read", "insert", "update", "delete")


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A citation with its status and the day it was checked."""

    citation: str
    status: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class PermitTerms:
    """What a directive says of permits (`[permits]`): purposes are ids, and stand for all below them.

    `two_person` None: every purpose takes two persons. `break_glass_purposes` None: every purpose may be broken open,
    for `break_glass_hours`; at 0 none may.
    """

    longest_hours: int = 72
    unused_hours: int = 24
    two_person: tuple[str, ...] | None = ()
    break_glass_hours: int = 0
    break_glass_purposes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Directive:
    """The signed document saying who may reach what, why, under which authority.

    `raw` holds the exact bytes of `directive.toml` (what is signed); `cedar` the text its `cedar_sha256` names.
    `stage` is the highest: until the day `step_back_until` has passed an operator may lower it; None never allows that.
    """

    id: str
    raw: bytes
    cedar: str
    title: str
    issued: date
    effective: datetime
    directed_by: str
    confirm_role: str
    supersedes: tuple[str, ...]
    stage: Stage
    canary_accounts: tuple[str, ...]
    legal_basis: tuple[LegalBasis, ...]
    counsel: str | None
    cedar_sha256: str
    policy_sha256: str
    step_back_until: date | None = None
    permits: PermitTerms | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The second official's answer; `raw` holds the exact bytes of `confirmation.toml` (what is signed).

    `directive_signature_sha256` ties it to one signature of one directive and so fixes the order of the two.
    """

    raw: bytes
    directive_sha256: str
    directive_signature_sha256: str
    decision: Literal["confirm", "refuse"]
    conditions: str
    effective: datetime
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class SignedDirective:
    """One folder of `directives/`: a draft has no signature; signatures are armored SSHSIG as read from the files."""

    directive: Directive
    signature: bytes | None
    confirmation: Confirmation | None
    confirmation_signature: bytes | None


@dataclass(frozen=True, slots=True)
class Request:
    """Someone asking for a permit. `until` is when access ends, `lapses` when it is answered no more (None: then too).

    `person` is who asks as an identity provider names them (`recuse.permits.Actor`), `glass` the reason for which they
    issue it themselves. `evidence` is what the authority asks for, by name: the issuing court, the day, the document's
    SHA-256. It names people, and is kept where it can be deleted: the ledger holds a commitment to the whole and its
    coarse parts.
    """

    id: str
    at: datetime
    requested_by: str
    on_behalf_of: str
    system: str
    login: str
    purpose: str
    authority: str
    agreement: str | None
    case: str | None
    instrument: str | None
    evidence: Mapping[str, str]
    until: datetime
    lapses: datetime | None = None
    person: str | None = None
    glass: str | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """A checked, time-limited record that one account may declare one purpose under one authority for one case.

    `used` says whether a use is known; one in a read-only transaction leaves no trace.
    """

    id: str
    system: str
    login: str
    purpose: str
    authority: str
    agreement: str | None
    case: str | None
    valid_from: datetime
    valid_until: datetime
    ledger_index: int
    revoked_at: datetime | None
    used: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Allow or deny, with the rules that determined it, those that failed, and what would have changed it."""

    allow: bool
    rules: tuple[str, ...]
    errors: tuple[str, ...] = ()
    would_change: tuple[Circumstances, ...] = ()
