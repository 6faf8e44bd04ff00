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

from recuse import clock
from recuse.errors import MissingRightError
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import Sql
from recuse.targets.records import Sample, Tried
from recuse.tokens import token

STATEMENT_TIMEOUT: Final = "20s"
PER_STRATUM: Final = 3
_PERMIT: Final = "recuse-probe"
_A_MINUTE: Final = timedelta(minutes=1)
_TRIGGERS = sql.SQL(
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = {}::pg_catalog.regclass AND NOT tgisinternal)"
)


class _Rollback(Exception):  # noqa: N818 - not an error: the way out of a transaction that must leave nothing
    pass


@dataclass(slots=True)
class Prober:
    """One transaction of attempts; open it with `probing`."""

    connection: Connection
    _triggered: dict[str, bool] = field(default_factory=dict)

    def sample(self, table: str, key: Sequence[str], attributes: Sequence[str]) -> tuple[Sample, ...]:
        """Rows of a table, up to `PER_STRATUM` for every combination of attribute columns, by their key columns."""
        keys = sql.SQL(", ").join(map(sql.Identifier, key))
        found: list[Sample] = []
        for values in self._strata(table, attributes):
            pairs = zip(attributes, values, strict=True)
            here = sql.SQL(" AND ").join(
                sql.SQL("{} IS NOT DISTINCT FROM {}").format(sql.Identifier(name), sql.Literal(value))
                for name, value in pairs
            )
            statement = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {}").format(
                keys, _relation(table), here if attributes else sql.SQL("true"), keys, PER_STRATUM
            )
            stratum = dict(zip(attributes, values, strict=True))
            found += [Sample(tuple(row), stratum) for row in self.connection.execute(statement)]
        return tuple(found)

    def _strata(self, table: str, attributes: Sequence[str]) -> list[tuple[object, ...]]:
        """Every combination of attribute values that occurs; one empty combination where none is asked."""
        if not attributes:
            return [()]
        names = sql.SQL(", ").join(map(sql.Identifier, attributes))
        return self.connection.execute(
            sql.SQL("SELECT DISTINCT {} FROM {} ORDER BY {}").format(names, _relation(table), names)
        ).fetchall()

    def read(self, table: str, key: Sequence[str], columns: Sequence[str], samples: Sequence[Sample]) -> Tried:
        """Which of the sampled rows the account reads in these columns, together with the key."""
        names = sql.SQL(", ").join(sql.Identifier(c) for c in dict.fromkeys((*key, *columns)))
        return self._try(
            sql.SQL("SELECT {} FROM {} WHERE {}").format(names, _relation(table), _among(key, samples)), len(key)
        )

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
                rows = frozenset(tuple(row[:width]) for row in self.connection.execute(statement))
                raise _Rollback
        except _Rollback:
            return Tried(rows, None)
        except psycopg.errors.InsufficientPrivilege as error:
            return Tried(frozenset(), error.diag.message_primary)
        except psycopg.errors.QueryCanceled:
            return Tried(None, "the attempt took too long")


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


def _relation(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))


def _among(key: Sequence[str], samples: Iterable[Sample]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, key))
    rows = sql.SQL(", ").join(sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, s.key))) for s in samples)
    return sql.SQL("({}) IN ({})").format(names, rows)
