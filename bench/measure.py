"""Times contenders side by side: rounds in random order, one sample of each a round, medians with an interval.

On serial plans the clock is the server process's own CPU time (nanoseconds, from the kernel's scheduler): what other
programs on the machine do then moves it least, and the client's work does not count. Parallel plans spread over
processes, so their clock is the wall; so is every clock where the kernel gives no such figure.
"""

import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import psycopg
from psycopg import sql

SEED: Final = 2026
_SETTLED: Final = 0.0007
"""Seconds in which the server process goes to sleep after it has sent its answer, and its CPU time is then whole."""
_WARM: Final = 8
"""Executions before the first sample: a prepared statement gets its lasting plan after the sixth."""

Rows = list[tuple[Any, ...]]
A = TypeVar("A", bound="Asked")


class DifferentAnswerError(Exception):
    """Two sides that should have answered alike did not, so that no time is worth taking."""


class Asked(Protocol):
    """Something that answers, as often as it has parameters, and can be timed doing so."""

    @property
    def name(self) -> str:
        """What its samples go by."""

    @property
    def parameters(self) -> Sequence[Sequence[Any]]:
        """One element for each execution of a sample."""

    def answer(self) -> Rows:
        """Every row of every execution, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """One way of asking: a query on a connection of its own, executed once with each of `parameters` a sample."""

    name: str
    connection: psycopg.Connection
    query: sql.Composed
    parameters: Sequence[Sequence[Any]]
    prepare: bool

    def answer(self) -> Rows:
        """Every row of every execution, in order."""
        cursor = self.connection.cursor()
        rows: Rows = []
        for values in self.parameters:
            rows += cursor.execute(self.query, values, prepare=self.prepare).fetchall()
        return rows


@dataclass(frozen=True, slots=True)
class Estimate:
    """A median over rounds, with the 95 % bootstrap interval of that median."""

    value: float
    low: float
    high: float


Samples = Mapping[str, Sequence[float]]
"""Seconds an execution, by contender, one a round; contenders of fewer rounds have the first ones."""


def check_answers(expected: Asked, others: Sequence[Asked]) -> None:
    """Raise DifferentAnswerError unless all give the rows that `expected` gives, and it gives some."""
    wanted = expected.answer()
    if not wanted or wanted[0][0] is None:
        raise DifferentAnswerError(f"`{expected.name}` finds nothing, so that nothing is compared")
    for other in others:
        if other.answer() != wanted:
            raise DifferentAnswerError(f"`{other.name}` does not answer as `{expected.name}`")


def interleaved(contenders: Mapping[A, int], clock: Callable[[A], float]) -> Samples:
    """Samples of each contender in so many rounds; in each round those that are left go in random order."""
    chance = random.Random(SEED)  # noqa: S311 - an order, not a secret
    samples: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for contender in contenders:
        for _ in range(-(-_WARM // len(contender.parameters))):
            contender.answer()
    for turn in range(max(contenders.values())):
        left = [contender for contender, rounds in contenders.items() if turn < rounds]
        for contender in chance.sample(left, len(left)):
            samples[contender.name].append(clock(contender))
    return samples


def cpu_seconds(contender: Contender) -> float:
    """CPU time of the server process for one execution; wall time where the kernel keeps no such account."""
    account = Path(f"/proc/{contender.connection.info.backend_pid}/schedstat")
    if not account.exists():
        return wall_seconds(contender)
    before = _spent(account)
    contender.answer()
    time.sleep(_SETTLED)
    return (_spent(account) - before) / 1e9 / len(contender.parameters)


def wall_seconds(contender: Asked) -> float:
    """Time from question to answer, for one execution."""
    start = time.perf_counter()
    contender.answer()
    return (time.perf_counter() - start) / len(contender.parameters)


def _spent(account: Path) -> int:
    return int(account.read_text(encoding="ascii").split()[0])


def ratio(samples: Samples, name: str, against: str) -> Estimate:
    """How many times as long, round by round."""
    return estimate([mine / theirs for mine, theirs in zip(samples[name], samples[against], strict=False)])


def more(samples: Samples, name: str, against: str, scale: float) -> Estimate:
    """How much longer an execution takes, round by round, in 1/`scale` seconds."""
    return estimate([(mine - theirs) * scale for mine, theirs in zip(samples[name], samples[against], strict=False)])


def median(values: Sequence[float], scale: float) -> Estimate:
    """How long an execution takes, in 1/`scale` seconds."""
    return estimate([value * scale for value in values])


def exact(value: float) -> Estimate:
    """A figure that was counted, not timed."""
    return Estimate(value, value, value)


def percentile(values: Sequence[float], share: float, scale: float) -> Estimate:
    """The value that this share of all does not pass, in 1/`scale` seconds."""
    return estimate([value * scale for value in values], lambda some: sorted(some)[math.ceil(share * len(some)) - 1])


def estimate(values: Sequence[float], of: Callable[[Sequence[float]], float] = statistics.median) -> Estimate:
    """The median (or another figure `of` them) and its interval, from 2,000 resamples of a fixed seed."""
    chance = random.Random(SEED)  # noqa: S311 - the same samples give the same interval
    found = sorted(of(chance.choices(values, k=len(values))) for _ in range(2000))
    return Estimate(of(values), found[50], found[-51])
