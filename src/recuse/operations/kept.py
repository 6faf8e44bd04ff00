"""Requests as kept beside the ledger: what names people, where it can be deleted; the ledger holds a commitment to it.

One file a request in the folder `requests` of the ledger, and one for each thing that was said of it; readable by
their owner only, and out of git.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.errors import InputError, LedgerError
from recuse.ledger import Files, told_as_ledger_errors
from recuse.model import Request
from recuse.permits import Keeper, Note, commitment_of, mark_of, note_payload, parse_note, parse_payload, payload

FOLDER: Final = "requests"


class FileKeeper:
    """`Keeper` in a folder beside the ledger; processes may share it."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._folder = ledger / FOLDER

    def keep(self, request: Request) -> str:
        """Keep a request, durably, with a salt of its own; gives the commitment for its entry."""
        data = payload(request)
        path = self._folder / f"{request.id}.json"
        if not path.exists():
            return self._write(path.name, "request", data)
        salt, there = _read(path, "request")
        if there != data:
            raise InputError(f"request `{request.id}` is here already", "give it another id")
        return commitment_of(salt, data)

    def kept(self) -> Mapping[str, tuple[str, Request]]:
        """Every kept request with its commitment; one that cannot be read is left out, and so told as missing."""
        found: dict[str, tuple[str, Request]] = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                salt, data = _read(path, "request")
                found[path.stem] = (commitment_of(salt, data), parse_payload(data))
            except LedgerError:
                continue
        return found

    def mark(self, name: str, who: str) -> str:
        """How entries about a request name an identity. LedgerError where it is not kept."""
        salt, _ = _read(self._folder / f"{name}.json", "request")
        return mark_of(salt, who)

    def note(self, note: Note) -> str:
        """Keep what somebody said, durably, with a salt of its own; gives the commitment for its entry."""
        if not (self._folder / f"{note.request}.json").exists():
            raise InputError(f"there is no request `{note.request}`", "list them with `recuse permit list`")
        return self._write(f"{note.request}.{clock.random_name(16)}.note", "note", note_payload(note))

    def notes(self, name: str) -> Mapping[str, Note]:
        """What was said of a request, by commitment; one that cannot be read is left out."""
        found: dict[str, Note] = {}
        for path in sorted(self._folder.glob("*.note")):
            if path.name.partition(".")[0] != name:
                continue
            try:
                salt, data = _read(path, "note")
                found[commitment_of(salt, data)] = parse_note(data)
            except LedgerError:
                continue
        return found

    def erase(self, name: str) -> bool:
        """Take away a request and all that was said of it, for good; False when there was none."""
        every = [path for path in self._folder.glob("*") if path.suffix in {".json", ".note"}]
        gone = [path for path in every if path.name.partition(".")[0] == name]
        with told_as_ledger_errors():
            for path in gone:
                path.unlink()
            if gone:
                Files(self._folder).sync_folder()
        return bool(gone)

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold every name, against every process that shares the folder; where there is no ledger nothing is held."""
        del name
        if not self._ledger.exists():
            yield
            return
        with told_as_ledger_errors():
            files = self._files()
        try:
            with told_as_ledger_errors():
                files.lock(wait=True)
                (self._folder / "lock").chmod(0o600)
            yield
        finally:
            files.close()

    def _write(self, name: str, what: str, data: bytes) -> str:
        salt = clock.random_bytes(32)
        whole = json.dumps({"salt": salt.hex(), what: data.decode()}, sort_keys=True)
        with told_as_ledger_errors():
            self._files().replace(name, whole.encode(), 0o600)
        return commitment_of(salt, data)

    def _files(self) -> Files:
        files = Files(self._folder)
        files.create()
        self._folder.chmod(0o700)
        if not files.exists(".gitignore"):
            files.replace(".gitignore", b"*\n", 0o600)
        return files


class Together:
    """`Keeper` over two: what is new is kept by the first, and what was said of a request with the request."""

    def __init__(self, first: Keeper, second: Keeper) -> None:
        self._first = first
        self._second = second

    def keep(self, request: Request) -> str:
        """Keep a request with the first."""
        return self._first.keep(request)

    def kept(self) -> Mapping[str, tuple[str, Request]]:
        """What either keeps."""
        return {**self._second.kept(), **self._first.kept()}

    def mark(self, name: str, who: str) -> str:
        """How entries about a request name an identity. LedgerError where neither keeps it."""
        return self._of(name).mark(name, who)

    def note(self, note: Note) -> str:
        """Keep what somebody said with the request that it is about."""
        return self._of(note.request).note(note)

    def notes(self, name: str) -> Mapping[str, Note]:
        """What was said of a request."""
        return self._of(name).notes(name)

    def erase(self, name: str) -> bool:
        """Take away a request wherever it is kept."""
        return any([self._first.erase(name), self._second.erase(name)])

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold a name in both."""
        with self._first.alone(name), self._second.alone(name):
            yield

    def _of(self, name: str) -> Keeper:
        return self._first if name in self._first.kept() else self._second


def keeper_of(ledger: Path, also: Keeper | None) -> Keeper:
    """What keeps requests beside a ledger, and what else does: the state that servers share."""
    files = FileKeeper(ledger)
    return files if also is None else Together(files, also)


def kept(ledger: Path, also: Keeper | None = None) -> Mapping[str, tuple[str, Request]]:
    """Every request kept beside a ledger, or elsewhere too, with its commitment."""
    return keeper_of(ledger, also).kept()


def _read(path: Path, what: str) -> tuple[bytes, bytes]:
    try:
        whole = json.loads(path.read_bytes())
        return bytes.fromhex(whole["salt"]), str(whole[what]).encode()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise LedgerError(f"`{path.stem}` is not kept, or cannot be read", "restore its file") from error
