"""The demo's public site: its content folder is written out beside the policy, and published from there."""

import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from recuse import clock
from recuse.demo.services.feeds import write_services
from recuse.errors import InputError
from recuse.languages import LANGUAGES
from recuse.publishing import publish_sources, read_sources
from recuse.site.sheets import Printer
from recuse.site.writing import Written

_SERVICES: Final = 60


def write_content(folder: Path) -> Path:
    """The demo's content folder, written out with services as of today; returns where it lies.

    The services are those of the folder, made anew: their texts and translations are the same, and days of confirmation
    are counted from today, so that a demo of any year shows what is fresh and what is not.
    """
    with as_file(files("recuse.demo") / "content") as source:
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    write_services(folder, _SERVICES, clock.today())
    return folder


def publish_site(folder: Path, content: Path, policy: Path, progress: Callable[[str, int, int], None]) -> Written:
    """The site in `site` below the demo's folder; without PDFs where the machine has no font for a language."""
    printed = _has_fonts()
    return publish_sources(read_sources(content, policy, None, printed=printed), folder / "site", (), progress)


def _has_fonts() -> bool:
    """Whether this machine has a font for every language of the demo."""
    printer = Printer(clock.now())
    try:
        for language in LANGUAGES.values():
            printer.check(language)
    except InputError:
        return False
    return True
