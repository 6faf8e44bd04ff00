"""The hash tree against RFC 6962's recursion, against public cases, and against itself for every small tree."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from recuse.errors import LedgerError
from recuse.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    check_subtree,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
    tree_root,
    verify_consistency,
    verify_extension,
    verify_inclusion,
    verify_subtree,
)

CASES = Path(__file__).parents[2] / "conformance" / "merkle"
PLACEHOLDERS = {b"don't care 1", b"don't care 2"}
LEAVES = tuple(leaf_hash(bytes([n])) for n in range(20))


def public_cases() -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(CASES.glob("*.jsonl")) for line in path.read_text().splitlines()]


def judge(case: dict[str, Any], *, fill: bool = False) -> None:
    """Put one public case to our verifiers; `fill` replaces placeholder roots by hashes of them."""

    def decoded(text: str) -> bytes:
        data = base64.b64decode(text)
        return hashlib.sha256(data).digest() if fill and data in PLACEHOLDERS else data

    proof = [decoded(h) for h in case["proof"] or []]
    match case["file"].partition("/")[0]:
        case "inclusion" | "subtreeinclusion":
            start, end = case.get("start", 0), case["end"] if "end" in case else case["treeSize"]
            check_subtree(start, end)
            verify_inclusion(
                decoded(case["leafHash"]), case["leafIdx"] - start, end - start, decoded(case["root"]), proof
            )
        case "consistency":
            verify_consistency((case["size1"], decoded(case["root1"])), (case["size2"], decoded(case["root2"])), proof)
        case _:
            verify_subtree(
                (case["start"], case["end"]), decoded(case["root1"]), case["size"], decoded(case["root2"]), proof
            )


def test_every_public_case_gives_the_expected_answer() -> None:
    short = []
    wanted = 0
    for case in public_cases():
        wanted += case["wantErr"]
        try:
            judge(case)
            refused = None
        except LedgerError as error:
            refused = error.message
        if (refused is not None) != case["wantErr"]:
            assert refused == "the proof does not hold: every hash has 32 bytes", case
            judge(case, fill=True)
            short.append(case["file"])
    assert (len(public_cases()), wanted) == (518, 482)
    assert short == [
        "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
        "subtreeconsistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
        "subtreeconsistency/additional/"
        "subtree-is-empty-sizes-are-equal-one-subtree-root-valid-tree-root-random-proof-is-empty.json",
        "subtreeconsistency/additional/"
        "subtree-is-empty-sizes-are-equal-zero-subtree-root-valid-tree-root-random-proof-is-empty.json",
    ]


def rfc_root(leaves: tuple[bytes, ...]) -> bytes:
    """MTH as RFC 6962 section 2.1 defines it."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(rfc_root(leaves[:split]), rfc_root(leaves[split:]))


def test_the_compact_range_has_the_root_of_the_definition() -> None:
    covered = CompactRange()
    for size in range(len(LEAVES) + 1):
        assert (covered.size, covered.root()) == (size, rfc_root(LEAVES[:size]))
        if size < len(LEAVES):
            covered.append(LEAVES[size])


def test_known_hashes_of_the_standard() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_the_example_proofs_of_the_standard() -> None:
    a, b, c, d, e, f, g = LEAVES[:7]
    h, i, j = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, right = node_hash(h, i), node_hash(j, g)
    assert prove_inclusion(LEAVES[:7], 0) == (b, i, right)
    assert prove_inclusion(LEAVES[:7], 3) == (c, h, right)
    assert prove_inclusion(LEAVES[:7], 4) == (f, g, k)
    assert prove_inclusion(LEAVES[:7], 6) == (j, k)
    assert prove_consistency(LEAVES[:7], 3) == (c, d, h, right)
    assert prove_consistency(LEAVES[:7], 4) == (right,)
    assert prove_consistency(LEAVES[:7], 6) == (j, g, k)


def test_every_inclusion_proof_of_small_trees_holds_for_its_leaf_alone() -> None:
    for size in range(1, len(LEAVES) + 1):
        root = tree_root(LEAVES[:size])
        for index in range(size):
            proof = prove_inclusion(LEAVES[:size], index)
            verify_inclusion(LEAVES[index], index, size, root, proof)
            for other in range(size + 2):
                if other != index:
                    with pytest.raises(LedgerError):
                        verify_inclusion(LEAVES[index], other, size, root, proof)
            with pytest.raises(LedgerError, match="every hash has 32 bytes"):
                verify_inclusion(LEAVES[index], index, size, root, (*proof, b""))


def test_every_consistency_proof_of_small_trees_holds_for_its_sizes_alone() -> None:
    roots = [tree_root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]
    for new in range(1, len(LEAVES) + 1):
        for old in range(1, new + 1):
            proof = prove_consistency(LEAVES[:new], old)
            verify_consistency((old, roots[old]), (new, roots[new]), proof)
            verify_extension((old, roots[old]), (new, roots[new]), proof)
            for wrong in range(len(roots)):
                if wrong != old:
                    with pytest.raises(LedgerError):
                        verify_consistency((old, roots[wrong]), (new, roots[new]), proof)
                if wrong != new:
                    with pytest.raises(LedgerError):
                        verify_consistency((old, roots[old]), (new, roots[wrong]), proof)


def test_size_nought_differs_between_the_two_verifiers() -> None:
    tree = (5, tree_root(LEAVES[:5]))
    verify_extension((0, EMPTY_ROOT), tree, ())
    verify_extension((0, EMPTY_ROOT), (0, EMPTY_ROOT), ())
    with pytest.raises(LedgerError, match="an empty tree is the beginning of every tree"):
        verify_consistency((0, EMPTY_ROOT), tree, ())
    with pytest.raises(LedgerError, match="an empty range has the empty root and an empty proof"):
        verify_extension((0, EMPTY_ROOT), tree, (LEAVES[0],))
    with pytest.raises(LedgerError, match="an empty range has the empty root and an empty proof"):
        verify_extension((0, LEAVES[0]), tree, ())
    with pytest.raises(LedgerError, match="the root of the empty tree is another"):
        verify_extension((0, EMPTY_ROOT), (0, LEAVES[0]), ())


@pytest.mark.parametrize(
    ("leaves", "size", "message"),
    [
        ((2, 1), 4, "do not lie in a tree of size 4"),
        ((-1, 1), 4, "do not lie in a tree of size 4"),
        ((0, 5), 4, "do not lie in a tree of size 4"),
        ((0, 1), 1 << 63, "do not lie in a tree of size"),
        ((1, 3), 4, "leaves 1 to 3 are no subtree"),
        ((0, 1), 4, "it is too short"),
    ],
)
def test_refusals_of_the_verifier_are_pinned(leaves: tuple[int, int], size: int, message: str) -> None:
    with pytest.raises(LedgerError, match=message):
        verify_subtree(leaves, LEAVES[0], size, LEAVES[1], ())


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (4, 5)])
def test_no_proof_is_made_outside_of_the_tree(start: int, end: int) -> None:
    with pytest.raises(LedgerError, match=f"leaves {start} to {end} do not lie in a tree of size 4"):
        prove_inclusion(LEAVES[:4], start)
    with pytest.raises(LedgerError, match="leaves 0 to 0"):
        prove_consistency(LEAVES[:4], 0)
