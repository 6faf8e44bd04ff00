"""How long `recuse plan` takes on a large database from a cold start, with all its proofs and its backtest left out.

The policy is what `recuse init` proposes for the database: rules that name every table, each account's own. That is the
most rules there can be, and a plan that writes every row policy.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.estate import Size
from bench.measure import DifferentAnswerError, estimate
from bench.programs import Side, on_estate
from bench.result import Result
from bench.stage import FULL, Stage

SECONDS: Final = 3.0
"""The aim, for 1,000 tables × 100 roles."""
SIZE: Final = Size(1000, 100, 0, 0)
SMALL: Final = Size(30, 12, 0, 0)
GROWTH: Final = (Size(250, 25, 0, 0), Size(500, 50, 0, 0))
"""Asked once each: how time and memory grow."""
_ROUNDS: Final = 3
_RECUSE: Final = str(Path(sys.executable).parent / "recuse")
_INIT: Final = (
    _RECUSE, "init", "", "--out", "policy", "--institution", "il.example.records", "--name", "Records of Example",
)  # fmt: skip


def run(stage: Stage) -> Iterator[Result]:
    """Propose a policy once, then plan it, cold each time; every plan of one database must be the same."""
    full = stage.rows >= FULL
    yield from _planned(stage, SIZE if full else SMALL, min(_ROUNDS, stage.rounds), "plan/recuse", aimed=full)
    for size in GROWTH if full else ():
        yield from _planned(stage, size, 1, f"plan/{size.tables}-tables", aimed=False)


def _planned(stage: Stage, size: Size, rounds: int, name: str, *, aimed: bool) -> Iterator[Result]:
    stage.say(f"plan: {size}")
    with on_estate(stage, size) as (place, here):
        Side("init", _INIT).run(place)
        side = Side("plan", (_RECUSE, "plan", "--repository", "policy", "--dsn", "", "--out", "plan.json"))
        plans = set()
        for _ in range(rounds):
            side.run(place)
            plans.add((place.folder / "plan.json").read_bytes())
        if len(plans) != 1:
            raise DifferentAnswerError("two plans of one database under one policy are not the same")
    seconds, memory = (estimate([run[part] for run in side.took]) for part in (0, 1))
    yield here.result(f"{name}/took", seconds, "s", None, SECONDS if aimed else None)
    yield here.result(f"{name}/memory", memory, "MiB", None)
