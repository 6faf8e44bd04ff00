"""What a web server is told of the site: headers that a page cannot carry itself, and what robots may read.

`_headers` is the form that several static hosts read; `headers.conf` is the same for nginx (its `include`), which also
keeps no list of readers by it. Dated texts (`recuse.site.dated`) may be framed by others and are asked for anew each
time, and the file by which one knows that it is current is refused after its last day.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from recuse.site.checking.shown import FOLDER as RECORD
from recuse.site.dated import CURRENT, FOLDER
from recuse.site.sources import Sources
from recuse.site.verified import CURRENT_DAYS, verified_of

_EVERYWHERE: Final[Mapping[str, str]] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    **_EVERYWHERE,
}
"""Headers of every answer but dated texts. A page's own policy stands in the page, to hold from a stick too."""
DATED: Final[Mapping[str, str]] = {**_EVERYWHERE, "Cache-Control": "no-store"}
"""Headers of dated texts: no cache keeps them, and any site may frame them."""


def headers_of(path: str) -> Mapping[str, str]:
    """The headers of a path below the site."""
    return DATED if path.lstrip("/").startswith(f"{FOLDER}/") else HEADERS


def notes(sources: Sources) -> Iterator[tuple[str, bytes]]:
    """The files for web servers and robots."""
    demonstration = sources.settings.demonstration
    more = {"X-Robots-Tag": "noindex, nofollow"} if demonstration else {}
    # Hosts that read `_headers` join what several lines say, so no line may cover both kinds of page.
    folders = [each.code for each in sources.settings.languages]
    paths = ["/", "/index.html", *(f"/{each}/*" for each in (*folders, "data", "static", RECORD))]
    text = "".join(_listed(path, {**HEADERS, **more}) for path in paths) + _listed(f"/{FOLDER}/*", {**DATED, **more})
    yield "_headers", text.encode()
    yield "headers.conf", _nginx(sources, more).encode()
    yield "robots.txt", f"User-agent: *\n{'Disallow: /' if demonstration else 'Allow: /'}\n".encode()


def _listed(path: str, headers: Mapping[str, str]) -> str:
    return f"{path}\n" + "".join(f"  {name}: {value}\n" for name, value in headers.items())


def _nginx(sources: Sources, more: Mapping[str, str]) -> str:
    """For nginx: its clock, which is the server's own, says on which days the file of a last day is there."""
    until = verified_of(sources).until or sources.now.date()
    days = "|".join((until - timedelta(days=n)).isoformat() for n in range(CURRENT_DAYS, -1, -1))
    lines = [
        # What is missing is an error to nginx, and a line of its log with the reader's address.
        "access_log off;", "error_log /dev/null;", "charset utf-8;",
        *_added({**HEADERS, **more}), f"location ^~ /{FOLDER}/ {{", *_added({**DATED, **more}),
        f'  location ~ "/{CURRENT}" {{', *_added({**DATED, **more}),
        f'    if ($time_iso8601 !~ "^({days})") {{ return 410; }}', "  }", "}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _added(headers: Mapping[str, str]) -> list[str]:
    return [f'add_header {name} "{value}" always;' for name, value in headers.items()]
