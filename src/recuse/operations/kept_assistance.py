"""Requests for assistance as kept beside the ledger: a file for each time something was kept, a line for each record.

They lie in the folder `assistance` of the ledger, readable by their owner only, and out of git. A file is written whole
or not at all; only `erase` ever writes one anew.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from recuse.errors import LedgerError
from recuse.ledger import Files, told_as_ledger_errors
from recuse.requests.shelf import Shelf
from recuse.requests.store import PAGE, Filter, Found, KeptOutcome, KeptRequest, Page, Place, Sealed
from recuse.requests.written import text_of

FOLDER: Final = "assistance"
_MOMENTS: Final = ("received", "lapses", "at")
Record = KeptRequest | KeptOutcome


class FileStore:
    """`Store` in a folder beside the ledger, for one thread; processes may share the folder.

    Each call looks whether the files are others: one is only ever replaced, so that another content is another file.
    """

    def __init__(self, ledger: Path) -> None:
        self._folder = ledger / FOLDER
        self._read: tuple[object, Shelf] | None = None

    def append(self, requests: Sequence[KeptRequest], outcomes: Sequence[KeptOutcome] = ()) -> None:
        """Keep all of these, durably, or none."""
        with self._writing() as files:
            shelf, names = self._shelf(), sorted(path.name for path in self._folder.glob("*.jsonl"))
            self._read = None  # what is added here may yet fail to be written
            shelf.add(requests, outcomes)
            number = int(names[-1][:8]) + 1 if names else 0
            content = b"".join([*map(_line, requests), *map(_line, outcomes)])
            files.replace(f"{number:08}.jsonl", content, 0o600)

    def find(self, name: str) -> Found | None:
        """A request by its id."""
        return self._shelf().find(name)

    def outcomes(self, name: str) -> tuple[KeptOutcome, ...]:
        """Every outcome of a request, oldest first."""
        return tuple(each for each in self._shelf().outcomes if each.request == name)

    def sources(self, wanted: Iterable[str]) -> Mapping[str, KeptRequest]:
        """The first request of each of these sources that is known."""
        known = self._shelf().sources
        return {source: known[source] for source in wanted if source in known}

    def page(self, wanted: Filter, now: datetime, after: Place | None = None, limit: int = PAGE) -> Page:
        """The requests looked for, from a place on."""
        return self._shelf().page(wanted, now, after, limit)

    def everything(self) -> tuple[tuple[KeptRequest, ...], tuple[KeptOutcome, ...]]:
        """All that is kept, oldest kept first."""
        shelf = self._shelf()
        return tuple(shelf.requests.values()), tuple(shelf.outcomes)

    def erase(self, name: str) -> bool:
        """Take away the sealed part of a request and its outcomes for good."""
        done = False
        with self._writing() as files:
            for path in sorted(self._folder.glob("*.jsonl")):
                records = tuple(_records(path))
                left = tuple(_without(each, name) for each in records)
                if left != records:
                    files.replace(path.name, b"".join(map(_line, left)), 0o600)
                    done = True
        return done

    def _shelf(self) -> Shelf:
        paths = sorted(self._folder.glob("*.jsonl"))
        seen = [
            (path.name, found.st_ino, found.st_mtime_ns, found.st_size) for path in paths for found in (path.stat(),)
        ]
        if self._read is not None and self._read[0] == seen:
            return self._read[1]
        shelf = Shelf()
        for path in paths:
            records = tuple(_records(path))
            requests = [each for each in records if isinstance(each, KeptRequest)]
            shelf.put(requests, [each for each in records if isinstance(each, KeptOutcome)])
        self._read = seen, shelf
        return shelf

    @contextmanager
    def _writing(self) -> Iterator[Files]:
        with told_as_ledger_errors():
            files = Files(self._folder)
            files.create()
            self._folder.chmod(0o700)
            files.lock(wait=True)
            try:
                if not files.exists(".gitignore"):
                    files.replace(".gitignore", b"*\n", 0o600)
                yield files
            finally:
                files.close()


def _without(record: Record, name: str) -> Record:
    about = record.id if isinstance(record, KeptRequest) else record.request
    return replace(record, sealed=None) if about == name else record


def _line(record: Record) -> bytes:
    sealed = record.sealed
    whole = asdict(replace(record, sealed=None)) | {"what": "asked" if isinstance(record, KeptRequest) else "answered"}
    whole["words"] = None if sealed is None else {"salt": sealed.salt.hex(), "data": sealed.data.decode()}
    return (json.dumps(whole, sort_keys=True, ensure_ascii=False, default=text_of) + "\n").encode()


def _records(path: Path) -> Iterator[Record]:
    """The records of a file; LedgerError for one that is not as this program writes it."""
    try:
        for line in path.read_bytes().splitlines():
            yield _record(json.loads(line))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LedgerError(f"`{path.name}` of the requests cannot be read", "restore the file") from error


def _record(whole: dict[str, Any]) -> Record:
    what, sealed = whole.pop("what"), whole.pop("words")
    moments = {name: datetime.fromisoformat(whole[name]) for name in _MOMENTS if name in whole}
    kept = None if sealed is None else Sealed(bytes.fromhex(sealed["salt"]), sealed["data"].encode())
    given: dict[str, Any] = whole | moments
    if what == "asked":
        return replace(KeptRequest(**given), sealed=kept)
    return replace(KeptOutcome(**given), sealed=kept)
