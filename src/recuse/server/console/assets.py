"""The console's files: read once, compressed once, under a path that holds the digest of all of them.

A browser may therefore keep them for ever. Nothing outside the list is served, so no path leads out of the folder.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from recuse.design import files_below, vendored

_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Assets:
    """Each file by its path, plain and compressed; `release` is a digest of all paths and contents."""

    release: str
    contents: Mapping[str, tuple[bytes, bytes]]

    def respond(self, request: Request) -> Response | None:
        """The file that the path names; None where there is none, or it is of another release."""
        name = request.path_params["path"]
        if request.path_params["release"] != self.release or name not in self.contents:
            return None
        plain, packed = self.contents[name]
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        media = _TYPES[name.rpartition(".")[2]]
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=media)
        return Response(plain, headers=headers, media_type=media)


def read_assets() -> Assets:
    """All files of the package that a browser asks for, with the design system below `vendored`."""
    own = files_below(files(__package__) / "static")
    found = dict(sorted((*own, *((f"vendored/{name}", content) for name, content in vendored()))))
    digest = hashlib.sha256()
    for name, content in found.items():
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    packed = {name: (content, gzip.compress(content, mtime=0)) for name, content in found.items()}
    return Assets(digest.hexdigest()[:16], packed)
