"""The checks of the schema's functions hold, and notice mutants: all of the two gates', and some of every function's.

`make mutants MODULE=gate` tries them all.
"""

from collections.abc import Iterator

import psycopg
import pytest

from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import binaries_of
from tests.mutation.arguments import argued
from tests.mutation.event_checks import EVENT_FUNCTIONS
from tests.mutation.gate_checks import CHECKS, Check
from tests.mutation.gate_run import checks_for, run_gate, tried
from tests.mutation.gate_world import FUNCTIONS, World, make_world, source_of
from tests.mutation.sql_operators import SqlMutant, sql_mutants

ALL = dict.fromkeys(check for checks in CHECKS.values() for check in checks)
GATES = ("admitted", "gate")
EACH = 12  # of the others, one mutant in so many
EACH_OF_EVENTS = 48  # whose checks take longer


@pytest.fixture(scope="module")
def newest() -> Iterator[str]:
    with throwaway(binaries=binaries_of(18)) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            make_world(connection)
        yield server.dsn()


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
def test_a_function_keeps_its_promise(newest: str, check: Check) -> None:
    with psycopg.connect(newest) as connection, connection.transaction(force_rollback=True):
        check(World(connection))


def test_every_function_has_checks_of_its_own() -> None:
    assert set(FUNCTIONS) == CHECKS.keys() - {"every function", "slow"}


def test_mutants_of_the_gates_are_caught(newest: str) -> None:
    known = argued()
    results = list(run_gate(newest, GATES))
    survived = [r.mutant.change for r in results if r.outcome == "survived"]
    assert [change for change in survived if not any(known.covers(f"gate/{f}", change) for f in GATES)] == []
    assert len(results) > 100


def test_some_mutants_of_every_function_are_caught(newest: str) -> None:
    known = argued()
    for function in FUNCTIONS:
        each = EACH_OF_EVENTS if function in EVENT_FUNCTIONS else EACH
        for mutant in list(sql_mutants(function, source_of(function)))[::each]:
            if not known.covers(f"gate/{function}", mutant.change):
                assert tried(newest, mutant, checks_for(function)).outcome != "survived", mutant.change


def test_without_checks_every_mutant_survives(newest: str) -> None:
    """What is said of checks that see everything must not be said of none."""
    results = list(run_gate(newest, ["admitted"], checks=()))
    assert {result.outcome for result in results} == {"survived"}


def test_a_text_that_the_server_refuses_is_no_mutant(newest: str) -> None:
    broken = SqlMutant("admitted", "broken", source_of("admitted").replace("BEGIN", "BEGIN RETURN;", 1))
    assert tried(newest, broken, ()).outcome == "refused"
