"""Tries: acts as each account inside one transaction that is rolled back, and says what really happened.

SET SESSION AUTHORIZATION, never SET ROLE: `session_user`, by which the cut decides, becomes the account. A declared
context is entered as the account would enter it: through `recuse.declare`, or for a gateway by a token, on a permit
that exists only inside this transaction. Users' functions are never called (a rollback undoes neither sequences nor
what leaves the server), and writes are tried only on tables without users' triggers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import psycopg
from psycopg import sql
from psycopg.types.string import TextLoader

from recuse import clock
from recuse.errors import MissingRightError
from recuse.targets.postgres.condition_sql import condition_sql
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import Sql, query
from recuse.targets.postgres.row_values import value_of, value_sql
from recuse.targets.records import AskedColumn, Sample, Tried
from recuse.tokens import token

STATEMENT_TIMEOUT: Final = "20s"
PER_STRATUM: Final = 3
_AS_TEXT: Final = ("date", "time", "timetz", "timestamp", "timestamptz", "interval", "json", "jsonb")
_PERMIT: Final = "recuse-probe"
_A_MINUTE: Final = timedelta(minutes=1)
_TRIGGERS = sql.SQL(
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = {}::pg_catalog.regclass AND NOT tgisinternal "
    "AND tgfoid IS DISTINCT FROM to_regproc('recuse.conflict'))"
)


class _Rollback(Exception):  # noqa: N818 - not an error: the way out of a transaction that must leave nothing
    pass


class _Refused(_Rollback):
    pass


@dataclass(slots=True)
class Prober:
    """One transaction of attempts; open it with `probing`."""

    connection: Connection
    _triggered: dict[str, bool] = field(default_factory=dict)

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
            for row in self._rows(statement):
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
        found = self._rows(sql.SQL("SELECT DISTINCT {} FROM {} ORDER BY {}").format(listed, _relation(table), numbers))
        return list(found)

    def _rows(self, statement: Sql) -> Iterator[tuple[object, ...]]:
        """Rows of values that can be compared and written back.

        What the driver has no such value for (an infinity, the year 10000, an array, a JSON object) comes as text.
        """
        cursor = self.connection.cursor()
        for kind in _AS_TEXT:
            cursor.adapters.register_loader(kind, TextLoader)
        for found in cursor.adapters.types:
            if found.array_oid:
                cursor.adapters.register_loader(found.array_oid, TextLoader)
        yield from cursor.execute(statement)

    def read(self, table: str, key: Sequence[str], columns: Sequence[str], samples: Sequence[Sample]) -> Tried:
        """Which of the sampled rows the account reads in these columns, together with the key; only the key is sent."""
        keys, names = (
            sql.SQL(", ").join(sql.Identifier(c) for c in dict.fromkeys(listed)) for listed in (key, (*key, *columns))
        )
        statement = sql.SQL("SELECT {} FROM (SELECT {} FROM {} WHERE {}) s")
        return self._try(statement.format(keys, names, _relation(table), _among(key, samples)), len(key))

    def count(self, table: str, column: str) -> Tried:
        """How many rows the account counts by one column, for tables without a key."""
        statement = sql.SQL("SELECT pg_catalog.count(*) FROM (SELECT {} FROM {}) s")
        return self._try(statement.format(sql.Identifier(column), _relation(table)), 1)

    def change(self, table: str, key: Sequence[str], column: str, samples: Sequence[Sample]) -> Tried:
        """Which rows the account updates when it sets a column to itself; undone at once."""
        name = sql.Identifier(column)
        statement = sql.SQL("UPDATE {} SET {} = {} WHERE {} RETURNING {}").format(
            _relation(table), name, name, _among(key, samples), sql.SQL(", ").join(map(sql.Identifier, key))
        )
        return self._try(statement, len(key))

    @contextmanager
    def entering(self, role: str) -> Iterator[bool]:
        """Be in a role for the length of a block, with no permit chosen; gives whether the account may enter it."""
        try:
            with self.connection.transaction():
                yield self._enters(role)
                raise _Rollback
        except _Rollback:
            pass

    def _enters(self, role: str) -> bool:
        try:
            with self.connection.transaction():
                self.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True

    def sees(self, relation: str) -> Tried:
        """Which rows (at most one) of a table or view are seen now."""
        return self._try(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(_relation(relation)), 1)

    def triggered(self, table: str) -> bool:
        """Whether users' triggers would fire on a write."""
        if table not in self._triggered:
            name = sql.Literal(_relation(table).as_string(self.connection))
            row = self.connection.execute(_TRIGGERS.format(name)).fetchone()
            self._triggered[table] = row is None or bool(row[0])
        return self._triggered[table]

    @contextmanager
    def acting_as(self, login: str, permit: Mapping[str, str] | None = None) -> Iterator[str | None]:
        """Be `login` for the length of a block; with `permit` (purpose, authority, agreement), declare it too.

        Gives None, or the refusal's sentence when the login may not declare. Everything in the block is undone.
        """
        try:
            with self.connection.transaction():
                key = self._issue(login, permit) if permit is not None else None
                self.connection.execute(sql.SQL("SET LOCAL SESSION AUTHORIZATION {}").format(sql.Identifier(login)))
                yield self._declare(permit, key) if permit is not None else None
                raise _Rollback
        except _Rollback:
            pass

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

    def _try(self, statement: Sql, width: int) -> Tried:
        try:
            with self.connection.transaction():
                rows = frozenset(tuple(row[:width]) for row in self._rows(statement))
                raise _Rollback
        except _Rollback:
            return Tried(rows, None)
        except psycopg.errors.InsufficientPrivilege as error:
            return Tried(frozenset(), error.diag.message_primary)
        except psycopg.errors.QueryCanceled:
            return Tried(None, "the attempt took too long")


