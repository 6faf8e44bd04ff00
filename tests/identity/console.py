"""A console behind identity on a real server with TLS, the browser of a person, and a provider that lies."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from granian.constants import Interfaces
from granian.server.embed import Server as Granian
from joserfc import jws
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from recuse import clock
from recuse.ledger import decode, read_entries
from recuse.server.identity import Identity, visitor_of
from recuse.server.identity.cookies import BROWSER, SESSION
from recuse.server.identity.forms import FIELD, form_token
from tests.identity.providers import Running, free_port

Alter = Callable[[dict[str, Any], dict[str, Any]], str]


class Clock:
    """The real time, and how far ahead of it the console is."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead


class Switch:
    """An application that can be exchanged while its server runs."""

    def __init__(self) -> None:
        self.application: ASGIApp = Starlette()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.application(scope, receive, send)


@dataclass
class Console:
    """What a test has in hand: the address, the identity behind it, its files, its record, the providers."""

    base: str
    trust: ssl.SSLContext
    identity: Identity
    clock: Clock
    people: Path
    folder: Path
    providers: dict[str, Running]
    dsn: str
    forger: "Forger"

    def browser(self) -> "Browser":
        return Browser(self)

    def recorded(self, *kinds: str) -> list[dict[str, Any]]:
        """What the record holds now, read as a stranger would."""
        entries = map(decode, read_entries(self.folder))
        return [{"kind": each.kind, **each.body} for each in entries if not kinds or each.kind in kinds]

    def rewrite(self, *changes: tuple[str, str]) -> None:
        """Change people.toml; the console sees another file, as an editor would leave it."""
        text = self.people.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        other = self.people.with_suffix(".new")
        other.write_text(text)
        other.replace(self.people)


@dataclass
class Browser:
    """A browser at the console: it keeps cookies, and says where its forms come from as browsers do."""

    console: Console
    client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx2.Client(base_url=self.console.base, verify=self.console.trust, trust_env=False)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> httpx2.Response:
        """A form, sent as it stands here, by a page of the console unless the headers say otherwise."""
        own = {"Origin": self.console.base, "Sec-Fetch-Site": "same-origin"}
        sent = {name: value for name, value in (own | headers).items() if value != "-"}
        return self.client.post(path, data=form, headers=sent)

    def token(self, path: str = "/login") -> str:
        """The form token of a page; where it has no form, the one that its forms would carry."""
        _, _, found = self.get(path).text.partition(f'name="{FIELD}" value="')
        return found.partition('"')[0] or form_token(self.client.cookies.get(BROWSER) or "")

    def send(self, path: str, form: dict[str, str], **headers: str) -> httpx2.Response:
        """A form with its token."""
        return self.post(path, {FIELD: self.token(), **form}, **headers)

    def begin(self, provider: str = "mock", then: str = "/who", fresh: str = "") -> str:
        """Go to the provider; the address there."""
        form = {"provider": provider, "next": then} | ({"fresh": "1"} if fresh else {})
        response = self.send("/login", form)
        assert response.status_code == 303, response.text
        return response.headers["location"]

    def answered(self, subject: str, provider: str = "mock", **begin: str) -> str:
        """Log in at the provider, and stop before the browser goes back: the address that it would go back to."""
        return self.console.providers[provider].authorize(self.begin(provider, **begin), subject)

    def log_in(self, subject: str, provider: str = "mock", **begin: str) -> httpx2.Response:
        """Log in; what the console answers at the end."""
        return self.client.get(self.answered(subject, provider, **begin))

    def who(self) -> dict[str, Any] | None:
        """Who the console takes this browser for."""
        found: dict[str, Any] | None = self.get("/who").json()
        return found

    @property
    def session(self) -> str | None:
        return self.client.cookies.get(SESSION)


def parameters(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def pages() -> Starlette:
    """A console of three pages: who one is, something that changes, and a page that asks by itself."""

    async def who(request: Request) -> Response:
        visitor = visitor_of(request)
        told = None if visitor is None else {
            "issuer": visitor.issuer, "subject": visitor.subject, "name": visitor.name, "agency": visitor.agency,
            "roles": sorted(visitor.roles), "acr": visitor.acr, "session": visitor.session, "ori": visitor.ori,
            "auth_time": None if visitor.auth_time is None else visitor.auth_time.timestamp(),
        }  # fmt: skip
        return JSONResponse(told)

    async def act(request: Request) -> Response:
        return JSONResponse({"done": (await request.form()).get("what")})

    return Starlette(routes=[Route("/who", who), Route("/live", who), Route("/act", act, methods=["POST"])])


@contextmanager
def served(application: ASGIApp, port: int, certificate: tuple[Path, Path] | None = None) -> Iterator[None]:
    """Granian, with TLS where there is a certificate."""
    extra = {} if certificate is None else {"ssl_cert": certificate[0], "ssl_key": certificate[1]}
    server = Granian(application, port=port, interface=Interfaces.ASGINL, log_enabled=False, **extra)  # type: ignore[arg-type]
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve()

    thread = Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    _wait_for(port)
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(server.stop)
        thread.join(10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            httpx2.get(f"http://127.0.0.1:{port}/", trust_env=False)
        except httpx2.ConnectError:
            time.sleep(0.02)
        except httpx2.HTTPError:  # TLS is spoken there
            return
        else:
            return
    raise AssertionError("the server did not start")


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "console of a test")])
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(built.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )  # fmt: skip
    return files


class Forger:
    """A provider that lies: it lets people in at a real one, and changes the ID token on its way, as a test says.

    It has a key of its own, which the console trusts: what it signs is rightly signed and wrong in one thing.
    """

    def __init__(self, real: Running) -> None:
        self.real = real
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.key = RSAKey.generate_key(2048, {"kid": "forged", "use": "sig"}, private=True)
        self.alter: Alter = self.sign
        self.metadata: dict[str, Any] = {}
        self.keys: list[dict[str, Any]] = [self.key.as_dict(private=False)]
        self.answer: dict[str, Any] = {}
        self.asked = 0

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jws.serialize_compact(header, json.dumps(claims), self.key, [header["alg"]])

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/jwks", self._keys),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, request: Request) -> Response:
        self.asked += 1
        async with httpx2.AsyncClient(trust_env=False) as client:
            real = (await client.get(f"{self.real.issuer}/.well-known/openid-configuration")).json()
        own = {"issuer": self.issuer, "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks"}
        return JSONResponse({**real, **own, **self.metadata})

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": self.keys})

    async def _token(self, request: Request) -> Response:
        async with httpx2.AsyncClient(trust_env=False) as client:
            headers = {"Authorization": request.headers["authorization"]}
            answer = await client.post(
                f"{self.real.issuer}/oauth2/token", data=dict(await request.form()), headers=headers
            )
        if answer.status_code != 200:
            return Response(answer.content, answer.status_code)
        whole = answer.json()
        claims = json.loads(jws.extract_compact(whole["id_token"].encode()).payload) | {"iss": self.issuer}
        whole["id_token"] = self.alter({"alg": "RS256", "kid": "forged", "typ": "JWT"}, claims)
        return JSONResponse(whole | self.answer)
