"""A disk in memory that fails on purpose: it crashes or errs at operation N, and forgets what was never synced.

After a crash each write since the last sync is lost, torn, zero-filled, half garbage, or kept, as `damage` draws it;
a write that follows a lost one leaves the hole that a file system leaves.
"""

import errno
from dataclasses import dataclass, field
from random import Random
from typing import Literal

Write = tuple[Literal["append", "truncate"], bytes | int]


class PowerLossError(Exception):
    """The machine stopped: not an error that the ledger may handle."""


@dataclass
class Blocks:
    """One file: what is surely on the disk, and the writes since."""

    durable: bytes = b""
    pending: list[Write] = field(default_factory=list)
    named: bool = False

    def current(self) -> bytes:
        return replay(self.durable, self.pending)


def replay(start: bytes, writes: list[Write]) -> bytes:
    for kind, value in writes:
        start = start + value if isinstance(value, bytes) else start[:value]
        assert kind in {"append", "truncate"}
    return start


class SimulatedDisk:
    """`Storage` with a failure planned: `crash_at` stops the machine at that operation, `fail_at` gives an error.

    `forever` repeats the error at each later operation; `kept` does the work, then reports the error all the same.
    `broken` names steps that silently do nothing: the planted bugs. `cuts` stops in the middle of a write.
    """

    def __init__(self, seed: int) -> None:
        self.files: dict[str, Blocks] = {}
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose
        self.broken: frozenset[str] = frozenset()
        self.cuts = False
        self.operations = 0
        self.crash_at = self.fail_at = 0
        self.forever = self.kept = False
        self.error = errno.EIO

    def plan(self, *, crash_at: int = 0, fail_at: int = 0, forever: bool = False, kept: bool = False) -> None:
        self.operations, self.crash_at, self.fail_at, self.forever, self.kept = 0, crash_at, fail_at, forever, kept

    def create(self) -> None:
        pass

    def lock(self, *, wait: bool = False) -> None:
        pass

    def unlock(self) -> None:
        pass

    def exists(self, name: str) -> bool:
        return name in self.files

    def read(self, name: str, start: int = 0) -> bytes:
        if name not in self.files:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", name)
        return self.files[name].current()[start:]

    def append(self, name: str, data: bytes) -> None:
        file = self.files.setdefault(name, Blocks())
        if self._fails():
            file.pending.append(("append", data if self.kept else data[: self.random.randrange(len(data) + 1)]))
            self._report()
        if self.cuts and self.operations == self.crash_at:
            data = data[: self.random.randrange(len(data))]
        file.pending.append(("append", data))
        self._may_crash()

    def truncate(self, name: str, length: int) -> None:
        if self._fails():
            self._report()
        if f"truncate {name}" not in self.broken:
            self.files[name].pending.append(("truncate", length))
        self._may_crash()

    def sync(self, name: str) -> None:
        failing = self._fails()
        if not (failing and not self.kept) and f"sync {name}" not in self.broken:
            self._persist(self.files[name])
        if failing:
            self._report()
        self._may_crash()

    def replace(self, name: str, data: bytes, mode: int) -> None:
        if self._fails():
            self._report()
        if self.operations != self.crash_at or self.random.random() < 0.5:
            self.files[name] = Blocks(data, named=True)
        self._may_crash()

    def sync_folder(self) -> None:
        if self._fails():
            self._report()
        for file in self.files.values():
            file.named = True
        self._may_crash()

    def close(self) -> None:
        pass

    def restart(self) -> None:
        """What the disk holds after the crash; then work without failures."""
        self.plan()
        for name in list(self.files):
            self._lose(self.files[name])
            if not self.files[name].named and self.random.random() < 0.5:
                del self.files[name]

    def _persist(self, file: Blocks) -> None:
        file.durable, file.pending = file.current(), []

    def _lose(self, file: Blocks) -> None:
        survived: list[Write] = []
        for kind, value in file.pending:
            fate = self.random.choice(["lost", "torn", "zeros", "garbage", "kept"])
            if isinstance(value, int):
                survived += [] if fate == "lost" else [(kind, value)]
                continue
            cut = self.random.randrange(len(value) + 1)
            match fate:
                case "lost":
                    survived.append((kind, b""))
                case "torn":
                    survived.append((kind, value[:cut]))
                case "zeros":
                    survived.append((kind, value[:cut] + bytes(len(value) - cut)))
                case "garbage":
                    survived.append((kind, value[:cut] + self.random.randbytes(len(value) - cut)))
                case _:
                    survived.append((kind, value))
        file.durable, file.pending = replay(file.durable, survived), []

    def _fails(self) -> bool:
        self.operations += 1
        return bool(self.fail_at) and (
            self.operations == self.fail_at or (self.forever and self.operations > self.fail_at)
        )

    def _report(self) -> None:
        raise OSError(self.error, "Input/output error")

    def _may_crash(self) -> None:
        if self.crash_at and self.operations >= self.crash_at:
            raise PowerLossError
