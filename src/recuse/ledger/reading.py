"""What anyone may do with a ledger's folder or a copy of it: no lock, no private key, nothing written.

A reader takes `heads` before `entries`: entries are durable before the head that covers them, so a reader beside a
writer sees a whole, earlier ledger. Bytes after the last head are not part of the ledger; they are counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse.errors import LedgerError
from recuse.ledger.checkpoint import Checkpoint, check_checkpoint, parse_checkpoint
from recuse.ledger.files import Files, Storage, told_as_ledger_errors
from recuse.ledger.merkle import CompactRange, leaf_hash, prove_inclusion
from recuse.ledger.proof import Receipt
from recuse.ledger.records import Heads, entries_of, parse_heads
from recuse.notes import Verifier, parse_note, parse_verifier

ENTRIES: Final = "entries"
HEADS: Final = "heads"
VERIFIER: Final = "verifier"


@dataclass(frozen=True, slots=True)
class Verified:
    """A ledger that was found whole: the tree, the signed note over it, and bytes that no head covers yet."""

    origin: str
    size: int
    root: bytes
    checkpoint: str
    unheaded: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A ledger as read and checked: `covered` is the tree of `entries`, `note` the last head.

    `length` counts the bytes of the file `entries` under that head, `unheaded` those after it.
    """

    entries: tuple[bytes, ...]
    covered: CompactRange
    note: bytes
    heads: Heads
    length: int
    unheaded: int


def verify_ledger(folder: Path, verifier_key: str | None = None) -> Verified:
    """Check every head and every entry; raises `LedgerError` naming the first thing wrong.

    Without `verifier_key` (text `name+id+key`) the folder's own is used, which proves only that the folder agrees with
    itself: an outsider gives the key that the institution published.
    """
    return verify_storage(Files(folder), verifier_key)


def read_entries(folder: Path) -> tuple[bytes, ...]:
    """All entries that a head covers, their exact bytes; raises `LedgerError` when they are not those signed."""
    return read_signed(folder)[0]


def read_signed(folder: Path) -> tuple[tuple[bytes, ...], str]:
    """As `read_entries`, with the signed checkpoint over them."""
    contents = _read(Files(folder))
    return contents.entries, contents.note.decode()


def inclusion(folder: Path, index: int) -> Receipt:
    """The receipt of entry `index` against the newest checkpoint; raises `LedgerError` if the ledger has none such."""
    contents = _read(Files(folder))
    if not 0 <= index < len(contents.entries):
        raise LedgerError(f"there is no entry {index}: the ledger holds {len(contents.entries)}", "count from 0")
    leaves = [leaf_hash(entry) for entry in contents.entries]
    return Receipt(index, prove_inclusion(leaves, index), contents.note.decode())


def verify_storage(files: Storage, verifier_key: str | None) -> Verified:
    """As `verify_ledger`, on any storage."""
    with told_as_ledger_errors():
        verifier = parse_verifier(verifier_key.strip()) if verifier_key is not None else own_verifier(files)
        contents = load(files, verifier, every_head=True)
    if contents.heads.tail:
        raise LedgerError(
            f"head record {len(contents.heads.notes)} is damaged or was cut short",
            "open the ledger for writing once to recover from a crash; otherwise restore the file `heads`",
        )
    newest = check_checkpoint(contents.note, verifier)
    return Verified(newest.origin, newest.size, newest.root, contents.note.decode(), contents.unheaded)


def own_verifier(files: Storage) -> Verifier:
    """The verifier key that lies in the folder: one line."""
    text = files.read(VERIFIER).decode(errors="replace")
    if not text.endswith("\n"):
        raise LedgerError("the verifier key is malformed: it is not one whole line", "restore the file `verifier`")
    return parse_verifier(text[:-1])


def load(files: Storage, verifier: Verifier, *, every_head: bool) -> Contents:
    """Read the ledger and check its newest head, or every one; the tail of `heads` is for the caller to judge."""
    heads = parse_heads(files.read(HEADS))
    if not heads.notes:
        raise LedgerError("the ledger has no whole head record", "restore it, or create it anew if it never held any")
    check_checkpoint(heads.notes[-1], verifier)
    if every_head:
        checked = [check_checkpoint(note, verifier) for note in heads.notes]
    else:
        checked = [parse_checkpoint(parse_note(note).text) for note in heads.notes]
    data = files.read(ENTRIES)
    entries = tuple(entries_of(data, max(head.size for head in checked)))
    covered = _replay(entries, checked)
    length = sum(2 + len(entry) for entry in entries)
    return Contents(entries, covered, heads.notes[-1], heads, length, len(data) - length)


def _read(files: Storage) -> Contents:
    with told_as_ledger_errors():
        return load(files, own_verifier(files), every_head=False)


def _replay(entries: Sequence[bytes], heads: Sequence[Checkpoint]) -> CompactRange:
    """Rebuild the tree and compare it at each head, so that a changed entry is named as closely as it was committed."""
    covered = CompactRange()
    for number, head in enumerate(heads):
        if number and head.size <= heads[number - 1].size:
            raise LedgerError(f"head record {number} does not grow the ledger", "restore the file `heads`")
        first = covered.size
        for entry in entries[first : head.size]:
            covered.append(leaf_hash(entry))
        if covered.root() != head.root:
            raise LedgerError(f"{_entries(first, head.size)} not what was signed", "restore the file `entries`")
    return covered


def _entries(first: int, end: int) -> str:
    return f"entry {first} is" if end - first <= 1 else f"entries {first} to {end - 1} are"
