"""Group commit: what waits while one batch is made durable goes into the next, under one head and one sync.

Whoever submits is told the index when the entry is durable, never before.
"""

from collections.abc import Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import Final, Self

from recuse.errors import LedgerError
from recuse.ledger.records import frame
from recuse.ledger.shared import SharedLedger

LARGEST: Final = 4096
"""Entries in one batch."""

_Waiting = tuple[bytes, "Future[int]"]


class Recorder:
    """Makes the entries of many threads durable, by a thread of its own; a context manager that waits for all."""

    def __init__(self, ledger: SharedLedger) -> None:
        self._ledger = ledger
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._lock = Lock()
        self._ended: LedgerError | None = None
        self._thread = Thread(target=self._run, name="recuse-recorder", daemon=True)
        self._thread.start()

    def submit(self, entry: bytes) -> "Future[int]":
        """The index of the entry, when it is durable; `LedgerError` where it is not known to be.

        Raises `LedgerError` at once for an entry over 65,535 bytes, and when the recorder has stopped.
        """
        frame(entry)  # refuses what is too long
        told: Future[int] = Future()
        with self._lock:  # nothing is put behind the end
            if self._ended is not None:
                raise self._ended
            self._waiting.put((entry, told))
        return told

    def close(self) -> None:
        """Make durable what waits, and end; harmless when done twice."""
        with self._lock:
            if self._ended is None:
                self._ended = LedgerError("the recorder has been closed", "start it anew")
                self._waiting.put(None)
        self._thread.join()
        self._ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        going = True
        while going:
            batch = [*self._batch()]
            going = batch[-1] is not None
            entries = [each for each in batch if each is not None]
            try:
                first = self._ledger.append([entry for entry, _ in entries]) if entries else 0
            except BaseException as error:  # whatever it is, nobody may wait for ever
                self._stop(entries, error)
                return
            for place, (_, told) in enumerate(entries):
                with suppress(InvalidStateError):  # who gave up waiting is told nothing
                    told.set_result(first + place)

    def _batch(self) -> Iterator[_Waiting | None]:
        """The next entry and all that wait behind it; None at the end."""
        each = self._waiting.get()
        yield each
        for _ in range(LARGEST - 1):
            if each is None:
                return
            try:
                each = self._waiting.get_nowait()
            except Empty:
                return
            yield each

    def _stop(self, waiting: list[_Waiting], error: BaseException) -> None:
        reason = error if isinstance(error, LedgerError) else LedgerError(f"the recorder failed: {error}", "start anew")
        with self._lock:
            self._ended = reason
        while not self._waiting.empty():
            each = self._waiting.get()
            waiting += [] if each is None else [each]
        for _, told in waiting:
            with suppress(InvalidStateError):
                told.set_exception(reason)
