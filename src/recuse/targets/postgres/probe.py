"""Tries: acts as each account inside one transaction that is rolled back, and says what really happened.

SET SESSION AUTHORIZATION, never SET ROLE: `session_user`, by which the cut decides, becomes the account. A declared
context is entered as the account would enter it: through `recuse.declare`, or for a gateway by a token, on a permit
that exists only inside this transaction. No function of users runs, since a rollback undoes neither sequences nor what
leaves the server: rows are read read-only, and what may be changed is told from plans and row locks, by which no
trigger, rule or check is reached and no row version is written.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import psycopg
from psycopg import pq, sql
from psycopg.types.string import TextLoader

from recuse import clock
from recuse.errors import MissingRightError
from recuse.targets.postgres.condition_sql import condition_sql
from recuse.targets.postgres.connect import Connection, first_line
from recuse.targets.postgres.queries import query
from recuse.targets.postgres.row_values import value_of, value_sql
from recuse.targets.postgres.undone import undone
from recuse.targets.records import AskedColumn, Sample, Tried
from recuse.tokens import token

STATEMENT_TIMEOUT: Final = "20s"
PER_STRATUM: Final = 3
_AS_TEXT: Final = ("date", "time", "timetz", "timestamp", "timestamptz", "interval", "json", "jsonb")
_PERMIT: Final = "recuse-probe"
_A_MINUTE: Final = timedelta(minutes=1)
_SAVE: Final = sql.SQL("SAVEPOINT recuse_attempt")
_UNDO: Final = (sql.SQL("ROLLBACK TO SAVEPOINT recuse_attempt"), sql.SQL("RELEASE SAVEPOINT recuse_attempt"))
# So that a function that was overlooked cannot draw from a sequence, or write.
_READ_ONLY: Final = sql.SQL("SET LOCAL transaction_read_only = on")
_READABLE: Final = (
    "SELECT has_any_column_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = %s AND c.relname = %s"
)


@dataclass(slots=True)
class Prober:
    """One transaction of attempts; open it with `probing`."""

    connection: Connection
    _running: dict[str, str | None] = field(default_factory=dict)
    _asked: dict[Hashable, sql.SQL] = field(default_factory=dict)
    _cursor: psycopg.Cursor[tuple[object, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Have values come that can be compared and written back.

        What the driver has no such value for (an infinity, the year 10000, an array, a JSON object) comes as text.
        """
        self._cursor = self.connection.cursor()
        for kind in _AS_TEXT:
            self._cursor.adapters.register_loader(kind, TextLoader)
        for found in self._cursor.adapters.types:
            if found.array_oid:
                self._cursor.adapters.register_loader(found.array_oid, TextLoader)

    def sample(self, table: str, key: Sequence[str], asked: Sequence[AskedColumn]) -> tuple[Sample, ...]:
        """Rows of a table, up to `PER_STRATUM` for every combination of what is asked about columns, by their keys."""
        keys = sql.SQL(", ").join(map(sql.Identifier, key))
        shown = sql.SQL(", ").join((keys, *(value_sql(each.column, each.type) for each in asked)))
        parts = [_part(each) for each in asked]
        found: list[Sample] = []
        for stratum in self._strata(table, parts):
            here = sql.SQL(" AND ").join(
                sql.SQL("{} IS NOT DISTINCT FROM {}").format(part, sql.Literal(value))
                for part, value in zip(parts, stratum, strict=True)
            )
            statement = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {}").format(
                shown, _relation(table), here if parts else sql.SQL("true"), keys, PER_STRATUM
            )
            for row in self._cursor.execute(statement).fetchall():
                values = zip(asked, row[len(key) :], strict=True)
                told = {each.column: value_of(value, each.type) for each, value in values}
                found.append(Sample(tuple(row[: len(key)]), told))
        return tuple(found)

    def _strata(self, table: str, parts: Sequence[sql.Composable]) -> list[tuple[object, ...]]:
        """Every combination that occurs; one empty combination where nothing is asked."""
        if not parts:
            return [()]
        numbers = sql.SQL(", ").join(sql.SQL(str(number + 1)) for number in range(len(parts)))
        listed = sql.SQL(", ").join(parts)
        statement = sql.SQL("SELECT DISTINCT {} FROM {} ORDER BY {}").format(listed, _relation(table), numbers)
        return self._cursor.execute(statement).fetchall()

    def read(self, table: str, key: Sequence[str], columns: Sequence[str], samples: Sequence[Sample]) -> Tried:
        """Which of the sampled rows the account reads in these columns, together with the key; only the key is sent."""
        keys, names = (
            sql.SQL(", ").join(sql.Identifier(c) for c in dict.fromkeys(listed)) for listed in (key, (*key, *columns))
        )
        statement = sql.SQL("SELECT {} FROM (SELECT {} FROM {} WHERE {}) s")
        wanted = statement.format(keys, names, _relation(table), self._among(table, key, samples))
        return self._try(table, (_READ_ONLY, wanted), len(key))

    def _among(self, table: str, key: Sequence[str], samples: Sequence[Sample]) -> sql.SQL:
        """Only these rows. Written once, since each of some thousand attempts asks for the same few of its table."""
        about = (table, *key, *(sample.key for sample in samples))
        if about not in self._asked:
            names = sql.SQL(", ").join(map(sql.Identifier, key))
            rows = (sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, each.key))) for each in samples)
            among = sql.SQL("({}) IN ({})").format(names, sql.SQL(", ").join(rows))
            self._asked[about] = sql.SQL(among.as_string(self.connection))
        return self._asked[about]

    def count(self, table: str, column: str) -> Tried:
        """How many rows the account counts by one column, for tables without a key."""
        statement = sql.SQL("SELECT pg_catalog.count(*) FROM (SELECT {} FROM {}) s")
        return self._try(table, (_READ_ONLY, statement.format(sql.Identifier(column), _relation(table))), 1)

    def change(self, table: str, key: Sequence[str], column: str, samples: Sequence[Sample]) -> Tried:
        """Which rows the account could update in this column, though none is: the plan is refused, or rows are locked.

        The server checks the right to the column before it plans, and the weakest row lock needs what UPDATE needs of
        a row: both its SELECT and its UPDATE row policies.
        """
        name = sql.Identifier(column)
        planned = sql.SQL("EXPLAIN (COSTS OFF) UPDATE {} SET {} = {} WHERE {}")
        among = self._among(table, key, samples)
        asked = planned.format(_relation(table), name, name, among)
        keys = sql.SQL(", ").join(map(sql.Identifier, key))
        locked = sql.SQL("SELECT {} FROM {} WHERE {} FOR KEY SHARE").format(keys, _relation(table), among)
        return self._try(table, (_READ_ONLY, asked, *_UNDO, _SAVE, locked), len(key))

    @contextmanager
    def entering(self, role: str) -> Iterator[bool]:
        """Be in a role for the length of a block, with no permit chosen; gives whether the account may enter it."""
        with undone(self.connection):
            yield self._enters(role)

    def _enters(self, role: str) -> bool:
        try:
            with self.connection.transaction():
                self.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue):  # or there is no such role
            return False
        return True

    def sees(self, relation: str) -> Tried:
        """Which rows (at most one) of a table or view are seen now; where functions would run, whether any could be."""
        if self._runs(relation) is not None:
            row = self.connection.execute(_READABLE, relation.split(".", 1)).fetchone()
            if row is not None and not row[0]:
                return Tried(frozenset(), "the catalog grants no column of it")
        return self._try(relation, (_READ_ONLY, sql.SQL("SELECT 1 FROM {} LIMIT 1").format(_relation(relation))), 1)

    @contextmanager
    def acting_as(self, login: str, permit: Mapping[str, str] | None = None) -> Iterator[str | None]:
        """Be `login` for the length of a block; with `permit` (purpose, authority, agreement), declare it too.

        Gives None, or the refusal's sentence when the login may not declare. Everything in the block is undone.
        """
        with undone(self.connection):
            key = self._issue(login, permit) if permit is not None else None
            self._log_in(login)
            yield self._declare(permit, key) if permit is not None else None

    @contextmanager
    def declaring(self, permit: Mapping[str, str] | None) -> Iterator[str | None]:
        """As the login that is connected: for the length of a block, declare what no permit opens, if anything."""
        with undone(self.connection):
            yield self._declare(permit, None) if permit is not None else None

    def untried(self, login: str, *, permit: bool) -> str | None:  # noqa: ARG002 - as the protocol has it
        """Nothing: a superuser becomes every login, and issues permits in the transaction that is rolled back."""
        return None

    def _log_in(self, login: str) -> None:
        """Be this login, with what its sessions begin with; a setting that cannot be made is passed over, as then.

        Not its `search_path`: every name that is asked for here has its schema.
        """
        found = [(str(name), str(value)) for name, value in self.connection.execute(query("probe/settings"), (login,))]
        for name, value in found:
            if name != "role":
                self._set(name, value)
        self.connection.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(login)))
        for name, value in found:
            if name == "role":  # last, since becoming somebody sets it anew
                self._set(name, value)

    def _set(self, name: str, value: str) -> None:
        with suppress(psycopg.Error), self.connection.transaction():
            self.connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", (name, value))

    def _issue(self, login: str, permit: Mapping[str, str]) -> bytes | None:
        """The permit's row; for a gateway also a key, which is gone with the transaction."""
        self.connection.execute(
            "INSERT INTO recuse.permit SELECT %s, a.login, a.login_oid, %s, %s, %s, 'probe', "
            "now() - interval '1 minute', now() + interval '1 hour', 0, NULL FROM recuse.account a WHERE a.login = %s",
            (_PERMIT, permit["purpose"], permit["authority"], permit["agreement"], login),
        )
        made = "SELECT recuse.new_key(login) FROM recuse.account WHERE login = %s AND gateway AND active"
        row = self.connection.execute(made, (login,)).fetchone()
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    def _declare(self, permit: Mapping[str, str], key: bytes | None) -> str | None:
        try:
            with self.connection.transaction():
                if key is None:
                    self.connection.execute("SELECT recuse.declare(%s, %s)", (permit["purpose"], permit["authority"]))
                else:
                    (challenge,) = self.connection.execute("SELECT recuse.challenge()").fetchone() or ("",)
                    shown = token(key, str(challenge), _PERMIT, clock.now() + _A_MINUTE)
                    self.connection.execute("SELECT recuse.present(%s)", (shown,))
        except psycopg.errors.InsufficientPrivilege as error:
            return error.diag.message_primary or "refused"
        return None

    def _runs(self, relation: str) -> str | None:
        """Why reading a table or view is not tried: functions of users would run, which no rollback undoes."""
        if relation not in self._running:
            named = relation.split(".", 1)
            found = [f"`{row[0]}`" for row in self.connection.execute(query("probe/runs"), named)]
            self._running[relation] = f"reading it would run {', '.join(found)}" if found else None
        return self._running[relation]

    def _try(self, relation: str, statements: Sequence[sql.Composable], width: int) -> Tried:
        """Run them and undo them, all in one message, since there are some thousand attempts; the last one's rows."""
        if self._runs(relation) is not None:
            return Tried(None, self._runs(relation))
        try:
            with self._undone_when_refused():
                self._cursor.execute(sql.SQL("; ").join((_SAVE, *statements, *_UNDO)), prepare=False)
                self._cursor.set_result(-1 - len(_UNDO))
                rows = frozenset(tuple(row[:width]) for row in self._cursor)
        except psycopg.errors.InsufficientPrivilege as error:
            return Tried(frozenset(), error.diag.message_primary)
        except psycopg.errors.QueryCanceled:
            return Tried(None, "the attempt took too long")
        except psycopg.errors.LockNotAvailable:
            return Tried(None, "others held a lock for too long")
        except psycopg.Error as error:
            if self.connection.closed:
                raise
            return Tried(None, f"the server answered: {first_line(error)}")
        return Tried(rows, None)

    @contextmanager
    def _undone_when_refused(self) -> Iterator[None]:
        """What follows an error in the same message is not run; an error in reading a value comes after all of it."""
        try:
            yield
        except psycopg.Error:
            if self.connection.info.transaction_status is pq.TransactionStatus.INERROR:
                self.connection.execute(sql.SQL("; ").join(_UNDO), prepare=False)
            raise


