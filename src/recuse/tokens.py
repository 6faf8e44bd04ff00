"""Tokens of gateways: what a program that stands for many people shows the database in each of its transactions.

A token names a permit and an end, and is bound to one transaction by the database's own challenge. The format, so that
any language can make one: `v1.PERMIT.EXPIRES.MAC`, where EXPIRES is ten digits of seconds since 1970 and MAC the
lower-case hexadecimal HMAC-SHA256, under the gateway's key, of `recuse-token.v1.CHALLENGE.PERMIT.EXPIRES`.
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

from recuse.errors import InputError

_PERMIT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHALLENGE: Final = re.compile(r"[0-9.]{1,120}")


def token(key: bytes, challenge: str, permit: str, expires: datetime) -> str:
    """The token for one transaction; `challenge` is what `recuse.challenge()` answered in it.

    InputError for a key that is not 32 bytes, a challenge that no database gives, or a permit id that no token names.
    """
    if len(key) != 32:
        raise InputError("a gateway's key is 32 bytes", "make one with `recuse permit key`")
    if not _CHALLENGE.fullmatch(challenge):
        raise InputError(f"`{challenge}` is no challenge", "ask recuse.challenge() in the transaction, as the gateway")
    if not _PERMIT.fullmatch(permit):
        raise InputError(f"no token can name permit `{permit}`", "issue permits with `recuse permit issue`")
    ends = f"{int(expires.timestamp()):010d}"
    mac = hmac.new(key, f"recuse-token.v1.{challenge}.{permit}.{ends}".encode(), hashlib.sha256).hexdigest()
    return f"v1.{permit}.{ends}.{mac}"
