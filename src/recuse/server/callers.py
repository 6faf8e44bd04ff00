"""Which program asks: by a signed token (RFC 6750, RFC 9068) or by its certificate, as a configured proxy tells it.

A token must name its issuer, this audience and a client that is registered, and be in its time. A certificate is known
by its hash: the header `Client-Cert` (RFC 9440) counts from the proxy's address with the proxy's secret alone. A token
that is bound to a certificate (RFC 8705) holds together with that certificate only. Whatever is unclear is nobody.
"""

import base64
import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from joserfc import jwt
from joserfc.errors import JoseError

from recuse.server.keys import Keys
from recuse.server.settings import Caller, Issuer, Settings

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA")
"""Signatures by a private key alone: no shared secrets, no `none`."""
LONGEST: Final = 8192
"""Characters of a token or a certificate's header."""
LEEWAY: Final = 30
"""Seconds by which clocks may differ."""
AGAIN: Final = 60
"""Seconds after which a token that was found good is examined again: the key that signed it may be withdrawn."""
_REMEMBERED: Final = 4096
_PROXY_HEADER: Final = "recuse-proxy"

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Token:
    """A token that was found good: its caller, until when that is known, and the certificate it is bound to."""

    caller: Caller
    until: float
    bound: str | None


class Callers:
    """The programs of the settings; a token that was found good is remembered for a minute, not beyond its end."""

    def __init__(self, settings: Settings, now: Callable[[], datetime], proxy_secret: bytes | None = None) -> None:
        self._by_client = {(each.issuer, each.client): each for each in settings.callers if each.issuer is not None}
        self._by_certificate = {digest: each for each in settings.callers for digest in each.certificates}
        self._issuers = {issuer.name: (issuer, Keys(issuer.keys)) for issuer in settings.issuers}
        self._proxies = settings.proxy.addresses if settings.proxy and proxy_secret else frozenset[str]()
        self._secret = proxy_secret or b""
        self._now = now
        self._known: OrderedDict[bytes, _Token] = OrderedDict()

    async def known(self, headers: Headers, address: str | None) -> Caller | None:
        """The program that sent these headers from this address; None where that cannot be told."""
        found = _by_name(headers)
        if found is None:
            return None
        certificate = self._certificate(found, address)
        scheme, _, token = found.get("authorization", "").partition(" ")
        if "authorization" not in found:
            return self._by_certificate.get(certificate or "")
        if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST:
            return None
        good = await self._token(token)
        return good.caller if good is not None and good.bound in (None, certificate) else None

    async def _token(self, token: str) -> _Token | None:
        mark, moment = hashlib.sha256(token.encode()).digest(), self._now().timestamp()
        good = self._known.get(mark)
        if good is None or moment >= good.until:
            self._known.pop(mark, None)
            good = await self._examined(token, moment)
            if good is None:
                return None
            self._known[mark] = good
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return good if moment < good.until else None

    async def _examined(self, token: str, moment: float) -> _Token | None:
        try:
            header, claims = _unverified(token)
            issuer, keys = self._issuers[claims["iss"]]
            public = await keys.holding(header.get("kid"))
            if public is None or header.get("typ", "").lower() not in _types(issuer):
                return None
            claims = jwt.decode(token, public, algorithms=ALGORITHMS).claims
            _registry(issuer, int(moment)).validate(claims)
            caller = self._by_client[issuer.name, claims[issuer.client_claim]]
            return _Token(caller, min(float(claims["exp"]) + LEEWAY, moment + AGAIN), _bound_to(claims))
        except (JoseError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
            return None

    def _certificate(self, headers: Mapping[str, str], address: str | None) -> str | None:
        """The hash of the certificate that the proxy tells; None from anybody else, and for one out of its time."""
        told, secret = headers.get("client-cert", ""), headers.get(_PROXY_HEADER, "").encode()
        if address not in self._proxies or not hmac.compare_digest(secret, self._secret):
            return None
        if not 2 < len(told) <= LONGEST or not (told.startswith(":") and told.endswith(":")):
            return None
        try:
            der = base64.b64decode(told[1:-1], validate=True)
            certificate = x509.load_der_x509_certificate(der)
            begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        except (ValueError, x509.InvalidVersion):
            return None
        in_time = begin <= self._now().astimezone(UTC) < end
        return hashlib.sha256(der).hexdigest() if in_time else None


def _by_name(headers: Headers) -> dict[str, str] | None:
    """Those that say who asks; None when one of them stands twice, since two readers could take different ones."""
    named = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
    telling = [(name, value) for name, value in named if name in ("authorization", "client-cert", _PROXY_HEADER)]
    found = dict(telling)
    return found if len(found) == len(telling) else None


def _unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they stand, to know whose keys to look for; nothing rests on them."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("not a signed token")
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    return header, claims


def _types(issuer: Issuer) -> tuple[str, ...]:
    return (issuer.token_type.lower(), f"application/{issuer.token_type.lower()}")


def _registry(issuer: Issuer, moment: int) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=moment,
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer.name},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
    )


def _bound_to(claims: Mapping[str, Any]) -> str | None:
    """The certificate that holds a token's key (RFC 8705 section 3.1), as a hash in hexadecimal."""
    confirmation = claims.get("cnf")
    if confirmation is None:
        return None
    thumbprint = confirmation["x5t#S256"]
    return base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)).hex()
