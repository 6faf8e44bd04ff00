"""What tracing works on and finds: functions, the roles they run as, and where their bodies lead."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from recuse.targets.postgres.edges.bodies import Body, atomic_body, plpgsql_body, sql_body
from recuse.targets.postgres.edges.columns import Column

Gives = Literal["void", "value", "trigger", "event_trigger"]


@dataclass(frozen=True, slots=True)
class Role:
    """A role as which something runs; `create_role` where that lets it become any other (before PostgreSQL 16)."""

    oid: int
    name: str
    superuser: bool
    create_role: bool


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of a user, with what its body is traced from (catalog/functions.sql)."""

    oid: int
    schema: str
    name: str
    node: str
    call: str
    owner: int
    owner_name: str
    superuser: bool
    create_role: bool
    definer: bool
    language: str
    source: str
    atomic: bool
    gives: Gives
    outputs: bool
    definition: str | None
    path: str | None
    extension: str | None
    tree: str | None
    parts: Sequence[int]

    @property
    def title(self) -> str:
        """As SQL names it."""
        return self.node.partition(":")[2]

    @property
    def runs_as(self) -> Role:
        """Its owner."""
        return Role(self.owner, self.owner_name, self.superuser, self.create_role)

    def body(self) -> Body | None:
        """Its body, where its language is one whose grammar is known."""
        returns = self.gives == "value" or self.outputs
        if self.atomic and self.definition:
            return atomic_body(self.definition, returns=returns)
        match self.language:
            case "sql":
                return sql_body(self.source, returns=returns)
            case "plpgsql" if self.definition:
                return plpgsql_body(self.definition, returns=returns, outputs=self.outputs)
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Lookup:
    """A name that a caller can give another meaning: `need` is what it has to be able to make for that."""

    need: str
    kind: Literal["relation", "type", "function", "operator"]
    name: str


@dataclass(frozen=True, slots=True)
class Flow:
    """All that a body leads to.

    `row` are columns of the row that fires a trigger, `shown` those of them that RAISE shows. `called` are functions
    that run with rights of their own, `replaceable` all functions that run inside. `copied` are pairs: a column that is
    written, and what may be written there, a column or the name of one of the row that fires; `put` those whose column
    stands in what is written; `sent` are so of channels, `filled` of the row that fires itself. `changed` are changes:
    by which verb, of which column, to what (`Given` of `row_changes`). `told` are columns that the error of a failed
    constraint shows. `given` is what functions with rights of their own give back to it.
    """

    reads: frozenset[Column] = frozenset()
    writes: frozenset[Column] = frozenset()
    row: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    given: frozenset[Column] = frozenset()
    copied: frozenset[tuple[Column, Column | str]] = frozenset()
    put: frozenset[tuple[Column, Column]] = frozenset()
    filled: frozenset[tuple[str, str]] = frozenset()
    sent: frozenset[tuple[str, Column | str]] = frozenset()
    told: frozenset[Column] = frozenset()
    changed: frozenset[tuple[str, Column, str]] = frozenset()
    called: frozenset[Function] = frozenset()
    replaceable: frozenset[Function] = frozenset()
    lookups: frozenset[Lookup] = frozenset()
    channels: frozenset[str] = frozenset()
    unknown: str | None = None
    returns: bool = False
    tells: bool = False
    changes_row: bool = False

    def __or__(self, other: "Flow") -> "Flow":
        merged = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)}
        for name, value in merged.items():
            if isinstance(value, frozenset):
                merged[name] = getattr(self, name) | getattr(other, name)
        return Flow(**merged)

    @property
    def harmless(self) -> bool:
        """Whether it computes from its arguments alone."""
        return not (self.unknown or self.reads or self.writes or self.called or self.channels)


def moved_by(statement: Flow, sources: Flow) -> Flow:
    """What a statement copies into the columns that it writes, and sends into its channels."""
    values: frozenset[Column | str] = sources.reads | sources.given | sources.row
    return Flow(
        copied=frozenset((target, value) for target in statement.writes for value in values),
        sent=frozenset((channel, value) for channel in statement.channels for value in values),
    )
