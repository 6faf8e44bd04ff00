"""Whether a password is an account's, by the verifier that the server keeps (SCRAM-SHA-256 of RFC 5802, or md5)."""

import hashlib
import hmac
from base64 import b64decode
from dataclasses import dataclass, field

from recuse.targets.postgres.edges.catalog import Connection, rows_of


@dataclass(frozen=True, slots=True)
class Verifier:
    """What the server keeps of a login's password."""

    role: str
    kept: str | None = field(repr=False)
    expired: bool

    def opens(self, password: str) -> bool | None:
        """Whether the server would take it now."""
        return False if self.expired else opens(password, self.role, self.kept)


def verifiers_in(connection: Connection) -> dict[str, Verifier]:
    """The verifier of each login; none where this account may not see them."""
    with connection.cursor() as cursor:
        readable = cursor.execute("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')").fetchone()
    return {v.role: v for v in rows_of(connection, "verifiers", Verifier)} if readable == (True,) else {}


def opens(password: str, role: str, verifier: str | None) -> bool | None:
    """Whether the server would take it; None for a verifier or a password (RFC 4013) that cannot be judged here."""
    if verifier is None:
        return False
    if verifier.startswith("md5"):
        kept = hashlib.md5((password + role).encode(), usedforsecurity=False).hexdigest()
        return hmac.compare_digest(verifier, f"md5{kept}")
    method, _, rest = verifier.partition("$")
    if method != "SCRAM-SHA-256" or not password.isascii():
        return None
    seasoning, _, keys = rest.rpartition("$")
    rounds, _, salt = seasoning.partition(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(rounds))
    key = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(hashlib.sha256(key).digest(), b64decode(keys.partition(":")[0]))
