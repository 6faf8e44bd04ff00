"""The long run: chunks of rule sets, on every version beside each other, each known by its seed and run again by it.

`python -m tests.live.fuzz --sets 4000 --seed 7` prints a line a chunk and one at the end, and writes what it counted to
`build/fuzz.json`; `--first N` goes on from chunk N of each version. The exit code is 1 when anything did not match.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final

from recuse.targets.postgres.throwaway import throwaway
from tests.conftest import EVERY, binaries_of, installed
from tests.live.comparison import Comparison, Tally
from tests.live.server import Live, live_on
from tests.live.shrink import reduced

CHUNK: Final = 50  # rule sets that share one table of rows
RESULT: Final = Path("build/fuzz.json")
_open: Final = ExitStack()
_live: list[Live] = []  # one a worker process, which keeps its server until it ends


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rule sets on one version; its name is its seed."""

    version: int
    seed: int
    number: int
    sets: int = CHUNK

    @property
    def name(self) -> str:
        return f"{self.seed}/{self.version}/{self.number}"


def chunks(version: int, seed: int, sets: int, first: int = 0) -> Iterator[Chunk]:
    """So many sets on one version, in whole chunks."""
    yield from (Chunk(version, seed, number) for number in range(first, -(-sets // CHUNK)))


def run(chunk: Chunk) -> Tally:
    """Compare one chunk, and reduce the first cases that do not match."""
    (live,) = _live
    tally = Comparison(live, Random(chunk.name)).run(chunk.sets)  # noqa: S311 - the seed can be given again
    cases, tally.cases = tally.cases, []
    tally.reports = [f"chunk {chunk.name}\n{text}" for text in reduced(live, cases)]
    return tally


def _start(binaries: Path) -> None:
    _live.append(_open.enter_context(live_on(_open.enter_context(throwaway(binaries=binaries)))))


@contextmanager
def workers(versions: Iterable[int]) -> Iterator[Mapping[int, ProcessPoolExecutor]]:
    """A process a version, each with a server of its own."""
    with ExitStack() as stack:
        yield {
            version: stack.enter_context(
                ProcessPoolExecutor(1, get_context("spawn"), initializer=_start, initargs=(binaries_of(version),))
            )
            for version in versions
        }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sets", type=int, default=4000, help="rule sets of all versions together")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--first", type=int, default=0, help="the chunk of each version to begin with")
    given = options.parse_args()
    versions = installed()
    whole, began, by_version = Tally(), time.monotonic(), {version: Tally() for version in versions}
    _say(f"seed {given.seed}, {given.sets} rule sets from chunk {given.first}, on {', '.join(map(str, versions))}")
    if missing := set(EVERY) - set(versions):
        _say(f"NOT INSTALLED, so not tried: {', '.join(map(str, sorted(missing)))}")
    with workers(versions) as pools:
        at_work: dict[Future[Tally], Chunk] = {
            pools[version].submit(run, chunk): chunk
            for version in versions
            for chunk in chunks(version, given.seed, -(-given.sets // len(versions)), given.first)
        }
        for done in as_completed(at_work):
            chunk = at_work[done]
            tally = result_of(chunk, done)
            whole.add(tally)
            by_version[chunk.version].add(tally)
            _say(f"chunk {chunk.name}: {_summary(whole, time.monotonic() - began)}")
            for report in tally.reports:
                _say(report)
            _write(whole, by_version, given, time.monotonic() - began)
    _say(whole.sentence())
    _say(f"seed {given.seed}: {_summary(whole, time.monotonic() - began)}")
    return 1 if whole.mismatches or whole.counts["broken"] else 0


def result_of(chunk: Chunk, done: Future[Tally]) -> Tally:
    """What a chunk counted; one that broke off counts nothing but that."""
    try:
        return done.result()
    except Exception as error:  # a run of hours tells of it and goes on
        return Tally(Counter(broken=1), reports=[f"chunk {chunk.name} broke off: {error!r}"])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _summary(tally: Tally, seconds: float) -> str:
    decisions = tally.counts["decisions"]
    broken = f" {tally.counts['broken']} CHUNKS BROKE OFF," if tally.counts["broken"] else ""
    return (
        f"{decisions} decisions, {len(tally.mismatches)} mismatches,{broken} in {seconds:.0f} s, "
        f"{decisions / seconds * 3600:.0f} an hour"
    )


def _write(whole: Tally, by_version: Mapping[int, Tally], given: argparse.Namespace, seconds: float) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    result = {
        "seed": given.seed, "sets": given.sets, "first": given.first, "seconds": round(seconds),
        "mismatches": len(whole.mismatches), "reports": whole.reports, "counts": dict(sorted(whole.counts.items())),
        "decisions": {str(version): tally.counts["decisions"] for version, tally in by_version.items()},
    }  # fmt: skip
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
