"""The ledger's entries as one server process has read them: each is read and decoded once, whoever asks."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from recuse.errors import LedgerError
from recuse.ledger import Entry, decode
from recuse.ledger.following import Following

_STEP: Final = 20_000  # entries read at a time


class Entries:
    """All entries of a ledger, for all threads of a process; verified as `Following` does."""

    def __init__(self, folder: Path) -> None:
        self._following = Following(folder)
        self._found: list[Entry] = []
        self._ended: LedgerError | None = None
        self._lock = Lock()

    def now(self) -> Sequence[Entry]:
        """Every entry that a signed head covers by now; its place is its index.

        `LedgerError` when they are not what was signed, from then on for ever: what was rewritten is not read again.
        """
        with self._lock:
            if self._ended is not None:
                raise self._ended
            try:
                while fresh := self._following.more(_STEP):
                    self._found += [decode(each.data) for each in fresh]
            except LedgerError as error:
                self._ended = error
                raise
            return tuple(self._found)