@contextmanager
def probing(connection: Connection) -> Iterator[Prober]:
    """A transaction of attempts that is rolled back. Raises MissingRightError when we cannot become other logins."""
    superuser = connection.execute("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user").fetchone()
    if superuser is None or not superuser[0]:
        raise MissingRightError(
            "only a superuser becomes each account to try as it",
            "connect as a superuser, or give the credentials of real logins (--as)",
        )
    with limited(connection) as prober:
        yield prober


@contextmanager
def limited(connection: Connection) -> Iterator[Prober]:
    """A transaction of attempts as whoever is connected, with limits on time."""
    with undone(connection):
        connection.execute("SELECT pg_catalog.set_config('statement_timeout', %s, true)", (STATEMENT_TIMEOUT,))
        connection.execute("SELECT pg_catalog.set_config('lock_timeout', '2s', true)")
        yield Prober(connection)


def _part(asked: AskedColumn) -> sql.Composable:
    """What tells rows apart by one column: its value, or the answers to the questions about it, as one text."""
    if not asked.questions:
        return value_sql(asked.column, asked.type)
    answers = [sql.SQL("coalesce(({})::text, '-')").format(condition_sql(question)) for question in asked.questions]
    if asked.type in ("datetime", "date"):
        # Both infinities, since what is wrong on one of them may be right on the other.
        infinity = sql.SQL("CASE WHEN NOT pg_catalog.isfinite({}) THEN {}::text END")
        answers.append(infinity.format(*[sql.Identifier(asked.column)] * 2))
    return sql.SQL("pg_catalog.concat({})").format(sql.SQL(", ").join(answers))


def _relation(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))
