"""The file beside the policy repository in which a body decides about accountings, read by all who keep to it."""

from pathlib import Path
from typing import Final

from recuse.disclosure.settings import Settings, read_settings
from recuse.errors import InputError
from recuse.model import Repository

SETTINGS: Final = ".accounting.toml"
"""Its name, in the folder of the policy repository."""


def settings_of(path: Path, repository: Repository) -> Settings:
    """What a body decides about accountings. InputError where it cannot be read, RepositoryError for what it says."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        remedy = "write one, as docs/reference/accounting.md shows, or name it with --settings"
        raise InputError(f"the settings `{path}` for accountings cannot be read: {reason}", remedy) from None
    return read_settings(path.name, raw, repository)
