"""How often something may be tried, counted in the state: several workers and servers count together.

What is counted is named by a keyed hash, so that the state holds no address of a visitor.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from recuse.server.identity.kept import Kept

_COUNT: Final = """
INSERT INTO recuse_state.throttle AS known (key, until, count) VALUES (%(key)s, %(until)s, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN known.until <= %(at)s THEN 1 ELSE known.count + 1 END,
  until = CASE WHEN known.until <= %(at)s THEN excluded.until ELSE known.until END
RETURNING count, until"""
_FORGET: Final = "DELETE FROM recuse_state.throttle WHERE until <= %s RETURNING 1"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a stretch of time, which begins with the first."""

    name: str
    most: int
    each: timedelta


LOGIN: Final = Rate("login", 60, timedelta(minutes=10))
"""Steps of logins from one address: an office behind one address has some thirty logins in ten minutes."""
PASSWORD_HERE: Final = Rate("password-here", 5, timedelta(minutes=15))
"""Passwords tried for one local account from one address."""
PASSWORD: Final = Rate("password", 100, timedelta(hours=1))
"""Passwords tried for one local account from anywhere (NIST SP 800-63B §5.2.2: no more than 100)."""
POST_ADDRESS: Final = Rate("post-address", 1200, timedelta(minutes=5))
"""Forms from one address."""
POST_PERSON: Final = Rate("post-person", 120, timedelta(minutes=1))
"""Forms of one person."""


def wait(kept: Kept, rate: Rate, of: tuple[str, ...], key: bytes, at: datetime) -> int:
    """Count one more; how many seconds to wait when it is too many, else 0."""
    named = hmac.digest(key, "\0".join((rate.name, *of)).encode(), "sha256")
    ((count, until),) = kept.rows(_COUNT, {"key": named, "at": at, "until": at + rate.each})
    if count == 1:
        kept.rows(_FORGET, (at,))
    return 0 if count <= rate.most else max(1, int((until - at).total_seconds()) + 1)
