"""ID tokens that are signed and wrong in one thing: each is refused, for its own reason, which the ledger holds."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any, Final

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from tests.identity.console import Console

_HOUR: Final = 3600


def check_refused(console: Console, reason: str, **begin: str) -> None:
    browser = console.browser()
    response = browser.log_in("reviewer", "forged", **begin)
    assert (response.status_code, browser.session, browser.who()) == (403, None, None)
    assert [entry["reason"] for entry in console.recorded("session_refused")] == [reason]


def changed(console: Console, **claims: Any) -> None:
    """Sign claims that are changed; a claim of None is left out."""

    def alter(header: dict[str, Any], said: dict[str, Any]) -> str:
        whole = {**said, **{name: make(said) if callable(make) else make for name, make in claims.items()}}
        return console.forger.sign(header, {name: value for name, value in whole.items() if value is not None})

    console.forger.alter = alter


def test_an_honest_token(console: Console) -> None:
    browser = console.browser()
    assert browser.log_in("reviewer", "forged").status_code == 303
    assert browser.who() is not None


def test_wrong_issuer(console: Console) -> None:
    changed(console, iss=console.forger.issuer + "/")
    check_refused(console, "issuer")


@pytest.mark.parametrize("audience", ["another", ["another"], [], "recuse-console2", None])
def test_wrong_audience(console: Console, audience: Any) -> None:
    changed(console, aud=audience)
    check_refused(console, "audience")


def test_audience_of_several_without_party(console: Console) -> None:
    changed(console, aud=["recuse-console", "another"])
    check_refused(console, "audience")


def test_made_for_another_party(console: Console) -> None:
    changed(console, aud=["recuse-console", "another"], azp="another")
    check_refused(console, "audience")


def test_expired(console: Console) -> None:
    changed(console, exp=lambda said: said["iat"] - 60)
    check_refused(console, "expired")


@pytest.mark.parametrize("end", [None, "tomorrow", True, 10**30])
def test_without_an_end(console: Console, end: Any) -> None:
    changed(console, exp=end)
    check_refused(console, "expired")


def test_not_yet(console: Console) -> None:
    changed(console, nbf=lambda said: said["iat"] + _HOUR)
    check_refused(console, "expired")


@pytest.mark.parametrize("shift", [_HOUR, -_HOUR])
def test_issued_at_another_time(console: Console, shift: int) -> None:
    changed(console, iat=lambda said: said["iat"] + shift, exp=lambda said: said["exp"] + _HOUR)
    check_refused(console, "old")


@pytest.mark.parametrize("nonce", ["another", None, 7])
def test_wrong_nonce(console: Console, nonce: Any) -> None:
    changed(console, nonce=nonce)
    check_refused(console, "nonce")


@pytest.mark.parametrize("subject", ["", None, 7, "x" * 256])
def test_no_subject(console: Console, subject: Any) -> None:
    changed(console, sub=subject)
    check_refused(console, "subject")


def test_wrong_access_token(console: Console) -> None:
    console.forger.answer = {"access_token": "another"}
    check_refused(console, "at_hash")


def test_access_token_or_logout_token_instead(console: Console) -> None:
    console.forger.alter = lambda header, claims: console.forger.sign({**header, "typ": "at+jwt"}, claims)
    check_refused(console, "type")


def test_logout_token_instead(console: Console) -> None:
    changed(console, events={"http://schemas.openid.net/event/backchannel-logout": {}})
    check_refused(console, "type")


def test_no_signature(console: Console) -> None:
    """`alg: none`, spelt in several ways."""
    for index, name in enumerate(("none", "None", "NONE"), 1):

        def alter(header: dict[str, Any], claims: dict[str, Any], name: str = name) -> str:
            first = jws.extract_compact(console.forger.sign(header, claims).encode())
            return ".".join((_encoded({"alg": name}), _encoded(json.loads(first.payload)), ""))

        console.forger.alter = alter
        browser = console.browser()
        assert browser.log_in("reviewer", "forged").status_code == 403
        assert browser.session is None
        assert [entry["reason"] for entry in console.recorded()] == ["signature"] * index


def test_signed_with_the_public_key_as_a_secret(console: Console) -> None:
    """Key confusion: HS256 with what everybody can read."""
    public = console.forger.key.as_pem(private=False)

    def alter(header: dict[str, Any], claims: dict[str, Any]) -> str:
        signed = f"{_encoded({**header, 'alg': 'HS256'})}.{_encoded(claims)}"
        return f"{signed}.{_base64(hmac.digest(public, signed.encode(), 'sha256'))}"

    console.forger.alter = alter
    check_refused(console, "signature")


def test_signed_with_a_secret_that_stands_among_the_keys(console: Console) -> None:
    secret = OctKey.generate_key(256, {"kid": "secret"})
    console.forger.keys = [*console.forger.keys, secret.as_dict()]

    def alter(header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jws.serialize_compact({"alg": "HS256", "kid": "secret"}, json.dumps(claims), secret, ["HS256"])

    console.forger.alter = alter
    check_refused(console, "signature")


@pytest.mark.parametrize("header", ["jwk", "jku"])
def test_signed_with_a_key_that_it_brings(console: Console, header: str) -> None:
    own = RSAKey.generate_key(2048, {"kid": "forged"})
    brought = {"jwk": own.as_dict(private=False), "jku": f"{console.forger.issuer}/jwks"}

    def alter(head: dict[str, Any], claims: dict[str, Any]) -> str:
        registry = jws.JWSRegistry(strict_check_header=False)
        registry.max_header_length = 4096
        whole = {"alg": "RS256", "kid": "forged", header: brought[header]}
        return jws.serialize_compact(whole, json.dumps(claims), own, ["RS256"], registry)

    console.forger.alter = alter
    check_refused(console, "signature")


def test_changed_after_it_was_signed(console: Console) -> None:
    def alter(header: dict[str, Any], claims: dict[str, Any]) -> str:
        first, _, last = console.forger.sign(header, claims).split(".")
        return ".".join((first, _encoded({**claims, "sub": "admin"}), last))

    console.forger.alter = alter
    check_refused(console, "signature")


def test_keys_that_were_changed(console: Console) -> None:
    """The provider signs with a new key: its keys are asked for again."""
    console.browser().log_in("reviewer", "forged")
    new = RSAKey.generate_key(2048, {"kid": "new"}, private=True)
    console.forger.keys = [new.as_dict(private=False)]
    console.forger.alter = lambda header, claims: jws.serialize_compact(
        {"alg": "RS256", "kid": "new"}, json.dumps(claims), new, ["RS256"]
    )
    console.clock.ahead = timedelta(seconds=31)  # not sooner, or a stranger could make us ask
    browser = console.browser()
    assert browser.log_in("reviewer", "forged").status_code == 303


def test_too_weak(console: Console) -> None:
    console.rewrite(('name = "forged"\n', 'name = "forged"\nacr = ["urn:example:two-factors"]\n'))
    check_refused(console, "acr")
    changed(console, acr="urn:example:two-factors")
    browser = console.browser()
    assert browser.log_in("reviewer", "forged").status_code == 303
    who = browser.who()
    assert who is not None
    assert who["acr"] == "urn:example:two-factors"


def test_authenticated_long_ago(console: Console) -> None:
    """The provider ignored that a fresh authentication was asked for."""
    changed(console, auth_time=lambda said: said["auth_time"] - _HOUR)
    assert console.browser().log_in("reviewer", "forged").status_code == 303
    check_refused(console, "auth_time", fresh="1")


def test_does_not_say_when_authenticated(console: Console) -> None:
    changed(console, auth_time=None)
    browser = console.browser()
    assert browser.log_in("reviewer", "forged").status_code == 303
    who = browser.who()
    assert who is not None
    assert who["auth_time"] is None
    check_refused(console, "auth_time", fresh="1")


def _encoded(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
