"""Checkpoints: origin, size and root of the tree as the text of a signed note (C2SP `tlog-checkpoint`).

Our checkpoints carry no extension lines, so none are read: no monitor could audit what they say.
"""

import base64
from dataclasses import dataclass
from typing import NoReturn

from recuse.errors import LedgerError
from recuse.ledger.merkle import HASH_SIZE
from recuse.notes import Verifier, decode_base64, parse_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of one moment; `str()` prints the note's text."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note's text; raises `LedgerError` for anything that would be printed differently."""
    lines = text.split("\n")
    if len(lines) != 4 or not lines[0] or not (lines[1].isascii() and lines[1].isdigit() and len(lines[1]) < 20):
        _refuse("origin, size and root were expected, one a line")
    try:
        checkpoint = Checkpoint(lines[0], int(lines[1]), decode_base64(lines[2]))
    except ValueError:
        _refuse("its root is not Base 64")
    if len(checkpoint.root) != HASH_SIZE or str(checkpoint) != text:
        _refuse("it is not written as it would be printed")
    return checkpoint


def check_checkpoint(note: bytes, verifier: Verifier) -> Checkpoint:
    """The checkpoint that this signed note carries; raises `LedgerError` unless the ledger of this key signed it."""
    signed = parse_note(note)
    verifier.verify(signed)
    checkpoint = parse_checkpoint(signed.text)
    if checkpoint.origin != verifier.name:
        raise LedgerError(
            f"the checkpoint is of `{checkpoint.origin}`, its key of `{verifier.name}`",
            "use the verifier key of this ledger",
        )
    return checkpoint


def _refuse(reason: str) -> NoReturn:
    raise LedgerError(f"the checkpoint is malformed: {reason}", "fetch it again from where it was published")
