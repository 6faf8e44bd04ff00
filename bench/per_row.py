"""How many times as long the same question takes when every row is decided: by a function, or by a call outside.

The function is plpgsql, asked by a row policy. The call outside is our own decision point in the client's process, so
without any network: the rows are fetched without a policy, each is put to Cedar, and those allowed are summed up.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import psycopg

from bench.enforcement import QUERIES, Query, settings
from bench.measure import Asked, Contender, Rows, check_answers, interleaved, ratio, wall_seconds
from bench.result import Result
from bench.sides import HAND, NO_POLICY, OURS, ROW_FUNCTION, Side, opened, query_of
from bench.stage import Stage
from bench.world import AUTHORITY, PERMIT, PURPOSE
from recuse.model import Circumstances
from recuse.policy.decide import Decider, Question

_ASKED: Final = ("point", "range")
"""On the whole table both would take minutes an execution."""
_ROUNDS: Final = 7
_CALLS: Final = 20
"""Executions of the query by key a sample."""


@dataclass(frozen=True, slots=True, eq=False)
class _Outside:
    """The client decides each row, and works out what the query asks for."""

    query: Query
    connection: psycopg.Connection
    decider: Decider
    parameters: Sequence[Sequence[Any]]
    name: str = "outside-decision"

    def answer(self) -> Rows:
        """As the database answers the query itself."""
        rows: Rows = []
        for values in self.parameters:
            asked = query_of(NO_POLICY, f"outside-{self.query.name}")
            found = self.connection.execute(asked, values, prepare=True).fetchall()
            decisions = self.decider.decide_many([_question(*row[:3]) for row in found])
            allowed = [row[3:] for row, decision in zip(found, decisions, strict=True) if decision.allow]
            rows += allowed if self.query.name == "point" else [_total(allowed)]
        return rows


def _question(district: str, sealed: bool, juvenile: bool) -> Question:
    row: dict[str, str | bool] = {"district": district, "sealed": sealed, "juvenile": juvenile}
    circumstances = Circumstances(PURPOSE, AUTHORITY)
    return Question(f"register/{PERMIT}", "read", "register", "register.arrest", "arrest_record", row, circumstances)


def _total(rows: Sequence[tuple[Any, ...]]) -> tuple[int, Decimal]:
    return len(rows), sum((Decimal(row[0]) for row in rows), Decimal(0))


def run(stage: Stage) -> Iterator[Result]:
    """Both queries, prepared and serial; wall time, because the client's work is part of a decision outside."""
    workspace = stage.world.workspace()
    decider = Decider(workspace.repository, workspace.rules)
    with ExitStack() as stack:
        connections = {
            side: stack.enter_context(opened(stage.world, side, settings("serial", stage.rows)))
            for side in (HAND, NO_POLICY, *OURS, ROW_FUNCTION)
        }
        for query in QUERIES:
            if query.name in _ASKED:
                yield from _results(stage, query, connections, decider)


def _results(
    stage: Stage, query: Query, connections: Mapping[Side, psycopg.Connection], decider: Decider
) -> Iterator[Result]:
    parameters = query.parameters(stage.rows)[:_CALLS]
    asked: list[Asked] = [
        Contender(side.name, connections[side], query_of(side, query.name), parameters, prepare=True)
        for side in (HAND, *OURS, ROW_FUNCTION)
    ]
    outside = _Outside(query, connections[NO_POLICY], decider, parameters)
    hand, *others = asked = [*asked, outside]
    check_answers(hand, others)
    rounds = min(_ROUNDS, stage.rounds)
    stage.say(f"per-row/{query.name}: {len(asked)} sides, {rounds} rounds")
    samples = interleaved(dict.fromkeys(asked, rounds), wall_seconds)
    for side in OURS:
        for other in (ROW_FUNCTION.name, outside.name):
            found = ratio(samples, other, side.name)
            yield stage.place.result(f"per-row/{query.name}/{other}/{side.name}", found, "×", side.title)
