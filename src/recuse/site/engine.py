"""The index of the search engine (pagefind), one for each language, made of its pages as they were written.

It stems and splits words by language. A language is indexed while the next ones are still rendered.
"""

import json
import os
import subprocess
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from pagefind.service import get_executable

from recuse.errors import InputError

FOLDER: Final = "pagefind"
_LAST: Final = 19
"""The lowest priority of a process."""
_WITH_THIS: Final = ("setpriv", "--pdeathsig", "KILL", "--")
"""Before a command: it ends when this process is killed. It would wait for ever once somebody deletes its folder."""
_KEPT: Final = frozenset({"pagefind.js", "pagefind-worker.js", "pagefind-entry.json"})
"""Of the files that lie beside the index, those that a search needs: the rest are looks of its own."""


@contextmanager
def indexing(site: Path, languages: Collection[str]) -> Iterator[Callable[[str], None]]:
    """Gives what is called with the name of each folder of a site that is written; at the end all indexes are made.

    Each lies in `pagefind` below the folder of its language, which may get files later, but no pages: it is indexed
    when it is named first. InputError where that fails. What still runs when something else fails is ended.
    """
    running: dict[Path, subprocess.Popen[str]] = {}

    def begin(name: str) -> None:
        if name in languages and site / name not in running:
            running[site / name] = _indexer(site / name)

    try:
        yield begin
        for folder, process in running.items():
            _end(folder, process)
    finally:
        for process in running.values():
            with process:
                process.kill()


def _indexer(folder: Path) -> "subprocess.Popen[str]":
    command = [*_ended_with_this(), str(_program()), "--site", str(folder), "--output-subdir", FOLDER, "--quiet"]
    # Only what can be found is read: all else of a page would cost half as much again.
    command += ["--root-selector", "[data-pagefind-body]"]
    process = subprocess.Popen(  # noqa: S603  # nothing of it is typed
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
    )
    # Pages go first: who makes the next ones is not to wait, and at the end indexes share all processors.
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, _LAST)
    return process


@cache
def _ended_with_this() -> tuple[str, ...]:
    """Nothing where that cannot be had: not every system's `setpriv` knows of it."""
    try:
        tried = subprocess.run([*_WITH_THIS, "true"], capture_output=True, check=False)  # noqa: S603  # all constant
    except OSError:
        return ()
    return () if tried.returncode else _WITH_THIS


def _program() -> Path:
    found = get_executable()
    if found is None:
        raise InputError("the index of the search was not made: there is no pagefind", "install `recuse[site]` again")
    return found


def _end(folder: Path, process: "subprocess.Popen[str]") -> None:
    told, _ = process.communicate()
    made = folder / FOLDER
    if process.returncode != 0 or not (made / "pagefind-entry.json").is_file():
        said = told.strip().splitlines()[-1:] or ["it said nothing"]
        raise InputError(f"the index of the search was not made: {said[0]}", "install `recuse[site]` again")
    # Its languages come in an order of chance, and the same pages are to give the same bytes.
    entry = made / "pagefind-entry.json"
    entry.write_text(json.dumps(json.loads(entry.read_text(encoding="utf-8")), sort_keys=True), encoding="utf-8")
    for file in made.iterdir():
        if file.suffix in {".js", ".css", ".json"} and file.name not in _KEPT:
            file.unlink()
