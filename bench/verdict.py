"""The full access verdict of a large database, from a cold start: ours, and the matrix of pgrls on the same database.

Ours is `bench.everyone`: for every login each relation and column that it reaches, and a shortest path. pgrls gives a
verdict for each role, table and command, without paths. Before any time is taken both are held against the server's own
answers about grants; what only one of them looks at (steps like SET ROLE, USAGE on schemas) is not compared.
"""

import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.estate import Size
from bench.measure import SEED, DifferentAnswerError, estimate, exact
from bench.place import TOOLS
from bench.programs import Estate, Side, on_estate
from bench.result import Result
from bench.sql import statement
from bench.stage import FULL, Stage

SECONDS: Final = 2.0
MEBIBYTES: Final = 150.0
"""The aims, for 1,000 tables × 100 roles × 500 views × 200 functions."""
SIZE: Final = Size(1000, 100, 500, 200)
SMALL: Final = Size(40, 20, 20, 8)
GROWTH: Final = (Size(3000, 300, 1500, 600), Size(10_000, 1000, 5000, 2000))
"""Asked once each: how time and memory grow."""
_ROUNDS: Final = 5
_GRANTS: Final = frozenset({"CONNECT", "membership", "PUBLIC", "grant SELECT", "grant USAGE", "ownership"})


def run(stage: Stage) -> Iterator[Result]:
    """Both sides in turn on one database, `recuse reach` beside them, then ours alone on larger ones."""
    full = stage.rows >= FULL
    yield from _compared(stage, SIZE if full else SMALL, min(_ROUNDS, stage.rounds), full=full)
    for size in GROWTH if full else ():
        yield from _grown(stage, size)


def _compared(stage: Stage, size: Size, rounds: int, *, full: bool) -> Iterator[Result]:
    with on_estate(stage, size) as (estate, here):
        sides = ours, _, theirs = _sides(size)
        for side in sides:
            side.run(estate)
            side.took.clear()
        with psycopg.connect(estate.dsn) as connection:
            held = connection.execute(statement("estate/held")).fetchall()
        check_agreement(held, _answers(estate, "ours.json"), _answers(estate, "theirs.json"))
        chance = random.Random(SEED)  # noqa: S311 - an order, not a secret
        for turn in range(rounds):
            stage.say(f"verdict: round {turn + 1} of {rounds}")
            for side in chance.sample(sides, len(sides)):
                side.run(estate)
    for side in sides:
        seconds, memory = (estimate([run[part] for run in side.took]) for part in (0, 1))
        aimed = full and side is ours
        yield here.result(f"verdict/{side.name}/took", seconds, "s", None, SECONDS if aimed else None)
        yield here.result(f"verdict/{side.name}/memory", memory, "MiB", None, MEBIBYTES if aimed else None)
    for name, part in (("times-as-long", 0), ("times-the-memory", 1)):
        ratios = [their[part] / our[part] for their, our in zip(theirs.took, ours.took, strict=True)]
        yield here.result(f"verdict/pgrls/{name}", estimate(ratios), "×", "recuse")


def _sides(size: Size) -> tuple[Side, Side, Side]:
    """Ours, `recuse reach` asked about the first view, and theirs."""
    schemas = (size.tables + 99) // 100 + 1
    first = f"s{1 + 3 % schemas}.v1"  # as estate/views.sql makes it
    matrix = ("-m", "pgrls", "matrix", "--format", "json", "-o", "theirs.json", "--schemas")
    return (
        Side("recuse", (sys.executable, "-m", "bench.everyone", "ours.json")),
        Side("reach", (str(Path(sys.executable).parent / "recuse"), "reach", "", first, "--format", "json")),
        Side("pgrls", (sys.executable, *matrix, ",".join(f"s{n}" for n in range(1, schemas + 1))), str(TOOLS)),
    )


def _grown(stage: Stage, size: Size) -> Iterator[Result]:
    stage.say(f"verdict: {size}")
    with on_estate(stage, size) as (estate, here):
        side = Side("recuse", (sys.executable, "-m", "bench.everyone", "ours.json"))
        side.run(estate)
    name = f"verdict/{size.tables}-tables"
    yield here.result(f"{name}/took", exact(side.took[0][0]), "s", None)
    yield here.result(f"{name}/memory", exact(side.took[0][1]), "MiB", None)


def _answers(estate: Estate, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((estate.folder / name).read_text(encoding="utf-8"))
    return found


def check_agreement(held: Iterable[tuple[Any, ...]], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """Both sides agree with the server about grants on whole tables without row security; else DifferentAnswerError.

    `held` are the server's answers: login, table, whether it reads it, whether it holds anything on it. Where it reads,
    both sides say so. Where it holds nothing, theirs says no or names a view or function, and ours says no or shows a
    path with more in it than grants. A column alone, or a grant without USAGE, only one side answers.
    """
    access = {row["table"]: row["access"] for row in theirs["rows"] if row["command"] == "SELECT"}
    compared = 0
    for login, table, reads, holds in held:
        their = access[table].get(login)
        if their is None or reads != holds:
            continue
        mine = ours["logins"][login].get(f"table:{table}")
        by_grants = mine is not None and all(ours["steps"][number][0] in _GRANTS for number in mine[1:])
        open_to = their["verdict"] == "open" and not str(their["note"]).startswith("through")
        agree = (mine is not None and mine[0] == "all") if reads else not by_grants
        if not agree or open_to != reads:
            raise DifferentAnswerError(f"`{login}` on `{table}`: server {reads}, recuse {mine}, pgrls {their}")
        compared += reads
    if not compared:
        raise DifferentAnswerError("no login reads any table, so that nothing is compared")
