"""What a web server is told of the site: headers that a page cannot carry itself, and what robots may read.

`_headers` is the form that several static hosts read; `headers.conf` is the same for nginx (its `include`).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from recuse.site.sources import Sources

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}
"""Headers of every answer. A page's own policy stands in the page, since it must hold from a stick as well."""


def notes(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """The files for web servers and robots."""
    demonstration = sources.settings.demonstration
    more = {"X-Robots-Tag": "noindex, nofollow"} if demonstration else {}
    headers = {**HEADERS, **more}
    yield "_headers", ("/*\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())).encode()
    lines = "".join(f'add_header {name} "{value}" always;\n' for name, value in headers.items())
    yield "headers.conf", f"access_log off;\n{lines}".encode()
    yield "robots.txt", f"User-agent: *\n{'Disallow: /' if demonstration else 'Allow: /'}\n".encode()
