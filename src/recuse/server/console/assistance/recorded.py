"""What the ledger has of each request: the entries that name it, found once and remembered by their numbers."""

from threading import Lock
from typing import Final

from recuse.ledger import Entry
from recuse.server.console.index import Index, code_of

_ABOUT: Final = frozenset(code_of(kind) for kind in ("asked", "answered", "erased"))


class Recorded:
    """The entries about requests, by request; safe to use from several threads."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[int]] = {}
        self._read = 0
        self._lock = Lock()

    def about(self, index: Index, size: int, request: str) -> list[tuple[int, Entry]]:
        """The entries about a request among the first `size`, oldest first. LedgerError as the index raises it."""
        with self._lock:
            for number in range(self._read, size):
                if index.kinds[number] in _ABOUT:
                    name = str(index.entry(number)[1].body.get("request"))
                    self._numbers.setdefault(name, []).append(number)
            self._read = max(self._read, size)
            mine = tuple(self._numbers.get(request, ()))
        return [(number, index.entry(number)[1]) for number in mine]
