"""Reads the keys of indexes from the catalog, and says which operators still reach each under row security."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from recuse.targets.postgres.advice.leaks import Expression, expressions
from recuse.targets.postgres.connect import Connection
from recuse.targets.postgres.queries import query


@dataclass(frozen=True, slots=True)
class Operator:
    """A search operator of a key: how it is written, against which type (None: that of the key), and what it runs."""

    name: str
    schema: str
    right: str | None
    leakproof: bool
    function: str
    own: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """What makes an expression unusable under row security: functions by name, or kinds of node that always do.

    `ours` says that every function is the server's own, so that planning runs nobody else's on a constant.
    """

    functions: tuple[str, ...]
    opaque: tuple[str, ...]
    ours: bool

    @property
    def leaks(self) -> bool:
        """Whether the planner may not use the expression before a row policy."""
        return bool(self.functions or self.opaque)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of one index, with what the planner may use it for."""

    table: str
    relation: int
    index: str
    method: str
    column: str | None
    text: str
    columns: tuple[str, ...]
    type: str
    opclass: str
    collation: str | None
    prefix: bool
    subnet: bool
    operators: tuple[Operator, ...]
    leak: Leak

    @property
    def asked(self) -> str:
        """The key as a condition has to write it: with the index's collation, which need not be the column's."""
        return self.text if self.collation is None else f"({self.text}) COLLATE {self.collation}"

    def lost(self) -> tuple[Operator, ...]:
        """The operators whose conditions no longer reach this key."""
        return tuple(o for o in self.operators if self.leak.leaks or not o.leakproof)

    def kept(self) -> tuple[Operator, ...]:
        """The operators whose conditions still do."""
        return tuple(o for o in self.operators if not self.leak.leaks and o.leakproof)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the catalog says of functions, compared types and columns: by object id."""

    functions: Mapping[int, tuple[bool, str, bool]]
    compares: Mapping[int, int]
    columns: Mapping[tuple[int, int], str]

    def leak(self, expression: Expression) -> Leak:
        """Why the planner may not use the expression, if it may not."""
        missing = (False, "a function", False)
        compared = {self.compares.get(each, 0) for each in expression.compared}
        found = [self.functions.get(each, missing) for each in sorted(expression.functions | compared)]
        names = tuple(sorted({name for leakproof, name, _ in found if not leakproof}))
        ours = all(self.functions.get(each, missing)[2] for each in expression.called | compared)
        return Leak(names, tuple(sorted(expression.opaque)), ours)


_NO_LEAK: Final = Leak((), (), ours=True)


def read_keys(connection: Connection, tables: Sequence[str]) -> tuple[Key, ...]:
    """Every key of every index of these tables, in a fixed order. Reads catalogs that PUBLIC may read."""
    rows: list[tuple[Any, ...]] = connection.execute(query("advice/keys"), (list(tables),)).fetchall()
    indexes = sorted({row[2] for row in rows})
    operators: dict[tuple[int, int], list[Operator]] = {}
    for index, number, *operator in connection.execute(query("advice/operators"), (indexes,)):
        operators.setdefault((int(str(index)), int(str(number))), []).append(_operator(operator))
    written = {row[2]: expressions(row[7]) for row in rows}
    known = _known(connection, [e for each in written.values() for e in each], sorted({row[14] for row in rows}))
    return tuple(
        _key(row, written[row[2]][row[8]] if row[5] is None else None, tuple(operators.get(row[2:4], ())), known)
        for row in rows
    )


def _operator(row: Sequence[Any]) -> Operator:
    name, schema, right, leakproof, function, own = row
    return Operator(name, schema, right, leakproof, function, own)


def _known(connection: Connection, found: Iterable[Expression], relations: list[int]) -> _Known:
    every = list(found)
    types = sorted({oid for e in every for oid in e.compared})
    compares = {int(str(t)): int(str(f)) for t, f in connection.execute(query("advice/comparisons"), (types,))}
    oids = sorted({oid for e in every for oid in e.called} | set(compares.values()))
    functions = {
        int(str(oid)): (bool(leakproof), str(name), bool(ours))
        for oid, leakproof, name, ours in connection.execute(query("advice/functions"), (oids,))
    }
    columns = {
        (int(str(relation)), int(str(number))): str(name)
        for relation, number, name in connection.execute(query("advice/columns"), (relations,))
    }
    return _Known(functions, compares, columns)


def _key(row: tuple[Any, ...], expression: Expression | None, operators: tuple[Operator, ...], known: _Known) -> Key:
    table, index, _, _, method, column, text, _, _, kind, opclass, collation, prefix, subnet, relation = row
    columns = [column] if expression is None else [known.columns.get((relation, n), "") for n in expression.columns]
    leak = _NO_LEAK if expression is None else known.leak(expression)
    return Key(
        table,
        relation,
        index,
        method,
        column,
        text,
        tuple(sorted(columns)),
        kind,
        opclass,
        collation,
        bool(prefix),
        bool(subnet),
        operators,
        leak,
    )
