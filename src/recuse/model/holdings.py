"""What is held, and the policy repository that describes it: systems, tables with their categories, derived objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from recuse.model.acceptance import Extract, SignedAcceptance
from recuse.model.attestation import SignedAttestation
from recuse.model.documents import SignedDirective, Stage
from recuse.model.parties import Account, Agency, Agreement, Authority, Category, Official, Purpose
from recuse.model.review import ReviewKind, SignedReview

SystemKind = Literal["live", "listing", "attested"]
NewObjectsMode = Literal["off", "report", "close"]
EntityType = Literal["Agency", "Purpose", "Authority", "Category", "Account"]
AttributeType = Literal["Bool", "String", "Long", "datetime", "date", "ipaddr", "Set<String>", "uuid"] | EntityType
ENTITY_TYPES: Final[tuple[EntityType, ...]] = get_args(EntityType)
ATTRIBUTE_TYPES: Final[tuple[AttributeType, ...]] = (*get_args(get_args(AttributeType)[0]), *ENTITY_TYPES)


@dataclass(frozen=True, slots=True)
class RowAttribute:
    """What rules may ask about a row: a column, what it holds, and whether it may be NULL.

    An entity type says that the column holds ids; one that no tree has is an entity without parents.
    """

    column: str
    type: AttributeType
    optional: bool

    @property
    def cedar_type(self) -> str:
        """The type as rules know it: a date is the datetime of its midnight in UTC, a uuid its canonical text."""
        return {"date": "datetime", "uuid": "String"}.get(self.type, self.type)


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
    """One database of the institution.

    `standbys` are the services of servers that replay its changes; `new_objects` is what its event trigger does, if it
    is to have one.
    """

    name: str
    kind: SystemKind
    engine: str
    service: str
    owner: str
    stage: Stage
    tables: tuple[TableMap, ...]
    derived: tuple[Derived, ...]
    standbys: tuple[str, ...] = ()
    new_objects: NewObjectsMode = "off"

    def table(self, name: str) -> TableMap:
        """The map of one table; KeyError when the table is not categorised."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    @property
    def governed(self) -> frozenset[str]:
        """The names of the tables that are categorised."""
        return frozenset(table.name for table in self.tables)


@dataclass(frozen=True, slots=True)
class Institution:
    """Whose policy this is: an agency id and a name; `jurisdictions` are packs of law, lowest first."""

    id: str
    name: str
    jurisdictions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repository:
    """A policy repository, checked; mappings are by id.

    `policy_sha256` digests the files outside `directives/`, `acceptances/`, `attestations/` and `reviews/`, which are
    signed by themselves. `review_days` are the days after which a review is due, where that is sooner than usual.
    """

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
    directives: Mapping[str, SignedDirective]
    policy_sha256: str
    acceptances: Mapping[str, SignedAcceptance] = field(default_factory=dict)
    extracts: Mapping[str, Extract] = field(default_factory=dict)
    attestations: Mapping[str, SignedAttestation] = field(default_factory=dict)
    reviews: Mapping[str, SignedReview] = field(default_factory=dict)
    review_days: Mapping[ReviewKind, int] = field(default_factory=dict)
