"""The evidence ledger: an append-only, signed list of entries that anyone can check.

It knows no directive, policy or database: entries are bytes.
"""

from recuse.ledger.entry import JSON, KINDS, Entry, decode, encode
from recuse.ledger.files import Files, told_as_ledger_errors
from recuse.ledger.log import Ledger, create_ledger, open_ledger
from recuse.ledger.proof import Receipt, parse_receipt, verify_receipt
from recuse.ledger.reading import Verified, inclusion, read_entries, read_signed, verify_ledger

__all__ = [
    "JSON",
    "KINDS",
    "Entry",
    "Files",
    "Ledger",
    "Receipt",
    "Verified",
    "create_ledger",
    "decode",
    "encode",
    "inclusion",
    "open_ledger",
    "parse_receipt",
    "read_entries",
    "read_signed",
    "told_as_ledger_errors",
    "verify_ledger",
    "verify_receipt",
]
