"""What the editors' screens work with: the content folder as it is now, what was kept, and how people are named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from recuse.content.values import Content
from recuse.directory.reading import Directory
from recuse.directory.records import Entry
from recuse.errors import InputError
from recuse.server.console.editors.kept import Edits
from recuse.server.identity import Person

FEED: Final = "console"
"""The feed that services corrected here go into: nobody edits its files by hand, and it goes before all others."""
SERVICES: Final = "services/"
FEED_FOLDER: Final = f"{SERVICES}feeds/{FEED}"
SETTINGS: Final = f"{SERVICES}services.toml"


@dataclass(frozen=True, slots=True)
class Folder:
    """A content folder as it was read: its files, by their paths inside it, and what they say.

    `files` are those of the content, the settings of the services and the files of our own feed. `directory` is None
    where there are no services, or where they cannot be read, which `wrong` then says.
    """

    files: Mapping[str, bytes]
    content: Content
    directory: Directory | None
    wrong: InputError | None = None

    def entry(self, name: str) -> Entry | None:
        """The service of an id."""
        entries = () if self.directory is None else self.directory.entries
        return next((each for each in entries if each.id == name), None)

    @property
    def feed_wrong(self) -> str:
        """Why services cannot be corrected here, or nothing: our own feed has to go before the others, whole."""
        if self.directory is None:
            return self.wrong.message if self.wrong else "the content folder has no services"
        names = [each.name for each in self.directory.settings.feeds]
        if FEED in names[1:]:
            return f"the feed `{FEED}` is not the first in `{SETTINGS}`: others would go before what is corrected here"
        lost = [each for each in self.directory.rejects if each.place.feed == FEED]
        return f"the feed `{FEED}` has a row that cannot be read, and would be lost: {lost[0]}" if lost else ""


@dataclass(frozen=True, slots=True)
class ContentDesk:
    """Services behind the screens. `folder` reads the content folder on a day, and nothing here ever writes it.

    `pseudonym` names a person as the ledger does. `folder` raises ContentError where the folder cannot be read.
    """

    folder: Callable[[date], Folder]
    edits: Edits
    pseudonym: Callable[[Person], str]
