"""The design system that the console and the public site share, as vendored: see `scripts/design-system.sh`."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

KINDS: Final = frozenset({"css", "js", "svg"})
"""Endings of the files that a browser asks for."""


def vendored() -> Iterator[tuple[str, bytes]]:
    """Each vendored file that a browser asks for: its path below `vendored`, and its content."""
    return files_below(files(__package__) / "vendored")


def files_below(folder: Traversable, before: str = "") -> Iterator[tuple[str, bytes]]:
    """Each file of a folder and of those in it that a browser asks for, by its path."""
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            yield from files_below(each, f"{before}{each.name}/")
        elif each.name.rpartition(".")[2] in KINDS:
            yield f"{before}{each.name}", each.read_bytes()
