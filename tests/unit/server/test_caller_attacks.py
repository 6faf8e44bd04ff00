"""Tokens, certificates and keys as an attacker would make them: nobody, and never an error that is not foreseen."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from joserfc import jwk, jwt

from recuse.errors import InputError
from recuse.server import keys
from recuse.server.callers import Callers
from recuse.server.keys import read_keys
from recuse.server.settings import Settings
from tests.unit.server.test_callers import AT, CERTIFICATE, GOOD, HEADER, KEY, bearer, known, settings, shown, signed

__all__ = ["settings"]  # fixture
OWN: Final = jwk.ECKey.generate_key("P-256", {"kid": "k1"})
ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def encoded(part: object) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("depth", [100, 1000, 2900])
def test_a_token_of_nested_json_is_nobody(settings: Settings, depth: int) -> None:
    """It was an error of the server that anybody could cause."""
    nested = b'{"alg":"ES256","typ":"at+jwt","kid":"k1","x":' + deep(depth) + b"}"
    claims = json.dumps(GOOD).encode()[:-1] + b', "x":' + deep(depth) + b"}"
    for header, body in ((nested, GOOD), (HEADER, claims), (deep(depth), deep(depth))):
        assert known(settings, bearer(f"{encoded(header)}.{encoded(body)}.AAAA")) is None


@trying(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "jku", "x5c", "x5u", "cty", "zip"]), value=ANYTHING
)
def test_whatever_stands_in_a_header_is_nobody_or_the_one_who_signed(settings: Settings, name: str, value: Any) -> None:
    whole = f"{encoded({**HEADER, name: value})}.{encoded(GOOD)}.{signed().rpartition('.')[2]}"
    assert known(settings, bearer(whole)) in (None, "app")
    if {**HEADER, name: value} != HEADER:
        assert known(settings, bearer(whole)) is None


@trying(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "client_id", "cnf", "sub", "jti"]), value=ANYTHING)
def test_whatever_an_issuer_signs_is_read_or_nobody(settings: Settings, name: str, value: Any) -> None:
    """Also claims of other types, infinite times and texts for numbers."""
    signature = jwt.encode(HEADER, {**GOOD, name: value}, KEY)
    assert known(settings, bearer(signature)) in (None, "app")


def test_an_end_beyond_all_numbers_is_nobody(settings: Settings) -> None:
    assert known(settings, bearer(jwt.encode(HEADER, {**GOOD, "exp": 10**400}, KEY))) is None


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_token_brings_no_key_of_its_own(settings: Settings, name: str) -> None:
    """Neither in its header, nor at an address in it: nothing is looked up there."""
    asked: list[str] = []
    with serving({"/jwks": (200, {}, json.dumps({"keys": [OWN.as_dict(private=False)]}).encode())}, asked) as base:
        value: Any = OWN.as_dict(private=False) if name == "jwk" else f"{base}/jwks"
        header = {**HEADER, name: [value] if name == "x5c" else value, "kid": "k2"}
        text = f"{encoded(header)}.{encoded(GOOD)}"
        whole = jwt.encode({**HEADER, "kid": "k1"}, GOOD, OWN).rpartition(".")[2]
        assert known(settings, bearer(f"{text}.{whole}")) is None
        assert known(settings, bearer(jwt.encode({**HEADER}, GOOD, OWN))) is None
    assert asked == []


def test_a_key_that_was_withdrawn_counts_no_longer(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that was found good is examined again each minute, with the keys of then."""
    moment = [AT]
    found = Callers(settings, lambda: moment[0])
    headers = [(b"authorization", f"Bearer {signed(exp=int(AT.timestamp()) + 86_400)}".encode())]
    assert asyncio.run(found.known(headers, None)) is not None
    Path(settings.issuers[0].keys).write_text(json.dumps({"keys": [OWN.as_dict(private=False)]}))
    monkeypatch.setattr(keys, "FRESH", 0.0)
    monkeypatch.setattr(keys, "AGAIN", 0.0)
    moment[0] = AT + timedelta(seconds=61)
    assert asyncio.run(found.known(headers, None)) is None


@pytest.mark.parametrize("version", [3, 11])
def test_a_certificate_of_another_version_is_nobody(settings: Settings, version: int) -> None:
    """A program makes its certificate itself; a proxy may pass it on as it is."""
    told, secret = shown(CERTIFICATE.replace(b"\xa0\x03\x02\x01\x02", bytes([0xA0, 3, 2, 1, version]), 1))
    assert known(settings, told, secret) is None


@trying(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, len(CERTIFICATE) - 1), value=st.integers(0, 255), cut=st.booleans())
def test_a_certificate_that_was_changed_is_nobody(settings: Settings, position: int, value: int, cut: bool) -> None:
    changed = CERTIFICATE[:position] + bytes([value]) + (b"" if cut else CERTIFICATE[position + 1 :])
    assert known(settings, *shown(changed)) == ("portal" if changed == CERTIFICATE else None)


@pytest.mark.parametrize(
    "name", ["Client-Cert", "client_cert", "x-client-cert", "x-forwarded-client-cert", "ssl-client-cert"]
)
def test_no_other_header_tells_a_certificate(settings: Settings, name: str) -> None:
    (_, told), secret = shown(CERTIFICATE)
    expected = "portal" if name == "Client-Cert" else None
    assert known(settings, (name, told), secret) == expected
    assert known(settings, (name, told), ("client-cert", told), secret) == (None if name == "Client-Cert" else "portal")
    assert known(settings, (name, f"{told}, {told}"), secret) is None
    assert known(settings, (name, told), ("recuse-proxy", f"{secret[1]} ")) is None


# --- addresses of keys ---


@contextmanager
def serving(pages: dict[str, tuple[int, dict[str, str], bytes]], asked: list[str]) -> Iterator[str]:
    """A web server with these pages; what it was asked for."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, headers, body = pages.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 201, 404, 500])
def test_an_address_of_keys_leads_nowhere_else(status: int) -> None:
    """What stands at it could otherwise make the server ask inside of its own network."""
    asked, good = list[str](), json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()
    pages = {"/jwks": (status, {"Location": "/inside"}, good), "/inside": (200, {}, good)}
    with serving(pages, asked) as base:
        with pytest.raises(InputError, match=f"it answered {status}"):
            read_keys(f"{base}/jwks")
        assert asked == ["/jwks"]
        assert len(read_keys(f"{base}/inside").keys) == 1


def test_keys_without_end_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_LARGEST", 100)
    with serving({"/jwks": (200, {}, b'{"keys": [' + b" " * 1000)}, []) as base, pytest.raises(InputError):
        read_keys(f"{base}/jwks")


@pytest.mark.parametrize("source", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x", "http://127.0.0.1:1/x"])
def test_no_other_scheme_is_followed(source: str) -> None:
    with pytest.raises(InputError):
        read_keys(source)
