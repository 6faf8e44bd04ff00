#!/usr/bin/env python3
"""Checks entries of a record of who may see what: that they stand in the tree whose head its keeper signed.

    python3 check.py FOLDER VERIFIER_KEY

FOLDER is `record` of the published site; VERIFIER_KEY is the line `name+id+key` that you have from elsewhere. It needs
Python 3.8 or later and `openssl` 3, and no network. It stops at the first thing that does not hold.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def node(left: bytes, right: bytes) -> bytes:
    """The hash above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf: bytes, index: int, size: int, proof: "list[bytes]") -> bytes:
    """The root to which a leaf and its proof lead (RFC 6962, 2.1.1)."""
    if size == 1:
        if proof:
            sys.exit("a receipt is too long")
        return leaf
    if not proof:
        sys.exit("a receipt is too short")
    middle = 1 << (size - 1).bit_length() - 1
    *rest, last = proof
    if index < middle:
        return node(root_of(leaf, index, middle, rest), last)
    return node(last, root_of(leaf, index - middle, size - middle, rest))


def check_signature(note: str, verifier: str) -> "tuple[int, bytes]":
    """The size and root of a checkpoint that this key signed."""
    name, key_id, key = verifier.split("+", 2)
    raw = base64.b64decode(key, validate=True)
    if raw[:1] != b"\x01" or len(raw) != 33:
        sys.exit("the verifier key is not an Ed25519 key")
    if hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] != key_id:
        sys.exit("the verifier key is damaged: its id is not that of its name and key")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    wanted = f"\u2014 {name} "
    signatures = [base64.b64decode(line[len(wanted) :]) for line in lines.splitlines() if line.startswith(wanted)]
    signatures = [each[4:] for each in signatures if each[:4].hex() == key_id]
    if not signatures:
        sys.exit("the checkpoint is not signed by this key")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        # SubjectPublicKeyInfo of Ed25519 (RFC 8410) is this head before the key.
        (place / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + raw[1:])
        (place / "text").write_bytes(text.encode())
        for signature in signatures:
            (place / "signature").write_bytes(signature)
            key, text_file, sig = str(place / "key.der"), str(place / "text"), str(place / "signature")
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key]
            command += ["-rawin", "-in", text_file, "-sigfile", sig]
            if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:  # noqa: S603
                sys.exit("the signature of the checkpoint does not hold")
    origin, size, root = text.splitlines()
    if origin != name:
        sys.exit("the checkpoint is of another record than the key")
    return int(size), base64.b64decode(root, validate=True)


def check_entry(folder: Path, listed: "dict[str, Any]", tree: "tuple[str, int, bytes]") -> None:
    """Stop unless this entry stands in the tree: by its bytes where they are given, and else by its digest."""
    index, (checkpoint, size, root) = listed["number"], tree
    entry = folder / "entries" / f"{index}.json"
    shown = entry.exists()
    leaf = hashlib.sha256(b"\x00" + entry.read_bytes()).digest() if shown else bytes.fromhex(listed["leaf"])
    if leaf.hex() != listed["leaf"] or shown != listed["shown"]:
        sys.exit(f"entry {index} was changed")
    receipt = (folder / "entries" / f"{index}.tlog-proof").read_bytes().decode()
    head, _, inside = receipt.partition("\n\n")
    kind, number, *hashes = head.split("\n")
    if kind != "c2sp.org/tlog-proof@v1" or number != f"index {index}" or inside != checkpoint:
        sys.exit(f"the receipt of entry {index} is of another entry or checkpoint")
    if root_of(leaf, index, size, [base64.b64decode(line, validate=True) for line in hashes]) != root:
        sys.exit(f"entry {index} does not stand in the record")
    what = json.loads(entry.read_bytes()) if shown else {"kind": "not shown", "at": "its digest alone"}
    print(f"entry {index} stands in the record: {what['kind']}, {what['at']}")  # noqa: T201


def main() -> None:
    """Check the folder that is named first with the key that is named second."""
    if len(sys.argv) != 3:
        sys.exit("name the folder and the verifier key")
    folder, verifier = Path(sys.argv[1]), sys.argv[2].strip()
    checkpoint = (folder / "checkpoint").read_bytes().decode()
    size, root = check_signature(checkpoint, verifier)
    print(f"the checkpoint is signed by {verifier.split('+')[0]}: {size} entries")  # noqa: T201
    listed = json.loads((folder / "entries.json").read_text(encoding="utf-8"))
    for each in listed:
        check_entry(folder, each, (checkpoint, size, root))
    print("everything holds")  # noqa: T201


if __name__ == "__main__":
    main()
