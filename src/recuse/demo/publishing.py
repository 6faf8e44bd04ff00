"""The demo's public site: its content folder is written out beside the policy, and published from there."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from recuse.errors import InputError
from recuse.publishing import read_sources
from recuse.site.building import build
from recuse.site.engine import index
from recuse.site.sheets import Printer
from recuse.site.sources import Sources
from recuse.site.writing import Written, write_site


def write_content(folder: Path) -> Path:
    """The demo's content folder, written out; returns where it lies."""
    with as_file(files("recuse.demo") / "content") as source:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def publish_site(folder: Path, content: Path, policy: Path, progress: Callable[[str, int, int], None]) -> Written:
    """The site in `site` below the demo's folder; without PDFs where the machine has no font for a language."""
    sources = read_sources(content, policy, None, printed=True)
    printer = _printer(sources)
    sources = replace(sources, printed=printer is not None)
    return write_site(folder / "site", build(sources, printer, progress), index)


def _printer(sources: Sources) -> Printer | None:
    made = Printer(sources.now)
    try:
        for language in sources.settings.languages:
            made.check(language)
    except InputError:
        return None
    return made
