"""Addresses that are trusted: of identity providers, of our own pages, and of who asks, behind proxies or not."""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

HOME: Final = "/"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST: Final = 2000


def is_safe(url: str) -> bool:
    """Whether a provider may be spoken to there: over TLS, or on this very machine; nobody named in the address."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    over = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    return bool(host) and over and "@" not in parts.netloc and not parts.fragment


def origin(url: str) -> str:
    """Scheme, host and port, as a browser writes them in the header `Origin`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def own_path(wanted: str) -> str:
    r"""Where to go after the login: the path that is wanted if it is one of ours, or the first page.

    A browser reads `//host` and `/\host` as another site, and drops tabs and line ends before it reads.
    """
    fits = wanted.startswith("/") and not wanted.startswith("//") and len(wanted) <= _LONGEST
    plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    inside = fits and plain and not wanted.startswith(("/login", "/logout"))
    return wanted if inside else HOME


def who_asks(client: str, forwarded: str | None, proxies: Collection[str]) -> str:
    """The address that asks: the connection's own, or what the nearest of our proxies said.

    `X-Forwarded-For` is read from its end, and only as far as our own proxies wrote it: the rest is the caller's word.
    """
    asking = client
    for said in reversed((forwarded or "").split(",")):
        if asking not in proxies or not _is_address(said.strip()):
            break
        asking = said.strip()
    return asking


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
