"""The nouns, one frozen record each. Values are checked once, where they are read (`policy.repository`).

Identifiers: an agency, purpose, authority or category id is a dotted lower-case path whose parent is *stated*, never
guessed from the dots. An account's id is `<system>/<login>`. A table's name is `schema.table`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

Kind = Literal["civil", "criminal", "administrative"]
Action = Literal["read", "insert", "update", "delete"]
Stage = Literal["observe", "canary", "enforce"]
SystemKind = Literal["live", "listing", "attested"]
Use = Literal["personal", "shared", "job", "backup", "replication", "superuser"]
OfficialRole = Literal["direct", "confirm", "accept", "officer"]
AttributeType = Literal["Bool", "String", "Long"]

ACTIONS: Final[tuple[Action, ...]] = ("read", "insert", "update", "delete")
UNDECLARED: Final = "undeclared"
NO_AUTHORITY: Final = "none"
AGREEMENT: Final = "agreement"


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
    """A kind of legal basis; what it opens is decided by rules, never by code."""

    id: str
    parent: str | None
    evidence: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()


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
    """A database login that an agency or person uses."""

    system: str
    login: str
    agency: str
    use: Use
    active: bool
    standing: Standing | None
    may_declare: frozenset[str]

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


@dataclass(frozen=True, slots=True)
class Permit:
    """A checked, time-limited record that one account may declare one purpose under one authority for one case."""

    id: str
    system: str
    login: str
    login_oid: int
    purpose: str
    authority: str
    agreement: str | None
    case: str | None
    valid_from: datetime
    valid_until: datetime
    ledger_index: int
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A citation with its status and the day it was checked."""

    citation: str
    status: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Directive:
    """The signed document saying who may reach what, why, under which authority.

    `raw` holds the exact bytes of `directive.toml` (what is signed); `cedar` the text its `cedar_sha256` names.
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


@dataclass(frozen=True, slots=True)
class Decision:
    """Allow or deny, with the rules that determined it, those that failed, and what would have changed it."""

    allow: bool
    rules: tuple[str, ...]
    errors: tuple[str, ...] = ()
    would_change: tuple[Circumstances, ...] = ()


@dataclass(frozen=True, slots=True)
class RowAttribute:
    """What rules may ask about a row: a column, its Cedar type, and whether it may be NULL."""

    column: str
    type: AttributeType
    optional: bool


@dataclass(frozen=True, slots=True)
class TableMap:
    """A table's categories: one for every column, `key` columns being readable with any other column of the row."""

    name: str
    category: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    attributes: Mapping[str, RowAttribute]
    public: bool

    @property
    def categories(self) -> tuple[str, ...]:
        """All category ids of this table: the default first, the others sorted."""
        return (self.category, *sorted(set(self.columns.values()) - {self.category}))


@dataclass(frozen=True, slots=True)
class ReadsAs:
    """The principal and circumstances whose rows a derived object shows."""

    agency: str
    purpose: str
    authority: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A view, materialized view or definer function over governed `tables`, shown as `reads_as` sees them.

    A function's name carries its argument types: `records.lookup(integer)`.
    """

    name: str
    category: str
    reads_as: ReadsAs
    tables: tuple[str, ...]
    refreshed_by: str | None = None


@dataclass(frozen=True, slots=True)
class System:
    """One database of the institution."""

    name: str
    kind: SystemKind
    engine: str
    service: str
    owner: str
    stage: Stage
    tables: tuple[TableMap, ...]
    derived: tuple[Derived, ...]

    def table(self, name: str) -> TableMap:
        """The map of one table; KeyError when the table is not categorised."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Institution:
    """Whose policy this is: an agency id and a name; `jurisdictions` are packs of law, lowest first."""

    id: str
    name: str
    jurisdictions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """A policy repository, checked; mappings are by id. `policy_sha256` digests the files outside directives/."""

    institution: Institution
    ledger_origin: str
    systems: Mapping[str, System]
    agencies: Mapping[str, Agency]
    accounts: Mapping[str, Account]
    purposes: Mapping[str, Purpose]
    authorities: Mapping[str, Authority]
    categories: Mapping[str, Category]
    officials: Mapping[str, Official]
    agreements: Mapping[str, Agreement]
    directives: Mapping[str, Directive]
    policy_sha256: str
