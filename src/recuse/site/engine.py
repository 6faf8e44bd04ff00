"""The index of the search engine (pagefind), made of the pages as written; it stems and splits words by language."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from recuse.errors import InputError

FOLDER: Final = "pagefind"
_KEPT: Final = frozenset({"pagefind.js", "pagefind-worker.js", "pagefind-entry.json"})
"""Of the files that lie beside the index, those that a search needs: the rest are looks of its own."""


def index(folder: Path) -> None:
    """Make the index of a site's pages in `pagefind` below its folder. InputError where that fails."""
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), "--output-subdir", FOLDER, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # nothing of it is typed
    made = folder / FOLDER
    if done.returncode != 0 or not (made / "pagefind-entry.json").is_file():
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise InputError(f"the index of the search was not made: {said[0]}", "install `recuse[site]` again")
    # Its languages come in an order of chance, and the same pages are to give the same bytes.
    entry = made / "pagefind-entry.json"
    entry.write_text(json.dumps(json.loads(entry.read_text(encoding="utf-8")), sort_keys=True), encoding="utf-8")
    for file in made.iterdir():
        if file.suffix in {".js", ".css", ".json"} and file.name not in _KEPT:
            file.unlink()
