"""A row condition as PostgreSQL text, the same whatever the session's settings, and each atom on its own.

Constants carry their type, so that PostgreSQL never reads one as a column's type instead: comparing a text with a uuid,
enum or date column fails when the policy is made. No escape string, no COALESCE, no NOT above AND or OR.
"""

from typing import assert_never

from psycopg import sql
from psycopg.abc import AdaptContext

from recuse.compiler.condition import (
    All,
    Always,
    Any,
    Condition,
    Constant,
    Flag,
    Like,
    Never,
    Null,
    OneOf,
    Order,
    Ordered,
)  # fmt: skip


class _Text(sql.Composable):
    """A text constant in single quotes; a backslash is a backslash under standard_conforming_strings."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def as_bytes(self, context: AdaptContext | None = None) -> bytes:
        encoding = "utf-8" if context is None or context.connection is None else context.connection.info.encoding
        return ("'" + self._text.replace("'", "''") + "'").encode(encoding)


_ORDERS: dict[Order, sql.SQL] = {"<": sql.SQL("<"), "<=": sql.SQL("<="), ">": sql.SQL(">"), ">=": sql.SQL(">=")}


def condition_sql(condition: Condition) -> sql.Composed:
    """The condition as an expression for USING, WITH CHECK and WHERE; whole composites stand in parentheses.

    Needs `standard_conforming_strings = on`, PostgreSQL's default, where the text is run.
    """
    match condition:
        case Always():
            return sql.Composed([sql.SQL("true")])
        case Never():
            return sql.Composed([sql.SQL("false")])
        case All(parts):
            return sql.SQL("({})").format(sql.SQL(" AND ").join(condition_sql(part) for part in parts))
        case Any(parts):
            return sql.SQL("({})").format(sql.SQL(" OR ").join(condition_sql(part) for part in parts))
        case _:
            return _atom(condition, sql.Identifier(condition.column))


def condition_text(condition: Condition) -> str:
    """The text of `condition_sql`; needs no connection."""
    return condition_sql(condition).as_string(None)


def _atom(atom: Flag | Null | OneOf | Ordered | Like, column: sql.Identifier) -> sql.Composed:
    match atom:
        case Flag(_, expected):
            return sql.Composed([column]) if expected else sql.SQL("(NOT {})").format(column)
        case Null(_, expected):
            return sql.SQL("({} {})").format(column, sql.SQL("IS NULL" if expected else "IS NOT NULL"))
        case OneOf(_, (constant,), expected):
            operator = sql.SQL("=") if expected else sql.SQL("<>")
            return sql.SQL("({} {} {})").format(column, operator, _constant(constant))
        case OneOf(_, constants, expected):
            operator = sql.SQL("= ANY") if expected else sql.SQL("<> ALL")
            listed = sql.SQL(", ").join(_constant(constant) for constant in constants)
            return sql.SQL("({} {} (ARRAY[{}]))").format(column, operator, listed)
        case Ordered(_, order, constant):
            return sql.SQL("({} {} {})").format(column, _ORDERS[order], _constant(constant))
        case Like(_, (prefix, ""), expected):
            starts = sql.SQL("({} ^@ {})").format(column, _constant(prefix))
            return starts if expected else sql.SQL("(NOT {})").format(starts)
        case Like(_, pieces, expected):
            operator = sql.SQL("LIKE") if expected else sql.SQL("NOT LIKE")
            return sql.SQL("({} {} {} ESCAPE '!')").format(column, operator, _constant("%".join(map(_escaped, pieces))))
        case _:
            assert_never(atom)


def _constant(constant: Constant) -> sql.Composed:
    if isinstance(constant, int):
        return sql.SQL("{}::bigint").format(_Text(str(constant)))
    return sql.SQL("{}::text").format(_Text(constant))


def _escaped(piece: str) -> str:
    """A piece of a pattern with `!` before what LIKE would read: no backslash, whose meaning a setting can change."""
    return piece.replace("!", "!!").replace("%", "!%").replace("_", "!_")
