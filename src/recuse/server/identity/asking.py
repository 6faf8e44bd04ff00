"""What is asked of an identity provider, and what comes back with the browser: authorization code, PKCE, state, nonce.

OpenID Connect Core 1.0 §3.1, RFC 7636 (S256 alone), RFC 9207, RFC 9700 §4.4.2.2 (a redirect address for each provider).
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final
from urllib.parse import urlencode, urlsplit

from recuse import clock
from recuse.errors import LoginError
from recuse.server.identity.people import Provider

CALLBACK: Final = "/login/callback"
PATIENCE: Final = timedelta(minutes=10)
"""How long somebody may stay at the identity provider."""
_CODES: Final = 4096  # characters of a code that is handed on


@dataclass(frozen=True, slots=True)
class Login:
    """A login under way: what was sent with the browser, and to which browser. It is used once."""

    provider: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    browser: bytes = field(repr=False)
    next: str
    fresh: bool
    begun: datetime


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself, so far as it is used."""

    issuer: str
    authorization: str
    token: str
    keys: str
    posts_secret: bool
    sends_issuer: bool


def random_text() -> str:
    """256 random bits, fit for an address."""
    return base64.urlsafe_b64encode(clock.random_bytes(32)).rstrip(b"=").decode()


def hashed(text: str) -> bytes:
    """What is kept of a secret with 256 random bits."""
    return hashlib.sha256(text.encode()).digest()


def new_login(provider: Provider, browser: str, then: str, *, fresh: bool, at: datetime) -> Login:
    """A login that begins now in this browser."""
    state, nonce, verifier = random_text(), random_text(), random_text()
    return Login(provider.name, state, nonce, verifier, hashed(browser), then, fresh, at)


def redirect(base: str, provider: Provider) -> str:
    """Where this provider sends the browser back to: an address of its own, so that answers cannot be mixed up."""
    return f"{base}{CALLBACK}/{provider.name}"


def address(provider: Provider, metadata: Metadata, login: Login, base: str, wanted: tuple[str, ...]) -> str:
    """Where the browser is sent: all is asked that is checked later."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(login.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": provider.client, "redirect_uri": redirect(base, provider),
        "scope": "openid profile", "state": login.state, "nonce": login.nonce,
        "code_challenge": challenge, "code_challenge_method": "S256",
        "claims": json.dumps({"id_token": dict.fromkeys(wanted)}),
    }  # fmt: skip
    if provider.acr:
        asked["acr_values"] = " ".join(provider.acr)
    if login.fresh:
        asked |= {"prompt": "login", "max_age": "0"}
    return f"{metadata.authorization}{'&' if urlsplit(metadata.authorization).query else '?'}{urlencode(asked)}"


def code_of(answer: Mapping[str, str], login: Login, metadata: Metadata, browser: str, at: datetime) -> str:
    """The authorization code of an answer to this login. `LoginError` for any that is not."""
    if not compare_digest(login.browser, hashed(browser)):
        raise LoginError("browser", "the login was begun in another browser")
    if at - login.begun > PATIENCE:
        raise LoginError("late", "the login took too long")
    if answer.get("iss", None if metadata.sends_issuer else metadata.issuer) != metadata.issuer:
        raise LoginError("mixed_up", "the answer is not from the provider that was asked")
    if "error" in answer:
        raise LoginError("provider", "the identity provider did not let you in", "ask whoever keeps it")
    code = answer.get("code", "")
    if not 0 < len(code) <= _CODES:
        raise LoginError("no_code", "the answer holds no code")
    return code
