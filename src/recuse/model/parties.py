"""Parties and circumstances: who asks, for what purpose, under which authority.

Identifiers: an agency, purpose, authority or category id is a dotted lower-case path whose parent is *stated*, never
guessed from the dots. An account's id is `<system>/<login>`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Kind = Literal["civil", "criminal", "administrative"]
Use = Literal["personal", "shared", "gateway", "job", "backup", "replication", "administrator", "superuser"]
OfficialRole = Literal["direct", "confirm", "accept", "attest", "review", "officer"]

UNDECLARED: Final = "undeclared"
NO_AUTHORITY: Final = "none"
AGREEMENT: Final = "agreement"
# Accounts that row security does not bind, or that can undo it; they are declared, never given a class.
UNBOUND_USES: Final[frozenset[Use]] = frozenset({"superuser", "administrator", "backup", "replication"})


@dataclass(frozen=True, slots=True)
class Agency:
    """A body, or a unit of one, matched by its registry id."""

    id: str
    name: str
    jurisdiction: str
    parent: str | None
    member_agencies: frozenset[str] = frozenset()
    mixed_mission: bool = False
    category_code: str | None = None


@dataclass(frozen=True, slots=True)
class Purpose:
    """A reason for access, from a closed, signed tree."""

    id: str
    parent: str | None
    kind: Kind
    case_number: bool = False
    statute: str | None = None
    niem: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """A kind of legal basis; what it opens is decided by rules, never by code.

    `judicial` marks what a court gave, for it and all below it: one official alone ends no permit that rests on that.
    """

    id: str
    parent: str | None
    evidence: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    judicial: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of data."""

    id: str
    parent: str | None
    public: bool = False
    retention: str | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The context of a decision (Cedar's `context`); constant for a class. `agreed` holds category ids."""

    purpose: str
    authority: str
    agreed: frozenset[str] = frozenset()


UNDECLARED_CIRCUMSTANCES: Final = Circumstances(UNDECLARED, NO_AUTHORITY)


@dataclass(frozen=True, slots=True)
class Standing:
    """The one fixed purpose of an account whose programs declare nothing; ends on `until` (inclusive)."""

    circumstances: Circumstances
    agreement: str | None
    until: date


@dataclass(frozen=True, slots=True)
class Account:
    """A database login that an agency or person uses; one that `may_issue` issues and revokes permits.

    One that `may_end` revokes them and ends the sessions of their logins, as a worker does.
    """

    system: str
    login: str
    agency: str
    use: Use
    active: bool
    standing: Standing | None
    may_declare: frozenset[str]
    may_issue: bool = False
    may_end: bool = False

    @property
    def id(self) -> str:
        """`<system>/<login>`, as in accounts.toml and in Cedar."""
        return f"{self.system}/{self.login}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A written exchange agreement: parties (agency ids), purposes and categories determined, and its dates."""

    id: str
    parties: frozenset[str]
    purposes: frozenset[str]
    categories: frozenset[str]
    onward: str
    determined_by: str
    start: date
    renewal: date
    until: date
    document_sha256: str


@dataclass(frozen=True, slots=True)
class Official:
    """A person in an office: roles, term (both days inclusive) and public keys as OpenSSH writes them."""

    id: str
    name: str
    office: str
    roles: frozenset[OfficialRole]
    start: date
    until: date
    keys: tuple[str, ...]
