"""PostgreSQL as a target: connects the parts of this folder to what the operations ask for."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from recuse.compiler.catalog import ColumnTypes
from recuse.compiler.wanted import Catalog
from recuse.enforcement.facts import Fact, Grant, ObjectRef, Owner
from recuse.enforcement.plan import Plan
from recuse.targets.advice import Advised, Asked, Classes, Logged, StatementAdvice
from recuse.targets.looks import Look
from recuse.targets.postgres import (
    apply,
    backup,
    canonical,
    credentials,
    identity,
    inspect,
    looking,
    probe,
    rights,
    sever,
    standby,
)  # fmt: skip
from recuse.targets.postgres.advice.answers import answers, remembered
from recuse.targets.postgres.advice.judging import judged
from recuse.targets.postgres.collected import collected
from recuse.targets.postgres.column_types import column_types
from recuse.targets.postgres.condition_sql import condition_text
from recuse.targets.postgres.conflicting import shows_conflicting_row
from recuse.targets.postgres.connect import Connection, connect, told
from recuse.targets.postgres.desk import PostgresDesk
from recuse.targets.postgres.locks import with_locks
from recuse.targets.postgres.reading.reader import PostgresReader
from recuse.targets.postgres.render import Renderer
from recuse.targets.postgres.support import sever_right, support_facts
from recuse.targets.records import (
    PATIENCE,
    Applied,
    Collected,
    Inspection,
    LiveSession,
    MissingRight,
    Patience,
    Progress,
    RenderedStatement,
    Severed,
)
from recuse.targets.target import NOBODY, Prober
from recuse.targets.whereabouts import Lag, Position, Restored, Whereabouts


@dataclass(frozen=True, slots=True)
class PostgresSession:
    """One connection to one database."""

    connection: Connection

    @property
    def reader(self) -> PostgresReader:
        """What reads PostgreSQL's language back."""
        return PostgresReader()

    def inspect(self) -> Inspection:
        """All facts of the database and of the server's roles, in one snapshot."""
        with told(self.connection.info.user):  # where several are open, the error is to be this one's
            return inspect.inspect(self.connection)

    def column_types(self) -> ColumnTypes:
        """What PostgreSQL's types can hold for rules."""
        return column_types()

    def catalog(self, found: Inspection) -> Catalog:
        """What the compiler needs to know of this database."""
        granular = found.server.major >= 16
        return Catalog(
            facts=found.facts,
            shapes=found.shapes,
            oids=found.oids,
            support=support_facts() | {sever_right(found.server.bootstrap, granular=granular)},
            text=condition_text,
            database=found.server.database,
            bootstrap=found.server.bootstrap,
            granular=granular,
            maintain=found.server.major >= 17,
            links=found.links,
            events=found.server.superuser,
            conflicting=shows_conflicting_row(self.connection),
            admitted_elsewhere=found.neighbours.admitted,
            login=None if found.server.superuser else found.server.login,
        )

    def canonical(self, wanted: Iterable[Fact], found: Inspection) -> frozenset[Fact]:
        """Expressions as the server writes them; before the recuse schema exists there is nothing to compare with."""
        return canonical.canonical(self.connection, wanted) if found.server.supported else frozenset(wanted)

    def render(self, plan: Plan, found: Inspection) -> tuple[RenderedStatement, ...]:
        """The plan's changes as text that can be pasted into psql, in order."""
        statements = _renderer(plan, found).statements(plan.changes)
        return with_locks([RenderedStatement(s.changes, *s.text()) for s in statements])

    def standing(self, facts: Iterable[Fact], found: Inspection) -> tuple[str, ...]:
        """Facts that hold already, as the statements that would make them."""
        return _renderer(Plan("", "", (), (), (), (), frozenset(), frozenset()), found).standing(facts)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other applies out of this database."""
        with apply.exclusive(self.connection):
            yield

    def missing_rights(self, plan: Plan, found: Inspection) -> tuple[MissingRight, ...]:
        """What the connected login lacks to run the plan."""
        return rights.missing(plan, found, rights.held(self.connection), _renderer(plan, found))

    def apply(self, plan: Plan, found: Inspection, progress: Progress, patience: Patience = PATIENCE) -> Applied:
        """Cut, sever, shape, sever; then what loosens."""
        with told(self.connection.info.user):
            return apply.run(self.connection, plan, _renderer(plan, found), progress, patience)

    def advise(self, asked: Asked) -> Advised:
        """What row security would cost here, what rules do not see, and who is in the way now."""
        return answers(self.connection, asked)

    def remembered(self) -> tuple[Logged, ...]:
        """The statements that pg_stat_statements has."""
        return remembered(self.connection)

    def judge(self, logged: Sequence[Logged], classes: Classes, tables: Sequence[str]) -> tuple[StatementAdvice, ...]:
        """What statements meet once the plan is applied."""
        return judged(self.connection, logged, classes, tables)

    def collect(self, governed: Collection[str]) -> Collected:
        """Every step that yields access in this database, and what was not examined."""
        return collected(self.connection, governed)

    def look(self, since: datetime) -> Look:
        """What is to be seen now beside the facts."""
        return looking.look(self.connection, since)

    @contextmanager
    def probing(self, given: Mapping[str, str | None] = NOBODY) -> Iterator[Prober]:
        """Attempts inside transactions that are rolled back: as real logins where some are given, or as a superuser."""
        trying = credentials.trying(self.connection, given) if given else probe.probing(self.connection)
        with trying as prober:
            yield prober

    def sever(self, logins: frozenset[str], before: datetime) -> Severed:
        """End every session of these logins that began before a moment of the server's clock."""
        return sever.sever(self.connection, logins, before)

    def desk(self) -> PostgresDesk:
        """The permits of this database."""
        return PostgresDesk(self.connection)

    def sessions(self) -> tuple[LiveSession, ...]:
        """Every session of the server."""
        return sever.live(self.connection)

    def position(self) -> Position:
        """Where the server is: everything committed before lies before it."""
        return standby.position(self.connection)

    def lag(self, lsn: str) -> Lag:
        """How far a standby is behind a position of its primary."""
        return standby.lag(self.connection, lsn)

    def replayed(self, lsn: str, patience: float) -> bool:
        """Wait (seconds) until a standby has replayed a position of its primary; whether it has."""
        return standby.replayed(self.connection, lsn, patience)

    def receivers(self) -> tuple[Lag, ...]:
        """The standbys that this server feeds now."""
        return standby.receivers(self.connection)

    def restored(self, login: str, tables: Sequence[str]) -> Restored:
        """One table dumped as a login would, restored on a server of our own, and counted."""
        return backup.restored(self.connection, login, tables)

    def whereabouts(self) -> Whereabouts:
        """Whether this is the database that the policy was applied to, or a copy of it."""
        return identity.whereabouts(self.connection)

    def settle(self, known: int | None, *, resuming: bool) -> bool:
        """Note where this is, and how far it follows the ledger; opens a copy's gates only if `resuming`."""
        return identity.settle(self.connection, known, resuming=resuming)


