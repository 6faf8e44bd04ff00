"""What tracing works on and finds: functions, the roles they run as, and where their bodies lead."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Literal, TypeVar

from recuse.targets.postgres.edges.bodies import Body, atomic_body, plpgsql_body, sql_body
from recuse.targets.postgres.edges.columns import Column, Shapes

Where = TypeVar("Where")
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
class Parameter:
    """An argument of the caller's by its number, the first being 1; 0 stands for any of them."""

    number: int


Value = Column | Parameter | str
"""What may be written: a column, what a caller gave, or the name of a column of the row that fires a trigger."""


@dataclass(frozen=True, slots=True)
class Flow:
    """All that a body leads to.

    `row` are columns of the row that fires a trigger, `shown` those of them that RAISE shows. `called` are functions
    that run with rights of their own, `replaceable` all functions that run inside. `copied` are pairs: a column that is
    written, and what may be written there; `put` those that stand in what is written, and not only in what finds rows;
    `values` are so of what is read; `left` are so of carriers of the session, which hold it afterwards, `keeps` those
    that hold what is given here; `sent` are so of channels, `filled` of the row that fires itself. `changed` are
    changes: by which verb, of which column, to what (`Given` of `row_changes`). `told` are columns that the error of a
    failed constraint shows. `given` is what functions with rights of their own give back to it.
    """

    reads: frozenset[Column] = frozenset()
    writes: frozenset[Column] = frozenset()
    row: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    given: frozenset[Column] = frozenset()
    values: frozenset[Column] = frozenset()
    copied: frozenset[tuple[Column, Value]] = frozenset()
    put: frozenset[tuple[Column, Value]] = frozenset()
    left: frozenset[tuple[str, Value]] = frozenset()
    keeps: frozenset[str] = frozenset()
    filled: frozenset[tuple[str, str]] = frozenset()
    sent: frozenset[tuple[str, Value]] = frozenset()
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

    def handed(self, number: int | None) -> "Flow":
        """What a call moves into what it writes: one argument, or any of them."""
        meant = {Parameter(0), Parameter(number or 0)}
        return Flow(
            writes=self.writes if number is None else frozenset(t for t, value in self.copied if value in meant),
            channels=self.channels if number is None else frozenset(c for c, value in self.sent if value in meant),
            keeps=frozenset(p for p, value in self.left if value in meant or (number is None and _is_given(value))),
        )

    def called_by(self, *, fired: bool = False) -> "Flow":
        """For what calls it, without what it was given; for what fires it, without the row that fires it."""
        return replace(
            self, copied=_without(self.copied, fired), put=_without(self.put, fired),
            sent=_without(self.sent, fired), left=_without(self.left, fired),
        )  # fmt: skip


def _without(pairs: frozenset[tuple[Where, Value]], fired: bool) -> frozenset[tuple[Where, Value]]:
    """Pairs without what was given, and without values of the row that fires."""
    return frozenset(
        (where, value) for where, value in pairs if not (_is_given(value) or (fired and isinstance(value, str)))
    )


def _is_given(value: Value) -> bool:
    return isinstance(value, Parameter)


def columns_of(value: Value, shapes: Shapes, fired: int) -> list[Column]:
    """The columns that a value is of, NEW and OLD being rows of the relation `fired`; a parameter has none."""
    match value:
        case Column():
            return [value]
        case Parameter():
            return []
        case _:
            return shapes.of_row(fired, {value})


def moved_by(statement: Flow, sources: frozenset[Value], values: frozenset[Value]) -> Flow:
    """What a statement copies into the columns that it writes and sends into its channels; of that, what it puts in."""
    return Flow(
        copied=frozenset(product(statement.writes, sources)),
        put=frozenset(product(statement.writes, values)),
        sent=frozenset(product(statement.channels, sources)),
    )
