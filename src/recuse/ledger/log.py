"""The writer: entries become durable, then the signed head over them, and only then is the caller told.

Order of a commit, kept by tests with a failing disk: entries → sync → head record → sync → acknowledge.
1. One writer, under a lock. 2. No signature leaves before its head record is durable. 3. On start, what no head covers
is dropped and the drop synced, after the tree was rebuilt and found to be the one signed. 4. Any error stops the
writer: after a failed sync nobody knows what the disk holds, so only reading it all again may go on.

A sad path remains: damage to the very last head record after a crash looks like a record cut short, and drops that
commit. Only someone who kept the checkpoint can tell; publishing it is a later floor's work.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from recuse.errors import LedgerError
from recuse.ledger.checkpoint import Checkpoint, check_checkpoint
from recuse.ledger.files import Files, Storage, told_as_ledger_errors
from recuse.ledger.merkle import EMPTY_ROOT, CompactRange, leaf_hash
from recuse.ledger.reading import ENTRIES, HEADS, VERIFIER, load, own_verifier
from recuse.ledger.records import CLOSED, entries_of, frame, head_record, parse_heads
from recuse.notes import Signer, new_signer, parse_signer

KEY: Final = "key"


class Ledger:
    """An open ledger, for one thread; a context manager that gives up the writer lock at its end."""

    def __init__(
        self, files: Storage, signer: Signer, covered: CompactRange, note: bytes, lengths: dict[str, int]
    ) -> None:
        self._files = files
        self._signer = signer
        self._covered = covered
        self._note = note
        self._lengths = lengths  # how far each file is known
        self._head = Checkpoint(signer.name, covered.size, covered.root())
        self._working = True
        self._appended = False

    @property
    def size(self) -> int:
        """How many entries are durable."""
        return self._head.size

    @property
    def working(self) -> bool:
        """Whether it may go on: not after an error, nor after its end."""
        return self._working

    @property
    def root(self) -> bytes:
        """The root of the durable entries: 32 bytes."""
        return self._head.root

    def checkpoint(self) -> str:
        """The signed note over the durable entries."""
        return self._note.decode()

    def append(self, entries: Sequence[bytes]) -> int:
        """Make these entries durable under one new head, and return the index of the first.

        Raises `LedgerError`: an entry over 65,535 bytes, with nothing written; or a disk that fails, after which the
        writer refuses everything and it is not known whether the entries were kept.
        """
        if not self._working:
            raise stopped()
        framed = b"".join(frame(entry) for entry in entries)
        first = self.size
        if not entries:
            return first
        self._working, self._appended = False, True
        with told_as_ledger_errors():
            self._files.append(ENTRIES, framed)
            self._files.sync(ENTRIES)
            for entry in entries:
                self._covered.append(leaf_hash(entry))
            self._lengths[ENTRIES] += len(framed)
            self._commit()
        self._working = True
        return first

    def catch_up(self) -> None:
        """Take over what other writers made durable, and drop what one that was killed left; under the lock.

        Raises `LedgerError` where the files are not what was signed; the writer has stopped then.
        """
        if not self._working:
            raise stopped()
        self._working = False
        with told_as_ledger_errors():
            heads = parse_heads(self._files.read(HEADS, self._lengths[HEADS]))
            data = self._files.read(ENTRIES, self._lengths[ENTRIES])
            if heads.tail and not heads.torn:
                raise LedgerError("a head record is damaged", "restore the file `heads`")
            taken = self._take_over(heads.notes, data)
            self._keep(ENTRIES, taken, len(data) - taken)
            self._keep(HEADS, heads.length, len(heads.tail))
        self._working = True

    def close(self) -> None:
        """Mark a good end and give up the lock; harmless when done twice."""
        closing = self._working and self._appended
        self._working = False
        try:
            if closing:
                with told_as_ledger_errors():
                    self._files.append(HEADS, CLOSED)
                    self._files.sync(HEADS)
        finally:
            self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _commit(self) -> None:
        head = Checkpoint(self._signer.name, self._covered.size, self._covered.root())
        note = str(self._signer.sign(str(head))).encode()
        record = head_record(note)
        self._files.append(HEADS, record)
        self._files.sync(HEADS)
        self._lengths[HEADS] += len(record)
        self._head, self._note = head, note

    def _take_over(self, notes: Sequence[bytes], data: bytes) -> int:
        """Put the entries under the newest of these heads into the tree; how many bytes of the file they are."""
        if not notes:
            return 0
        head, taken = check_checkpoint(notes[-1], self._signer.verifier), 0
        for entry in entries_of(data, head.size - self.size):
            self._covered.append(leaf_hash(entry))
            taken += 2 + len(entry)
        if self._covered.root() != head.root:
            reason = f"entries {self.size} to {head.size - 1} are not what was signed"
            raise LedgerError(reason, "restore the file `entries`")
        self._head, self._note = head, notes[-1]
        return taken

    def _keep(self, name: str, grown: int, excess: int) -> None:
        """What a writer that was killed had not made durable, is made durable now; what no head covers goes."""
        self._lengths[name] += grown
        if excess:
            self._files.truncate(name, self._lengths[name])
        if grown or excess:
            self._files.sync(name)


def stopped() -> LedgerError:
    """What is told of a writer that may not go on."""
    return LedgerError("the ledger's writer has stopped", "open the ledger again: what is durable is read anew")


def create_ledger(folder: Path, origin: str) -> Ledger:
    """Make an empty ledger with a new key and open it; raises `LedgerError` where one exists.

    `origin` names the ledger and its key, for example `example.org/ledger`. The private key lies in the file `key`,
    which only its owner reads; the file `verifier` holds the public one, to be published.
    """
    return create_on(Files(folder), origin)


def open_ledger(folder: Path) -> Ledger:
    """Take the writer lock and recover; raises `LedgerError` if another writes or the ledger is not what was signed."""
    return open_on(Files(folder))


def create_on(files: Storage, origin: str) -> Ledger:
    """As `create_ledger`, on any storage."""
    signer = new_signer(origin)
    note = str(signer.sign(str(Checkpoint(origin, 0, EMPTY_ROOT)))).encode()
    try:
        with told_as_ledger_errors():
            files.create()
            files.lock()
            for name in (KEY, VERIFIER, ENTRIES, HEADS):
                if files.exists(name):
                    raise LedgerError(f"there is a ledger already: `{name}` exists", "choose another folder")
            files.replace(KEY, f"{signer.secret()}\n".encode(), 0o600)
            files.replace(VERIFIER, f"{signer.verifier}\n".encode(), 0o644)
            files.append(ENTRIES, b"")
            files.sync(ENTRIES)
            files.append(HEADS, head_record(note))
            files.sync(HEADS)
            files.sync_folder()
    except BaseException:
        files.close()
        raise
    return Ledger(files, signer, CompactRange(), note, {ENTRIES: 0, HEADS: len(head_record(note))})


def open_on(files: Storage) -> Ledger:
    """As `open_ledger`, on any storage."""
    try:
        with told_as_ledger_errors():
            own_verifier(files)  # before the lock, which would make a file in a folder that is no ledger
            files.lock()
            return recover(files)
    except BaseException:
        files.close()
        raise


def recover(files: Storage) -> Ledger:
    """Read and check it all, and drop what no head covers; under the lock. Raises as `open_ledger` does."""
    verifier, signer = own_verifier(files), _own_signer(files)
    if signer.verifier != verifier:
        raise LedgerError("the ledger's private key is not that of its verifier key", "restore the file `key`")
    contents = load(files, verifier, every_head=False)
    if contents.heads.tail and not contents.heads.torn:
        raise LedgerError(f"head record {len(contents.heads.notes)} is damaged", "restore the file `heads`")
    for name, length, excess in (
        (ENTRIES, contents.length, contents.unheaded),
        (HEADS, contents.heads.length, len(contents.heads.tail)),
    ):
        if excess:
            files.truncate(name, length)
        # Even with nothing to drop: a killed process may have left its last head in memory only.
        files.sync(name)
    lengths = {ENTRIES: contents.length, HEADS: contents.heads.length}
    return Ledger(files, signer, contents.covered, contents.note, lengths)


def _own_signer(files: Storage) -> Signer:
    text = files.read(KEY).decode(errors="replace")
    if not text.endswith("\n"):
        raise LedgerError("the ledger's private key is malformed: it is not one whole line", "restore the file `key`")
    return parse_signer(text[:-1])
