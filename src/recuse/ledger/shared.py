"""A ledger that several writers share, in one process or in many: each takes the lock for one batch and gives it up.

Under the lock a writer takes over what the others made durable (their newest head is checked like its own on a start)
and drops what one that was killed left behind; then it commits as a single writer does. There is never more than one.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from recuse.ledger.files import Files, Storage, told_as_ledger_errors
from recuse.ledger.log import Ledger, recover, stopped
from recuse.ledger.reading import own_verifier


class SharedLedger:
    """One writer of a shared ledger, for one thread at a time; a context manager that marks a good end."""

    def __init__(self, files: Storage) -> None:
        self._files = files
        self._ledger: Ledger | None = None
        self._failed = False

    def append(self, entries: Sequence[bytes]) -> int:
        """Make these entries durable under one new head, and return the index of the first; waits for its turn.

        Raises `LedgerError`: an entry over 65,535 bytes, with nothing written; files that are not what was signed; or a
        disk that fails, after which it is not known whether the entries were kept. After the latter two this writer
        refuses everything.
        """
        with self._turn() as ledger:
            return ledger.append(entries)

    def checkpoint(self) -> str:
        """The signed note over all that is durable now."""
        with self._turn() as ledger:
            return ledger.checkpoint()

    def close(self) -> None:
        """Mark a good end, when this writer appended, and give up all files; harmless when done twice."""
        if self._ledger is not None and not self._failed:
            with self._turn() as ledger:
                ledger.close()
        self._ledger, self._failed = None, True
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _turn(self) -> Iterator[Ledger]:
        if self._failed:
            raise stopped()
        with told_as_ledger_errors():
            if self._ledger is None:
                own_verifier(self._files)  # before the lock, which would make a file in a folder that is no ledger
            self._files.lock(wait=True)
            try:
                yield self._caught_up()
            finally:
                self._failed = self._ledger is None or not self._ledger.working
                self._files.unlock()

    def _caught_up(self) -> Ledger:
        if self._ledger is None:
            self._ledger = recover(self._files)
        else:
            self._ledger.catch_up()
        return self._ledger


def share_ledger(folder: Path) -> SharedLedger:
    """A writer of the ledger in this folder, beside others; what is wrong with it the first append tells."""
    return SharedLedger(Files(folder))
