"""Writes a site to a folder, all or nothing: beside it first, then in its place. Only a published one is replaced."""

import json
import shutil
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.errors import InputError

MARK: Final = "recuse-site.json"
"""The file by which a folder is known as one that was published, and may be replaced."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many files a site has, and how many bytes."""

    files: int
    bytes: int


Follow = Callable[[Path], AbstractContextManager[Callable[[str], None]]]
"""Told where a site is written; gives what is told each folder of it, by its name, once files of another follow."""


def _nobody(_folder: Path) -> AbstractContextManager[Callable[[str], None]]:
    return nullcontext(lambda _name: None)


Keep = Callable[[str, bytes], int]
"""Writes a file of a site, by its path and content, and gives its size; any copy of this process may call it."""
Files = Callable[[Keep], Generator[tuple[str, int], None, None]]
"""Given that, gives the path and size of each file once it is written."""


def write_site(folder: Path, files: Files, follow: Follow = _nobody) -> Written:
    """Write these files; what the folder held before is replaced when all are written and who follows has ended.

    Raises InputError, and leaves everything as it was, where the folder holds what was not published or cannot be
    written, and where a path stands twice.
    """
    folder = folder.absolute()
    _check(folder)
    beside = folder.with_name(f".{folder.name}.{clock.random_name(8)}")
    try:
        beside.mkdir()
        with follow(beside) as done, closing(files(_keeper(beside))) as made:
            written = _followed(made, done)
        (beside / MARK).write_text(json.dumps({"format": 1, "files": written.files}) + "\n", encoding="utf-8")
        _replace(folder, beside)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise InputError(f"`{folder}` cannot be written: {reason}", "name a folder with room in it") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return written


def count_files(files: Iterable[tuple[str, bytes]]) -> Written:
    """What writing these files would write. InputError where a path stands twice."""
    sizes: dict[str, int] = {}
    for path, content in files:
        if path in sizes:
            raise _twice(path)
        sizes[path] = len(content)
    return Written(len(sizes), sum(sizes.values()))


def _twice(path: str) -> InputError:
    return InputError(f"two pages are called `{path}`", "give one of them another id")


def _check(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(f"`{folder}` is no folder", "name an empty or new folder")
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise InputError(f"`{folder}` holds files that were not published", "name an empty or new folder")
    if not folder.parent.is_dir():
        raise InputError(f"`{folder.parent}` is no folder", "make it first")


def _keeper(root: Path) -> Keep:
    """What keeps files below a folder."""
    there: set[str] = set()

    def keep(path: str, content: bytes) -> int:
        target = f"{root}/{path}"
        folder = target.rpartition("/")[0]
        if folder not in there:
            Path(folder).mkdir(parents=True, exist_ok=True)
            there.add(folder)
        try:
            _write(target, content)
        except FileExistsError:
            raise _twice(path) from None
        return len(content)

    return keep


def _write(target: str, content: bytes) -> None:
    # Twenty thousand times: objects of paths would cost half a second, and buffers a tenth.
    with open(target, "xb", buffering=0) as file:  # noqa: PTH123
        while content:
            content = content[file.write(content) :]


def _followed(files: Iterable[tuple[str, int]], done: Callable[[str], None]) -> Written:
    count = size = 0
    last = ""
    for path, length in files:
        folder = path.partition("/")[0]
        if last and folder != last:
            done(last)
        last = folder
        count, size = count + 1, size + length
    if last:
        done(last)
    return Written(count, size)


def _replace(folder: Path, beside: Path) -> None:
    """Put the new folder in the place of the old one; should the second step fail, the old one comes back."""
    if not folder.exists():
        beside.replace(folder)
        return
    old = beside.with_name(f"{beside.name}.old")
    folder.replace(old)
    try:
        beside.replace(folder)
    except OSError:
        old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
