"""Local accounts: a password that this program made, and its argon2id hash in a file.

    python -m recuse.server.identity.local FILE

writes the hash to FILE, which its owner alone can read, and prints the password once.
"""

import base64
import os
import sys
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from recuse import clock
from recuse.server.identity.people import LocalAccount

_HASHER: Final = PasswordHasher()  # RFC 9106, second recommended choice: 64 MiB, three passes
_LONGEST: Final = 256  # characters of a password that is tried
_NOBODYS: Final = _HASHER.hash(base64.b32encode(clock.random_bytes(20)).decode())


def new_password() -> str:
    """A password of 160 random bits, in groups that can be typed."""
    text = base64.b32encode(clock.random_bytes(20)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def password_hash(password: str) -> str:
    """The argon2id hash of a password."""
    return _HASHER.hash(password)


def is_password(account: LocalAccount | None, password: str) -> bool:
    """Whether this is the account's password; it takes as long where there is no such account."""
    try:
        matches = _HASHER.verify(account.hash if account else _NOBODYS, password[: _LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return matches and account is not None and len(password) <= _LONGEST


def write_new(file: Path) -> str:
    """Write the hash of a new password to a new file; returns the password, the only copy of it."""
    password = new_password()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(password_hash(password) + "\n")
    return password


if __name__ == "__main__":
    sys.stdout.write(write_new(Path(sys.argv[1])) + "\n")
