"""Makes parts of a large site in another process, a copy of this one, while this one makes others.

The first is made before the copy is: what all parts share has then been worked out once. Parts come in their order,
and are the same as if one process had made all of them.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from multiprocessing.connection import Connection

File = tuple[str, bytes]
Part = Callable[[], Iterable[File]]


def in_order(parts: Sequence[Part], *, large: bool) -> Generator[Iterable[File], None, None]:
    """The files of each part. What one raises in the other process is raised here when its turn comes."""
    if not large or len(parts) < 3 or not _two_can_work():
        yield from (part() for part in parts)
        return
    yield tuple(parts[0]())
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    other = context.Process(target=_make, args=(there, parts[2::2]), daemon=True)
    other.start()
    there.close()
    try:
        for number, part in enumerate(parts[1:], 1):
            yield part() if number % 2 else _received(here)
    finally:
        here.close()
        other.terminate()
        other.join()


def _two_can_work() -> bool:
    """Elsewhere than on Linux a copy of a running process is not to be relied on."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _make(to: Connection, parts: Iterable[Part]) -> None:
    for part in parts:
        try:
            to.send((tuple(part()), None))
        except Exception as error:  # whatever it is, it is raised in the process that asked
            to.send(((), error))


def _received(here: Connection) -> Iterable[File]:
    files, error = here.recv()
    if error is not None:
        raise error
    made: tuple[File, ...] = files
    return made
