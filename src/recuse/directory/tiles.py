"""The tiles of a body, as files: `services/tiles/ZOOM/COLUMN/ROW.png`."""

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from recuse.directory.maps import SIDE, Tile
from recuse.errors import InputError

FOLDER: Final = "services/tiles"
LARGEST: Final = 512 * 1024
"""Bytes of a tile: a picture of 256 pixels a side that is larger is none for a slow line."""
_HEAD: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + SIDE.to_bytes(4, "big") * 2


@dataclass(frozen=True, slots=True)
class TileFolder:
    """The tiles of a content folder."""

    content: Path

    def read(self, tile: Tile) -> bytes:
        """A tile as it lies there. InputError where it is missing, is a link, or no picture of that size."""
        name = PurePath(FOLDER, tile.path)
        path = self.content / name
        try:
            if any((self.content / each).is_symlink() for each in (name, *name.parents[:-1])):
                raise InputError(f"`{name}` is reached by a symbolic link", "put the file itself there")
            found = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        except OSError as error:
            raise InputError(
                f"`{name}` cannot be read, and a map needs it: {(error.strerror or 'no reason given').lower()}",
                "have it drawn, or name other zooms in `[map]` of services.toml",
            ) from error
        if not found.startswith(_HEAD):
            remedy = f"give a PNG of {SIDE} pixels a side and at most {LARGEST // 1024} KiB"
            raise InputError(f"`{name}` is no tile", remedy)
        return found
