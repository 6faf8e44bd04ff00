"""The demonstration's content folder, a copy that may be changed, and a console over it and over what editors kept."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from starlette.types import ASGIApp

from recuse import demo
from recuse.server.console import application
from recuse.server.console.assistance import inbox
from recuse.server.console.editors import ContentDesk, Edits, screens, sections
from recuse.server.identity import Person
from recuse.serving.content import ContentFolder
from tests.console.world import console, write

NOW: Final = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
FRESH: Final = NOW - timedelta(minutes=3)
"""When people of these tests authenticated."""
TEXT: Final = "home-judges-warrant"
CONTENT: Final = Path(demo.__file__).parent / "content"


def content(folder: Path) -> Path:
    """A content folder of our own."""
    return Path(shutil.copytree(CONTENT, folder / "content"))


def desk(folder: Path, edits: Edits) -> ContentDesk:
    """The services behind the screens."""
    return ContentDesk(ContentFolder(folder).read, edits, pseudonym)


def pseudonym(person: Person) -> str:
    return f"p-{person.subject}"


def served(folder: Path, service: ContentDesk, **changes: Any) -> ASGIApp:
    """The console with the editors' screens and their inbox."""
    if not (folder / "ledger").exists():
        write(folder / "ledger", iter(()))
    work = (inbox(sections(service)), *screens(service))
    return application(console(folder, **{"now": lambda: NOW, **changes}), work)
