"""The demo's application and nightly programs at work while the policy is applied: counts what they are refused."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import psycopg

from recuse.demo import nightly
from recuse.demo.application_checks import CHECKS, Failure, failures
from recuse.demo.warehouse import extract
from recuse.demo.world import World

FIRST_NIGHT: Final = date(2019, 7, 13)


@dataclass(slots=True)
class Work:
    """What the programs met: rounds of all checks, nights, extracts into a warehouse, and everything that failed."""

    rounds: int = 0
    nights: int = 0
    extracts: int = 0
    extracted: int = 0
    failed: list[Failure] = field(default_factory=list)

    @property
    def checks(self) -> int:
        """How many single checks ran."""
        return self.rounds * len(CHECKS)

    @property
    def refused(self) -> int:
        """How many failures were refusals by the database."""
        return sum(failure.refused for failure in self.failed)

    def add(self, other: "Work") -> None:
        """Count what these programs met at another time too."""
        self.rounds += other.rounds
        self.nights += other.nights
        self.extracts += other.extracts
        self.extracted += other.extracted
        self.failed += other.failed


def work_once(world: World, work: Work, warehouse: World | None = None) -> None:
    """One round of the application's checks, one night of the job, and the extract of that night into a warehouse."""
    work.failed += failures(world.dsn("records_app"))
    work.rounds += 1
    night = FIRST_NIGHT + timedelta(days=work.nights)
    try:
        nightly.run(world.dsn("nightly_job"), night)
        work.nights += 1
        if warehouse is not None:
            work.extracted += extract(world, warehouse, night)
            work.extracts += 1
    except psycopg.Error as error:
        work.failed.append(Failure("nightly", str(error).strip(), refused=True))


@contextmanager
def working(world: World, warehouse: World | None = None) -> Iterator[Work]:
    """The programs in a loop beside the `with` block, ended with it."""
    work = Work()
    with repeating(lambda: work_once(world, work, warehouse)):
        yield work


@contextmanager
def repeating(step: Callable[[], None]) -> Iterator[None]:
    """Something done over and over beside the `with` block, the last time to its end."""
    stop = threading.Event()

    def loop() -> None:
        while not stop.is_set():
            step()

    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
