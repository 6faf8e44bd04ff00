"""Judges statements by asking PostgreSQL, on empty copies of the governed tables that are rolled back.

Two questions to the planner, none to the data: does it refuse the statement to somebody who holds exactly a class's
columns, and does it reach fewer indexes once there is a row policy? Names are looked up among the copies and in
pg_catalog alone, so that a statement that would run a function of anybody else's is not asked about.
"""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import psycopg
from psycopg import sql

from recuse.compiler.condition import NEVER
from recuse.compiler.rights import TableRights
from recuse.targets.advice import Classes, Logged, StatementAdvice
from recuse.targets.postgres.advice.keys import read_keys
from recuse.targets.postgres.advice.measure import (
    READER,
    UnmeasurableError,
    as_reader,
    conditions,
    exempt,
    explained,
    prepare,
    secure,
)
from recuse.targets.postgres.advice.statements import Read, read_statement
from recuse.targets.postgres.connect import Connection, first_line
from recuse.targets.postgres.queries import Sql
from recuse.targets.postgres.undone import undone

_CONSTANT: Final = re.compile(r"'(?:[^']|'')*'|\b(?<!\$)\d+(?:\.\d+)?\b")
_READER: Final = sql.Identifier(READER)


def judged(
    connection: Connection, logged: Sequence[Logged], classes: Classes, tables: Sequence[str]
) -> tuple[StatementAdvice, ...]:
    """What each distinct statement over these tables meets. `classes` are the rights of each class role, by table."""
    reads: dict[str, Read] = {}
    advices: dict[str, StatementAdvice] = {}
    for each in logged:
        read = read_statement(each.text, tables)
        if read is not None:
            reads.setdefault(read.shown, read)
            advices[read.shown] = _with(advices.get(read.shown), read, each)
    judge = _Judge(connection, {shown: read for shown, read in reads.items() if read.asked is not None}, advices)
    try:
        with undone(connection):
            judge.run(classes)
    except (UnmeasurableError, psycopg.Error) as error:
        if connection.closed:
            raise
        why = first_line(error) if isinstance(error, psycopg.Error) else str(error)
        for shown, advice in advices.items():
            advices[shown] = replace(advice, unmeasured=advice.unmeasured or why)
    return tuple(advices[shown] for shown in sorted(advices))


def _with(known: StatementAdvice | None, read: Read, each: Logged) -> StatementAdvice:
    """The advice of a statement with one more log line counted."""
    if known is None:
        about = (each.calls, each.logins, read.tables, read.privileges, read.hazards)
        return StatementAdvice(read.shown, *about, unmeasured=read.why)
    calls = None if known.calls is None and each.calls is None else (known.calls or 0) + (each.calls or 0)
    return replace(known, calls=calls, logins=tuple(sorted({*known.logins, *each.logins})))


