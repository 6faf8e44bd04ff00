"""Makes parts of a large site in another process, a copy of this one, while this one makes others and writes all.

What parts share is worked out by both, at the same time: to wait for it would cost more. Parts come in their order, and
are the same as if one process had made all of them.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

File = tuple[str, bytes]
Part = Callable[[], Iterable[File]]


def in_order(parts: Sequence[Part], *, large: bool) -> Generator[Iterable[File], None, None]:
    """The files of each part. What one raises in the other process is raised here when its turn comes."""
    if not large or len(parts) < 3 or not _two_can_work():
        yield from (part() for part in parts)
        return
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    other = context.Process(
        target=_make,
        args=(there, [part for number, part in enumerate(parts) if _elsewhere(number)]),
        daemon=True,
    )
    other.start()
    there.close()
    try:
        for number, part in enumerate(parts):
            yield _received(here) if _elsewhere(number) else part()
    finally:
        here.close()
        other.terminate()
        other.join()


def _elsewhere(number: int) -> bool:
    """Two of three parts are made by the other process, since this one also writes."""
    return number % 3 != 0


def _two_can_work() -> bool:
    """Elsewhere than on Linux a copy of a running process is not to be relied on."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _make(to: Connection, parts: Iterable[Part]) -> None:
    made: tuple[tuple[File, ...], Exception | None]
    with ThreadPoolExecutor(max_workers=1) as sending:  # beside the next part: nobody may be waiting for this one yet
        for part in parts:
            try:
                made = tuple(part()), None
            except Exception as error:  # whatever it is, it is raised in the process that asked
                made = (), error
            sending.submit(to.send, made)


def _received(here: Connection) -> Iterable[File]:
    files, error = here.recv()
    if error is not None:
        raise error
    made: tuple[File, ...] = files
    return made
