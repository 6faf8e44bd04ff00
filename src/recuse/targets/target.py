"""What every target offers.

One folder a target, found by its entry point (`recuse.targets`). A target inspects a database into facts, writes wanted
facts in the database's own words, renders changes as text, applies a plan, ends sessions, collects edges and probes.
What it cannot enforce is refused at plan time, by name.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final, Protocol

from recuse.compiler.catalog import ColumnTypes
from recuse.compiler.proof.said import Said, Unsaid
from recuse.compiler.proof.written import Written
from recuse.compiler.wanted import Catalog
from recuse.enforcement.facts import Fact
from recuse.enforcement.plan import Plan
from recuse.errors import TargetError
from recuse.model import Effect, Permit
from recuse.targets.advice import Advised, Asked, Classes, Logged, StatementAdvice
from recuse.targets.looks import Look
from recuse.targets.records import (
    PATIENCE,
    Applied,
    AskedColumn,
    Collected,
    Inspection,
    LiveSession,
    MissingRight,
    Patience,
    Progress,
    RenderedStatement,
    Sample,
    Severed,
    Tried,
)
from recuse.targets.whereabouts import Lag, Position, Restored, Whereabouts

NOBODY: Final[Mapping[str, str | None]] = MappingProxyType({})


class Prober(Protocol):
    """Attempts inside one transaction that is rolled back. What would run functions of users is told, and not tried."""

    def untried(self, login: str, *, permit: bool) -> str | None:
        """Why nothing is tried as this login, or nothing that takes a permit; None where it is."""
        ...

    def sample(self, table: str, key: Sequence[str], asked: Sequence[AskedColumn]) -> tuple[Sample, ...]:
        """Rows for every combination of what is asked about columns, by their key columns."""
        ...

    def read(self, table: str, key: Sequence[str], columns: Sequence[str], samples: Sequence[Sample]) -> Tried:
        """Which of the sampled rows can be read in these columns."""
        ...

    def change(self, table: str, key: Sequence[str], column: str, samples: Sequence[Sample]) -> Tried:
        """Which of the sampled rows can be updated in this column; none is."""
        ...

    def entering(self, role: str) -> AbstractContextManager[bool]:
        """Be in a role without a permit, for the length of a block; gives whether it may be entered."""
        ...

    def sees(self, relation: str) -> Tried:
        """Which rows (at most one) of a table or view are seen now."""
        ...

    def acting_as(self, login: str, permit: Mapping[str, str] | None = None) -> AbstractContextManager[str | None]:
        """Be this login, and with a permit declare it; gives the refusal's sentence if that is refused."""
        ...


class Reader(Protocol):
    """Reads a target's own language back, from text alone."""

    def statements(self, text: str) -> tuple[Said, ...] | Unsaid:
        """Everything that the statements of a text say, in order; what is not understood is named."""
        ...

    def condition(self, text: str) -> Written:
        """A row policy's condition as a tree; one that is not understood is `Unread`."""
        ...

    def name(self, name: str) -> tuple[str, ...]:
        """The parts of a derived object's name, as `statements` gives them. Raises PlanError for what is no name."""
        ...


class Desk(Protocol):
    """The permits of one database. TargetError where no policy is applied.

    Who may issue may not end sessions by that, and the other way round; both list and revoke.
    """

    @property
    def login(self) -> str:
        """Who is connected, as the database knows them."""
        ...

    def refusal(self, permit: Permit) -> str | None:
        """Why the policy applied does not open it, in the database's words; None when it does."""
        ...

    def effect(self, permit: Permit) -> Effect:
        """All that the class which it would enter may do in this database. RefusedError where it would enter none."""
        ...

    def issue(self, permit: Permit) -> None:
        """Make the permit. RefusedError in the database's words when it will not."""
        ...

    def permits(self, system: str) -> tuple[Permit, ...]:
        """Every permit of the database, as this system's."""
        ...

    def open_permits(self, system: str) -> tuple[Permit, ...]:
        """The permits in force now, by the database's clock."""
        ...

    def revoke(self, permit_id: str) -> bool:
        """End a permit at once; whether there is one."""
        ...

    def check_ending(self) -> None:
        """Raise MissingRightError for who may not end sessions, before anything is revoked."""
        ...

    def sever(self, permit_id: str) -> Severed:
        """End every session of a revoked permit's login."""
        ...

    def new_key(self, login: str) -> bytes:
        """Make and give a gateway's next key. MissingRightError for all but who keeps the schema `recuse`."""
        ...


