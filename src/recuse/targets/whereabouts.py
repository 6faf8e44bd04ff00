"""Where a database is, and what its copies hold: records that pass between a target and the operations."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Whether a database is the one that the policy was applied to, if it has `noted` that.

    `moved` says in a word why its gates are shut, None where they are not. `known` is how many entries the ledger had
    when the database last followed it. One that is `recovering` is a standby, or a copy on its way to be restored.
    """

    noted: bool
    moved: str | None
    known: int | None
    recovering: bool


@dataclass(frozen=True, slots=True)
class Position:
    """Where a server is: its cluster's identifier, its last change (replayed, where `recovering`), and its clock.

    `started` is when it was started, and `database` the one that is connected.
    """

    cluster: str
    recovering: bool
    lsn: str
    at: datetime
    started: datetime
    database: str

    @property
    def server(self) -> tuple[str, datetime]:
        """The running server: a copy of it has the same cluster's identifier, and was not started in that moment."""
        return self.cluster, self.started


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a standby is behind: bytes of changes, and seconds where they are known."""

    name: str
    behind: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A table that a login's backup was made of, restored and counted; with a `refusal` it was not to be had.

    `expected` are the rows of the table in the very snapshot that was dumped. `told` is False where the try itself
    could not be made, so that nothing is known of the backup.
    """

    login: str
    table: str
    expected: int
    counted: int
    refusal: str | None = None
    told: bool = True

    @property
    def whole(self) -> bool:
        """Whether no row is missing, as far as was told."""
        return not self.told or (self.refusal is None and self.counted == self.expected)

    @property
    def sentence(self) -> str:
        """What was found, for a person."""
        if self.refusal is not None:
            return f"a backup of `{self.table}` as `{self.login}` could not be made or restored: {self.refusal}"
        rows = f"{self.counted:,} of {self.expected:,} rows"
        return f"a backup of `{self.table}` as `{self.login}`, restored: {rows}"