@dataclass(slots=True)
class _Judge:
    """Asks about statements inside one transaction that is rolled back, and fills in the advices."""

    connection: Connection
    reads: dict[str, Read]
    advices: dict[str, StatementAdvice]
    _copies: dict[str, Sql] = field(default_factory=dict)
    _answers: dict[tuple[str, Hashable], str | None] = field(default_factory=dict)

    def run(self, classes: Classes) -> None:
        """First without row security, then with it; then as each class, where we may become somebody else."""
        prepare(self.connection)
        self._copy()
        before = {shown: self._conditions(shown, read) for shown, read in self.reads.items()}
        for copy in self._copies.values():
            secure(self.connection, copy)
        with undone(self.connection):
            as_reader(self.connection)
            for shown, read in self.reads.items():
                after, asked = self._conditions(shown, read), before[shown]
                if after is not None and asked is not None:
                    lost = tuple(sorted({_without_constants(condition) for condition in asked - after}))
                    self.advices[shown] = replace(self.advices[shown], lost=lost)
        if exempt(self.connection):
            for shown in self.reads:
                if self.advices[shown].lost is not None:
                    self.advices[shown] = replace(self.advices[shown], refused=())
            for role in sorted(classes):
                self._as_class(role, classes[role])

    def _copy(self) -> None:
        """Copies with indexes; none of a table one of whose indexes calls a function from outside pg_catalog."""
        tables = sorted({table for read in self.reads.values() for table in read.tables})
        foreign = {key.table for key in read_keys(self.connection, tables) if not key.leak.ours}
        for shown, read in list(self.reads.items()):
            if foreign & set(read.tables):
                why = "an index of its table calls a function from outside pg_catalog"
                self._not_asked(shown, why)
        names = [table.partition(".")[2] for table in tables]
        for table in tables:
            schema, _, name = table.partition(".")
            if names.count(name) > 1:
                for shown in [s for s, read in self.reads.items() if table in read.tables]:
                    self._not_asked(shown, "two governed tables have the name of its table, in different schemas")
            elif table not in foreign:
                copy = sql.SQL("pg_temp.{}").format(sql.Identifier(name))
                like = sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {} INCLUDING INDEXES)")
                self.connection.execute(like.format(sql.Identifier(name), sql.Identifier(schema, name)))
                self._copies[table] = copy

    def _not_asked(self, shown: str, why: str) -> None:
        self.reads.pop(shown, None)
        self.advices[shown] = replace(self.advices[shown], unmeasured=why)

    def _conditions(self, shown: str, read: Read) -> frozenset[str] | None:
        try:
            return conditions(explained(self.connection, sql.SQL(read.asked or ""), read.parameters))
        except psycopg.Error as error:
            if self.connection.closed:
                raise
            self.advices[shown] = replace(self.advices[shown], unmeasured=first_line(error))
            return None

    def _as_class(self, role: str, rights: Mapping[str, TableRights]) -> None:
        """Ask as somebody who holds this class and nothing else, about statements on tables that it opens."""
        with undone(self.connection):
            for table, copy in self._copies.items():
                self.connection.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(copy, _READER))
                for grant in _grants(rights.get(table), copy):
                    self.connection.execute(grant)
            as_reader(self.connection)
            for shown, read in self.reads.items():
                advice = self.advices[shown]
                if advice.refused is None or not set(read.tables) <= rights.keys():
                    continue
                reason = self._answer(shown, read, tuple(_held(rights[table]) for table in read.tables))
                if reason is not None:
                    self.advices[shown] = replace(advice, refused=(*advice.refused, (role, reason)))

    def _answer(self, shown: str, read: Read, held: Hashable) -> str | None:
        """The server's refusal to who holds this, if it refuses; classes that hold the same are asked about once."""
        if (shown, held) not in self._answers:
            self._answers[shown, held] = None
            try:
                explained(self.connection, sql.SQL(read.asked or ""), read.parameters)
            except psycopg.errors.InsufficientPrivilege as error:
                self._answers[shown, held] = first_line(error)
        return self._answers[shown, held]


def _held(rights: TableRights) -> Hashable:
    """What of a class decides whether a statement is refused: columns, and whether rows may be deleted."""
    return rights.read, rights.insert, rights.update, rights.delete_rows == NEVER


def _without_constants(condition: str) -> str:
    """An index condition in which nobody's name stands."""
    return _CONSTANT.sub("…", condition)


def _grants(rights: TableRights | None, copy: Sql) -> Iterator[Sql]:
    """The grants of a class on a table, as `compiler.wanted` makes them."""
    if rights is None:
        return
    for privilege, columns in (("SELECT", rights.read), ("INSERT", rights.insert), ("UPDATE", rights.update)):
        if columns:
            named = sql.SQL(", ").join(map(sql.Identifier, columns))
            yield sql.SQL("GRANT {} ({}) ON {} TO {}").format(sql.SQL(privilege), named, copy, _READER)
    if rights.delete_rows != NEVER:
        yield sql.SQL("GRANT DELETE ON {} TO {}").format(copy, _READER)
