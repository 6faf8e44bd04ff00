"""How far an apply has come, one durable line a transaction: for whoever finds that it did not come to its end.

It lies in the ledger's folder and is neither signed nor secret. It decides nothing: what is done next follows from the
database as it is found, and which sessions are still to be ended from the ledger. So a last line that a crash cut short
is passed over; any other damage is told, since then the file is not what was written.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Final, Literal, Self, get_args

from recuse import clock
from recuse.errors import LedgerError
from recuse.ledger import Entry, Files, told_as_ledger_errors
from recuse.operations import record

FILE: Final = "journal"
Outcome = Literal["begun", "done", "failed", "ended"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One line: what became of a step of the plan, of `sever`, or of the `apply` of a system as a whole.

    `batch` counts the transactions of step *shape* from 1, `of` how many there are; both are 0 elsewhere.
    """

    at: str
    plan_sha256: str
    system: str
    step: str
    outcome: Outcome
    batch: int = 0
    of: int = 0

    def __post_init__(self) -> None:
        if self.outcome not in get_args(Outcome) or datetime.fromisoformat(self.at).tzinfo is None:
            raise ValueError(self.outcome)


@dataclass(slots=True)
class Journal:
    """The journal of one apply, for several threads; a context manager that closes the file.

    A disk that fails does not stop an apply that takes away: `check` tells it, before anything is loosened.
    """

    files: Files
    plan_sha256: str
    _lock: Lock
    _failed: LedgerError | None = None

    @classmethod
    def open(cls, folder: Path, plan_sha256: str) -> Self:
        """The journal of a ledger's folder, without the line that a crash may have cut short. Raises LedgerError."""
        _, whole = _read(folder)
        files = Files(folder)
        with told_as_ledger_errors():
            files.append(FILE, b"")
            files.truncate(FILE, whole)
            files.sync_folder()
        return cls(files, plan_sha256, Lock())

    def note(self, system: str, step: str, outcome: Outcome, batch: int = 0, of: int = 0) -> None:
        """Write a line, and return when it is durable."""
        mark = Mark(clock.now().isoformat(), self.plan_sha256, system, step, outcome, batch, of)
        with self._lock:
            try:
                with told_as_ledger_errors():
                    self.files.append(FILE, _line(mark))
                    self.files.sync(FILE)
            except LedgerError as error:
                self._failed = self._failed or error

    def check(self) -> None:
        """Raise LedgerError when a line could not be written."""
        if self._failed is not None:
            raise self._failed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.files.close()


def read_journal(folder: Path) -> tuple[Mark, ...]:
    """Every whole line; none where there is no journal. Raises LedgerError for damage before the last line."""
    return _read(folder)[0]


def stopped(folder: Path, system: str | None = None) -> tuple[str, ...]:
    """Where applies did not come to their end, in one sentence a system, and whose sessions are still to be ended."""
    marks, entries = read_journal(folder), record.entries(folder)
    systems = {str(entry.body["system"]) for entry in entries if entry.kind == "planned"}
    found = ((each, record.pending(entries, each)) for each in sorted(systems) if system in (None, each))
    return tuple(_sentence(marks, entries, each, planned) for each, planned in found if planned is not None)


def _sentence(marks: Sequence[Mark], entries: Sequence[Entry], system: str, planned: Entry) -> str:
    ours = [
        mark
        for mark in marks
        if (mark.system, mark.plan_sha256) == (system, planned.body.get("plan_sha256"))
        and datetime.fromisoformat(mark.at) >= planned.at
    ]
    owed = ", ".join(f"`{login}`" for login in sorted(record.owed(entries, system)))
    rest = f"; sessions of {owed} may be left, which the next apply ends" if owed else ""
    when = planned.at.astimezone(UTC).isoformat(timespec="seconds")
    return f"the apply of {when} {_where(ours)} of system `{system}`; going on from what the database is{rest}"


def _where(marks: Sequence[Mark]) -> str:
    if not marks:
        return "did not come to its end, and the journal does not say where, in the plan"
    done = [mark for mark in marks if mark.outcome == "done"]
    if not done:
        return "stopped before the first step was done"
    last = done[-1]
    if last.step == "shape":
        return f"stopped after batch {last.batch} of {last.of}"
    return f"stopped after step `{last.step}`"


def _line(mark: Mark) -> bytes:
    text = json.dumps(asdict(mark), separators=(",", ":"), ensure_ascii=False).encode()
    return b"%08x %b\n" % (zlib.crc32(text), text)


def _read(folder: Path) -> tuple[tuple[Mark, ...], int]:
    """The marks, and how many bytes of the file they fill."""
    files = Files(folder)
    with told_as_ledger_errors():
        data = files.read(FILE) if files.exists(FILE) else b""
    lines = data.splitlines(keepends=True)
    marks: list[Mark] = []
    for number, line in enumerate(lines, 1):
        mark = _mark(line)
        if mark is None and number < len(lines):
            raise LedgerError(
                f"line {number} of the journal in `{folder}` is damaged",
                "move the file `journal` away: the ledger and the database say what is left to do",
            )
        marks += [] if mark is None else [mark]
    return tuple(marks), sum(map(len, lines[: len(marks)]))


def _mark(line: bytes) -> Mark | None:
    """The mark of a line; None when it is not whole."""
    digest, _, text = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or digest != b"%08x" % zlib.crc32(text):
        return None
    try:
        whole: Mapping[str, Any] = json.loads(text)
        return Mark(**whole)
    except (ValueError, TypeError):
        return None
