"""Queries under enforcement against the same with a hand-written condition, and against other ways of doing it."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import psycopg

from bench.measure import (
    SEED,
    Contender,
    Samples,
    check_answers,
    cpu_seconds,
    exact,
    interleaved,
    median,
    more,
    ratio,
    wall_seconds,
)
from bench.plans import Node, check_plan, check_same, plan_of, scanned_rows, workers
from bench.result import Result
from bench.sides import COPY, HAND, NO_POLICY, OTHERS, OURS, Side, opened, others, query_of
from bench.sql import statement
from bench.stage import FULL, Stage

RATIO: Final = 1.05
"""The aim for queries that read many rows, as a ratio to the hand-written query."""
MICROSECONDS: Final = 15.0
"""The aim for a query by key, in microseconds on top of the hand-written query."""
_FEWER: Final = 3
"""The other sides get a third of the rounds: they need no aim, and take most of the time."""
_FIRST_DAY: Final = date(2000, 1, 1)
_MODES: Final = ("serial", "parallel")


@dataclass(frozen=True, slots=True)
class Query:
    """A query of `queries/`: the index that it must use, and whether it reads so much that it runs in parallel."""

    name: str
    index: str | None
    large: bool
    parameters: Callable[[int], Sequence[Sequence[Any]]]


def _keys(rows: int) -> Sequence[Sequence[Any]]:
    chance = random.Random(SEED)  # noqa: S311 - the same keys in every run
    return [(chance.randint(1, rows),) for _ in range(1000 if rows >= FULL else 100)]


def _months(rows: int) -> Sequence[Sequence[Any]]:  # noqa: ARG001 - as many days whatever the rows
    starts = (_FIRST_DAY + timedelta(days=days) for days in (900, 3000, 6000))
    return [(start, start + timedelta(days=73)) for start in starts]


def _once(rows: int) -> Sequence[Sequence[Any]]:  # noqa: ARG001 - no parameters
    return [()]


QUERIES: Final = (
    Query("point", "arrest_pkey", False, _keys),
    Query("range", "arrest_arrested_on", False, _months),
    Query("sum", None, True, _once),
    Query("group-by", None, True, _once),
    Query("join", None, True, _once),
)


def run(stage: Stage) -> Iterator[Result]:
    """Every query, in serial and parallel, prepared and not, on all sides."""
    for mode in _MODES:
        with ExitStack() as stack:
            connections = {
                side: stack.enter_context(opened(stage.world, side, settings(mode, stage.rows)))
                for side in (HAND, NO_POLICY, COPY, *OURS, *others(stage.world))
            }
            for query in QUERIES:
                for prepare in (True, False):
                    yield from _Cell(stage, mode, query, prepare, connections).results()
    yield _declared(stage)


def _declared(stage: Stage) -> Result:
    """What entering a purpose costs, once a transaction: a permit's price beside that of its gate."""
    side = next(side for side in OURS if side.enter)
    ((name, parameters),) = side.enter
    with opened(stage.world, side, settings("serial", stage.rows)) as connection:
        entering = Contender(
            "declare", connection, statement(f"sides/{name}").format(), [parameters] * 100, prepare=True
        )
        samples = interleaved({entering: stage.rounds}, cpu_seconds)
    return stage.place.result("enforcement/declare/permit/took", median(samples[entering.name], 1e3), "ms", None)


def settings(mode: str, rows: int) -> Sequence[tuple[str, str]]:
    """Settings of a session in this mode; on a small register a parallel plan has to be made cheap.

    Not free: the queries that gates ask themselves would then run in parallel as well.
    """
    if mode == "serial":
        return (("max_parallel_workers_per_gather", "0"),)
    cheap = (("min_parallel_table_scan_size", "0"), ("parallel_setup_cost", "10"), ("parallel_tuple_cost", "0.001"))
    return (("max_parallel_workers_per_gather", "2"), *(cheap if rows < FULL else ()))


@dataclass(frozen=True, slots=True)
class _Cell:
    """One query in one mode, prepared or not, on the sides that are worth it there."""

    stage: Stage
    mode: str
    query: Query
    prepare: bool
    connections: Mapping[Side, psycopg.Connection]

    def results(self) -> Iterator[Result]:
        sides = {side: self._contender(side) for side in self._sides()}
        hand, *others = (contender for side, contender in sides.items() if side is not NO_POLICY)
        check_answers(hand, others)
        yield from self._plans(sides)
        rounds = {c: self._rounds(side) for side, c in sides.items()}
        self.stage.say(f"{self._name('')}: {len(rounds)} sides, {self.stage.rounds} rounds")
        samples = interleaved(rounds, cpu_seconds if self.mode == "serial" else wall_seconds)
        yield from self._figures(samples)

    def _sides(self) -> tuple[Side, ...]:
        """What takes long takes as long prepared or not, so that the other sides are asked once there."""
        core = (HAND, NO_POLICY, COPY, *OURS)
        return tuple(self.connections) if self.prepare or not self.query.large else core

    def _contender(self, side: Side) -> Contender:
        parameters = self.query.parameters(self.stage.rows)
        return Contender(side.name, self.connections[side], query_of(side, self.query.name), parameters, self.prepare)

    def _rounds(self, side: Side) -> int:
        return max(1, self.stage.rounds // _FEWER) if side in OTHERS else self.stage.rounds

    def _name(self, side: str) -> str:
        how = "prepared" if self.prepare else "unprepared"
        return "/".join(filter(None, ("enforcement", self.query.name, side, how, self.mode)))

    def _plans(self, sides: Mapping[Side, Contender]) -> Iterator[Result]:
        """Ours is the hand-written query's plan, on the index and in parallel; what became of the others' is told."""
        plans = {side: plan_of(contender) for side, contender in sides.items()}
        parallel = self.query.large and self.mode == "parallel"
        check_plan(plans[HAND], self.query.index, parallel=parallel, name=self._name(HAND.name))
        for side in OURS:
            check_same(plans[HAND], plans[side], self._name(side.name))
        if self.query.name == "sum" and self.prepare:
            yield from self._told(plans)

    def _told(self, plans: Mapping[Side, Sequence[Node]]) -> Iterator[Result]:
        """For each side, how many workers scan the whole table, or how well its rows are estimated."""
        result = self.stage.place.result
        row = self.connections[HAND].execute(query_of(HAND, "visible")).fetchone()
        for side, plan in plans.items():
            if self.mode == "parallel":
                yield result(f"{self._name(side.name)}/workers", exact(workers(plan)), "workers", None)
            elif side is not NO_POLICY and row is not None:
                found = exact(scanned_rows(plan, "arrest") / row[0])
                yield result(f"{self._name(side.name)}/estimated-rows", found, "×", "true rows")

    def _figures(self, samples: Samples) -> Iterator[Result]:
        place = self.stage.place
        point = self.query.name == "point"
        ours = {side.name for side in OURS}
        for name in samples:
            if name == HAND.name:
                yield place.result(f"{self._name(name)}/took", median(samples[name], 1e3), "ms", None)
                continue
            aim = RATIO if name in ours and not point else None
            yield place.result(self._name(name), ratio(samples, name, HAND.name), "×", HAND.title, aim)
            if point:
                aim = MICROSECONDS if name in ours else None
                found = more(samples, name, HAND.name, 1e6)
                yield place.result(f"{self._name(name)}/more", found, "µs", HAND.title, aim)
