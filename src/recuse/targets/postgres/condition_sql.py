"""A row condition as PostgreSQL text, the same whatever the session's settings, and each atom on its own.

Constants carry their type, so that PostgreSQL never reads one as a column's type instead: comparing a text with a uuid,
enum or date column fails when the policy is made. Moments carry their zone, years before 1 their era. No escape string,
no COALESCE, no NOT above AND or OR.
"""

from datetime import date
from typing import Final, Literal, LiteralString, assert_never
from uuid import UUID

from psycopg import sql
from psycopg.abc import AdaptContext

from recuse.compiler.condition import (
    All,
    Always,
    Any,
    Atom,
    Condition,
    Constant,
    Elements,
    Flag,
    InRange,
    Like,
    Never,
    Null,
    OneOf,
    Order,
    Ordered,
    Range,
    Relation,
    Whole,
    Within,
)
from recuse.model import DAY, Address


class _Text(sql.Composable):
    """A text constant in single quotes; a backslash is a backslash under standard_conforming_strings."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def as_bytes(self, context: AdaptContext | None = None) -> bytes:
        encoding = "utf-8" if context is None or context.connection is None else context.connection.info.encoding
        return ("'" + self._text.replace("'", "''") + "'").encode(encoding)


_OPERATORS: Final[dict[Order | Range | Relation, sql.SQL]] = {
    "<": sql.SQL("<"), "<=": sql.SQL("<="), ">": sql.SQL(">"), ">=": sql.SQL(">="), "<<=": sql.SQL("<<="),
    ">>=": sql.SQL(">>="), "@>": sql.SQL("@>"), "<@": sql.SQL("<@"), "&&": sql.SQL("&&"),
}  # fmt: skip
_MOMENTS: Final[dict[str, LiteralString]] = {"datetime": "timestamptz", "date": "date"}
_FIRST: Final = -719_162 * DAY  # the first day of the year 1
_CYCLE: Final = 146_097 * DAY  # 400 years, after which the calendar repeats itself


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


def _atom(atom: Atom, column: sql.Identifier) -> sql.Composed:
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
            return sql.SQL("({} {} {})").format(column, _OPERATORS[order], _constant(constant))
        case Like(_, (prefix, ""), expected):
            starts = sql.SQL("({} ^@ {})").format(column, _constant(prefix))
            return starts if expected else sql.SQL("(NOT {})").format(starts)
        case Like(_, pieces, expected):
            operator = sql.SQL("LIKE") if expected else sql.SQL("NOT LIKE")
            return sql.SQL("({} {} {} ESCAPE '!')").format(column, operator, _constant("%".join(map(_escaped, pieces))))
        case Within():
            return _within(atom, column)
        case InRange(_, side, network, expected):
            return _unless(
                expected, sql.SQL("({} {} {})").format(column, _OPERATORS[side], _typed(str(network), "inet"))
            )
        case Elements(_, relation, constants, expected):
            related = sql.SQL("({}::text[] {} {})").format(column, _OPERATORS[relation], _array(constants))
            return _unless(expected, related)
        case Whole(_, expected):
            # A set lies in itself exactly when it has no NULL, and to ask raises for no array.
            return _unless(expected, sql.SQL("({} <@ {})").format(column, column))
        case _:
            assert_never(atom)


def _unless(expected: bool, written: sql.Composed) -> sql.Composed:
    return written if expected else sql.SQL("(NOT {})").format(written)


def _within(atom: Within, column: sql.Identifier) -> sql.Composed:
    """Bounds half open; where there is none, the infinity is beyond it."""
    start, end = _bound(atom.start, "-infinity", atom.type), _bound(atom.end, "infinity", atom.type)
    if atom.expected:
        after = sql.SQL(">" if atom.start is None else ">=")
        return sql.SQL("({} {} {} AND {} < {})").format(column, after, start, column, end)
    before = sql.SQL("<=" if atom.start is None else "<")
    return sql.SQL("({} {} {} OR {} >= {})").format(column, before, start, column, end)


def _bound(bound: int | None, infinity: str, kind: Literal["datetime", "date"]) -> sql.Composed:
    if bound is None:
        return _typed(infinity, _MOMENTS[kind])
    # Python's calendar has the years 1 to 9999 only.
    cycles, rest = divmod(bound - _FIRST, _CYCLE)
    days, milliseconds = divmod(rest, DAY)
    day = date.fromordinal(days + 1)
    year = day.year + 400 * cycles
    text = f"{year if year > 0 else 1 - year:04}-{day:%m-%d}"
    if kind == "datetime":
        seconds, thousandths = divmod(milliseconds, 1000)
        fraction = f".{thousandths:03}" if thousandths else ""
        text += f" {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}+00"
    return _typed(text if year > 0 else f"{text} BC", _MOMENTS[kind])


def _constant(constant: Constant) -> sql.Composed:
    match constant:
        case int():
            return _typed(str(constant), "bigint")
        case str():
            return _typed(constant, "text")
        case UUID():
            return _typed(str(constant), "uuid")
        case Address():
            return _typed(str(constant), "inet")
        case _:
            assert_never(constant)


def _typed(text: str, name: LiteralString) -> sql.Composed:
    return sql.SQL("{}::{}").format(_Text(text), sql.SQL(name))


def _array(constants: tuple[str, ...]) -> sql.Composed:
    if not constants:
        return _typed("{}", "text[]")
    return sql.SQL("(ARRAY[{}])").format(sql.SQL(", ").join(_constant(constant) for constant in constants))


def _escaped(piece: str) -> str:
    """A piece of a pattern with `!` before what LIKE would read: no backslash, whose meaning a setting can change."""
    return piece.replace("!", "!!").replace("%", "!%").replace("_", "!_")
