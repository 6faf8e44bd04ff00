"""Tiles for tests, drawn here: squares with an edge, in a grey of their own, so that a wrong one is seen."""

import struct
import zlib
from pathlib import Path

from recuse.directory.maps import SIDE, Tile


def grey(tile: Tile) -> int:
    """The grey of a tile, from 120 to 239: that of no neighbour."""
    return 120 + (tile.column * 7 + tile.row * 31) % 120


def png(tile: Tile, side: int = SIDE) -> bytes:
    """A picture of one grey with a white edge."""
    inside = b"\x00\xff" + bytes([grey(tile)]) * (side - 2) + b"\xff"
    edge = b"\x00" + b"\xff" * side
    rows = edge + inside * (side - 2) + edge
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, (b"IHDR", b"IDAT", b"IEND"), (head, zlib.compress(rows), b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def lay(content: Path, tile: Tile, data: bytes | None = None) -> None:
    """Put a tile where it is looked for."""
    path = content / "services/tiles" / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(tile) if data is None else data)
