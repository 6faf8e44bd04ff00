"""Speaking to identity providers: what they say of themselves, their keys, and a code in exchange for a token."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from recuse.errors import LoginError, MalformedError
from recuse.server.authzen import parse_object
from recuse.server.identity.addresses import is_safe
from recuse.server.identity.asking import Login, Metadata, redirect
from recuse.server.identity.people import Provider
from recuse.server.identity.token import Received, Vouched, signed, vouched

SECONDS: Final = 5.0
"""How long an answer is waited for."""
LONGEST: Final = 1 << 18
"""Bytes of an answer."""
KEPT: Final = timedelta(minutes=10)
"""How long what a provider says of itself is kept, and its keys."""
SOONEST: Final = timedelta(seconds=30)
"""How soon it is asked again, when a key is not among its keys, or it did not answer as it should."""
_SIGNING: Final = frozenset({"RSA", "EC", "OKP"})


@dataclass(frozen=True, slots=True)
class _Known:
    metadata: Metadata
    keys: KeySet
    at: datetime


class Providers:
    """What is known of identity providers, kept for a while; for one event loop."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._known: dict[str, _Known] = {}
        self._failed: dict[str, tuple[datetime, LoginError]] = {}
        self._client = httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False)

    async def metadata(self, provider: Provider) -> Metadata:
        """What the provider says of itself. `LoginError` when it cannot be asked, or is not who it should be."""
        return (await self._about(provider, KEPT)).metadata

    async def vouched(self, provider: Provider, code: str, login: Login, base: str) -> Vouched:
        """Who it is that was given this code. `LoginError` when it is not known for certain."""
        known = await self._about(provider, KEPT)
        answer = await self._exchange(provider, known.metadata, code, login, base)
        token, access = answer.get("id_token"), answer.get("access_token", "")
        if not isinstance(token, str) or not isinstance(access, str):
            raise LoginError("no_token", "the identity provider gave no ID token")
        try:
            header, claims = signed(token, known.keys)
        except LoginError:  # its keys may have changed since
            header, claims = signed(token, (await self._about(provider, SOONEST)).keys)
        return vouched(Received(header, claims, access, provider, login, self._now()))

    async def close(self) -> None:
        """Give up all connections."""
        await self._client.aclose()

    async def _about(self, provider: Provider, age: timedelta) -> _Known:
        known = self._known.get(provider.issuer)
        if known is not None and self._now() - known.at <= age:
            return known
        failed = self._failed.get(provider.issuer)
        if failed is not None and self._now() - failed[0] <= SOONEST:
            raise LoginError(failed[1].code, failed[1].message, failed[1].remedy)
        try:
            known = await self._asked_anew(provider)
        except LoginError as error:
            self._failed[provider.issuer] = self._now(), error
            raise
        self._known[provider.issuer] = known
        return known

    async def _asked_anew(self, provider: Provider) -> _Known:
        where = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = _metadata(provider, await self._get(where))
        return _Known(metadata, _keys(await self._get(metadata.keys)), self._now())

    async def _exchange(
        self, provider: Provider, metadata: Metadata, code: str, login: Login, base: str
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "code_verifier": login.verifier,
            "redirect_uri": redirect(base, provider),
        }  # fmt: skip
        headers = {}
        if metadata.posts_secret:
            form |= {"client_id": provider.client, "client_secret": provider.secret}
        else:
            both = f"{quote(provider.client, safe='')}:{quote(provider.secret, safe='')}"  # RFC 6749 §2.3.1
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        return await self._asked(self._client.build_request("POST", metadata.token, data=form, headers=headers))

    async def _get(self, url: str) -> Mapping[str, Any]:
        return await self._asked(self._client.build_request("GET", url))

    async def _asked(self, request: httpx2.Request) -> Mapping[str, Any]:
        request.headers["Accept"] = "application/json"
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LONGEST:
                        raise LoginError("provider_answer", "the identity provider's answer is too long")
            finally:
                await response.aclose()
        except httpx2.HTTPError as error:
            raise LoginError("unreachable", "the identity provider does not answer", "try again later") from error
        if response.status_code != httpx2.codes.OK:
            raise LoginError("provider_answer", "the identity provider refused what it was asked")
        try:
            return parse_object(bytes(body))
        except MalformedError as error:
            raise LoginError("provider_answer", "the identity provider's answer cannot be read") from error


def _metadata(provider: Provider, said: Mapping[str, Any]) -> Metadata:
    """Refuses another issuer than the one that stands in people.toml, and addresses without TLS."""
    if said.get("issuer") != provider.issuer:
        raise LoginError("other_issuer", "the identity provider says that it is another")
    ends = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    authorization, token, keys = (each if isinstance(each, str) and is_safe(each) else "" for each in ends)
    if not (authorization and token and keys):
        raise LoginError("provider_answer", "the identity provider names no address that can be trusted")
    ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    posts = isinstance(ways, list) and "client_secret_basic" not in ways and "client_secret_post" in ways
    sends = said.get("authorization_response_iss_parameter_supported") is True
    return Metadata(provider.issuer, authorization, token, keys, posts, sends)


def _keys(said: Mapping[str, Any]) -> KeySet:
    """Keys that verify signatures; a secret key among them would let anybody sign who reads it, and is left out."""
    found = said.get("keys")
    listed = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    fit = [each for each in listed if each.get("kty") in _SIGNING and each.get("use", "sig") == "sig"]
    try:
        return KeySet.import_key_set(json.loads(json.dumps({"keys": fit})))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise LoginError("provider_answer", "the identity provider's keys cannot be read") from error
