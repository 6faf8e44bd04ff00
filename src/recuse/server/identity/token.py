"""ID tokens: the signature, and each check of OpenID Connect Core 1.0 §3.1.3.7 as a function of its own.

The list of checks is a value, so that the tests can take each one out and see that it is missed.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry, deserialize_compact

from recuse.errors import LoginError, MalformedError
from recuse.server.authzen import parse_object
from recuse.server.identity.asking import Login
from recuse.server.identity.claims import Claims
from recuse.server.identity.people import Provider

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a private key that only the provider has: never `none`, never a secret that is shared."""
LEEWAY: Final = timedelta(seconds=30)
"""How far the clocks of two machines may stand apart."""
OLDEST: Final = timedelta(minutes=10)
_LONGEST_SUBJECT: Final = 255  # characters (OpenID Connect Core 1.0 §2)


@dataclass(frozen=True, slots=True)
class Received:
    """A signed token with what it is checked against; `access` is the access token that came with it."""

    header: dict[str, Any]
    claims: Claims
    access: str
    provider: Provider
    login: Login
    at: datetime


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider vouches for: who, in which class of authentication, and when they authenticated."""

    subject: str
    acr: str | None
    auth_time: datetime | None
    claims: Claims


Check = Callable[[Received], bool]


def signed(token: str, keys: KeySet) -> tuple[dict[str, Any], Claims]:
    """Header and claims of a token that one of these keys has signed. `LoginError` for any other."""
    try:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        found = deserialize_compact(token, keys, ALGORITHMS, registry)
        return dict(found.headers()), parse_object(bytes(found.payload))
    except (JoseError, MalformedError, ValueError, TypeError, KeyError) as error:
        raise LoginError("signature", "the identity provider's answer is not signed by it") from error


def is_id_token(found: Received) -> bool:
    """Of the type of an ID token: no access token, no logout token, nothing that must be understood and is not."""
    return found.header.get("typ", "JWT") == "JWT" and "crit" not in found.header and "events" not in found.claims


def is_from_the_provider(found: Received) -> bool:
    """Issued by the provider that was asked, to the letter."""
    return found.claims.get("iss") == found.provider.issuer


def is_for_us(found: Received) -> bool:
    """Meant for this client; where it is meant for others too, we are the one that it was made for."""
    audience, party = found.claims.get("aud"), found.claims.get("azp")
    several = audience if isinstance(audience, list) else [audience]
    made_for = party if party is not None or len(several) > 1 else found.provider.client
    return found.provider.client in several and made_for == found.provider.client


def is_in_time(found: Received) -> bool:
    """Not expired, and not from the future."""
    ends, starts = _moment(found.claims.get("exp")), found.claims.get("nbf")
    begun = starts is None or ((since := _moment(starts)) is not None and since <= found.at + LEEWAY)
    return ends is not None and found.at - LEEWAY < ends and begun


def is_new(found: Received) -> bool:
    """Issued for this login, not kept from an earlier one."""
    issued = _moment(found.claims.get("iat"))
    return issued is not None and found.at - OLDEST <= issued <= found.at + LEEWAY


def answers_the_nonce(found: Received) -> bool:
    """An answer to what this login sent."""
    nonce = found.claims.get("nonce")
    return isinstance(nonce, str) and compare_digest(nonce.encode(), found.login.nonce.encode())


def names_somebody(found: Received) -> bool:
    """A subject that can be kept."""
    subject = found.claims.get("sub")
    return isinstance(subject, str) and 0 < len(subject) <= _LONGEST_SUBJECT


def fits_the_access_token(found: Received) -> bool:
    """The left half of the access token's hash, where it is given; its length is that of the signature's hash."""
    said = found.claims.get("at_hash")
    if said is None:
        return True
    bits = found.header["alg"][-3:]
    digest = hashlib.new(f"sha{bits}" if bits.isdigit() else "sha512", found.access.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    return isinstance(said, str) and compare_digest(said.encode(), half)


def is_strong_enough(found: Received) -> bool:
    """In one of the classes of authentication that are demanded of this provider, if any are."""
    return not found.provider.acr or found.claims.get("acr") in found.provider.acr


def is_fresh(found: Received) -> bool:
    """Where a fresh authentication was asked for: one that happened since then."""
    since = _moment(found.claims.get("auth_time"))
    return not found.login.fresh or (since is not None and found.login.begun - LEEWAY <= since <= found.at + LEEWAY)


CHECKS: Final[dict[str, Check]] = {
    "type": is_id_token, "issuer": is_from_the_provider, "audience": is_for_us, "expired": is_in_time, "old": is_new,
    "nonce": answers_the_nonce, "subject": names_somebody, "at_hash": fits_the_access_token,
    "acr": is_strong_enough, "auth_time": is_fresh,
}  # fmt: skip
"""Each by the code under which its failure is recorded."""


def vouched(found: Received) -> Vouched:
    """What the token vouches for, when every check holds. `LoginError` with the code of the first that does not."""
    for code, holds in CHECKS.items():
        if not holds(found):
            raise LoginError(code, "the identity provider's answer does not fit what was asked")
    claims = found.claims
    acr = claims.get("acr")
    since = _moment(claims.get("auth_time"))
    return Vouched(str(claims["sub"]), acr if isinstance(acr, str) else None, since, claims)


def _moment(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