def shows_conflicting_row(connection: Connection) -> bool:
    """Whether ON CONFLICT DO UPDATE evaluates its WHERE on a row that row security hides; true if it cannot be told.

    Tried, not told from the version: releases said to be repaired (CVE-2026-120154) have been seen to do it. The hidden
    row holds no number, and the WHERE makes one of it: an error that names the value stands in for the row itself. The
    temporary table is forced to bind its owner; a superuser, whom nothing binds, takes a role that has no rights.
    """
    try:
        with connection.transaction():
            connection.execute(query("probe/conflict_table"))
            connection.execute(query("probe/conflict_role"))
            raise _Refused if _refused(connection) else _Rollback
    except _Refused:
        return False
    except (_Rollback, psycopg.Error):
        return True


def _refused(connection: Connection) -> bool:
    try:
        with connection.transaction():
            connection.execute(query("probe/conflict"))
    except psycopg.errors.InsufficientPrivilege:
        return True
    except psycopg.errors.InvalidTextRepresentation:
        pass
    return False


@contextmanager
def probing(connection: Connection) -> Iterator[Prober]:
    """A transaction of attempts that is rolled back. Raises MissingRightError when we cannot become other logins."""
    superuser = connection.execute("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user").fetchone()
    if superuser is None or not superuser[0]:
        raise MissingRightError(
            "probing acts as each account, which only a superuser can", "connect as a superuser to verify by attempt"
        )
    try:
        with connection.transaction():
            connection.execute("SELECT pg_catalog.set_config('statement_timeout', %s, true)", (STATEMENT_TIMEOUT,))
            connection.execute("SELECT pg_catalog.set_config('lock_timeout', '2s', true)")
            yield Prober(connection)
            raise _Rollback
    except _Rollback:
        pass


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


def _among(key: Sequence[str], samples: Iterable[Sample]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, key))
    rows = sql.SQL(", ").join(sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, s.key))) for s in samples)
    return sql.SQL("({}) IN ({})").format(names, rows)
