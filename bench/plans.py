"""What a query's plan is: which scans on which index, how many workers, how many rows.

Subplans are left out: a gate is one, and runs once a query.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg
from psycopg import sql

from bench.measure import Contender

_ALIKE: Final = 0.03
"""How far estimates may be apart, as a part of the hand-written query's."""
_EXPLAIN: Final = sql.SQL("EXPLAIN (FORMAT JSON) {}")


class DifferentPlanError(Exception):
    """Enforcement changed a plan, or a query's plan is not the one that it is there to measure."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a plan; `index` and `workers` where it has them."""

    kind: str
    relation: str
    index: str
    parallel: bool
    workers: int
    rows: int


def plan_of(contender: Contender) -> tuple[Node, ...]:
    """The nodes of the plan of the first execution, from the top down."""
    client = psycopg.ClientCursor(contender.connection)
    parameters = contender.parameters[0]
    row = client.execute(_EXPLAIN.format(contender.query), parameters or None).fetchone()
    document: Sequence[Mapping[str, Any]] = row[0] if row else []
    return tuple(_nodes(document[0]["Plan"]))


def _nodes(plan: Mapping[str, Any]) -> Iterator[Node]:
    yield Node(
        plan["Node Type"],
        plan.get("Relation Name", ""),
        plan.get("Index Name", ""),
        plan["Parallel Aware"],
        plan.get("Workers Planned", 0),
        plan["Plan Rows"],
    )
    for child in plan.get("Plans", ()):
        if child.get("Parent Relationship") not in ("InitPlan", "SubPlan"):
            yield from _nodes(child)


def workers(plan: Sequence[Node]) -> int:
    """How many workers a plan asks for."""
    return max(node.workers for node in plan)


def scanned_rows(plan: Sequence[Node], relation: str) -> int:
    """How many rows of a relation the planner expects from the scan on it."""
    return next(node.rows for node in plan if node.relation == relation)


def check_plan(plan: Sequence[Node], index: str | None, *, parallel: bool, name: str) -> None:
    """Raise DifferentPlanError unless the plan uses this index, and workers if it should."""
    if index is not None and index not in {node.index for node in plan}:
        raise DifferentPlanError(f"`{name}` does not use `{index}`: {in_words(plan)}")
    if parallel and not workers(plan):
        raise DifferentPlanError(f"`{name}` is not run in parallel: {in_words(plan)}")


def check_same(hand: Sequence[Node], ours: Sequence[Node], name: str) -> None:
    """Raise DifferentPlanError unless both plans are the same, down to the rows estimated at every node.

    The planner takes a gate's IS NOT NULL to hold for 99.5 % of rows; a join under a permit asks four gates.
    """
    alike = len(hand) == len(ours) and all(
        replace(mine, rows=theirs.rows) == theirs and abs(mine.rows - theirs.rows) <= max(1, _ALIKE * theirs.rows)
        for mine, theirs in zip(ours, hand, strict=True)
    )
    if not alike:
        raise DifferentPlanError(f"the plan of `{name}` is {in_words(ours)}, and by hand {in_words(hand)}")


def in_words(plan: Sequence[Node]) -> str:
    """A plan in one line, for a message."""
    return " > ".join(
        f"{'Parallel ' if n.parallel else ''}{n.kind}{f' on {n.index}' if n.index else ''} ({n.rows} rows)"
        for n in plan
    )
