"""Requests for assistance, what the policy says of each, and how each ended.

Assistance is what is asked of people: records handed over, somebody held, a room, an hour, a standing arrangement.
Nothing here says anything of the person a request is about: the case number leads to the file where that stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from recuse.model.parties import Circumstances

AssistanceKind = Literal[
    "data_access", "clarification", "detainer", "notification_of_release", "custody_transfer", "interview",
    "facility_use", "joint_operation", "bulk_extract", "standing_access",
]  # fmt: skip
Verdict = Literal["permitted", "permitted_in_part", "refused"]
Gap = Literal[
    "evidence_missing", "case_missing", "agreement_missing", "not_own_agency", "unlisted_agency", "instrument"
]
OutcomeWord = Literal["complied", "complied_in_part", "refused", "no_records", "withdrawn"]

ASSISTANCE: Final[tuple[AssistanceKind, ...]] = get_args(AssistanceKind)
OUTCOMES: Final[tuple[OutcomeWord, ...]] = get_args(OutcomeWord)
WITH_DATA: Final[frozenset[AssistanceKind]] = frozenset({"data_access", "bulk_extract", "standing_access"})
"""Kinds that name at least one category; the others may."""
WITH_END: Final[frozenset[AssistanceKind]] = frozenset({"bulk_extract", "standing_access"})
"""Kinds that say when access ends, or when what was copied is deleted."""
UNLISTED: Final = "unlisted"
"""Stands for an agency that agencies.toml does not have: a request from it is kept, and refused."""


@dataclass(frozen=True, slots=True)
class AssistanceRequest:
    """Somebody asks for assistance. Corrected by another that `supersedes` it; never changed.

    Agencies, purpose, authority and categories are ids; `sender` and `recipients` are agencies besides the one on whose
    behalf it is asked. `source` is the id it has where it came from. `lapses` is when the request does, `until` when
    what is asked for ends. `evidence` is what the authority asks for, by name; it, `asked_by`, `case` and `note` name
    people, and are kept where they can be deleted.
    """

    id: str
    source: str | None
    supersedes: str | None
    received: datetime
    recorded: datetime
    recorded_by: str
    asked_by: str
    kind: AssistanceKind
    on_behalf_of: str
    sender: str | None
    recipients: tuple[str, ...]
    purpose: str
    authority: str
    agreement: str | None
    case: str | None
    instrument: str | None
    evidence: Mapping[str, str]
    categories: tuple[str, ...]
    lapses: datetime
    until: datetime | None
    note: str

    @property
    def agencies(self) -> tuple[str, ...]:
        """Every agency that takes part, the one on whose behalf it is asked first."""
        others = (*((self.sender,) if self.sender else ()), *self.recipients)
        return tuple(dict.fromkeys((self.on_behalf_of, *others)))


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the policy says of a request: the rules that determined it, and the categories it lets be given.

    `decided_as` are the authorities it was decided under, which are not the one stated where the instrument's type says
    otherwise. `gaps` say what was not shown. `counsel`: it would be permitted under a court's authority, were that
    shown whole. `would_change` are circumstances in which the whole is permitted.
    """

    verdict: Verdict
    rules: tuple[str, ...]
    categories: tuple[str, ...]
    decided_as: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    missing: tuple[str, ...] = ()
    counsel: bool = False
    errors: tuple[str, ...] = ()
    would_change: tuple[Circumstances, ...] = ()


@dataclass(frozen=True, slots=True)
class Custody:
    """What a report on detainers asks, of nobody by name: when bail was posted, when and to whom somebody went."""

    bail_posted: datetime | None = None
    released: datetime | None = None
    transferred: datetime | None = None
    transferred_to: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended. A later one of the same request supersedes it; none is changed.

    `categories` are those given. `contrary`: it says what was done although the policy in force refuses it.
    """

    id: str
    request: str
    supersedes: str | None
    at: datetime
    by: str
    word: OutcomeWord
    categories: tuple[str, ...]
    rules: tuple[str, ...]
    contrary: bool
    detention: Custody
    note: str
