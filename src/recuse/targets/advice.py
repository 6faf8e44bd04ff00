"""The records in which a target advises: what a plan's row security costs, and what its rules do not see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from recuse.compiler.rights import TableRights
from recuse.enforcement.facts import Privilege
from recuse.targets.records import Holder

Classes = Mapping[str, Mapping[str, TableRights]]
"""The rights of each class role, by table."""

IndexKind = Literal["expression", "type", "operators", "mixed-types", "prefix", "subnet"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Whether the planner reached the index: without row security, with it, and with it after the cure."""

    without: bool
    under: bool
    cured: bool | None


@dataclass(frozen=True, slots=True)
class IndexAdvice:
    """One key of one index that conditions by the `lost` operators no longer reach under row security.

    `key` is a column or an expression over `columns`; `kept` operators still reach it. `functions` are those that a
    signed decision could mark leakproof, `statements` the SQL of the cure where it needs any. `measured` is None where
    nothing was measured, and `unmeasured` says why.
    """

    table: str
    index: str
    key: str
    columns: tuple[str, ...]
    kind: IndexKind
    reason: str
    lost: tuple[str, ...]
    kept: tuple[str, ...]
    functions: tuple[str, ...]
    cure: str
    statements: tuple[str, ...]
    measured: Measured | None = None
    unmeasured: str | None = None


@dataclass(frozen=True, slots=True)
class NullCount:
    """How many rows of a table have NULL in a column: counted, estimated from statistics, or (None) neither."""

    table: str
    column: str
    rows: int | None
    nulls: int | None
    how: Literal["counted", "estimated", "not counted"]
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement from a log: how often it was run and by which logins, where the log tells."""

    text: str
    calls: int | None = None
    logins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementAdvice:
    """What one logged statement over governed tables meets once the plan is applied; its text without constants.

    `privileges` are those it needs, one or another, on some table; of another kind of statement none is known.
    `hazards` are codes, each with a table. `refused` gives, by class role, what PostgreSQL answers to somebody who
    holds that class alone; `lost` the index conditions that row security takes away. Each is None where it was not
    measured, and `unmeasured` says why.
    """

    text: str
    calls: int | None
    logins: tuple[str, ...]
    tables: tuple[str, ...]
    privileges: tuple[Privilege, ...] = ()
    hazards: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] | None = None
    lost: tuple[str, ...] | None = None
    unmeasured: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one database: indexes of tables, NULLs by table and column, who holds these relations.

    Without `count` no row is read.
    """

    tables: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    relations: tuple[str, ...]
    count: bool


@dataclass(frozen=True, slots=True)
class Advised:
    """The answers; `sizes` are estimates in bytes, of what the catalog says of each relation."""

    indexes: tuple[IndexAdvice, ...]
    nulls: tuple[NullCount, ...]
    holders: tuple[Holder, ...]
    sizes: Mapping[str, int]
