"""The services behind the editors' screens: the content folder, which is only read, and edits in the state.

The folder is read again when a file in it has changed, and on another day; a server process never writes it.
"""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Final

from recuse.content.folder import content_files, parse_content
from recuse.directory.reading import LARGEST, read_directory
from recuse.errors import ContentError, InputError, Problem
from recuse.server.console.editors import ContentDesk, Folder
from recuse.server.console.editors.desk import FEED_FOLDER, SERVICES, SETTINGS
from recuse.server.identity import Person
from recuse.server.identity.kept import Kept
from recuse.server.state.edits import StateEdits

Mark = tuple[tuple[str, int, int], ...]
_DEPTH: Final = 6


def content_desk(folder: Path, kept: Kept, pseudonym: Callable[[Person], str]) -> ContentDesk:
    """The desk of one server process."""
    return ContentDesk(ContentFolder(folder).read, StateEdits(kept.together), pseudonym)


class ContentFolder:
    """A content folder, read once for every state that it is in; for the threads of one process in turn."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._read: tuple[date, Mark, Folder] | None = None

    def read(self, on: date) -> Folder:
        """The folder as it is now, judged on a day. ContentError where it cannot be read."""
        with self._lock:
            mark = tuple(_marks(self._folder, _DEPTH))  # before reading: what changes meanwhile is another mark
            if self._read is None or self._read[:2] != (on, mark):
                self._read = (on, mark, read_folder(self._folder, on))
            return self._read[2]


def read_folder(folder: Path, on: date) -> Folder:
    """A content folder with its services, if it has any. ContentError where its texts cannot be read."""
    problems: list[Problem] = []
    files = dict(content_files(folder, problems))
    content = parse_content(files, problems)
    if not (folder / SERVICES).is_dir():
        return Folder(files, content, None)
    files |= _of_services(folder)
    try:
        return Folder(files, content, read_directory(folder, on))
    except InputError as error:
        return Folder(files, content, None, error)


def check_content_folder(folder: Path) -> None:
    """Raise ContentError where the folder's texts cannot be read."""
    problems: list[Problem] = []
    parse_content(content_files(folder, problems), problems)


def _of_services(folder: Path) -> dict[str, bytes]:
    """The settings of the services and the files of our own feed, as far as they are plain files."""
    feed = folder / FEED_FOLDER
    try:
        paths = [folder / SETTINGS, *(sorted(feed.iterdir()) if feed.is_dir() else ())]
        plain = (each for each in paths if each.is_file() and not each.is_symlink() and each.stat().st_size <= LARGEST)
        return {str(each.relative_to(folder)): each.read_bytes() for each in plain}
    except OSError as error:
        raise ContentError((Problem(SETTINGS, 0, f"cannot be read: {error.strerror}", "check its rights"),)) from error


def _marks(folder: Path, depth: int) -> Iterator[tuple[str, int, int]]:
    """Path, size and time of change of every file below a folder; links are not followed."""
    try:
        found = sorted(os.scandir(folder), key=lambda each: each.name)
    except OSError:
        return
    for each in found:
        if each.name.startswith("."):
            continue
        if each.is_dir(follow_symlinks=False) and depth:
            yield from _marks(Path(each.path), depth - 1)
            continue
        try:
            stat = each.stat(follow_symlinks=False)
        except OSError:  # gone since it was listed: the next mark lacks it, and differs
            continue
        yield each.path, stat.st_size, stat.st_mtime_ns
