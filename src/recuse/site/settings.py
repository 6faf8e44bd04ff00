"""Reads `site.toml` and `names.toml` of a content folder."""

import tomllib
from datetime import timedelta
from pathlib import Path

from recuse.errors import InputError
from recuse.languages import language
from recuse.site.names import Names
from recuse.site.sources import Question, Settings
from recuse.verdicts import FRESH


def read_settings(file: Path) -> Settings:
    """The settings of a site. InputError for a file that is not there or not as it should be."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        asked = found.get("question")
        hours = found.get("fresh_hours")
        return Settings(
            title=found["title"], languages=tuple(map(language, found["languages"])),
            demonstration=found["demonstration"], exit_to=found["exit_to"], address=found.get("address"),
            question=None if asked is None else Question(asked["agency"], asked["purpose"], tuple(asked["categories"])),
            fresh=FRESH if hours is None else timedelta(hours=hours),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"`{file}` cannot be read: {error}", "write it as docs/reference/content.md says") from error


def read_names(file: Path) -> Names:
    """The names for readers. InputError for a file that is not there or cannot be read."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"`{file}` cannot be read: {error}", "write it as docs/reference/site.md says") from error
    return Names({kind: names for kind, names in found.items() if isinstance(names, dict)})