class Session(Protocol):
    """An open connection to one database of a target."""

    @property
    def reader(self) -> Reader:
        """What reads this database's language back."""
        ...

    def inspect(self) -> Inspection:
        """All facts, in one snapshot. Read-only."""
        ...

    def column_types(self) -> ColumnTypes:
        """What the types of its columns can hold for rules, and which are refused by name."""
        ...

    def catalog(self, found: Inspection) -> Catalog:
        """What the compiler needs to know of this database."""
        ...

    def canonical(self, wanted: Iterable[Fact], found: Inspection) -> frozenset[Fact]:
        """Wanted facts as this database would report them once made."""
        ...

    def render(self, plan: Plan, found: Inspection) -> tuple[RenderedStatement, ...]:
        """The plan's changes as text, in order."""
        ...

    def standing(self, facts: Iterable[Fact], found: Inspection) -> tuple[str, ...]:
        """Facts that hold already, as the statements that would make them."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Keep other applies out. Raises TargetError when one is at work."""
        ...

    def missing_rights(self, plan: Plan, found: Inspection) -> tuple[MissingRight, ...]:
        """What the connected login lacks to run the plan, each with the SQL that gives it. Tries nothing."""
        ...

    def apply(self, plan: Plan, found: Inspection, progress: Progress, patience: Patience = PATIENCE) -> Applied:
        """Run the plan (DESIGN: cut, sever, shape, sever). Raises ApplyError; what was tightened stays tight."""
        ...

    def advise(self, asked: Asked) -> Advised:
        """What row security would cost here, what rules do not see, and who is in the way now. Leaves nothing."""
        ...

    def remembered(self) -> tuple[Logged, ...]:
        """The statements that the server itself remembers. InputError where it does not."""
        ...

    def judge(self, logged: Sequence[Logged], classes: Classes, tables: Sequence[str]) -> tuple[StatementAdvice, ...]:
        """What statements over these tables meet once the plan is applied. Runs none of them."""
        ...

    def collect(self, governed: Collection[str]) -> Collected:
        """Every step that yields access, and what was not examined. Read-only.

        What looks like a copy is a step to `governed` tables alone (`schema.table`), and from none of them.
        """
        ...

    def look(self, since: datetime) -> Look:
        """What is to be seen now beside the facts, quickly. Read-only; of what was seen before, only after `since`."""
        ...

    def probing(self, given: Mapping[str, str | None] = NOBODY) -> AbstractContextManager[Prober]:
        """Attempts that leave nothing behind; `given` are logins with credentials, each with its service entry or None.

        Raises MissingRightError where only the catalog can be read.
        """
        ...

    def sever(self, logins: frozenset[str], before: datetime) -> Severed:
        """End every session of these logins that began before a moment of the server's clock."""
        ...

    def desk(self) -> Desk:
        """The permits of this database."""
        ...

    def sessions(self) -> tuple[LiveSession, ...]:
        """Every session of the server."""
        ...

    def position(self) -> Position:
        """Where the server is: everything committed before lies before it."""
        ...

    def lag(self, lsn: str) -> Lag:
        """How far a standby is behind a position of its primary."""
        ...

    def replayed(self, lsn: str, patience: float) -> bool:
        """Wait (seconds) until a standby has replayed a position of its primary; whether it has."""
        ...

    def receivers(self) -> tuple[Lag, ...]:
        """The standbys that this server feeds now."""
        ...

    def restored(self, login: str, tables: Sequence[str]) -> Restored:
        """Dump the smallest of these tables that has rows as a login would, restore and count it; leaves nothing."""
        ...

    def whereabouts(self) -> Whereabouts:
        """Whether this is the database that the policy was applied to, or a copy of it."""
        ...

    def settle(self, known: int | None, *, resuming: bool) -> bool:
        """Note where this is, and how far it follows the ledger; opens a copy's gates only if `resuming`."""
        ...


class Target(Protocol):
    """A kind of database."""

    @property
    def reader(self) -> Reader:
        """What reads its language back."""
        ...

    def open(self, dsn: str) -> AbstractContextManager[Session]:
        """Connect. Raises UnreachableError in one sentence, without the password."""
        ...


def target_for(engine: str) -> Target:
    """The installed target of this name; TargetError names those that are installed."""
    found = entry_points(group="recuse.targets")
    for entry in found:
        if entry.name == engine:
            target: Target = entry.load()()
            return target
    names = ", ".join(f"`{entry.name}`" for entry in found)
    raise TargetError(f"no target `{engine}` is installed", f"use one of {names}")