@dataclass(frozen=True, slots=True)
class PostgresTarget:
    """PostgreSQL."""

    @property
    def reader(self) -> PostgresReader:
        """What reads PostgreSQL's language back."""
        return PostgresReader()

    @contextmanager
    def open(self, dsn: str) -> Iterator[PostgresSession]:
        """Connect; the connection closes with the block."""
        with connect(dsn) as connection:
            yield PostgresSession(connection)


def _renderer(plan: Plan, found: Inspection) -> Renderer:
    owners: dict[ObjectRef, frozenset[str]] = {}
    for fact in (*found.facts, *(change.fact for change in plan.changes)):
        if isinstance(fact, Owner):
            owners[fact.of] = owners.get(fact.of, frozenset()) | {fact.role}
    named, making = (
        {
            (fact.on.name[0], fact.grantee)
            for fact in found.facts
            if isinstance(fact, Grant)
            and fact.on.kind == "schema"
            and fact.privilege == privilege
            and fact.grantee is not None
        }
        for privilege in ("USAGE", "CREATE")
    )
    making |= {(ref.name[0], role) for ref, roles in owners.items() if ref.kind == "schema" for role in roles}
    bound = None if found.server.superuser else frozenset(making)
    lent = frozenset(f.on.relation.name for f in found.facts if isinstance(f, Grant) and f.grantable)
    return Renderer(found.server.major, owners, frozenset(named), bound, lent)
