"""Record marks: what ties an entry of the record of decisions to the record that was asked about, for staff alone.

A mark is a keyed hash of the answer's number with the record's type and key. The number is another in every entry, so
two entries about one record share nothing, and without the secret nobody can try keys. Who holds it finds the entries
about a record, and gives that up by deleting it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from recuse.disclosure.asked import NamedRecord
from recuse.errors import InputError
from recuse.ledger.entry import Entry

FIELD: Final = "record"
SHORTEST: Final = 32
"""Bytes that a secret has at least."""


def mark_of(secret: bytes, evaluation: str, record: NamedRecord) -> str:
    """The mark of a record in the entry of this answer: 128 bits."""
    parts = "".join(f"{len(each)}:{each}" for each in (evaluation, record.type, record.key))
    return hmac.new(secret, parts.encode(), hashlib.sha256).digest()[:16].hex()


def marked(entries: Iterable[Entry], records: Sequence[NamedRecord], secrets: Sequence[bytes]) -> frozenset[str]:
    """The numbers of the answers that were about one of these records, by any of these secrets."""
    found = set[str]()
    for entry in entries:
        mark, evaluation = entry.body.get(FIELD), str(entry.body.get("evaluation"))
        if entry.kind == "decided" and isinstance(mark, str):
            every = (mark_of(secret, evaluation, each) for secret in secrets for each in records)
            found |= {evaluation} if any(hmac.compare_digest(mark.encode(), each.encode()) for each in every) else set()
    return frozenset(found)


def secret_in(data: bytes) -> bytes:
    """The secret of a file; InputError when it is too short to be one."""
    secret = data.strip()
    if len(secret) < SHORTEST:
        raise InputError(f"the secret of record marks has less than {SHORTEST} characters", "put a random one there")
    return secret


def key_of(names: Sequence[str], said: Mapping[str, object]) -> str | None:
    """A record's key as a program says it: its key columns in their order, joined by `/`; None if it is not clear."""
    values = [said.get(name) for name in names]
    if not values or any(isinstance(each, bool) or not isinstance(each, (str, int)) for each in values):
        return None
    parts = [str(each) for each in values]
    return None if len(parts) > 1 and any("/" in each for each in parts) else "/".join(parts)
