"""What a benchmark is given: how much to measure, whom to tell, and the shared world, made when it is first asked."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

import psycopg

from bench import place, sides
from bench.result import Place, Result
from bench.world import Say, World, build
from recuse.targets.postgres.throwaway import throwaway

FULL: Final = 1_000_000
"""From this many rows on a server's own cost settings choose parallel plans for the register; below they are forced."""
_SETTINGS: Final = (
    "maintenance_work_mem=1GB", "work_mem=256MB", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=8GB",
    "checkpoint_timeout=1h", "autovacuum=off", "jit=off",
)  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """One run: `rows` arrests, `rounds` of samples, PostgreSQL from the folder `binaries` (None: the installed one)."""

    rows: int
    rounds: int
    binaries: Path | None
    say: Say
    _stack: ExitStack = field(repr=False)

    @cached_property
    def world(self) -> World:
        """The register, both in the hands of `recuse` and as the other sides have it; warm in the server's memory."""
        buffers = max(256, self.rows // 1250)
        settings = (*_SETTINGS, f"shared_buffers={buffers}MB", f"effective_cache_size={2 * buffers}MB")
        server = self._stack.enter_context(throwaway(binaries=self.binaries, settings=settings))
        folder = Path(mkdtemp(prefix="recuse-bench-"))
        self._stack.callback(rmtree, folder, ignore_errors=True)
        world = build(server, self.rows, folder, self.say)
        sides.set_up(world, self.say)
        return world

    @cached_property
    def place(self) -> Place:
        """Where the figures of this run are taken."""
        with psycopg.connect(self.world.server.dsn()) as connection:
            release = connection.execute("SHOW server_version").fetchone()
        here = f"{place.machine()}; a register of {self.rows:,} arrests, warm; jit off; {self.rounds} rounds"
        return Place(here, place.versions(str(release[0]) if release else "unknown"))


Benchmark = Callable[[Stage], Iterator[Result]]


@contextmanager
def stage(rows: int, rounds: int, binaries: Path | None, say: Say) -> Iterator[Stage]:
    """A stage whose servers and folders are gone when the block ends."""
    with ExitStack() as stack:
        yield Stage(rows, rounds, binaries, say, stack)
