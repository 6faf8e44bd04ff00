"""PostgreSQL as a target: connects the parts of this folder to what the operations ask for."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from recuse.compiler.catalog import ColumnTypes
from recuse.compiler.wanted import Catalog
from recuse.enforcement.facts import Fact, Grant, ObjectRef, Owner
from recuse.enforcement.plan import Plan
from recuse.targets.advice import Advised, Asked, Classes, Logged, StatementAdvice
from recuse.targets.postgres import apply, canonical, inspect, probe, sever
from recuse.targets.postgres.advice.answers import answers, remembered
from recuse.targets.postgres.advice.judging import judged
from recuse.targets.postgres.collected import collected
from recuse.targets.postgres.column_types import column_types
from recuse.targets.postgres.condition_sql import condition_text
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
    Patience,
    Progress,
    RenderedStatement,
    Severed,
)


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
            bootstrap=found.server.bootstrap,
            granular=granular,
            maintain=found.server.major >= 17,
            links=found.links,
            conflicting=probe.shows_conflicting_row(self.connection),
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

    def collect(self) -> Collected:
        """Every step that yields access in this database, and what was not examined."""
        return collected(self.connection)

    @contextmanager
    def probing(self) -> Iterator[probe.Prober]:
        """Attempts inside one transaction that is rolled back."""
        with probe.probing(self.connection) as prober:
            yield prober

    def sever(self, logins: frozenset[str], before: datetime) -> Severed:
        """End every session of these logins that began before a moment of the server's clock."""
        return sever.sever(self.connection, logins, before)

    def desk(self) -> PostgresDesk:
        """The permits of this database."""
        return PostgresDesk(self.connection)


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
    named = {
        (fact.on.name[0], fact.grantee)
        for fact in found.facts
        if isinstance(fact, Grant)
        and fact.on.kind == "schema"
        and fact.privilege == "USAGE"
        and fact.grantee is not None
    }
    return Renderer(found.server.major, owners, frozenset(named))
