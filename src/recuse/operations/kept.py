"""Requests as kept beside the ledger: what names people, where it can be deleted; the ledger holds a commitment to it.

One file a request in the folder `requests` of the ledger, readable by its owner only, and out of git.
"""

import json
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.errors import LedgerError
from recuse.ledger import Files, told_as_ledger_errors
from recuse.model import Request
from recuse.permits import commitment_of, parse_payload, payload

FOLDER: Final = "requests"


def keep(ledger: Path, request: Request) -> str:
    """Keep a request, durably, with a salt of its own; gives the commitment for its entry."""
    folder = ledger / FOLDER
    salt, data = clock.random_bytes(32), payload(request)
    with told_as_ledger_errors():
        files = Files(folder)
        files.create()
        folder.chmod(0o700)
        files.replace(".gitignore", b"*\n", 0o600)
        whole = json.dumps({"salt": salt.hex(), "request": data.decode()}, sort_keys=True)
        files.replace(f"{request.id}.json", whole.encode(), 0o600)
    return commitment_of(salt, data)


def kept(ledger: Path) -> dict[str, tuple[str, Request]]:
    """Every kept request with its commitment; one that cannot be read is left out, and so told as missing."""
    found: dict[str, tuple[str, Request]] = {}
    for path in sorted((ledger / FOLDER).glob("*.json")):
        try:
            whole = json.loads(path.read_bytes())
            data = str(whole["request"]).encode()
            request = parse_payload(data)
            found[path.stem] = (commitment_of(bytes.fromhex(whole["salt"]), data), request)
        except (OSError, ValueError, TypeError, KeyError, LedgerError):
            continue
    return found
