"""What makes functions run that no statement names, as the catalog has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from recuse.targets.postgres.edges.flows import Role


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger on a relation, and the relation's owner.

    `row`: it fires for each row; `rows` are the names under which it gets all of them. `fills`: what it puts into the
    row is kept. `as_changer`: it runs as who makes the change, also where a foreign key does.
    """

    relation: int
    relation_name: str
    node: str
    owner: int
    owner_name: str
    superuser: bool
    create_role: bool
    name: str
    function: int
    rows: Sequence[str]
    row: bool
    fills: bool
    as_changer: bool
    events: Sequence[str]
    ends: Sequence[str]

    @property
    def runs_as(self) -> Role:
        """Who changes the table when a foreign key does."""
        return Role(self.owner, self.owner_name, self.superuser, self.create_role)


@dataclass(frozen=True, slots=True)
class Hook:
    """A function that something calls without a statement naming it; `asked` says that EXECUTE is checked."""

    source: str | None
    relation: int
    action: str
    title: str
    function: int
    asked: bool
    attempt: str | None


@dataclass(frozen=True, slots=True)
class Behind:
    """A function that runs where an operator or a type of this name is used."""

    kind: Literal["operator", "type"]
    name: str
    function: int


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """A trigger on what anyone defines."""

    name: str
    event: str
    function: int
    owner_name: str
    ends: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class User:
    """A role that is granted an action on a relation, and how it does that, where not in the usual words."""

    relation: int
    action: str
    role: str
    attempt: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A role that may change a relation to which somebody else may attach triggers; None stands for a superuser."""

    relation: int
    relation_name: str
    action: str
    role: str | None
    attempt: str | None = None


@dataclass(frozen=True, slots=True)
class Owned:
    """A relation of a role that is no superuser, and a role that its owner lets read it, if any."""

    relation: int
    name: str
    owner: str
    reader: str | None
    attempt: str | None
