"""The only sources of time and randomness, so that tests can see every use of them."""

import secrets
from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment, in UTC, with microseconds."""
    return datetime.now(UTC)


def today() -> date:
    """The present day, in UTC."""
    return now().date()


def random_bytes(count: int) -> bytes:
    """`count` bytes fit for keys and salts."""
    return secrets.token_bytes(count)


def random_name(length: int) -> str:
    """A random lower-case hexadecimal name of `length` characters."""
    return secrets.token_hex((length + 1) // 2)[:length]
