"""Makes the larger parts of a large site in another process, a copy of this one, while this one makes and writes more.

Parts come in their order, and are the same as if one process had made all of them.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")


def ahead(parts: Sequence[Callable[[], T]], *, large: bool) -> Generator[T, None, None]:
    """Each part; the first is made here, since the others are not there yet when its turn comes.

    What one raises in the other process is raised here when its turn comes.
    """
    if not large or len(parts) < 2 or not _two_can_work():
        yield from (part() for part in parts)
        return
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    other = context.Process(target=_make, args=(there, parts[1:]), daemon=True)
    other.start()
    there.close()
    try:
        yield parts[0]()
        for _ in parts[1:]:
            made, error = here.recv()
            if error is not None:
                raise error
            yield made
    finally:
        here.close()
        other.terminate()
        other.join()


def _two_can_work() -> bool:
    """Elsewhere than on Linux a copy of a running process is not to be relied on."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _make(to: Connection, parts: Iterable[Callable[[], object]]) -> None:
    made: tuple[object, Exception | None]
    with ThreadPoolExecutor(max_workers=1) as sending:  # beside the next part: nobody may be waiting for this one yet
        for part in parts:
            try:
                made = part(), None
            except Exception as error:  # whatever it is, it is raised in the process that asked
                made = None, error
            sending.submit(to.send, made)
