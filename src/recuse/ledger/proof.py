"""Receipts: that one entry stands in the ledger, checkable offline with the verifier key alone (C2SP `tlog-proof` v1).

The C2SP text is a draft: its version stands in the first line, and no other version and no extra data is read.
"""

import base64
from dataclasses import dataclass
from typing import Final, NoReturn

from recuse.errors import LedgerError
from recuse.ledger.checkpoint import Checkpoint, check_checkpoint
from recuse.ledger.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from recuse.notes import Verifier, decode_base64, parse_note

FORMAT: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Receipt:
    """An index (from 0), the hashes from the leaf's sibling up, and the signed checkpoint; `str()` prints the file."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        hashes = "".join(f"{base64.b64encode(h).decode()}\n" for h in self.proof)
        return f"{FORMAT}\nindex {self.index}\n{hashes}\n{self.checkpoint}"


def parse_receipt(text: str) -> Receipt:
    """Read a `.tlog-proof` file; raises `LedgerError` for anything that would be printed differently."""
    head, gap, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != FORMAT or len(lines) < 2:
        _refuse(f"`{FORMAT}`, an index, hashes, an empty line and a checkpoint were expected")
    number = lines[1].removeprefix("index ")
    if not (number.isascii() and number.isdigit() and len(number) < 20):
        _refuse("its index is not a number")
    try:
        receipt = Receipt(int(number), tuple(decode_base64(line) for line in lines[2:]), checkpoint)
        parse_note(checkpoint.encode())
    except ValueError:
        _refuse("a hash is not Base 64")
    if str(receipt) != text or any(len(h) != HASH_SIZE for h in receipt.proof):
        _refuse("it is not written as it would be printed")
    return receipt


def verify_receipt(receipt: Receipt, entry: bytes, verifier: Verifier) -> Checkpoint:
    """The checkpoint under which `entry` stands at the receipt's index; raises `LedgerError` if it does not."""
    checkpoint = check_checkpoint(receipt.checkpoint.encode(), verifier)
    verify_inclusion(leaf_hash(entry), receipt.index, checkpoint.size, checkpoint.root, receipt.proof)
    return checkpoint


def _refuse(reason: str) -> NoReturn:
    raise LedgerError(f"the receipt is malformed: {reason}", "ask the ledger's keeper for it again")
