"""Files that hold a secret: one line, and readable by their owner alone."""

import stat
from pathlib import Path
from typing import Final

from recuse.toml_source import Section

SHORTEST: Final = 32
"""Bytes of a key."""


def secret_text(section: Section, key: str, folder: Path) -> str:
    """The one line of the file that a key names; a problem at its line, and "", where it is not fit for a secret."""
    raw = _read(section, key, folder)
    try:
        lines = raw.decode().splitlines()
    except UnicodeDecodeError:
        lines = []
    if raw and (len(lines) != 1 or not lines[0].strip()):
        section.report("the file does not hold one line of text", key, remedy="write the secret alone into it")
        return ""
    return lines[0].strip() if lines else ""


def secret_bytes(section: Section, key: str, folder: Path) -> bytes:
    """The bytes of the file that a key names; a problem where there are fewer than 32, or others can read them."""
    raw = _read(section, key, folder)
    if raw and len(raw) < SHORTEST:
        section.report(f"the file holds {len(raw)} bytes: {SHORTEST} are needed", key, remedy="write random bytes")
    return raw


def _read(section: Section, key: str, folder: Path) -> bytes:
    name = section.text(key)
    if not name:
        return b""
    file = folder / name
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode) or stat.S_IMODE(mode) & 0o077:
            section.report(f"`{name}` can be read by others", key, remedy=f"chmod 0600 {name}")
            return b""
        raw = file.read_bytes()
    except OSError as error:
        section.report(f"`{name}` cannot be read: {error.strerror}", key)
        return b""
    if not raw:
        section.report(f"`{name}` is empty", key, remedy="write the secret into it")
    return raw
