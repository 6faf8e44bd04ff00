"""The settings of a server, `serve.toml`: where it listens, what it keeps, and which programs may ask. Read strictly.

It holds no secret: passwords are in PGPASSFILE, keys and the proxy's secret in files of their own. It is no part of
the policy, which says nothing of programs: what a program may learn is what the accounts it asks about may.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from recuse.errors import Problem, RepositoryError
from recuse.toml_source import Section, parse

_FILE: Final = "serve.toml"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})
TOKEN_TYPES: Final = ("at+jwt", "JWT")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues tokens: `keys` is a file or an https address with its public keys (a JWK set, RFC 7517).

    `token_type` is what a token's header must say: `at+jwt` (RFC 9068), or `JWT` for an issuer that says no more.
    """

    name: str
    audience: str
    keys: str
    token_type: str = "at+jwt"  # noqa: S105 - a type of tokens, no token
    client_claim: str = "client_id"


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that may ask, about some systems or (None) about all; known by an issuer's token or by a certificate.

    `certificates` are SHA-256 hashes of whole certificates (DER), in hexadecimal; `takes_in`: it may also take in
    requests for assistance.
    """

    id: str
    systems: frozenset[str] | None
    issuer: str | None
    client: str | None
    certificates: frozenset[str]
    takes_in: bool = False


@dataclass(frozen=True, slots=True)
class Proxy:
    """What ends TLS before the server: it alone is believed about a client's certificate (RFC 9440)."""

    addresses: frozenset[str]
    secret: Path


@dataclass(frozen=True, slots=True)
class Pages:
    """The console, where it is served: who its people are, and the file of what agencies reach.

    `content` is the site's content folder, which is only read; None where editors have no screens.
    """

    people: Path
    access: Path
    content: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """A server's settings; a path that is not absolute is one from the folder of the file.

    `base` is the address that callers know, without a slash at its end; `state` a connection string, or None for a
    server of our own; `patience` is how many seconds an answer may wait for its record; `names` the file of names that
    applications use; `console` is None where none is served; `marks` the secret of record marks, None without them.
    """

    base: str
    host: str
    port: int
    workers: int
    state: str | None
    patience: int
    tls: tuple[Path, Path] | None
    issuers: tuple[Issuer, ...]
    callers: tuple[Caller, ...]
    proxy: Proxy | None
    names: Path | None = None
    console: Pages | None = None
    marks: Path | None = None


def read_settings(path: Path, raw: bytes) -> Settings:
    """The settings in these bytes; `RepositoryError` with every problem, each with its line."""
    problems: list[Problem] = []
    source = parse(path.name or _FILE, raw, problems)
    if source is None:
        raise RepositoryError(tuple(problems))
    settings = _settings(Section(source, problems), path.parent.absolute())
    if problems:
        raise RepositoryError(tuple(sorted(problems, key=lambda each: each.line)))
    return settings


def _settings(root: Section, folder: Path) -> Settings:
    root.expect("format", 1)
    base, listen = root.text("base"), root.text("listen")
    host, port = _address(root, listen)
    tls, proxy = _tls(root, folder), _proxy(root, folder)
    issuers = tuple(_issuers(root, folder))
    callers = tuple(_callers(root, issuers))
    workers = root.whole("workers") if "workers" in root else 2
    patience = root.whole("patience") if "patience" in root else 5
    state, names = root.optional_text("state"), root.optional_text("names")
    console, marks = _console(root, folder), _marks(root, folder)
    root.close()
    _check_base(root, base)
    _check_state(root, state)
    if not 1 <= workers <= 64:
        root.report("`workers` must be from 1 to 64", "workers")
    if not 1 <= patience <= 60:
        root.report("`patience` must be from 1 to 60 seconds", "patience")
    if tls is None and host not in _HERE:
        remedy = "add [tls], or listen on 127.0.0.1 behind a proxy that ends TLS"
        root.report(
            f"`{listen}` is reached over a network, and tokens would travel in the clear", "listen", remedy=remedy
        )
    if proxy is None and any(caller.certificates for caller in callers):
        root.report("a caller is known by its certificate, and no [proxy] tells certificates", remedy="add [proxy]")
    return Settings(base, host, port, workers, state, patience, tls, issuers, callers, proxy,
                    None if names is None else folder / names, console, marks)  # fmt: skip


