"""Shows a published folder on this machine alone, with the headers that its notes ask of a web server."""

from collections.abc import Callable
from errno import EADDRINUSE
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote

from recuse import clock
from recuse.errors import InputError
from recuse.site.dated import last_day
from recuse.site.serving_notes import headers_of

_LOOPBACK: Final = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    """Files with the headers of a published site; it writes nothing of who asked."""

    extensions_map = {  # noqa: RUF012  # the base class has a plain dictionary
        **SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript", ".wasm": "application/wasm",
        ".json": "application/json", ".html": "text/html; charset=utf-8", ".atom": "application/atom+xml",
        ".txt": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8",
    }  # fmt: skip

    def end_headers(self) -> None:
        # A request that cannot be read has no path.
        for name, value in headers_of(getattr(self, "path", "")).items():
            self.send_header(name, value)
        super().end_headers()

    def send_head(self) -> BytesIO | BinaryIO | None:
        """As of any file; but the one by which a dated text is current is gone after its last day."""
        until = last_day(unquote(self.path.partition("?")[0]))
        if until is not None and clock.today() > until:
            self.send_error(HTTPStatus.GONE)
            return None
        return super().send_head()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
        """Nothing: the site asks its servers to keep no list of readers."""


def server_of(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of a folder, for this machine alone; at port 0 it takes any. InputError where it gets no port."""
    try:
        return ThreadingHTTPServer((_LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except OSError as error:
        reason = "is taken" if error.errno == EADDRINUSE else f"cannot be used: {(error.strerror or '').lower()}"
        raise InputError(f"port {port} {reason}", "give another --port") from error


def serve_folder(folder: Path, port: int, tell: Callable[[str], None]) -> None:
    """Show a folder until Ctrl-C; `tell` is given the address."""
    with server_of(folder, port) as server:
        try:
            tell(f"http://{_LOOPBACK}:{server.server_address[1]}/")
            server.serve_forever()
        except KeyboardInterrupt:
            return
