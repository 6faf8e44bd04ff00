"""That lines stand in a ledger: for each entry its hash and the way from there to a signed checkpoint, all in one pass.

An entry's own bytes would tell accounts and cases. Its hash tells nothing, since every such entry holds a random
number; whoever has a copy of the ledger compares what a line says with the entry itself.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recuse.errors import LedgerError
from recuse.ledger.checkpoint import Checkpoint
from recuse.ledger.entry import JSON
from recuse.ledger.merkle import leaf_hash, node_hash, tree_root, verify_inclusion


@dataclass(frozen=True, slots=True)
class Proof:
    """The hash of an entry, and the hashes from its sibling up to the root."""

    leaf: bytes
    path: tuple[bytes, ...]

    def document(self) -> dict[str, JSON]:
        """As answers have it, in Base 64."""
        return {"leaf": _text(self.leaf), "path": [*map(_text, self.path)]}


def proofs(entries: Sequence[bytes], wanted: Iterable[int]) -> dict[int, Proof]:
    """The proof of each of these entries in the tree of all."""
    leaves = [leaf_hash(each) for each in entries]
    paths: dict[int, list[bytes]] = {each: [] for each in sorted(set(wanted))}
    if paths:
        _walk(leaves, 0, paths)
    return {each: Proof(leaves[each], tuple(path)) for each, path in paths.items()}


def _walk(leaves: Sequence[bytes], start: int, paths: dict[int, list[bytes]]) -> bytes:
    """The root of these leaves, of which the first is leaf `start` of the ledger; each path grows by its sibling."""
    mine = [each for each in paths if start <= each < start + len(leaves)]
    if not mine or len(leaves) == 1:
        return tree_root(leaves)
    middle = 1 << (len(leaves) - 1).bit_length() - 1  # where RFC 6962 divides a tree
    left = _walk(leaves[:middle], start, paths)
    right = _walk(leaves[middle:], start + middle, paths)
    for each in mine:
        paths[each].append(right if each < start + middle else left)
    return node_hash(left, right)


def check(place: tuple[int, JSON, JSON], head: Checkpoint) -> None:
    """Return only if an entry of this number and hash stands in the ledger with this head; LedgerError otherwise."""
    index, leaf, path = place
    if not (isinstance(path, list) and isinstance(leaf, str) and all(isinstance(each, str) for each in path)):
        raise LedgerError(f"the proof of entry {index} is no proof", "ask for the answer again")
    verify_inclusion(_bytes(leaf), index, head.size, head.root, [_bytes(str(each)) for each in path])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise LedgerError(f"`{text[:80]}` is not Base 64", "ask for the answer again") from None
