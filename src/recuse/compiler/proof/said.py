"""What a plan's SQL says, statement by statement, as a proof needs it; read by a target from the text alone."""

from dataclasses import dataclass

from recuse.compiler.proof.written import Written
from recuse.enforcement.facts import ObjectRef, PolicyCommand


@dataclass(frozen=True, slots=True)
class PolicyMade:
    """A row policy, with its conditions as trees; roles hold 'public' for PUBLIC."""

    table: str
    name: str
    restrictive: bool
    command: PolicyCommand
    roles: tuple[str, ...]
    using: Written | None
    check: Written | None


@dataclass(frozen=True, slots=True)
class PolicyDropped:
    """The end of a row policy."""

    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Granted:
    """A privilege given, or (`given` false) taken back; `columns` None is the whole object, grantee None PUBLIC."""

    given: bool
    privilege: str
    on: ObjectRef
    columns: tuple[str, ...] | None
    grantee: str | None
    grantable: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """A membership; None where the statement does not say, as below PostgreSQL 16. Each grantor gives its own."""

    role: str
    member: str
    inherit: bool | None
    set_: bool | None
    admin: bool
    grantor: str | None = None


@dataclass(frozen=True, slots=True)
class Parted:
    """The end of a membership: of one grantor's, or (None) of all."""

    role: str
    member: str
    grantor: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """A login that is admitted, or not any more."""

    login: str
    active: bool


@dataclass(frozen=True, slots=True)
class MayDeclare:
    """A login enters a class by declaring, or (`role` None) no more."""

    login: str
    purpose: str
    authority: str
    agreement: str
    role: str | None


@dataclass(frozen=True, slots=True)
class DeclaresNothing:
    """A login can declare nothing any more."""

    login: str


@dataclass(frozen=True, slots=True)
class Secured:
    """Row security of a table: enabled or not, forced or not; None leaves it as it was."""

    table: str
    enabled: bool | None
    forced: bool | None


@dataclass(frozen=True, slots=True)
class Owned:
    """An object has this owner."""

    of: ObjectRef
    role: str


@dataclass(frozen=True, slots=True)
class RoleSet:
    """A role made or changed, with the attributes that the statement names."""

    name: str
    attributes: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class RoleDropped:
    """The end of a role."""

    name: str


@dataclass(frozen=True, slots=True)
class Future:
    """A default privilege, given or taken back."""

    given: bool
    owner: str


@dataclass(frozen=True, slots=True)
class Aside:
    """What opens and closes nothing: a transaction's edges, another voice, our own support as it ships, a refresh."""


Said = (
    PolicyMade | PolicyDropped | Granted | Joined | Parted | Registered | MayDeclare | DeclaresNothing | Secured
    | Owned | RoleSet | RoleDropped | Future | Aside
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A statement that is not understood, with the reason."""

    why: str
