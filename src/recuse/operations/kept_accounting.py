"""Accountings as kept beside the ledger: a file for each, and one for each decision to hold something back.

They lie in the folder `accounting` of the ledger, readable by their owner only, and out of git. A file is written whole
or not at all; `erase` takes it away.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from recuse.disclosure.holds import KeptHold, parse, payload
from recuse.disclosure.kept import Kept, from_bytes, to_bytes
from recuse.errors import InputError, LedgerError
from recuse.ledger import Files, told_as_ledger_errors

FOLDER: Final = "accounting"
_NAME: Final = re.compile(r"[0-9a-f]{8,64}")
_HOLD: Final = "hold-"


class Shelf:
    """What is kept of accountings, in a folder beside the ledger; processes may share it."""

    def __init__(self, ledger: Path) -> None:
        self._folder = ledger / FOLDER

    def kept(self) -> Mapping[str, Kept]:
        """Every accounting, by id; LedgerError for a file that is not as this program writes it."""
        paths = sorted(path for path in self._folder.glob("*.json") if not path.name.startswith(_HOLD))
        return {path.stem: from_bytes(_read(path)) for path in paths}

    def find(self, name: str) -> Kept:
        """One accounting; InputError where there is none, or it was erased."""
        path = self._folder / f"{name}.json"
        if not _NAME.fullmatch(name) or not path.exists():
            raise InputError(f"no accounting `{name}` is kept", "list them with `recuse accounting due`")
        return from_bytes(_read(path))

    def keep(self, kept: Kept) -> None:
        """Keep an accounting, durably, in place of what was kept of it before."""
        self._write(f"{kept.request.id}.json", to_bytes(kept))

    def holds(self) -> tuple[KeptHold, ...]:
        """Every decision to hold something back, in no order."""
        return tuple(_hold(path) for path in sorted(self._folder.glob(f"{_HOLD}*.json")))

    def keep_hold(self, kept: KeptHold, name: str) -> None:
        """Keep a decision, durably, in a file of its own."""
        whole = {"salt": kept.salt.hex(), "words": payload(kept.hold).decode()}
        self._write(f"{_HOLD}{name}.json", (json.dumps(whole, sort_keys=True) + "\n").encode())

    def erase(self, name: str) -> None:
        """Take away an accounting for good."""
        self.find(name)
        with self._writing() as files:
            (self._folder / f"{name}.json").unlink()
            files.sync_folder()

    def _write(self, name: str, data: bytes) -> None:
        with self._writing() as files:
            files.replace(name, data, 0o600)

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


def _read(path: Path) -> bytes:
    with told_as_ledger_errors():
        return path.read_bytes()


def _hold(path: Path) -> KeptHold:
    try:
        whole = json.loads(_read(path))
        return KeptHold(bytes.fromhex(whole["salt"]), parse(whole["words"].encode()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LedgerError(f"`{path.name}` is not as this program writes it", "restore the file") from error
