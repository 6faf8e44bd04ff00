"""The records in which a target advises: what a plan's row security costs, and what its rules do not see."""

from dataclasses import dataclass, field
from typing import Literal

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
class StatementAdvice:
    """What one logged statement meets once the plan is applied.

    `reads` and `writes` are the columns by table that it names, `all_columns` the tables of which it asks for every
    column or the whole row; `needs` says what column grants do not give. `lost` are the index conditions that row
    security takes from it; None where that was not measured, and `unmeasured` says why.
    """

    text: str
    calls: int | None
    tables: tuple[str, ...]
    reads: tuple[tuple[str, str], ...] = ()
    writes: tuple[tuple[str, str], ...] = ()
    all_columns: tuple[str, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] | None = None
    unmeasured: str | None = None
    logins: tuple[str, ...] = field(default=())
