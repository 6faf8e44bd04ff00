"""Proofs about the small world of the compiler's tests: one hostile table, three accounts, rules in Cedar text."""

import math
from collections.abc import Mapping
from functools import cache
from typing import Final
from uuid import UUID

import cedarpy
from psycopg import sql

from recuse.compiler.condition import Condition
from recuse.compiler.proof.cedar import Cedar, Kind, Principal, Situation
from recuse.compiler.proof.opened import Opened
from recuse.compiler.proof.prover import Prover
from recuse.compiler.proof.space import Found
from recuse.compiler.proof.values import Day, Moment, Value
from recuse.compiler.proof.written import Written
from recuse.model import Address, RowAttribute
from recuse.targets.postgres.condition_sql import condition_text
from recuse.targets.postgres.reading.expression import read_condition
from tests.conformance.world import ATTRIBUTES, KIND, Asking, Rules, column_type, compiled, parsed
from tests.unit.enforcement.small import SYSTEM, TABLE, account, repository, system_of, table_map

TABLE_MAP: Final = table_map()
AGENCY: Final = {"clear/clerk": "city.police", "clear/agent": "nation.removals", "clear/analyst": "centre"}


@cache
def cedar() -> Cedar:
    return Cedar(repository(system_of(TABLE_MAP), [account(login) for login in ("clerk", "agent", "analyst")]))


def prover(rules: Rules) -> Prover:
    return Prover(cedar(), rules.rules, system_of(TABLE_MAP))


def rules_of(text: str) -> Rules:
    return parsed(cedarpy.PolicySet.from_str(text))


def situation(asking: Asking) -> Situation:
    account_id = asking.principal.account
    principal = Principal(account_id, AGENCY[account_id])
    return Situation(principal, asking.circumstances, asking.action, Kind(SYSTEM, TABLE, KIND.category))


def opened(proving: Prover, asking: Asking) -> Opened:
    return proving.opened(situation(asking))


def read(condition: Condition) -> Written:
    return read_condition(condition_text(condition))


def wrong(rules: Rules, asking: Asking, written: Written) -> tuple[Found | None, Found | None]:
    """A row wrongly shown, and one wrongly hidden."""
    proving = prover(rules)
    left = [opened(proving, asking)]
    return proving.wrongly_shown(written, left), proving.wrongly_hidden(written, left)


def unproved(rules: Rules, asking: Asking) -> str:
    """What of the compiled condition is not proved; empty when all is."""
    written = condition_text(compiled(rules, asking))
    found = wrong(rules, asking, read_condition(written))
    return "" if found == (None, None) else f"{asking}: {written}: {found}"


def stored(value: Value) -> sql.Composable:
    """A value of a proof as PostgreSQL holds it."""
    match value:
        case None:
            return sql.SQL("NULL")
        case Moment(at) if math.isinf(at):
            return sql.SQL("{}::timestamptz").format("infinity" if at > 0 else "-infinity")
        case Moment(at):
            halves = (int(at) // 2, -(int(at) // -2))  # an interval reaches less far than a moment
            steps = (sql.SQL("{}::interval").format(f"{half} microseconds") for half in halves)
            start = sql.SQL("'1970-01-01 00:00:00+00'::timestamptz")
            return sql.SQL("({})").format(sql.SQL(" + ").join((start, *steps)))
        case Day(at) if math.isinf(at):
            return sql.SQL("{}::date").format("infinity" if at > 0 else "-infinity")
        case Day(at):
            return sql.SQL("('1970-01-01'::date + {})").format(int(at))
        case Address():
            return sql.SQL("{}::inet").format(str(value))
        case frozenset():
            return sql.SQL("{}::text[]").format(sql.Literal(sorted(value, key=repr)))
        case UUID():
            return sql.SQL("{}::uuid").format(str(value))
        case _:
            return sql.SQL("({})").format(sql.Literal(value))


def as_row(row: Mapping[str, Value]) -> sql.Composed:
    """A row as a FROM clause: its columns by name and type; those that a proof says nothing about are NULL."""
    by_column: dict[str, RowAttribute] = {attribute.column: attribute for _, attribute in ATTRIBUTES}
    columns = [
        sql.SQL("{}::{} AS {}").format(stored(row.get(column)), sql.SQL(column_type(attribute)), sql.Identifier(column))
        for column, attribute in by_column.items()
    ]
    return sql.SQL("(SELECT {}) AS r").format(sql.SQL(", ").join(columns))
