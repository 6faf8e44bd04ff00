"""Where a server finds what it needs, and how its workers are told."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.errors import InputError

NAMES: Final = ("RECUSE_SERVE_SETTINGS", "RECUSE_SERVE_REPOSITORY", "RECUSE_SERVE_LEDGER", "RECUSE_SERVE_RECORD",
                "RECUSE_SERVE_STATE")  # fmt: skip
"""By which variables a worker is told its place: paths, and a connection string without a password."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server finds what it needs: files and folders, and the state's connection string without a password.

    `record` is the ledger of decisions, apart from `ledger`, where directives and applies are: an apply may keep its
    writer's lock for minutes.
    """

    settings: Path
    repository: Path
    ledger: Path
    record: Path
    state: str

    def variables(self) -> dict[str, str]:
        """How a worker is told."""
        paths = (self.settings, self.repository, self.ledger, self.record)
        return dict(zip(NAMES, (*map(str, paths), self.state), strict=True))

    @classmethod
    def told(cls) -> "Place":
        """As this process was told."""
        settings, repository, ledger, record, state = (os.environ[name] for name in NAMES)
        return cls(Path(settings), Path(repository), Path(ledger), Path(record), state)


def bytes_of(path: Path) -> bytes:
    """A file's bytes; InputError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {(error.strerror or '').lower()}", "check the path") from error


def secret_of(path: Path) -> bytes:
    """The bytes of a file that only its owner may read; InputError when others may, or when it cannot be read."""
    raw = bytes_of(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError(f"`{path}` can be read by others", f"chmod 0600 {path}")
    return raw
