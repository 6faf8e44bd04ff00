"""Makes the larger parts of a large site in another process, a copy of this one, while this one makes the rest.

Parts come in their order, and are the same as if one process had made everything.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import takewhile
from multiprocessing.connection import Connection
from threading import Event
from typing import TypeVar

from recuse.errors import InputError

T = TypeVar("T")


@contextmanager
def ahead(parts: Sequence[Callable[[], T]], *, large: bool) -> Iterator[Iterator[T]]:
    """Gives each part in its turn; the other process begins at once, and is ended with the context.

    What a part raises in the other process is raised here when its turn comes; InputError where that process has ended.
    """
    if not large or not parts or not _two_can_work():
        yield (part() for part in parts)
        return
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    other = context.Process(target=_make, args=(here, there, parts), daemon=True)
    other.start()
    there.close()
    try:
        yield _made(here, len(parts))
    finally:
        here.close()
        other.terminate()
        other.join()


def _two_can_work() -> bool:
    """Elsewhere than on Linux a copy of a running process is not to be relied on."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _made(here: Connection, count: int) -> Iterator[T]:
    for _ in range(count):
        try:
            made, error = here.recv()
        except (EOFError, OSError):  # before a message, or within one
            raise InputError(
                "the process that makes pages was ended", "see whether memory ran out, and try again"
            ) from None
        if error is not None:
            raise error
        yield made


def _make(of: Connection, to: Connection, parts: Iterable[Callable[[], object]]) -> None:
    """Send what each part gives; end where nobody is there any more, also where the other process was killed."""
    # Who asked decides when this ends; of Ctrl-C both hear.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    of.close()  # a pipe breaks when its last reader is gone, and this process has a copy of that end
    gone = Event()

    def send(made: tuple[object, Exception | None]) -> None:
        try:
            to.send(made)
        except BrokenPipeError:
            gone.set()

    with ThreadPoolExecutor(max_workers=1) as sending:  # beside the next part: nobody may be waiting for this one yet
        for part in takewhile(lambda _: not gone.is_set(), parts):
            try:
                sending.submit(send, (part(), None))
            except Exception as error:  # whatever it is, it is raised in the process that asked
                sending.submit(send, (None, error))
