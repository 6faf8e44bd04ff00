"""The hash tree of RFC 6962: one idea of proof, that a range of leaves is a subtree of the tree, serves for all.

- An inclusion proof shows the subtree of one leaf; a consistency proof shows the subtree of the first leaves.
- Verification replays the recursion by which the proof was made, so each is the other's inverse by construction.
- Every hash is 32 bytes: verifiers that skip this accept a root and a leaf that are both empty.
- All verifiers return None or raise `LedgerError`; sizes are below 2**63.

Sources: RFC 6962 section 2.1; C2SP `merkle-tree`; draft-ietf-plants-merkle-tree-certs (subtrees).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from recuse.errors import LedgerError

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_SIZE_LIMIT: Final = 1 << 63


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class CompactRange:
    """The roots of the perfect subtrees that cover the leaves so far, largest first: at most 63 hashes.

    All that a writer needs to append leaves and to know the root.
    """

    size: int = 0
    _roots: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        carried = leaf
        merging = self.size
        while merging & 1:
            carried = node_hash(self._roots.pop(), carried)
            merging >>= 1
        self._roots.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self._roots:
            return EMPTY_ROOT
        *rest, root = self._roots
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root of these leaf hashes."""
    covered = CompactRange()
    for leaf in leaves:
        covered.append(leaf)
    return covered.root()


def prove_inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes that show leaf `index` in the tree of these leaf hashes; raises `LedgerError` outside of it."""
    return _prove_within(leaves, index, index + 1)


def prove_consistency(leaves: Sequence[bytes], size: int) -> tuple[bytes, ...]:
    """The hashes that show the tree of the first `size` leaves as the beginning of the tree of all these."""
    return _prove_within(leaves, 0, size)


def verify_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return only if `leaf` (a leaf hash) stands at `index` in the tree of this size and root."""
    verify_subtree((index, index + 1), leaf, size, root, proof)


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> None:
    """Return only if tree `old` (size, root) is the beginning of tree `new`; an empty old tree proves nothing."""
    if old[0] == 0:
        _refuse("an empty tree is the beginning of every tree")
    verify_subtree((0, old[0]), old[1], *new, proof)


def verify_extension(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> None:
    """As `verify_consistency`, for one who follows a log from its start: old size 0 passes with an empty proof.

    The roots of empty trees are checked too (C2SP `tlog-witness`).
    """
    if new[0] == 0 and new[1] != EMPTY_ROOT:
        _refuse("the root of the empty tree is another")
    verify_subtree((0, old[0]), old[1], *new, proof)


def verify_subtree(leaves: tuple[int, int], subtree: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Return only if leaves [start, end) hash to `subtree` and are a subtree of the tree of this size and root.

    An empty range passes with the empty root and an empty proof; it says nothing about `root`.
    """
    start, end = leaves
    if any(len(h) != HASH_SIZE for h in (subtree, root, *proof)):
        _refuse(f"every hash has {HASH_SIZE} bytes")
    if not 0 <= start <= end <= size < _SIZE_LIMIT:
        _refuse(f"leaves {start} to {end} do not lie in a tree of size {size}")
    check_subtree(start, end)
    remaining = list(proof)
    if start == end:
        if remaining or subtree != EMPTY_ROOT:
            _refuse("an empty range has the empty root and an empty proof")
        return
    if (subtree, root) != _replay((start, end), size, subtree, remaining) or remaining:
        _refuse("it does not lead to the root")


def check_subtree(start: int, end: int) -> None:
    """Return only if leaves [start, end) may be a subtree: the start is a multiple of the width's next power of two."""
    if start % (1 << max(end - start - 1, 0).bit_length()):
        _refuse(f"leaves {start} to {end} are no subtree")


def _split(size: int) -> int:
    """The largest power of two below `size`: where RFC 6962 divides a tree."""
    return 1 << (size - 1).bit_length() - 1


def _replay(leaves: tuple[int, int], size: int, known: bytes | None, proof: list[bytes]) -> tuple[bytes, bytes]:
    """The hashes of the subtree and of the tree that the proof's end leads to; `proof` loses what was used.

    `known` is the subtree's hash while the verifier has it whole; the part of a divided one comes from the proof.
    """
    start, end = leaves
    whole = (start, end) == (0, size)
    if whole and known is not None:
        return known, known
    if not proof:
        _refuse("it is too short")
    sibling = proof.pop()
    if whole:
        return sibling, sibling
    middle = _split(size)
    if end <= middle:
        subtree, left = _replay((start, end), middle, known, proof)
        return subtree, node_hash(left, sibling)
    if start >= middle:
        subtree, right = _replay((start - middle, end - middle), size - middle, known, proof)
        return subtree, node_hash(sibling, right)
    rest, right = _replay((0, end - middle), size - middle, None, proof)
    return node_hash(sibling, rest), node_hash(sibling, right)


def _prove_within(leaves: Sequence[bytes], start: int, end: int) -> tuple[bytes, ...]:
    if not 0 <= start < end <= len(leaves):
        raise LedgerError(
            f"leaves {start} to {end} do not lie in a tree of size {len(leaves)}", "ask for entries that the ledger has"
        )
    return _prove(leaves, start, end, True)


def _prove(leaves: Sequence[bytes], start: int, end: int, known: bool) -> tuple[bytes, ...]:
    if (start, end) == (0, len(leaves)):
        return () if known else (tree_root(leaves),)
    middle = _split(len(leaves))
    left, right = leaves[:middle], leaves[middle:]
    if end <= middle:
        return (*_prove(left, start, end, known), tree_root(right))
    if start >= middle:
        return (*_prove(right, start - middle, end - middle, known), tree_root(left))
    return (*_prove(right, 0, end - middle, False), tree_root(left))


def _refuse(reason: str) -> NoReturn:
    raise LedgerError(f"the proof does not hold: {reason}", "fetch the proof and the checkpoint again")
