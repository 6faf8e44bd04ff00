"""The example of docs/reference/content.md as files, and changes to them in which a test plants its fault."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from recuse.content.folder import parse_content
from recuse.content.values import Content
from recuse.errors import ContentError

PAGE: Final = Path(__file__).parents[3] / "docs/reference/content.md"
_FILE: Final = re.compile(r"^`([^`]+\.toml)`:\n\n```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DAY: Final = date(2026, 11, 28)

RIGHT: Final = "rights/home/home-warrant.toml"
SPANISH: Final = "rights/home/home-warrant.es.toml"
COMMITMENT: Final = "rights/court/court-promise.toml"
FACTS: Final = "facts/us-ex.toml"


def example() -> dict[str, bytes]:
    """The files by their paths."""
    return {found[1]: found[2].encode() for found in _FILE.finditer(PAGE.read_text())}


def changed(*changes: tuple[str, str, str], files: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The example with texts replaced: file, what stands there once, what stands there then."""
    found = dict(example() if files is None else files)
    for file, old, new in changes:
        text = found[file].decode()
        assert text.count(old) == 1, f"{text.count(old)} times in {file}: {old}"
        found[file] = text.replace(old, new).encode()
    return found


def content(*changes: tuple[str, str, str]) -> Content:
    return parse_content(changed(*changes))


def problems(files: Mapping[str, bytes]) -> list[str]:
    """What is wrong with these files, one line each, as a person is told."""
    with pytest.raises(ContentError) as told:
        parse_content(files)
    return [str(each) for each in told.value.problems]


def planted(*changes: tuple[str, str, str]) -> list[str]:
    return problems(changed(*changes))
