"""The shape of an export: one file a record, one column a field. It is the same for every engine.

A field `str` is never empty, `str | None` may be; `bool` is written yes or no. Names are those of the engine's catalog,
as they stand there. In SQL Server, principals of the database are written `database:NAME`, those of the server plain,
because both may have one name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

SHAPE: Final = 1
"""The version of the shape, in every export's about.csv."""

PrincipalKind = Literal["login", "user", "role", "everyone"]
ObjectKind = Literal["schema", "table", "view", "materialized view", "routine", "synonym"]
Scope = Literal["server", "database", "schema", "object", "column", "principal"]
Name = tuple[str, str]
"""Schema and object."""


@dataclass(frozen=True, slots=True)
class About:
    """What was exported, when (UTC), and by whom; `visible`: only what the exporting login may see."""

    shape: int
    engine: str
    version: str
    database: str
    exported_at: datetime
    exported_by: str
    scope: Literal["whole", "visible"]


@dataclass(frozen=True, slots=True)
class Principal:
    """A login, a user of the database who does not log in, a role, or what stands for everyone.

    `active` logins may log in. `builtin` ones come with the engine; nobody answers for them but their administrator.
    """

    name: str
    kind: PrincipalKind
    active: bool
    builtin: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a role, or a login that is a user of the database.

    `inherit`: it has the role's rights at once. `set`: it may take them on. `admin`: it may give the role to others.
    """

    role: str
    member: str
    grantor: str | None
    admin: bool
    inherit: bool
    set: bool


@dataclass(frozen=True, slots=True)
class Object:
    """A schema (without a name of its own) or what lies in one.

    `runs_as` is whose rights count inside a view or routine, empty where it is the caller's or the engine decides by
    owners. `filtered`: some mechanism of the engine hides rows.
    """

    schema: str
    name: str | None
    kind: ObjectKind
    owner: str
    runs_as: str | None
    filtered: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table or view; `position` counts from 1."""

    schema: str
    object: str
    column: str
    position: int
    type: str


@dataclass(frozen=True, slots=True)
class Granted:
    """A privilege granted, or `denied`, in the engine's word for it.

    `on` says what it covers; `object` is the principal's name where it covers one.
    """

    on: Scope
    schema: str | None
    object: str | None
    column: str | None
    privilege: str
    grantee: str
    grantor: str | None
    grantable: bool
    denied: bool


@dataclass(frozen=True, slots=True)
class Uses:
    """What a view, routine or synonym names: an object, and where the engine tells it, the column."""

    schema: str
    object: str
    uses_schema: str
    uses_object: str
    uses_column: str | None


@dataclass(frozen=True, slots=True)
class Present:
    """What is there and this shape does not describe: it was not examined, so that no answer is complete."""

    code: str
    object: str | None
    sentence: str


Record = About | Principal | Member | Object | Column | Granted | Uses | Present
FILES: Final[Mapping[str, type[Record]]] = {
    "about.csv": About,
    "principals.csv": Principal,
    "members.csv": Member,
    "objects.csv": Object,
    "columns.csv": Column,
    "grants.csv": Granted,
    "uses.csv": Uses,
    "present.csv": Present,
}


@dataclass(frozen=True)
class Listing:
    """An export, read and checked. `sha256` digests the file that holds the digests of all others."""

    about: About
    principals: tuple[Principal, ...]
    members: tuple[Member, ...]
    objects: tuple[Object, ...]
    columns: tuple[Column, ...]
    grants: tuple[Granted, ...]
    uses: tuple[Uses, ...]
    present: tuple[Present, ...]
    sha256: str = ""

    @cached_property
    def principal(self) -> Mapping[str, Principal]:
        """Principals by name."""
        return {each.name: each for each in self.principals}

    @cached_property
    def everyone(self) -> tuple[str, ...]:
        """What stands for everyone, if the engine has it."""
        return tuple(each.name for each in self.principals if each.kind == "everyone")

    @cached_property
    def relations(self) -> Mapping[Name, Object]:
        """What has rows, by schema and name: tables, views, materialized views, synonyms."""
        return {(o.schema, o.name): o for o in self.objects if o.name and o.kind not in ("schema", "routine")}

    @cached_property
    def routines(self) -> Mapping[Name, Object]:
        """Routines by schema and name."""
        return {(o.schema, o.name): o for o in self.objects if o.name and o.kind == "routine"}

    @cached_property
    def schemas(self) -> Mapping[str, Object]:
        """Schemas by name."""
        return {o.schema: o for o in self.objects if o.kind == "schema"}

    @cached_property
    def columns_of(self) -> Mapping[Name, tuple[str, ...]]:
        """The columns of each relation, in their order."""
        found: dict[Name, list[Column]] = {}
        for each in self.columns:
            found.setdefault((each.schema, each.object), []).append(each)
        return {name: tuple(c.column for c in sorted(some, key=lambda c: c.position)) for name, some in found.items()}

    @cached_property
    def by_column(self) -> Mapping[Name, frozenset[str]]:
        """The columns of each relation on which somebody was granted something."""
        found: dict[Name, set[str]] = {}
        for each in self.grants:
            if each.column is not None:
                found.setdefault((each.schema or "", each.object or ""), set()).add(each.column)
        return {name: frozenset(some) for name, some in found.items()}

    @cached_property
    def used(self) -> Mapping[Name, tuple[Uses, ...]]:
        """What each view, routine or synonym names."""
        found: dict[Name, list[Uses]] = {}
        for each in self.uses:
            found.setdefault((each.schema, each.object), []).append(each)
        return {name: tuple(some) for name, some in found.items()}
