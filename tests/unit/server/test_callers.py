"""Who asks: every way in which a token or a certificate may be wrong is nobody, and each check is missed."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwk, jwt

from recuse.errors import InputError
from recuse.server import callers, keys
from recuse.server.callers import LEEWAY, Callers
from recuse.server.keys import Keys, read_keys
from recuse.server.settings import Caller, Issuer, Proxy, Settings

AT: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
NOW: Final = int(AT.timestamp())
ISSUER: Final = "https://login.example.org"
SECRET: Final = b"s" * 40
PROXY: Final = "10.0.0.1"
KEY: Final = jwk.ECKey.generate_key("P-256", {"kid": "k1"})
GOOD: Final = {"iss": ISSUER, "aud": "us", "client_id": "app", "sub": "app", "iat": NOW, "exp": NOW + 300}
HEADER: Final = {"alg": "ES256", "typ": "at+jwt", "kid": "k1"}


def made(not_before: datetime, not_after: datetime) -> bytes:
    """A certificate of a program (DER)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, not_before, not_after)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


CERTIFICATE: Final = made(AT - timedelta(days=1), AT + timedelta(days=1))
OVER: Final = made(AT - timedelta(days=2), AT - timedelta(days=1))
COMING: Final = made(AT + timedelta(days=1), AT + timedelta(days=2))


def digest(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "keys").write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    known = frozenset(map(digest, (CERTIFICATE, OVER, COMING)))
    programs = (
        Caller("app", None, ISSUER, "app", frozenset()),
        Caller("portal", frozenset({"clear"}), None, None, known),
    )
    issuer = Issuer(ISSUER, "us", str(tmp_path / "keys"))
    proxy = Proxy(frozenset({PROXY}), tmp_path / "unused")
    return Settings("https://us", "127.0.0.1", 1, 1, None, 5, None, (issuer,), programs, proxy)


def signed(header: dict[str, Any] | None = None, key: Any = KEY, **claims: Any) -> str:
    said = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    return jwt.encode({**HEADER, **(header or {})}, said, key)


def known(settings: Settings, *headers: tuple[str, str], address: str = PROXY) -> str | None:
    """The caller of these headers, by a fresh reader."""
    found = Callers(settings, lambda: AT, SECRET)
    raw = [(name.encode(), value.encode()) for name, value in headers]
    caller = asyncio.run(found.known(raw, address))
    return caller.id if caller is not None else None


def bearer(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


def shown(certificate: bytes) -> tuple[tuple[str, str], tuple[str, str]]:
    told = f":{base64.b64encode(certificate).decode()}:"
    return ("client-cert", told), ("recuse-proxy", SECRET.decode())


def test_a_registered_program_is_known_by_its_token_and_by_its_certificate(settings: Settings) -> None:
    assert known(settings, bearer(signed())) == "app"
    assert known(settings, ("authorization", f"bearer {signed()}")) == "app", "the scheme has no case"
    assert known(settings, *shown(CERTIFICATE)) == "portal"
    assert known(settings, bearer(signed(aud=["others", "us"]))) == "app"
    assert known(settings, bearer(signed({"typ": "application/at+jwt"}))) == "app"
    assert known(settings, bearer(signed(exp=NOW - LEEWAY + 1))) == "app", "clocks may differ a little"


def without_signature() -> str:
    parts = ({"alg": "none", "typ": "at+jwt"}, GOOD)
    return ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts) + "."


