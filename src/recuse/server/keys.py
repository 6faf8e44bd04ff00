"""The public keys of an issuer of tokens (a JWK set, RFC 7517): from a file, or from its https address.

They are looked up again every half an hour, and when a token names a key that is not among them, at most every few
seconds: so a new key is known at once, and a stranger cannot make the server ask without end.
"""

import asyncio
import http.client
import json
import ssl
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from recuse.errors import InputError

AGAIN: Final = 10.0
"""Seconds between two looks."""
FRESH: Final = 1800.0
"""Seconds after which they are looked up again in any case."""
LASTING: Final = 3600.0
"""Seconds after which keys count no longer, when they could not be had again: their issuer may have withdrawn one."""
_LARGEST: Final = 1 << 20
_SECONDS: Final = 5


class Keys:
    """The keys of one issuer, remembered."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: KeySet | None = None
        self._names: frozenset[str | None] = frozenset()
        self._looked = self._had = -LASTING
        self._lock = asyncio.Lock()

    async def holding(self, name: str | None) -> KeySet | None:
        """The keys, looked up anew when none has this name (`kid`); None when there are none to be had."""
        if not self._fresh(name):
            async with self._lock:
                if not self._fresh(name) and time.monotonic() - self._looked >= AGAIN:
                    self._looked = time.monotonic()
                    self._take(await asyncio.to_thread(_looked_up, self._source))
        return self._found if time.monotonic() - self._had < LASTING else None

    def _fresh(self, name: str | None) -> bool:
        return name in self._names and time.monotonic() - self._had < FRESH

    def _take(self, found: KeySet | None) -> None:
        if found is not None:
            self._found, self._had = found, time.monotonic()
            self._names = frozenset(key.kid for key in found.keys)


def read_keys(source: str) -> KeySet:
    """The public keys at a file or address; `InputError` in one sentence when they cannot be had or hold a secret."""
    try:
        data = _fetched(source) if "://" in source else Path(source).read_bytes()
        found = KeySet.import_key_set(json.loads(data))
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, JoseError) as error:
        raise InputError(f"the keys at `{source}` cannot be read: {error}", "give a JWK set") from error
    if not found.keys or any(key.key_type == "oct" or key.is_private for key in found.keys):
        raise InputError(f"the keys at `{source}` are not public keys alone", "give the issuer's public JWK set")
    return found


def _looked_up(source: str) -> KeySet | None:
    try:
        return read_keys(source)
    except InputError:
        return None


def _fetched(address: str) -> bytes:
    """What an address gives; redirects are not followed."""
    parts = urlsplit(address)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        data = answer.read(_LARGEST)
    finally:
        connection.close()
    if answer.status != 200:
        raise ValueError(f"it answered {answer.status}")
    return data
