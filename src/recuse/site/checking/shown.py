"""Which entries of the record the site gives out: whole, or by their digest alone, each with its receipt.

An entry is shown whole where it names no account, no system and no open way past the rules: what officials directed and
confirmed, and what was stated for everybody of a verification of all systems. One of some systems alone is no word on
the whole, and its moment would tell which: its digest is shown. So is that of an apply, which names the accounts that
it cut off, and of a system's verdict, which counts what is open or accepted by codes: the entry can be checked against
it later.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from recuse.ledger import Entry
from recuse.ledger.merkle import leaf_hash, prove_inclusion
from recuse.ledger.proof import Receipt
from recuse.site.sources import Sources

FOLDER: Final = "record"
_WHOLE: Final = frozenset({"directed", "confirmed", "stated"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry: its number, its bytes where it is shown whole, its leaf hash, the proof that it stands in the tree."""

    number: int
    kind: str
    entry: bytes | None
    leaf: bytes
    proof: tuple[bytes, ...]

    @property
    def text(self) -> str:
        """The entry as text, nothing where it is not shown."""
        return "" if self.entry is None else self.entry.decode()

    @property
    def hashes(self) -> str:
        """The proof in Base 64, one hash a word."""
        return " ".join(base64.b64encode(each).decode() for each in self.proof)


def shown(sources: Sources) -> tuple[Shown, ...]:
    """The newest entries of those kinds that the site speaks of: of each directive, and of each system."""
    numbers = sorted(set(_numbers(sources)))
    leaves = _leaves(sources.record.raw)
    return tuple(_shown(sources, leaves, number) for number in numbers)


def files(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """Checkpoint, verifier key, entries and receipts, and the list of them."""
    yield f"{FOLDER}/checkpoint", sources.record.checkpoint.encode()
    yield f"{FOLDER}/verifier", f"{sources.record.verifier}\n".encode()
    found = shown(sources)
    for each in found:
        if each.entry is not None:
            yield f"{FOLDER}/entries/{each.number}.json", each.entry
        receipt = Receipt(each.number, each.proof, sources.record.checkpoint)
        yield f"{FOLDER}/entries/{each.number}.tlog-proof", str(receipt).encode()
    listed = [{"number": e.number, "leaf": e.leaf.hex(), "shown": e.entry is not None} for e in found]
    yield f"{FOLDER}/entries.json", (json.dumps(listed, separators=(",", ":")) + "\n").encode()


def _numbers(sources: Sources) -> Iterator[int]:
    """Entries, by kind and what they are about, the newest of each."""
    newest: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(sources.record.entries):
        if entry.kind in ("directed", "confirmed"):
            newest[entry.kind, str(entry.body["directive_sha256"])] = number
        elif entry.kind in ("verified", "applied") and entry.body.get("system") in sources.repository.systems:
            newest[entry.kind, str(entry.body["system"])] = number
        elif entry.kind == "stated":
            newest[entry.kind, "" if _of_all(sources, entry) else "some"] = number
    yield from newest.values()


def _shown(sources: Sources, leaves: tuple[bytes, ...], number: int) -> Shown:
    entry = sources.record.entries[number]
    whole = entry.kind in _WHOLE and (entry.kind != "stated" or _of_all(sources, entry))
    raw = sources.record.raw[number] if whole else None
    return Shown(number, entry.kind, raw, leaves[number], prove_inclusion(leaves, number))


def _of_all(sources: Sources, stated: Entry) -> bool:
    """Whether a verification looked at as many systems as there are."""
    return stated.body.get("systems") == len(sources.repository.systems)


@lru_cache(maxsize=1)
def _leaves(raw: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The leaf hashes of a ledger, worked out once for all languages."""
    return tuple(map(leaf_hash, raw))
