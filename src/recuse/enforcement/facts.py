"""What a catalog holds, one fact a record. Two facts are the same when all their fields are.

Planning is set algebra over these; only a target's `render` writes SQL. A grant's grantor is part of the fact, because
a REVOKE touches only what its grantor gave. The owner's own rights on an object are not facts: ownership implies them.
"""

from dataclasses import dataclass
from typing import Literal

ObjectKind = Literal[
    "database", "schema", "table", "view", "matview", "sequence", "function", "column",
    "foreign server", "language", "large objects", "parameter",
]  # fmt: skip
Privilege = Literal[
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN",
    "USAGE", "CREATE", "EXECUTE", "CONNECT", "TEMPORARY", "SET", "ALTER SYSTEM",
]  # fmt: skip
PolicyCommand = Literal["SELECT", "INSERT", "UPDATE", "DELETE", "ALL"]


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """An object by kind and name parts: ('records', 'person'), ('records', 'person', 'phone').

    A function's parts are schema, name and argument types as the catalog writes them: ('a', 'f', 'integer, text').
    Large objects have their numbers, several at once: ('4711', '4712').
    """

    kind: ObjectKind
    name: tuple[str, ...]

    def __str__(self) -> str:
        if self.kind == "function":
            return f"function {self.name[0]}.{self.name[1]}({self.name[2]})"
        return f"{self.kind} {'.'.join(self.name)}"

    @property
    def relation(self) -> "ObjectRef":
        """The table of a column; any other object itself."""
        return ObjectRef("table", self.name[:2]) if self.kind == "column" else self


@dataclass(frozen=True, slots=True)
class Role:
    """A database role and its attributes."""

    name: str
    login: bool
    superuser: bool
    inherit: bool
    bypass_rls: bool
    create_role: bool
    create_db: bool = False
    replication: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """One membership by one grantor. Below PostgreSQL 16, `inherit` is the member's attribute, `set_` true."""

    role: str
    member: str
    grantor: str
    admin: bool
    inherit: bool
    set_: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """One privilege on one object, to a role or (None) to PUBLIC, by one grantor."""

    on: ObjectRef
    privilege: Privilege
    grantee: str | None
    grantor: str
    grantable: bool


@dataclass(frozen=True, slots=True)
class DefaultPrivilege:
    """What `owner`'s next objects of kind `on` will grant; `schema` None means everywhere, `grantee` None PUBLIC."""

    owner: str
    schema: str | None
    on: Literal["tables", "sequences", "functions", "types", "schemas", "large objects"]
    privilege: Privilege
    grantee: str | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns an object."""

    of: ObjectRef
    role: str


@dataclass(frozen=True, slots=True)
class RowSecurity:
    """A table's two row-security flags."""

    table: ObjectRef
    enabled: bool
    forced: bool


@dataclass(frozen=True, slots=True)
class RowPolicy:
    """A row policy; `using` and `check` are the target's own canonical text; roles are sorted, 'public' for PUBLIC."""

    table: ObjectRef
    name: str
    restrictive: bool
    command: PolicyCommand
    roles: tuple[str, ...]
    using: str | None
    check: str | None


@dataclass(frozen=True, slots=True)
class ConflictGuard:
    """INSERT … ON CONFLICT DO UPDATE into a table is refused to these roles (sorted)."""

    table: ObjectRef
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Firing:
    """A trigger of users that fires: in ordinary sessions (origin), on a replica, always; table None: event trigger."""

    table: ObjectRef | None
    name: str
    when: Literal["origin", "replica", "always"]


@dataclass(frozen=True, slots=True)
class Definition:
    """The text of a view or function (as a SHA-256 in hex) and whose rights it runs with."""

    of: ObjectRef
    digest: str
    security: Literal["definer", "invoker"]


@dataclass(frozen=True, slots=True)
class RegisteredAccount:
    """A row of `recuse.account`: a login that may see governed rows at all, by name and object id together.

    A `gateway` stands for many people, and declares by a token for each transaction.
    """

    login: str
    oid: int
    active: bool
    gateway: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """A row of `recuse.declaration`: which class role a login enters for a purpose under an authority."""

    login: str
    purpose: str
    authority: str
    agreement: str | None
    class_role: str


@dataclass(frozen=True, slots=True)
class Support:
    """The `recuse` schema in the database, at one version of its tables."""

    version: int


@dataclass(frozen=True, slots=True)
class NewObjects:
    """The event trigger that looks at what is made and opened, sound and on in every session.

    *report*: it writes down; *close*: it also takes back what a new object opens, and refuses what the policy forbids.
    """

    mode: Literal["report", "close"]


Fact = (
    Role | Membership | Grant | DefaultPrivilege | Owner | RowSecurity | RowPolicy | ConflictGuard
    | Definition | Firing
    | RegisteredAccount | Declaration | Support | NewObjects
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column as the catalog has it; `type` is PostgreSQL's format_type text."""

    name: str
    type: str
    nullable: bool
    deterministic: bool
    generated: bool


@dataclass(frozen=True, slots=True)
class TableShape:
    """A relation's columns, and the sequences its columns draw from by default."""

    name: str
    kind: Literal["table", "partitioned", "view", "matview", "foreign"]
    columns: tuple[ColumnShape, ...]
    sequences: tuple[str, ...]

    def column(self, name: str) -> ColumnShape | None:
        """The column of this name, if there is one."""
        return next((c for c in self.columns if c.name == name), None)


@dataclass(frozen=True, slots=True)
class Hazard:
    """A danger of a change, named, with what to do about it."""

    code: str
    sentence: str
    remedy: str | None = None
