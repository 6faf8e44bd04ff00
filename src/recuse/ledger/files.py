"""The one object through which the ledger touches a disk, so that tests can put a failing disk in its place."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from recuse.errors import LedgerBusyError, LedgerError


class Storage(Protocol):
    """What the ledger asks of a folder. Methods raise `OSError`; only `sync` and `replace` make anything durable."""

    def create(self) -> None:
        """Make the folder, if it is missing."""

    def lock(self, *, wait: bool = False) -> None:
        """Become the one writer until `unlock` or `close`; `LedgerBusyError` if another is and one may not wait."""

    def unlock(self) -> None:
        """Let another become the writer; files stay open."""

    def exists(self, name: str) -> bool:
        """Whether the folder holds this file."""

    def read(self, name: str, start: int = 0) -> bytes:
        """All bytes of a file from here on."""

    def append(self, name: str, data: bytes) -> None:
        """Write all of `data` at the end of a file, which is made if it is missing."""

    def truncate(self, name: str, length: int) -> None:
        """Keep only the first `length` bytes of a file."""

    def sync(self, name: str) -> None:
        """Return only when the file's bytes and length are durable (fdatasync)."""

    def replace(self, name: str, data: bytes, mode: int) -> None:
        """Give a file this content and these permission bits, all or nothing, and durably so."""

    def sync_folder(self) -> None:
        """Return only when the names of the files are durable."""

    def close(self) -> None:
        """Give up the lock and all open files."""


class Files:
    """`Storage` in a folder of a real file system. Symbolic links are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, int] = {}

    def create(self) -> None:
        """Make the folder, if it is missing, and its name durable."""
        self._folder.mkdir(parents=True, exist_ok=True)
        _sync_directory(self._folder.parent)

    def lock(self, *, wait: bool = False) -> None:
        """Take an exclusive `flock` on the file `lock`; the kernel gives it up when the process ends."""
        descriptor = self._descriptor("lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise LedgerBusyError(
                f"another process is writing to the ledger in `{self._folder}`", "wait until it has finished"
            ) from None

    def unlock(self) -> None:
        """Give up the `flock`."""
        fcntl.flock(self._descriptor("lock"), fcntl.LOCK_UN)

    def exists(self, name: str) -> bool:
        """Whether the folder holds this file."""
        return os.path.lexists(self._folder / name)

    def read(self, name: str, start: int = 0) -> bytes:
        """All bytes of a file from `start` on."""
        with os.fdopen(os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            file.seek(start)
            return file.read()

    def piece(self, name: str, start: int, length: int) -> bytes:
        """Bytes of a file from `start` on, `length` or as many as there are."""
        with os.fdopen(os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            file.seek(start)
            return file.read(length)

    def append(self, name: str, data: bytes) -> None:
        """Write all of `data`, however few bytes the system takes at a time."""
        _write_all(self._descriptor(name), data)

    def truncate(self, name: str, length: int) -> None:
        """Keep only the first `length` bytes."""
        os.ftruncate(self._descriptor(name), length)

    def sync(self, name: str) -> None:
        """`fdatasync`: the bytes, and the length needed to read them back."""
        os.fdatasync(self._descriptor(name))

    def replace(self, name: str, data: bytes, mode: int) -> None:
        """Write beside the file, sync, rename over it, sync the folder."""
        beside = self._folder / f"{name}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        try:
            os.fchmod(descriptor, mode)  # neither the umask nor a file left by a crash may decide
            _write_all(descriptor, data)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        beside.rename(self._folder / name)
        self.sync_folder()

    def sync_folder(self) -> None:
        """Make the names of the files durable."""
        _sync_directory(self._folder)

    def close(self) -> None:
        """Close all files, and with them the lock."""
        while self._open:
            os.close(self._open.popitem()[1])

    def _descriptor(self, name: str) -> int:
        if name not in self._open:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._open[name] = os.open(self._folder / name, flags, 0o644)
        return self._open[name]


@contextmanager
def told_as_ledger_errors() -> Iterator[None]:
    """Turn the system's errors into `LedgerError`, with the system's own words."""
    try:
        yield
    except OSError as error:
        name = Path(error.filename).name if error.filename else "its files"
        raise LedgerError(
            f"the ledger could not use `{name}`: {(error.strerror or 'no reason given').lower()}",
            "check that the path is a ledger's folder, its disk and its permissions",
        ) from error


def _write_all(descriptor: int, data: bytes) -> None:
    remaining = memoryview(data)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