def _check_state(root: Section, state: str | None) -> None:
    try:
        found = conninfo_to_dict(state or "")
    except ProgrammingError:
        root.report("`state` is no connection string", "state", remedy="write one, such as `service=recuse_state`")
        return
    if "password" in found:
        remedy = "name a service, or put the password into PGPASSFILE"
        root.report("`state` holds a password, which is in sight in workers' environments", "state", remedy=remedy)


def _check_base(root: Section, base: str) -> None:
    parts = urlsplit(base)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
    if not secure or not parts.hostname or base.endswith("/") or parts.query or parts.fragment or parts.username:
        root.report("`base` must be an https address without a slash at its end", "base")


def _address(root: Section, listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        root.report("`listen` must be an address and a port, such as 127.0.0.1:8443", "listen")
        return "127.0.0.1", 0
    return host.strip("[]"), int(port)


def _tls(root: Section, folder: Path) -> tuple[Path, Path] | None:
    section = root.section("tls", optional=True)
    if section is None:
        return None
    files = folder / section.text("certificate"), folder / section.text("key")
    section.close()
    return files


def _proxy(root: Section, folder: Path) -> Proxy | None:
    section = root.section("proxy", optional=True)
    if section is None:
        return None
    found = Proxy(frozenset(section.texts("addresses")), folder / section.text("secret_file"))
    section.close()
    return found


def _console(root: Section, folder: Path) -> Pages | None:
    section = root.section("console", optional=True)
    if section is None:
        return None
    people, access = section.text("people"), section.optional_text("access") or "access.json"
    content = section.optional_text("content")
    found = Pages(folder / people, folder / access, None if content is None else folder / content)
    section.close()
    return found


def _marks(root: Section, folder: Path) -> Path | None:
    section = root.section("marks", optional=True)
    if section is None:
        return None
    found = folder / section.text("secret_file")
    section.close()
    return found


def _issuers(root: Section, folder: Path) -> Iterator[Issuer]:
    names = set[str]()
    for section in root.sections("issuer", optional=True):
        keys = section.text("keys")
        if "://" in keys and not keys.startswith("https://") and urlsplit(keys).hostname not in _HERE:
            section.report("`keys` must be a file or an https address", "keys")
        found = Issuer(
            section.text("issuer"),
            section.text("audience"),
            keys if "://" in keys else str(folder / keys),
            section.choice("token_type", TOKEN_TYPES, TOKEN_TYPES[0]),
            section.optional_text("client_claim") or "client_id",
        )
        section.close()
        if found.name in names:
            section.report(f"issuer `{found.name}` stands twice", "issuer", remedy="name it once")
        names.add(found.name)
        yield found


def _callers(root: Section, issuers: tuple[Issuer, ...]) -> Iterator[Caller]:
    known, seen = {issuer.name for issuer in issuers}, set[object]()
    for section in root.sections("caller", optional=True):
        name, issuer, client = section.text("id"), section.optional_text("issuer"), section.optional_text("client")
        systems = frozenset(section.texts("systems")) if "systems" in section else None
        certificates = section.texts("certificate_sha256", optional=True)
        takes_in = section.flag("takes_in", default=False)
        section.close()
        if (issuer is None) != (client is None) or (issuer is None and not certificates):
            remedy = "give `issuer` and `client`, or `certificate_sha256`"
            section.report(f"nothing says how caller `{name}` is known", "id", remedy=remedy)
        if issuer is not None and issuer not in known:
            section.report(f"`{issuer}` is no [[issuer]] here", "issuer")
        for index, each in enumerate(certificates):
            if not _DIGEST.fullmatch(each):
                section.report(f"`{each}` is no SHA-256 in lower-case hexadecimal", "certificate_sha256", index)
        for mark in (name, *certificates, *([(issuer, client)] if issuer else [])):
            if mark in seen:
                section.report(f"two callers are `{mark}`: nobody could say which one asks", "id")
            seen.add(mark)
        yield Caller(name, systems, issuer, client, frozenset(certificates), takes_in)
