"""Judges a statement under the grants of a database without running it: allowed, refused, or it could not be told.

PostgreSQL itself is the judge, through its planner, in a database that holds the schema and the grants to be judged: a
throw-away one without rows, since a planner may call functions that are declared IMMUTABLE. From 16 it is EXPLAIN
(GENERIC_PLAN); 15 lacks that, so there the statement is prepared with the types of its parameters left open and EXPLAIN
EXECUTE plans it with NULLs, generically. Neither runs a statement. All is done read-only and rolled back.

An answer is about rights. What is decided while a statement runs is not in it: row conditions, constraints, what the
body of a function does, and the rights on sequences.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, LiteralString

import pgparse
import psycopg
from psycopg import sql

from recuse.errors import InputError
from recuse.targets.postgres.connect import Connection, first_line
from recuse.targets.postgres.queries import query

Outcome = Literal["allowed", "refused", "unknown"]

_NAME: Final = "recuse_judged"
_OPEN: Final = "pg_catalog.unknown"
_TEXT: Final = "pg_catalog.text"
_SECONDS: Final = 5  # for planning; what takes longer is unknown
_PLANNED: Final = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of judging a statement as a role; `sentence` is the server's when refused, the cause when unknown."""

    outcome: Outcome
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Plannable:
    """One statement that a planner takes, and nothing behind it; `parameters` is its highest `$n`."""

    text: str
    parameters: int


def plannable(text: str) -> Plannable | str:
    """The statement, or in a sentence why no planner can judge it."""
    try:
        found = pgparse.parse(text)
    except pgparse.PGQueryError as error:
        return f"it cannot be read: {error}"
    if len(found) != 1:
        return f"it is {len(found)} statements, not one"
    ((kind, body),) = found[0]["stmt"].items()
    if kind not in _PLANNED:
        return f"it is a `{kind.removesuffix('Stmt').lower()}`, which has no plan"
    if any(True for _ in _nodes(body, "intoClause")):
        return "it makes a table"
    return Plannable(text, max((ref.get("number", 0) for ref in _nodes(body, "ParamRef")), default=0))


def _nodes(tree: object, name: str) -> Iterator[dict[str, int]]:
    """Every node under this name, however deep."""
    below: Sequence[object] = ()
    if isinstance(tree, Mapping):
        if isinstance(tree.get(name), dict):
            yield tree[name]
        below = tuple(tree.values())
    elif isinstance(tree, list):
        below = tree
    for each in below:
        yield from _nodes(each, name)


class Judge:
    """Judges statements over a superuser's connection to a database that holds the schema and the grants.

    `path` is the search path for names without a schema; in it `$user` is the role asked about. `generic` False takes
    the way of PostgreSQL 15 on newer servers too. The connection is the judge's own while it judges.
    """

    def __init__(
        self, connection: Connection, path: Sequence[str] = ("$user", "public"), *, generic: bool | None = None
    ) -> None:
        self._connection = connection
        self._path = tuple(path)
        self._generic = connection.info.server_version >= 160000 if generic is None else generic

    def judge(self, text: str, role: str) -> Judgement:
        """Whether `role` may do this. Unknown: no planner takes it, or not even a superuser could do it here.

        Raises InputError when there is no such role.
        """
        statement = plannable(text)
        if isinstance(statement, str):
            return Judgement("unknown", statement)
        try:
            self._plan(statement, role, acting="none")
        except psycopg.Error as error:
            return Judgement("unknown", first_line(error))
        try:
            self._plan(statement, role, acting=role)
        except psycopg.errors.QueryCanceled as error:
            return Judgement("unknown", first_line(error))
        except psycopg.Error as error:  # a superuser may: what is missing is a right, whatever it is called
            return Judgement("refused", first_line(error))
        return Judgement("allowed")

    def _plan(self, statement: Plannable, role: str, *, acting: str) -> None:
        """Plan it read-only and rolled back, so that nothing is left, not even a prepared statement."""
        try:
            with self._connection.transaction(force_rollback=True):
                self._set(role, acting)
                if self._generic:
                    self._connection.execute(b"EXPLAIN (GENERIC_PLAN) " + statement.text.encode())
                else:
                    self._prepare(statement)
                    self._connection.execute(_called("EXPLAIN EXECUTE {}", [sql.NULL] * statement.parameters))
        finally:
            if not self._generic and not self._connection.closed:
                self._connection.execute("DEALLOCATE ALL")

    def _set(self, role: str, acting: str) -> None:
        path = sql.SQL(", ").join(sql.Identifier(role if part == "$user" else part) for part in self._path)
        try:
            self._connection.execute(query("judge"), (path.as_string(self._connection), f"{_SECONDS}s", acting))
        except psycopg.errors.InvalidParameterValue as error:
            raise InputError(f"there is no role `{role}` in the database", "name one of its roles") from error

    def _prepare(self, statement: Plannable) -> None:
        """Prepare it; a parameter that could be anything is a text, as GENERIC_PLAN takes it."""
        texts: set[int] = set()
        while True:
            try:
                with self._connection.transaction():
                    self._connection.execute(_preparation(statement, texts))
                return
            except psycopg.errors.IndeterminateDatatype as error:
                number = int(first_line(error).rpartition("$")[2])
                if number in texts:
                    raise
                texts.add(number)


def _preparation(statement: Plannable, texts: Container[int]) -> bytes:
    types = (sql.SQL(_TEXT if n in texts else _OPEN) for n in range(1, statement.parameters + 1))
    return _called("PREPARE {} AS ", types).as_bytes() + statement.text.encode()


def _called(text: LiteralString, arguments: Iterable[sql.Composable]) -> sql.Composed:
    """The statement with our name in its hole, and the arguments in brackets when there are any."""
    listed = tuple(arguments)
    brackets = sql.SQL("({})").format(sql.SQL(", ").join(listed)) if listed else sql.SQL("")
    return sql.SQL(text).format(sql.Identifier(_NAME) + brackets)
