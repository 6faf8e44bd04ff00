"""The compiler against Cedar: for every generated rule set, the rows shown are the rows Cedar allows.

Three answers are compared: Cedar's, `holds` on the condition, and PostgreSQL running the condition's text. A row shown
that Cedar denies is reported apart and first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import cedarpy
import psycopg
import pytest
from psycopg import sql

from recuse.compiler.condition import Condition, holds
from recuse.targets.postgres.condition_sql import condition_sql
from tests.conformance.faults import FAULTS, TEXT_FAULTS
from tests.conformance.generate import Generator
from tests.conformance.world import (
    ASKING,
    SCHEMA,
    Asking,
    Oracle,
    Row,
    Rules,
    compiled,
    entities,
    fill,
    hostile_session,
    is_typed,
    oracle,
    parsed,
    random_rows,
    requests,
)

ROWS: Final = 24
ROWS_KEPT: Final = 250  # sets that share one table of rows
SETS_IN_PROCESS: Final = 4000


@dataclass(frozen=True, slots=True)
class Case:
    """One rule set, who asked, and what Cedar said about each row."""

    text: str
    rules: Rules
    asking: Asking
    validated: bool
    table: int
    expected: Oracle

    def condition(self) -> Condition:
        return compiled(self.rules, self.asking)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Generated cases and the tables of rows they speak of."""

    cases: tuple[Case, ...]
    tables: tuple[tuple[Row, ...], ...]


def recipe(seed: int, sets: int) -> Recipe:
    random = Random(seed)  # noqa: S311 - the seed can be given again
    asked = {asking: requests(asking, ROWS) for asking in ASKING}
    cases: list[Case] = []
    tables: list[tuple[Row, ...]] = []
    for number in range(sets):
        if number % ROWS_KEPT == 0:
            tables.append(tuple(random_rows(random, ROWS)))
            found = entities(tables[-1])
        text = Generator(random, wildness=random.choice((0.0, 0.0, 0.2))).rule_set()
        asking = random.choice(ASKING)
        rules = parsed(cedarpy.PolicySet.from_str(text))
        validated = cedarpy.validate_policies(text, SCHEMA).validation_passed
        answer = oracle(rules, found, asked[asking])
        cases.append(Case(text, rules, asking, validated, len(tables) - 1, answer))
    return Recipe(tuple(cases), tuple(tables))


@pytest.fixture(scope="session")  # the servers, being session-wide, tear modules apart
def made(request: pytest.FixtureRequest) -> Recipe:
    seed = request.config.getoption("--seed")
    chosen = request.config.getoption("--sets")
    sets = SETS_IN_PROCESS if chosen == 2000 else chosen
    print(f"seed {seed}, {sets} rule sets, {ROWS} rows each")  # noqa: T201 - belongs in the report of a failure
    return recipe(seed, sets)


def mismatch(case: Case, shown: frozenset[int], rows: Sequence[Row]) -> str | None:
    """What is wrong, an over-grant first; None when both agree."""
    over, under = shown - case.expected.allowed, case.expected.allowed - shown
    if not over and not under:
        return None
    kind, wrong = ("shown though denied", over) if over else ("hidden though allowed", under)
    return f"{kind}: {[rows[i] for i in sorted(wrong)[:2]]}\n{case.asking}\n{case.text}"


@pytest.fixture(scope="session")  # the servers, being session-wide, tear modules apart
def conditions(made: Recipe) -> tuple[Condition, ...]:
    return tuple(case.condition() for case in made.cases)


def by_holds(condition: Condition, rows: Sequence[Row]) -> frozenset[int]:
    return frozenset(index for index, row in enumerate(rows) if holds(condition, row))


def wrong(found: Iterator[str | None]) -> str:
    """What is wrong, over-grants before anything else; empty when nothing is."""
    whole = [what for what in found if what is not None]
    over = [what for what in whole if what.startswith("shown")]
    first, kind = (over, "over-grants") if over else (whole, "under-grants")
    return f"{len(first)} {kind}; the first:\n{first[0]}" if first else ""


def test_holds_equals_cedar(made: Recipe, conditions: tuple[Condition, ...]) -> None:
    pairs = ((case, condition, made.tables[case.table]) for case, condition in zip(made.cases, conditions, strict=True))
    assert not wrong(mismatch(case, by_holds(condition, rows), rows) for case, condition, rows in pairs)


def test_text_in_postgresql_equals_cedar(made: Recipe, conditions: tuple[Condition, ...], database: str) -> None:
    with hostile_session(database) as connection:
        assert not wrong(in_postgresql(connection, made, conditions))


def in_postgresql(
    connection: psycopg.Connection, made: Recipe, conditions: tuple[Condition, ...]
) -> Iterator[str | None]:
    """What is wrong with each text as a WHERE clause."""
    for number, rows in enumerate(made.tables):
        fill(connection, rows)
        for case, condition in zip(made.cases, conditions, strict=True):
            if case.table == number:
                query = sql.SQL("SELECT id FROM r WHERE {}").format(condition_sql(condition))
                yield mismatch(case, frozenset(index for (index,) in connection.execute(query).fetchall()), rows)


def test_validated_sets_never_err(made: Recipe) -> None:
    """But on a value that no Cedar type holds: for Cedar it is none of the row's type."""
    typed = [frozenset(index for index, row in enumerate(rows) if is_typed(row)) for rows in made.tables]
    erring = [case.text for case in made.cases if case.validated and case.expected.erred & typed[case.table]]
    assert not erring, f"strict validation let through {len(erring)}; the first:\n{erring[0]}"


def test_the_recipe_is_not_degenerate(made: Recipe) -> None:
    """Tripwires: enough sets of each kind, and oracles that are neither empty nor full."""
    total = len(made.cases)
    decided = sum(1 for c in made.cases if len(c.expected.allowed) in {0, ROWS})
    validated = sum(1 for c in made.cases if c.validated)
    erring = sum(1 for c in made.cases if c.expected.erred)
    nulls = [value is None for rows in made.tables for row in rows for value in row.values()]
    print(  # noqa: T201 - belongs in the report of a failure
        f"{total} sets: {decided} empty or full, {validated} validated, {erring} erring, {total * ROWS} decisions"
    )
    assert decided <= 0.6 * total
    assert validated >= 0.4 * total
    assert erring >= 0.1 * total
    assert 0.25 < sum(nulls) / len(nulls) < 0.42


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(made: Recipe, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that cannot fail guards nothing: with each fault the same comparison must find a mismatch."""
    FAULTS[fault](monkeypatch)
    pairs = ((case, case.condition(), made.tables[case.table]) for case in made.cases)
    assert any(mismatch(case, by_holds(condition, rows), rows) for case, condition, rows in pairs)


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_a_planted_fault_in_the_text_is_noticed(
    made: Recipe, conditions: tuple[Condition, ...], fault: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    TEXT_FAULTS[fault](monkeypatch)
    with hostile_session(database) as connection:
        try:
            noticed = any(what is not None for what in in_postgresql(connection, made, conditions))
        except psycopg.errors.InvalidEscapeSequence:  # what an escape character that is not escaped can come to
            noticed = True
        assert noticed
