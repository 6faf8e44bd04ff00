"""What keeps requests and their outcomes, and how they are looked for; one contract, whatever keeps them.

What is kept of each has two parts. The coarse one is never taken away: it names no person, and nearly all of it is in
the ledger too. The sealed one is the whole record with the salt of its commitment, and can be erased.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol, get_args

from recuse.model import AssistanceKind, OutcomeWord, Verdict
from recuse.permits import commitment_of

State = Literal[
    "open", "counsel", "lapsed", "superseded", "complied", "complied_in_part", "refused", "no_records", "withdrawn"
]
STATES: Final[tuple[State, ...]] = get_args(State)
PAGE: Final = 500
"""Requests of a page, at most."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A whole record as it was written, and the salt of its commitment: 32 bytes."""

    salt: bytes
    data: bytes

    @property
    def commitment(self) -> str:
        """What the ledger holds of it."""
        return commitment_of(self.salt, self.data)


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request as it is kept; `sealed` is None once it was erased."""

    id: str
    source: str | None
    supersedes: str | None
    received: datetime
    lapses: datetime
    kind: AssistanceKind
    agency: str
    purpose: str
    authority: str
    verdict: Verdict
    counsel: bool
    sealed: Sealed | None


@dataclass(frozen=True, slots=True)
class KeptOutcome:
    """An outcome as it is kept; `sealed` is None once it was erased."""

    id: str
    request: str
    supersedes: str | None
    at: datetime
    word: OutcomeWord
    contrary: bool
    sealed: Sealed | None


@dataclass(frozen=True, slots=True)
class Found:
    """A request with its last outcome and what superseded it, if anything did."""

    request: KeptRequest
    outcome: KeptOutcome | None
    superseded_by: str | None

    def state(self, now: datetime) -> State:
        """How it stands: what superseded it counts before its outcome, and that before a deadline."""
        if self.superseded_by is not None:
            return "superseded"
        if self.outcome is not None:
            return self.outcome.word
        if self.request.lapses <= now:
            return "lapsed"
        return "counsel" if self.request.counsel else "open"


Place = tuple[datetime, str]
"""Where a page ended: when its last request was received, and its id."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; an empty set is all. `since` is inclusive, `before` is not; agencies are taken as given."""

    kinds: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()
    verdicts: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    since: datetime | None = None
    before: datetime | None = None

    def takes(self, found: Found, now: datetime) -> bool:
        """Whether a request is looked for."""
        request = found.request
        pairs = (
            (self.kinds, request.kind), (self.agencies, request.agency), (self.purposes, request.purpose),
            (self.authorities, request.authority), (self.verdicts, request.verdict), (self.states, found.state(now)),
        )  # fmt: skip
        late_enough = self.since is None or self.since <= request.received
        early_enough = self.before is None or request.received < self.before
        return late_enough and early_enough and all(not wanted or value in wanted for wanted, value in pairs)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was looked for, newest received first; `after` leads to the next page, None at the end."""

    found: tuple[Found, ...]
    after: Place | None


class Store(Protocol):
    """What keeps requests and outcomes. Methods raise LedgerError or TargetError when it cannot be used."""

    def append(self, requests: Sequence[KeptRequest], outcomes: Sequence[KeptOutcome] = ()) -> None:
        """Keep all of these, durably, or none.

        Raises InputError where an id is taken, where a first request has the source of another, or where something is
        superseded that is not there or is superseded already.
        """

    def find(self, name: str) -> Found | None:
        """A request by its id."""

    def outcomes(self, name: str) -> tuple[KeptOutcome, ...]:
        """Every outcome of a request, oldest first."""

    def sources(self, wanted: Iterable[str]) -> Mapping[str, KeptRequest]:
        """The first request of each of these sources that is known."""

    def page(self, wanted: Filter, now: datetime, after: Place | None = None, limit: int = PAGE) -> Page:
        """The requests looked for, from a place on."""

    def everything(self) -> tuple[tuple[KeptRequest, ...], tuple[KeptOutcome, ...]]:
        """All that is kept, oldest kept first: to be held against the ledger."""

    def erase(self, name: str) -> bool:
        """Take away the sealed part of a request and its outcomes for good; False when there was none."""