def by_the_public_key() -> str:
    """HS256 with the public key for a secret, which a reader that takes any algorithm would accept."""
    public = KEY.as_pem(private=False)
    parts = ({"alg": "HS256", "typ": "at+jwt", "kid": "k1"}, GOOD)
    text = ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts)
    mac = hmac.new(public, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def altered() -> str:
    header, claims, signature = signed().split(".")
    other = base64.urlsafe_b64encode(json.dumps({**GOOD, "client_id": "portal"}).encode()).decode().rstrip("=")
    return f"{header}.{other}.{signature}" if claims else ""


BAD: Final = {
    "another issuer": signed(iss="https://other.example.org"),
    "another audience": signed(aud="others"),
    "no audience": signed(aud=None),
    "over": signed(exp=NOW - LEEWAY - 1),
    "without an end": signed(exp=None),
    "not begun": signed(nbf=NOW + LEEWAY + 1),
    "made in the future": signed(iat=NOW + LEEWAY + 1),
    "an unknown client": signed(client_id="stranger"),
    "no client": signed(client_id=None),
    "an identity token": signed({"typ": "JWT"}),
    "no type": signed({"typ": "x"}),
    "another key": signed(key=jwk.ECKey.generate_key("P-256", {"kid": "k1"})),
    "an unknown key": signed({"kid": "k2"}, jwk.ECKey.generate_key("P-256", {"kid": "k2"})),
    "no signature": without_signature(),
    "a public key for a secret": by_the_public_key(),
    "altered": altered(),
    "two parts": "a.b",
    "bound to a certificate that is not there": signed(cnf={"x5t#S256": "AAAA"}),
    "bound to a key of another kind": signed(cnf={"jkt": "AAAA"}),
    "no object": "bnVsbA.bnVsbA.AAAA",
    "too long": "a" * 9000,
    "empty": "",
}


@pytest.mark.parametrize("why", BAD)
def test_a_bad_token_is_nobody(settings: Settings, why: str) -> None:
    assert known(settings, bearer(BAD[why])) is None


def test_what_is_sent_twice_or_another_way_is_nobody(settings: Settings) -> None:
    token = signed()
    assert known(settings, bearer(token), bearer(token)) is None
    assert known(settings, ("authorization", f"Basic {token}")) is None
    assert known(settings, ("authorization", token)) is None
    assert known(settings) is None


def test_a_certificate_counts_from_the_proxy_alone(settings: Settings) -> None:
    told, secret = shown(CERTIFICATE)
    assert known(settings, told, secret, address="10.0.0.2") is None
    assert known(settings, told) is None
    assert known(settings, told, ("recuse-proxy", "x" * 40)) is None
    assert known(settings, told, told, secret) is None
    assert known(settings, *shown(OVER)) is None
    assert known(settings, *shown(COMING)) is None
    assert known(settings, *shown(made(AT - timedelta(days=1), AT + timedelta(days=1)))) is None
    for text in ("::", ":", "", ":????:", ":AAAA:", told[1][1:-1]):
        assert known(settings, ("client-cert", text), secret) is None
    assert known(replace(settings, proxy=None), told, secret) is None
    assert asyncio.run(Callers(settings, lambda: AT).known([(b"client-cert", told[1].encode())], PROXY)) is None


def test_a_token_that_is_bound_to_a_certificate_holds_with_it_alone(settings: Settings) -> None:
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(CERTIFICATE).digest()).decode().rstrip("=")
    token = bearer(signed(cnf={"x5t#S256": thumbprint}))
    assert known(settings, token, *shown(CERTIFICATE)) == "app"
    assert known(settings, token, *shown(COMING)) is None
    assert known(settings, token) is None


def test_a_token_that_was_good_ends_all_the_same(settings: Settings) -> None:
    moment = [AT]
    found = Callers(settings, lambda: moment[0])
    headers = [(b"authorization", f"Bearer {signed()}".encode())]
    for after, expected in ((0, "app"), (300 + LEEWAY - 1, "app"), (300 + LEEWAY, None)):
        moment[0] = AT + timedelta(seconds=after)
        caller = asyncio.run(found.known(headers, None))
        assert (caller.id if caller else None) == expected


def test_keys_are_looked_up_again_for_a_new_name_but_not_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, look = list[str](), keys._looked_up

    def counted(source: str) -> Any:
        looked.append(source)
        return look(source)

    monkeypatch.setattr(keys, "_looked_up", counted)
    path = tmp_path / "keys"
    path.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    found = Keys(str(path))

    def asks(name: str, later: float = 0.0) -> bool:
        found._looked -= later
        found._had -= later
        return asyncio.run(found.holding(name)) is not None

    assert asks("k1")
    assert asks("k2"), "the key itself says that it is not this one"
    assert len(looked) == 1, "one that is not there is not looked for at once again"
    assert asks("k2", keys.AGAIN)
    assert len(looked) == 2
    assert asks("k1", keys.AGAIN)
    assert len(looked) == 2
    assert asks("k1", keys.FRESH)
    assert len(looked) == 3
    path.write_text("{}")
    assert asks("k1", keys.FRESH), "the last that were had"
    assert not asks("k1", keys.FRESH), "nobody knows whether they are good still"
    assert len(looked) == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"keys": []}',
        '{"keys": [{"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]}',
        '{"keys": 1}',
        "[]",
    ],
)
def test_keys_that_are_none_or_secret_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(InputError, match=r"^the keys at "):
        read_keys(str(tmp_path / "keys"))
    (tmp_path / "keys").write_text(json.dumps({"keys": [KEY.as_dict(private=True)]}))
    with pytest.raises(InputError, match="not public keys alone"):
        read_keys(str(tmp_path / "keys"))


@pytest.mark.parametrize(
    ("left_out", "why"),
    [
        ("_registry", "not begun"), ("_registry", "another audience"), ("_types", "an identity token"),
        ("_bound_to", "bound to a certificate that is not there"), ("ALGORITHMS", "a public key for a secret"),
    ],
)  # fmt: skip
def test_a_check_that_is_left_out_is_noticed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, left_out: str, why: str
) -> None:
    class Nothing:
        def validate(self, _: object) -> None:
            pass

    class Everything:
        def __contains__(self, _: object) -> bool:
            return True

    lax: dict[str, Any] = {"_registry": lambda *_: Nothing(), "_types": lambda _: Everything(),
                           "_bound_to": lambda _: None, "ALGORITHMS": ("ES256", "HS256")}  # fmt: skip
    monkeypatch.setattr(callers, left_out, lax[left_out])
    if left_out == "ALGORITHMS":  # the library refuses a public key for a secret by itself: two walls
        assert known(settings, bearer(BAD[why])) is None
    else:
        assert known(settings, bearer(BAD[why])) == "app"
