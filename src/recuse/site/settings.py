"""Reads `site.toml` of a content folder."""

import tomllib
from pathlib import Path

from recuse.errors import InputError
from recuse.languages import language
from recuse.site.sources import Settings


def read_settings(file: Path) -> Settings:
    """The settings of a site. InputError for a file that is not there or not as it should be."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        return Settings(
            title=found["title"], languages=tuple(map(language, found["languages"])),
            demonstration=found["demonstration"], exit_to=found["exit_to"], address=found.get("address"),
        )  # fmt: skip
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"`{file}` cannot be read: {error}", "write it as docs/reference/content.md says") from error
