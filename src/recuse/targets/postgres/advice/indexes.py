"""Which indexes conditions no longer reach under row security, why, and what cures it.

Before a row policy the planner uses only conditions whose functions are leakproof. It reaches no index with any other,
whatever the row policy asks; sorting, IS NULL, minimum and maximum, and the predicate of a partial index are no such
conditions and keep theirs. All of this is measured in `tests/targets/test_index_advice.py`, in both directions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from recuse.targets.advice import IndexAdvice, IndexKind
from recuse.targets.postgres.advice.keys import Key, Operator
from recuse.targets.postgres.queries import Sql

_DATES: Final = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
_PLAIN: Final = ("btree", "hash")
_BOUNDS: Final = {
    "int4range": "integer", "int8range": "bigint", "daterange": "date",
    "tsrange": "timestamp without time zone", "tstzrange": "timestamp with time zone",
}  # fmt: skip
_LIKE: Final = ("pg_catalog.textlike(text,text)", "pg_catalog.bpcharlike(character,text)")
_SUBNET: Final = ("network_sub(inet,inet)", "network_subeq(inet,inet)")
_DECISION: Final = (
    "a signed decision to mark {} leakproof: a superuser's claim, for every database of the server's users, that they "
    "tell nothing of what they are given, in errors neither"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """How to measure an advice: a condition that loses the index, and the one that the cure writes in its place.

    `column` is the expression of a generated column that the cure adds as `recuse_cure`, with a plain index.
    """

    lost: Sql
    cured: Sql | None
    column: Sql | None = None


def advise(keys: Sequence[Key]) -> Iterator[tuple[Key, IndexAdvice, Trial]]:
    """Every advice on these keys, with how to measure it."""
    for key in keys:
        lost = key.lost()
        if key.leak.leaks:
            yield _expression(key)
            continue
        mixed = tuple(o for o in lost if key.type.split("(")[0] in _DATES and not o.own)
        if mixed and key.kept():
            yield _mixed(key, mixed)
        others = tuple(o for o in lost if o not in mixed)
        if others:
            yield _operators(key, others)
        if key.prefix:
            yield _prefix(key)
        if key.subnet:
            yield _subnet(key)


def _expression(key: Key) -> tuple[Key, IndexAdvice, Trial]:
    culprits = key.leak.functions or tuple(name.lower() for name in key.leak.opaque)
    reason = f"`{_short(key.text)}` calls {_names(culprits)}, not leakproof"
    if not key.leak.functions:
        reason = f"`{_short(key.text)}` is an expression ({', '.join(culprits)}) that is never leakproof"
    operator = next((o for o in key.operators if o.own and o.name == "="), key.operators[0])
    trial = Trial(_compared(_column(key), operator), None)
    if not operator.leakproof or key.method not in _PLAIN:  # a plain index would not serve what this one is for
        functions = tuple(sorted({*key.leak.functions, *(o.function for o in key.operators if not o.leakproof)}))
        return key, _made(key, "expression", reason, (key.operators, ()), _decision(functions)), trial
    cure = (*_generated(key, ((key.text, key.type),)), key.leak.functions)
    trial = Trial(trial.lost, _compared(sql.Identifier("recuse_cure"), operator), sql.SQL(key.text))
    return key, _made(key, "expression", reason, (key.operators, ()), cure), trial


def _mixed(key: Key, lost: Sequence[Operator]) -> tuple[Key, IndexAdvice, Trial]:
    others = _names(sorted({str(o.right) for o in lost}))
    reason = f"comparing {key.type} with {others} depends on the time zone or can fail, and is not leakproof"
    cure = f"write the other side as {key.type}: `{key.text} >= now()::{key.type}`"
    own = next(o for o in key.kept() if o.own)
    trial = Trial(
        _compared(_column(key), lost[0]),
        sql.SQL("{} {} CAST($1 AS {})").format(_column(key), _operator(own), sql.SQL(key.type)),
    )
    return key, _made(key, "mixed-types", reason, (lost, key.kept()), (cure, (), ())), trial


def _operators(key: Key, lost: Sequence[Operator]) -> tuple[Key, IndexAdvice, Trial]:
    kept = key.kept()
    kind: IndexKind = "operators" if kept else "type"
    reason = f"{_names(sorted({o.name for o in lost}))} of {key.type} by {key.method}: not leakproof"
    functions = tuple(sorted({o.function for o in lost}))
    trial = Trial(_compared(_column(key), lost[0]), None)
    base = key.type.rpartition(".")[2]
    if base == "citext":
        expressions: tuple[tuple[str, str], ...] = ((f"lower({key.text}::text)", "text"),)
        condition = sql.SQL("recuse_cure = lower($1::text)")
    elif base in _BOUNDS:
        expressions = tuple((f"{end}({key.text})", _BOUNDS[base]) for end in ("lower", "upper"))
        condition = sql.SQL("recuse_cure <= $1")
    else:
        return key, _made(key, kind, reason, (lost, kept), _decision(functions)), trial
    trial = Trial(trial.lost, condition, sql.SQL(expressions[0][0]))
    return key, _made(key, kind, reason, (lost, kept), (*_generated(key, expressions), functions)), trial


def _prefix(key: Key) -> tuple[Key, IndexAdvice, Trial]:
    reason = "LIKE, SIMILAR TO and regular expressions are not leakproof, also where they ask for a beginning"
    padded = key.type.startswith(("character(", "bpchar"))  # `^@` is of text, and the cast would lose the index
    wanted = f"{key.text} >= 'abc' AND {key.text} < 'abd'" if padded else f"{key.text} ^@ 'abc'"
    cure = f"ask for a beginning with `{_short(wanted)}` in place of `LIKE 'abc%'`"
    names = ("~~", "~")
    advice = IndexAdvice(key.table, key.index, key.text, key.columns, "prefix", reason, names, _kept(key), _LIKE[:1],
                         cure, ())  # fmt: skip
    column = _column(key)
    cured = sql.SQL("{} >= 'abc' AND {} < 'abd'" if padded else "{} ^@ 'abc'").format(*[column] * (1 + padded))
    return key, advice, Trial(sql.SQL("{} LIKE 'abc%'").format(column), cured)


def _subnet(key: Key) -> tuple[Key, IndexAdvice, Trial]:
    reason = "asking for a subnet is not leakproof"
    cure = f"ask for both ends: `{key.text} >= '10.0.0.0/8' AND {key.text} <= '10.255.255.255'`"
    advice = IndexAdvice(key.table, key.index, key.text, key.columns, "subnet", reason, ("<<", "<<="), _kept(key),
                         _SUBNET, cure, ())  # fmt: skip
    column = _column(key)
    ends = sql.SQL("{} >= '10.0.0.0/8' AND {} <= '10.255.255.255'").format(column, column)
    return key, advice, Trial(sql.SQL("{} <<= '10.0.0.0/8'").format(column), ends)


Cure = tuple[str, tuple[str, ...], tuple[str, ...]]


def _made(
    key: Key, kind: IndexKind, reason: str, operators: tuple[Sequence[Operator], Sequence[Operator]], cure: Cure
) -> IndexAdvice:
    lost, kept = ({o.name if o.own else f"{o.name} {o.right}" for o in each} for each in operators)
    sentence, statements, functions = cure
    return IndexAdvice(key.table, key.index, key.text, key.columns, kind, reason, tuple(sorted(lost)),
                       tuple(sorted(kept)), functions, sentence, statements)  # fmt: skip


def _decision(functions: Sequence[str]) -> Cure:
    return _DECISION.format(_names(functions)), (), tuple(functions)


def _generated(key: Key, expressions: Sequence[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """Generated columns of these expressions, each with its type; adding one writes the table anew, under its lock."""
    schema, _, relation = key.table.partition(".")
    table = sql.Identifier(schema, relation)
    statements: list[str] = []
    for number, (expression, kind) in enumerate(expressions, 1):
        end = "" if len(expressions) == 1 else f"_{number}"
        name = sql.Identifier(f"{key.index.rpartition('.')[2]}_value{end}")
        add = sql.SQL("ALTER TABLE {} ADD COLUMN {} {} GENERATED ALWAYS AS ({}) STORED")
        index = sql.SQL("CREATE INDEX CONCURRENTLY ON {} ({})")
        statements.append(add.format(table, name, sql.SQL(kind), sql.SQL(expression)).as_string(None))
        statements.append(index.format(table, name).as_string(None))
    written = " and ".join(f"`{_short(expression)}`" for expression, _ in expressions)
    column = key.columns[0] if key.columns else key.text
    cure = (
        f"a generated column of {written} with a plain index, asked for in its place; adding it writes "
        f"the table anew while nobody else can read it; give it the category of `{column}`"
    )
    return cure, tuple(statements)


def _compared(left: sql.Composable, operator: Operator) -> Sql:
    right = sql.SQL("$1") if operator.right is None else sql.SQL("CAST($1 AS {})").format(sql.SQL(operator.right))
    return sql.SQL("{} {} {}").format(left, _operator(operator), right)


def _operator(operator: Operator) -> Sql:
    """As the catalog wrote it: PostgreSQL allows no other characters in an operator's name than those of operators."""
    return sql.SQL("OPERATOR({}.{})").format(sql.SQL(operator.schema), sql.SQL(operator.name))


def _column(key: Key) -> sql.Composable:
    return sql.SQL(key.asked)  # as the catalog wrote it, quoted by the server


def _kept(key: Key) -> tuple[str, ...]:
    return tuple(sorted({o.name for o in key.kept()}))


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"


def _short(text: str) -> str:
    return " ".join(text.split())
