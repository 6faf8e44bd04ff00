"""Every mutant of the schema's functions against their checks, on a live PostgreSQL, each taken back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import psycopg

from tests.mutation.gate_checks import CHECKS, Check
from tests.mutation.gate_world import World, replace_function, source_of
from tests.mutation.sql_operators import SqlMutant, sql_mutants


@dataclass(frozen=True, slots=True)
class GateResult:
    """What became of a mutant: caught, survived all checks, or none, since the server refuses its text."""

    mutant: SqlMutant
    outcome: Literal["caught", "survived", "refused"]
    by: str = ""


def checks_for(function: str) -> tuple[Check, ...]:
    """All checks, the function's own first."""
    own = (*CHECKS["every function"], *CHECKS.get(function, ()))
    return tuple(dict.fromkeys((*own, *(check for checks in CHECKS.values() for check in checks))))


def run_gate(dsn: str, functions: Iterable[str], checks: Iterable[Check] | None = None) -> Iterator[GateResult]:
    """The results for all mutants of these functions; `checks` in the place of all of them."""
    for function in functions:
        asked = checks_for(function) if checks is None else tuple(checks)
        for mutant in sql_mutants(function, source_of(function)):
            yield tried(dsn, mutant, asked)


def tried(dsn: str, mutant: SqlMutant, checks: Iterable[Check]) -> GateResult:
    """In a session of its own, because a setting once made stays known; in one transaction that is rolled back."""
    with psycopg.connect(dsn) as connection, connection.transaction(force_rollback=True):
        try:
            with connection.transaction():
                replace_function(connection, mutant.source)
        except psycopg.Error as error:
            return GateResult(mutant, "refused", str(error.diag.message_primary))
        for check in checks:
            try:
                with connection.transaction(force_rollback=True):
                    check(World(connection))
            except (AssertionError, psycopg.Error) as error:
                return GateResult(mutant, "caught", f"{check.__name__}: {error}".partition("\n")[0])
        return GateResult(mutant, "survived")
